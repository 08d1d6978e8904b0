// The daily things, done with the unmodified @qdrant/js-client-rest. Usage: rest-tour.mjs HOST HTTP_PORT [API_KEY]
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {QdrantClient} from '@qdrant/js-client-rest';
import {expectError, runSteps, step} from './harness.mjs';

const [host, port, apiKey] = process.argv.slice(2);
const client = new QdrantClient({host, port: Number(port), apiKey, https: false});
const C = 'tour-js-rest';
const NAMED = 'tour-js-rest-named';
const TEXTS = 'tour-js-rest-texts';
const KINDS = 'tour-js-rest-kinds';
const OPS = 'tour-js-rest-operations';
// Beyond this the client needs JSON.rawJSON, which comes with Node 22.
const BIG = Number.MAX_SAFE_INTEGER;
const UUID = 'c0ffee00-0000-4000-8000-00000000cafe';
const ids = (points) => points.map((p) => p.id);
const sorted = (list) => list.map(String).sort();

step('version', async () => assert.match((await client.versionInfo()).version, /^1\.19/));

step('start from nothing', async () => {
  for (const name of [C, NAMED, TEXTS, KINDS, OPS]) await client.deleteCollection(name);
});

step('create, exists, list, get', async () => {
  assert.deepEqual(await client.collectionExists(C), {exists: false});
  assert.equal(
    await client.createCollection(C, {
      vectors: {size: 4, distance: 'Cosine'},
      hnsw_config: {m: 24},
      metadata: {owner: '旅行'},
    }),
    true,
  );
  assert.deepEqual(await client.collectionExists(C), {exists: true});
  assert.ok((await client.getCollections()).collections.some((c) => c.name === C));
  const info = await client.getCollection(C);
  assert.equal(info.status, 'green');
  assert.equal(info.config.params.vectors.size, 4);
  assert.equal(info.config.hnsw_config.m, 24);
  assert.deepEqual(info.config.metadata, {owner: '旅行'});
});

step('errors of collections', async () => {
  await expectError(() => client.createCollection(C, {vectors: {size: 4, distance: 'Cosine'}}), 'already exists');
  await expectError(() => client.getCollection('no-such'), 'Not Found');
});

step('upsert with number, big and UUID ids, Chinese payload', async () => {
  const result = await client.upsert(C, {
    wait: true,
    points: [
      {id: 1, vector: [1, 0, 0, 0], payload: {city: '北京', n: 1, tags: ['a', 'b']}},
      {id: 2, vector: [0.9, 0.1, 0, 0], payload: {city: 'Berlin', n: 2}},
      {id: 3, vector: [0, 1, 0, 0], payload: {city: 'Berlin', n: 3, nested: [{x: 1, y: 'p'}, {x: 2, y: 'q'}]}},
      {id: BIG, vector: [0, 0, 0, 1], payload: {city: 'Rome', n: 4}},
      {id: UUID, vector: [0, 0, 1, 0]},
    ],
  });
  assert.equal(result.status, 'completed');
  assert.equal((await client.count(C)).count, 5);
});

step('upsert as columns', async () => {
  await client.upsert(C, {wait: true, batch: {ids: [10], vectors: [[0.5, 0.5, 0, 0]], payloads: [{n: 10}]}});
  assert.equal((await client.count(C)).count, 6);
});

step('a wrong dimension is refused', async () => {
  await expectError(
    () => client.upsert(C, {wait: true, points: [{id: 5, vector: [1, 2, 3]}]}),
    'Vector dimension error: expected dim: 4, got 3',
  );
});

step('retrieve', async () => {
  const points = await client.retrieve(C, {ids: [1, BIG, UUID, 99], with_vector: true});
  assert.deepEqual(sorted(ids(points)), sorted([1, BIG, UUID]));
});

step('query and its batch', async () => {
  const hits = (await client.query(C, {query: [1, 0, 0, 0], limit: 3, with_payload: true})).points;
  assert.deepEqual(ids(hits), [1, 2, 10]);
  assert.equal(hits[0].payload.city, '北京');
  assert.deepEqual(ids((await client.query(C, {query: 1, limit: 2})).points), [2, 10]);
  assert.deepEqual(ids((await client.query(C, {query: [1, 0, 0, 0], limit: 5, score_threshold: 0.9})).points), [1, 2]);
  const batch = await client.queryBatch(C, {searches: [{query: [1, 0, 0, 0], limit: 1}, {query: [0, 1, 0, 0], limit: 1}]});
  assert.deepEqual(batch.map((b) => ids(b.points)), [[1], [3]]);
});

step('filters', async () => {
  const cases = [
    [{must: [{key: 'city', match: {value: 'Berlin'}}]}, [2, 3]],
    [{must: {key: 'city', match: {any: ['北京', 'Rome']}}}, [1, BIG]],
    [{must: [{key: 'n', range: {gt: 1, lte: 3}}]}, [2, 3]],
    [{must: [{key: 'tags', values_count: {gte: 2}}]}, [1]],
    [{must: [{has_id: [1, UUID]}]}, [1, UUID]],
    [{must: [{is_empty: {key: 'city'}}]}, [10, UUID]],
    [{must: [{nested: {key: 'nested', filter: {must: [{key: 'x', match: {value: 2}}, {key: 'y', match: {value: 'q'}}]}}}]}, [3]],
    [{must: [{nested: {key: 'nested', filter: {must: [{key: 'x', match: {value: 1}}, {key: 'y', match: {value: 'q'}}]}}}]}, []],
    [{should: [{key: 'n', match: {value: 1}}, {key: 'n', match: {value: 2}}], must_not: [{key: 'city', match: {value: 'Berlin'}}]}, [1]],
  ];
  for (const [filter, expected] of cases) {
    const page = await client.scroll(C, {filter, limit: 100});
    assert.deepEqual(sorted(ids(page.points)), sorted(expected), JSON.stringify(filter));
    assert.equal((await client.count(C, {filter, exact: true})).count, expected.length);
    const hits = (await client.query(C, {query: [1, 1, 1, 1], filter, limit: 100})).points;
    assert.deepEqual(sorted(ids(hits)), sorted(expected), JSON.stringify(filter));
  }
});

step('scroll in pages', async () => {
  const seen = [];
  let offset;
  do {
    const page = await client.scroll(C, {limit: 2, offset});
    seen.push(...ids(page.points));
    offset = page.next_page_offset;
  } while (offset != null);
  assert.deepEqual(seen, [1, 2, 3, 10, BIG, UUID]);
});

step('payload index and order by', async () => {
  await client.createPayloadIndex(C, {field_name: 'n', field_schema: 'integer', wait: true});
  const page = await client.scroll(C, {order_by: {key: 'n', direction: 'desc'}, limit: 2});
  assert.deepEqual(ids(page.points).map(String), ['10', String(BIG)]);
  await client.deletePayloadIndex(C, 'n', {wait: true});
});

step('payload edits', async () => {
  await client.setPayload(C, {payload: {extra: {deep: true}}, points: [1], wait: true});
  await client.deletePayload(C, {keys: ['tags'], points: [1], wait: true});
  assert.deepEqual((await client.retrieve(C, {ids: [1]}))[0].payload, {city: '北京', n: 1, extra: {deep: true}});
  await client.overwritePayload(C, {payload: {only: 'this'}, points: [1], wait: true});
  assert.deepEqual((await client.retrieve(C, {ids: [1]}))[0].payload, {only: 'this'});
  await client.clearPayload(C, {points: [1], wait: true});
  assert.deepEqual((await client.retrieve(C, {ids: [1]}))[0].payload, {});
});

step('batch update', async () => {
  const results = await client.batchUpdate(C, {
    wait: true,
    operations: [
      {upsert: {points: [{id: 100, vector: [1, 1, 0, 0], payload: {v: 1}}]}},
      {set_payload: {payload: {w: 2}, points: [100]}},
      {delete: {points: [10]}},
    ],
  });
  assert.equal(results.length, 3);
  assert.deepEqual((await client.retrieve(C, {ids: [100]}))[0].payload, {v: 1, w: 2});
});

step('named vectors', async () => {
  await client.createCollection(NAMED, {vectors: {a: {size: 2, distance: 'Euclid'}, b: {size: 3, distance: 'Dot'}}});
  await client.upsert(NAMED, {
    wait: true,
    points: [
      {id: 1, vector: {a: [0, 0], b: [1, 2, 3]}},
      {id: 2, vector: {a: [3, 4]}},
    ],
  });
  const hits = (await client.query(NAMED, {query: [0, 0], using: 'a', with_vector: ['a']})).points;
  assert.deepEqual(hits.map((h) => [h.id, h.score]), [[1, 0], [2, 5]]);
  assert.deepEqual(hits[1].vector, {a: [3, 4]});
  await client.updateVectors(NAMED, {wait: true, points: [{id: 2, vector: {b: [1, 1, 1]}}]});
  await client.deleteVectors(NAMED, {wait: true, points: [1], vector: ['a']});
  assert.deepEqual(ids((await client.query(NAMED, {query: [0, 0], using: 'a'})).points), [2]);
});

step('queries of every kind', async () => {
  await client.createCollection(KINDS, {vectors: {size: 2, distance: 'Dot'}});
  await client.upsert(NAMED, {wait: true, points: [{id: 3, vector: {a: [-2, 0]}}]});
  const places = [[1, 0], [0, 1], [-1, 0], [0, -1], [0.8, 0.6]];
  await client.upsert(KINDS, {wait: true, points: places.map((vector, i) => ({id: i + 1, vector, payload: {n: i + 1}}))});
  await client.createPayloadIndex(KINDS, {field_name: 'n', field_schema: 'integer', wait: true});
  const ask = async (request) => (await client.query(KINDS, request)).points;
  const east = {query: [1, 0], limit: 2};
  const north = {query: [0, 1], limit: 2};
  const cases = {
    mmr: [{query: {nearest: [1, 0], mmr: {diversity: 1, candidates_limit: 5}}, limit: 2}, [1, 3]],
    average_vector: [{query: {recommend: {positive: [1], negative: [3]}}}, [5, 2, 4]],
    best_score: [{query: {recommend: {positive: [1, 2], negative: [4], strategy: 'best_score'}}}, [5, 3]],
    sum_scores: [{query: {recommend: {positive: [1, 2], negative: [4], strategy: 'sum_scores'}}}, [5, 3]],
    discover: [{query: {discover: {target: 2, context: [{positive: 1, negative: 3}]}}}, [5, 4]],
    context: [{query: {context: {positive: 1, negative: 3}}, limit: 1}, [5]],
    feedback: [
      {
        query: {
          relevance_feedback: {
            target: [1, 0],
            feedback: [{example: [0, 1], score: 1}, {example: [0, -1], score: 0}],
            strategy: {naive: {a: 0.5, b: 1, c: 1}},
          },
        },
      },
      [2, 5, 1, 3, 4],
    ],
    order_by: [{query: {order_by: {key: 'n', direction: 'desc'}}, limit: 2}, [5, 4]],
    rrf: [{prefetch: [east, north], query: {fusion: 'rrf'}}, [5, 1, 2]],
    'weighted rrf': [{prefetch: [east, north], query: {rrf: {k: 1, weights: [1, 4]}}}, [2, 5, 1]],
    dbsf: [{prefetch: [{...east, limit: 3}, {...north, limit: 3}], query: {fusion: 'dbsf'}, limit: 1}, [5]],
    formula: [{prefetch: east, query: {formula: {sum: ['$score', {mult: ['n', 10]}]}}}, [5, 1]],
    nested: [{prefetch: {prefetch: [east, north], query: {fusion: 'rrf'}}, query: [0, -1]}, [1, 5, 2]],
    'looked up': [{query: 3, lookup_from: {collection: NAMED, vector: 'a'}, limit: 1}, [3]],
  };
  for (const [name, [request, expected]] of Object.entries(cases)) {
    assert.deepEqual(ids(await ask(request)), expected, name);
  }
  assert.equal(new Set(ids(await ask({query: {sample: 'random'}, limit: 3}))).size, 3);
  await expectError(() => ask({query: {fusion: 'rrf'}}), 'cannot apply Fusion without prefetches');
});

step('groups, facets, the distance matrix', async () => {
  const G = `${C}-groups`;
  await client.createCollection(G, {vectors: {size: 1, distance: 'Euclid'}});
  const payloads = [{doc: 7, tag: ['東京', 'x']}, {doc: 7, tag: '東京'}, {doc: 'nine', tag: ['x', 'x']}, {}];
  await client.upsert(G, {wait: true, points: payloads.map((payload, i) => ({id: i + 1, vector: [i + 1], payload}))});
  const groups = (await client.queryGroups(G, {query: [0], group_by: 'doc', with_lookup: G})).groups;
  assert.deepEqual(groups.map((g) => [g.id, ids(g.hits)]), [[7, [1, 2]], ['nine', [3]]]);
  await client.createPayloadIndex(G, {field_name: 'tag', field_schema: 'keyword', wait: true});
  assert.deepEqual((await client.facet(G, {key: 'tag'})).hits, [{value: 'x', count: 2}, {value: '東京', count: 2}]);
  const matrix = {filter: {must: [{has_id: [1, 2, 4]}]}, limit: 1};
  assert.deepEqual((await client.searchMatrixPairs(G, matrix)).pairs.map((p) => [p.a, p.b, p.score]), [[1, 2, 1], [2, 1, 1], [4, 2, 2]]);
  assert.deepEqual((await client.searchMatrixOffsets(G, matrix)).offsets_col, [1, 0, 1]);
  await client.createVectorName(G, 'extra', {wait: true, dense: {size: 2, distance: 'Dot'}});
  assert.deepEqual((await client.query(G, {query: [1, 1], using: 'extra'})).points, []);
  await client.deleteVectorName(G, 'extra', {wait: true});
  await client.deleteCollection(G);
});

step('text in, search out', async () => {
  const model = 'sentence-transformers/all-MiniLM-L6-v2';
  await client.createCollection(TEXTS, {vectors: {size: 384, distance: 'Cosine'}});
  const texts = ['A small boat is moved by oars.', 'The bank raised its interest rate.'];
  await client.upsert(TEXTS, {wait: true, points: texts.map((text, id) => ({id, vector: {text, model}}))});
  assert.equal((await client.query(TEXTS, {query: {text: 'rowing a dinghy', model}, limit: 1})).points[0].id, 0);
});

step('sparse vectors, fused with dense ones', async () => {
  const S = 'tour-js-rest-sparse';
  await client.deleteCollection(S);
  await client.createCollection(S, {
    vectors: {dense: {size: 2, distance: 'Dot'}},
    sparse_vectors: {s: {}, text: {modifier: 'idf'}},
  });
  const model = 'qdrant/bm25';
  const texts = ['A small boat is moved by oars.', 'The bank raised its interest rate.', 'Boats lie at the bank of the river.'];
  await client.upsert(S, {
    wait: true,
    points: texts.map((text, id) => ({
      id,
      vector: {dense: [1, id], s: {indices: [id, 4294967295], values: [id + 1, 1]}, text: {text, model, options: {avg_len: 8}}},
    })),
  });
  const [first] = await client.retrieve(S, {ids: [1], with_vector: ['s']});
  assert.deepEqual(first.vector.s, {indices: [1, 4294967295], values: [2, 1]});
  const byWeight = await client.query(S, {query: {indices: [2, 4294967295], values: [1, 1]}, using: 's', limit: 1});
  assert.deepEqual(byWeight.points.map((p) => [p.id, p.score]), [[2, 4]]);
  assert.deepEqual(ids((await client.query(S, {query: {text: 'boats on a river', model}, using: 'text'})).points), [2, 0]);
  const fused = await client.query(S, {
    prefetch: [
      {query: [0, 1], using: 'dense'},
      {query: {text: 'river boats', model}, using: 'text'},
    ],
    query: {fusion: 'rrf'},
    limit: 1,
  });
  assert.deepEqual(ids(fused.points), [2]);
  const one = await client.query(S, {query: {indices: [0], values: [1]}, using: 's', limit: 5});
  assert.deepEqual(one.points.map((p) => [p.id, p.score]), [[0, 1]]);
  await client.deleteCollection(S);
});

step('aliases', async () => {
  await client.updateCollectionAliases({actions: [{create_alias: {collection_name: C, alias_name: `${C}-alias`}}]});
  assert.equal((await client.count(`${C}-alias`)).count, (await client.count(C)).count);
  assert.equal((await client.getCollectionAliases(C)).aliases.length, 1);
  assert.ok((await client.getAliases()).aliases.some((a) => a.alias_name === `${C}-alias`));
  await client.updateCollectionAliases({actions: [{delete_alias: {alias_name: `${C}-alias`}}]});
});

step('update the collection, delete points', async () => {
  await client.updateCollection(C, {optimizers_config: {indexing_threshold: 5000}});
  assert.equal((await client.getCollection(C)).config.optimizer_config.indexing_threshold, 5000);
  await client.delete(C, {wait: true, points: [UUID]});
  await client.delete(C, {wait: true, filter: {must: [{key: 'city', match: {value: 'Berlin'}}]}});
  assert.deepEqual(sorted(ids((await client.scroll(C, {limit: 10})).points)), sorted([1, 100, BIG]));
});

step('a batch of every operation', async () => {
  await client.createCollection(OPS, {vectors: {a: {size: 2, distance: 'Dot'}, b: {size: 1, distance: 'Dot'}}});
  const points = [1, 2, 3, 4, 5, 6].map((i) => ({id: i, vector: {a: [i, 1], b: [i]}, payload: {n: i, keep: true}}));
  const results = await client.batchUpdate(OPS, {
    wait: true,
    operations: [
      {upsert: {points}},
      {upsert: {batch: {ids: [7], vectors: {a: [[7, 1]]}, payloads: [{n: 7}]}}},
      {set_payload: {payload: {set: 1}, points: [1]}},
      {set_payload: {payload: {in: 2}, points: [1], key: 'deep'}},
      {overwrite_payload: {payload: {only: 'this'}, points: [2]}},
      {delete_payload: {keys: ['keep'], filter: {must: [{key: 'n', match: {value: 3}}]}}},
      {clear_payload: {points: [4]}},
      {update_vectors: {points: [{id: 5, vector: {a: [9, 9]}}]}},
      {delete_vectors: {vector: ['b'], points: [5]}},
      {delete: {points: [6]}},
      {delete: {filter: {must: [{key: 'n', match: {value: 7}}]}}},
    ],
  });
  assert.equal(results.length, 11);
  const records = await client.retrieve(OPS, {ids: [1, 2, 3, 4, 5, 6, 7], with_vector: true});
  assert.deepEqual(ids(records), [1, 2, 3, 4, 5]);
  assert.deepEqual(records[0].payload, {n: 1, keep: true, set: 1, deep: {in: 2}});
  assert.deepEqual(records[1].payload, {only: 'this'});
  assert.deepEqual(records[2].payload, {n: 3});
  assert.deepEqual(records[3].payload ?? {}, {});
  assert.deepEqual(records[4].vector, {a: [9, 9]});
});

step('strict mode is set, seen, obeyed and lifted', async () => {
  await client.updateCollection(OPS, {strict_mode_config: {enabled: true, max_query_limit: 3}});
  assert.equal((await client.getCollection(OPS)).config.strict_mode_config.max_query_limit, 3);
  await expectError(() => client.query(OPS, {query: [1, 0], using: 'a', limit: 4}), 'Limit exceeded 4 > 3');
  await client.updateCollection(OPS, {strict_mode_config: {enabled: false}});
  assert.equal((await client.query(OPS, {query: [1, 0], using: 'a', limit: 4})).points.length, 4);
});

step('telemetry and issues', async () => {
  const headers = apiKey ? {'api-key': apiKey} : {};
  const read = async (path) => (await (await fetch(`http://${host}:${port}${path}`, {headers})).json()).result;
  assert.match((await read('/telemetry?details_level=10')).app.version, /^1\.19/);
  assert.ok(Array.isArray((await read('/issues')).issues));
});

step('tokens open what they say', async () => {
  if (!apiKey) {
    return;
  }
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({alg: 'HS256', typ: 'JWT'})}.${part({access: [{collection: OPS, access: 'r'}]})}`;
  const token = `${signed}.${createHmac('sha256', apiKey).update(signed).digest('base64url')}`;
  const reader = new QdrantClient({host, port: Number(port), apiKey: token, https: false, checkCompatibility: false});
  assert.equal((await reader.count(OPS)).count, 5);
  assert.deepEqual((await reader.getCollections()).collections, [{name: OPS}]);
  await expectError(() => reader.delete(OPS, {points: [1]}), 'Forbidden');
  await expectError(() => reader.count(C), 'is required');
});

step('a client that expects another environment is refused', async () => {
  const lost = new QdrantClient({
    host,
    port: Number(port),
    apiKey,
    https: false,
    checkCompatibility: false,
    headers: {'Quiver-Expect-Environment': 'test'},
  });
  await expectError(() => lost.deleteCollection(OPS), '`development` (the caller expects: `test`)');
  assert.equal((await client.count(OPS)).count, 5);
});

step('snapshots', async () => {
  const made = await client.createSnapshot(C);
  assert.ok(made.size > 0);
  assert.equal(made.checksum.length, 64);
  assert.deepEqual((await client.listSnapshots(C)).map((s) => s.name), [made.name]);
  const before = (await client.scroll(C, {limit: 10, with_vector: true})).points;
  await client.upsert(C, {wait: true, points: [{id: 4711, vector: [1, 1, 1, 1]}]});
  const location = `http://${host}:${port}/collections/${C}/snapshots/${made.name}`;
  const recover = {location, priority: 'snapshot', checksum: made.checksum, ...(apiKey ? {api_key: apiKey} : {})};
  assert.equal(await client.recoverSnapshot(C, recover), true);
  assert.deepEqual((await client.scroll(C, {limit: 10, with_vector: true})).points, before);
  await expectError(() => client.recoverSnapshot(C, {...recover, checksum: '0'.repeat(64)}), 'checksum mismatch');
  const full = await client.createFullSnapshot();
  assert.ok((await client.listFullSnapshots()).some((s) => s.name === full.name));
  assert.equal(await client.deleteFullSnapshot(full.name), true);
  assert.equal(await client.deleteSnapshot(C, made.name), true);
  assert.deepEqual(await client.listSnapshots(C), []);
});

step('delete collections', async () => {
  for (const name of [C, NAMED, TEXTS, KINDS, OPS]) {
    assert.equal(await client.deleteCollection(name), true);
    assert.deepEqual(await client.collectionExists(name), {exists: false});
  }
});

await runSteps();
