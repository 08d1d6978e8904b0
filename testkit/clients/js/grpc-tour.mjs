// The daily things, done with the unmodified @qdrant/js-client-grpc. Usage: grpc-tour.mjs HOST HTTP_PORT GRPC_PORT [API_KEY]
import assert from 'node:assert/strict';
import {QdrantClient} from '@qdrant/js-client-grpc';
import {expectError, runSteps, step} from './harness.mjs';

const [host, , port, apiKey] = process.argv.slice(2);
// The client's own version check asks REST on the default port; it is off because this server's REST port is another.
const client = new QdrantClient({host, port: Number(port), apiKey, https: false, checkCompatibility: false});
const collections = client.api('collections');
const points = client.api('points');
const C = 'tour-js-grpc';
const TEXTS = 'tour-js-grpc-texts';
const KINDS = 'tour-js-grpc-kinds';
const BIG = 18446744073709551615n;
const UUID = 'c0ffee00-0000-4000-8000-00000000cafe';
const COSINE = 1;
const DOT = 3;

const num = (value) => ({pointIdOptions: {case: 'num', value: BigInt(value)}});
const uuid = (value) => ({pointIdOptions: {case: 'uuid', value}});
const dense = (...data) => ({vectorsOptions: {case: 'vector', value: {vector: {case: 'dense', value: {data}}}}});
const text = (value) => ({kind: {case: 'stringValue', value}});
const int = (value) => ({kind: {case: 'integerValue', value: BigInt(value)}});
const nearest = (...data) => ({variant: {case: 'nearest', value: {variant: {case: 'dense', value: {data}}}}});
const field = (value) => ({conditionOneOf: {case: 'field', value}});
const idOf = (point) => String(point.id.pointIdOptions.value);
const document = (value) => ({text: value, model: 'sentence-transformers/all-MiniLM-L6-v2'});

step('health', async () => {
  const health = await client.api('service').healthCheck({});
  assert.match(health.version, /^1\.19/);
});

step('start from nothing', async () => {
  for (const collectionName of [C, TEXTS, KINDS]) await collections.delete({collectionName});
});

step('create, exists, list, get', async () => {
  const created = await collections.create({
    collectionName: C,
    vectorsConfig: {config: {case: 'params', value: {size: 4n, distance: COSINE}}},
  });
  assert.equal(created.result, true);
  assert.equal((await collections.collectionExists({collectionName: C})).result.exists, true);
  assert.ok((await collections.list({})).collections.some((c) => c.name === C));
  const info = (await collections.get({collectionName: C})).result;
  assert.equal(info.config.params.vectorsConfig.config.value.size, 4n);
});

step('errors of collections', async () => {
  await expectError(
    () =>
      collections.create({
        collectionName: C,
        vectorsConfig: {config: {case: 'params', value: {size: 4n, distance: COSINE}}},
      }),
    'already exists',
  );
  await expectError(() => collections.get({collectionName: 'no-such'}), "Collection `no-such` doesn't exist!");
});

step('upsert', async () => {
  const answer = await points.upsert({
    collectionName: C,
    wait: true,
    points: [
      {id: num(1), vectors: dense(1, 0, 0, 0), payload: {city: text('北京'), n: int(1)}},
      {id: num(2), vectors: dense(0.9, 0.1, 0, 0), payload: {city: text('Berlin'), n: int(2)}},
      {id: num(BIG), vectors: dense(0, 1, 0, 0), payload: {city: text('Berlin'), n: int(3)}},
      {id: uuid(UUID), vectors: dense(0, 0, 0, 1)},
    ],
  });
  assert.equal(answer.result.status, 2);
  assert.equal((await points.count({collectionName: C})).result.count, 4n);
});

step('query, search, batches', async () => {
  const hits = (
    await points.query({
      collectionName: C,
      query: nearest(1, 0, 0, 0),
      limit: 2n,
      withPayload: {selectorOptions: {case: 'enable', value: true}},
    })
  ).result;
  assert.deepEqual(hits.map(idOf), ['1', '2']);
  assert.equal(hits[0].payload.city.kind.value, '北京');
  const found = await points.search({collectionName: C, vector: [0, 1, 0, 0], limit: 1n});
  assert.deepEqual(found.result.map(idOf), [String(BIG)]);
  const batch = await points.queryBatch({
    collectionName: C,
    queryPoints: [
      {collectionName: C, query: nearest(1, 0, 0, 0), limit: 1n},
      {collectionName: C, query: nearest(0, 0, 0, 1), limit: 1n},
    ],
  });
  assert.deepEqual(batch.result.map((b) => b.result.map(idOf)), [['1'], [UUID]]);
});

step('filters, scroll, count', async () => {
  const filter = {must: [field({key: 'city', match: {matchValue: {case: 'keyword', value: 'Berlin'}}})]};
  const page = await points.scroll({collectionName: C, filter, limit: 10});
  assert.deepEqual(page.result.map(idOf), ['2', String(BIG)]);
  assert.equal((await points.count({collectionName: C, filter, exact: true})).result.count, 2n);
  const range = {must: [field({key: 'n', range: {gte: 1, lt: 3}})]};
  const hits = await points.query({collectionName: C, query: nearest(1, 1, 1, 1), filter: range, limit: 10n});
  assert.deepEqual(hits.result.map(idOf).sort(), ['1', '2']);
});

step('get, vectors out', async () => {
  const got = await points.get({
    collectionName: C,
    ids: [num(1), uuid(UUID)],
    withVectors: {selectorOptions: {case: 'enable', value: true}},
  });
  const vector = got.result.find((p) => idOf(p) === '1').vectors.vectorsOptions.value;
  assert.deepEqual(vector.vector.value.data, [1, 0, 0, 0]);
});

step('payload edits and index', async () => {
  const selector = {pointsSelectorOneOf: {case: 'points', value: {ids: [num(1)]}}};
  await points.setPayload({collectionName: C, wait: true, payload: {extra: text('x')}, pointsSelector: selector});
  await points.deletePayload({collectionName: C, wait: true, keys: ['n'], pointsSelector: selector});
  const payload = (
    await points.get({
      collectionName: C,
      ids: [num(1)],
      withPayload: {selectorOptions: {case: 'enable', value: true}},
    })
  ).result[0].payload;
  assert.deepEqual(Object.keys(payload).sort(), ['city', 'extra']);
  await points.createFieldIndex({collectionName: C, wait: true, fieldName: 'n', fieldType: 1});
  const ordered = await points.scroll({collectionName: C, orderBy: {key: 'n', direction: 1}, limit: 5});
  assert.deepEqual(ordered.result.map(idOf), [String(BIG), '2']);
});

step('queries of every kind', async () => {
  await collections.create({
    collectionName: KINDS,
    vectorsConfig: {config: {case: 'params', value: {size: 2n, distance: DOT}}},
  });
  const places = [[1, 0], [0, 1], [-1, 0], [0, -1], [0.8, 0.6]];
  await points.upsert({
    collectionName: KINDS,
    wait: true,
    points: places.map((v, i) => ({id: num(i + 1), vectors: dense(...v), payload: {n: int(i + 1)}})),
  });
  const ask = async (request) => (await points.query({collectionName: KINDS, ...request})).result.map(idOf);
  const at = (n) => ({variant: {case: 'id', value: num(n)}});
  const kind = (name, value) => ({variant: {case: name, value}});
  const pairs = {pairs: [{positive: at(1), negative: at(3)}]};
  const prefetch = [{query: nearest(1, 0), limit: 2n}, {query: nearest(0, 1), limit: 2n}];
  const score = {variant: {case: 'variable', value: '$score'}};
  const byN = {variant: {case: 'mult', value: {mult: [{variant: {case: 'constant', value: 10}}, {variant: {case: 'variable', value: 'n'}}]}}};
  const cases = {
    mmr: [{query: kind('nearestWithMmr', {nearest: nearest(1, 0).variant.value, mmr: {diversity: 1, candidatesLimit: 5}}), limit: 2n}, '13'],
    average: [{query: kind('recommend', {positive: [at(1)], negative: [at(3)]})}, '524'],
    best: [{query: kind('recommend', {positive: [at(1), at(2)], negative: [at(4)], strategy: 1})}, '53'],
    discover: [{query: kind('discover', {target: at(2), context: pairs})}, '54'],
    context: [{query: kind('context', pairs), limit: 1n}, '5'],
    rrf: [{prefetch, query: kind('fusion', 0)}, '512'],
    'weighted rrf': [{prefetch, query: kind('rrf', {k: 1, weights: [1, 4]})}, '251'],
    formula: [
      {prefetch: [prefetch[0]], query: kind('formula', {expression: {variant: {case: 'sum', value: {sum: [score, byN]}}}})},
      '51',
    ],
    nested: [{prefetch: [{prefetch, query: kind('fusion', 0)}], query: nearest(0, -1)}, '152'],
  };
  for (const [name, [request, expected]] of Object.entries(cases)) {
    assert.equal((await ask(request)).join(''), expected, name);
  }
  assert.equal(new Set(await ask({query: kind('sample', 0), limit: 3n})).size, 3);
  const old = await points.recommend({collectionName: KINDS, positive: [num(1)], negative: [num(3)], limit: 3n});
  assert.equal(old.result.map(idOf).join(''), '524');
});

step('groups, facets, the distance matrix', async () => {
  const G = `${C}-groups`;
  await collections.create({
    collectionName: G,
    vectorsConfig: {config: {case: 'params', value: {size: 4n, distance: COSINE}}},
  });
  await points.upsert({
    collectionName: G,
    wait: true,
    points: ['a', 'a', 'b'].map((tag, i) => ({id: num(i + 1), vectors: dense(1, i, 0, 0), payload: {tag: text(tag)}})),
  });
  const nearest = {variant: {case: 'nearest', value: {variant: {case: 'dense', value: {data: [1, 0, 0, 0]}}}}};
  const {result} = await points.queryGroups({collectionName: G, query: nearest, groupBy: 'tag'});
  assert.deepEqual(result.groups.map((g) => [g.id.kind.value, g.hits.map(idOf)]), [['a', ['1', '2']], ['b', ['3']]]);
  await points.createFieldIndex({collectionName: G, wait: true, fieldName: 'tag', fieldType: 0});
  const facet = await points.facet({collectionName: G, key: 'tag'});
  assert.deepEqual(facet.hits.map((h) => [h.value.variant.value, h.count]), [['a', 2n], ['b', 1n]]);
  const matrix = await points.searchMatrixOffsets({collectionName: G, limit: 1n});
  assert.deepEqual(matrix.result.ids.map((id) => id.pointIdOptions.value), [1n, 2n, 3n]);
  await collections.delete({collectionName: G});
});

step('text in, search out', async () => {
  await collections.create({
    collectionName: TEXTS,
    vectorsConfig: {config: {case: 'params', value: {size: 384n, distance: COSINE}}},
  });
  const texts = ['A small boat is moved by oars.', 'The bank raised its interest rate.'];
  await points.upsert({
    collectionName: TEXTS,
    wait: true,
    points: texts.map((t, i) => ({
      id: num(i),
      vectors: {vectorsOptions: {case: 'vector', value: {vector: {case: 'document', value: document(t)}}}},
    })),
  });
  const hits = await points.query({
    collectionName: TEXTS,
    query: {variant: {case: 'nearest', value: {variant: {case: 'document', value: document('rowing a dinghy')}}}},
    limit: 1n,
  });
  assert.deepEqual(hits.result.map(idOf), ['0']);
});

step('aliases', async () => {
  const create = {aliasName: `${C}-alias`, collectionName: C};
  await collections.updateAliases({actions: [{action: {case: 'createAlias', value: create}}]});
  assert.equal((await points.count({collectionName: `${C}-alias`})).result.count, 4n);
  assert.equal((await collections.listCollectionAliases({collectionName: C})).aliases.length, 1);
  await collections.updateAliases({actions: [{action: {case: 'deleteAlias', value: {aliasName: `${C}-alias`}}}]});
});

step('batch update and delete', async () => {
  const upsert = {points: [{id: num(7), vectors: dense(1, 1, 1, 1)}]};
  const gone = {points: {pointsSelectorOneOf: {case: 'points', value: {ids: [num(2)]}}}};
  const answer = await points.updateBatch({
    collectionName: C,
    wait: true,
    operations: [{operation: {case: 'upsert', value: upsert}}, {operation: {case: 'deletePoints', value: gone}}],
  });
  assert.equal(answer.result.length, 2);
  assert.equal((await points.count({collectionName: C})).result.count, 4n);
  await points.delete({
    collectionName: C,
    wait: true,
    points: {pointsSelectorOneOf: {case: 'filter', value: {must: [field({key: 'n', range: {gte: 0}})]}}},
  });
  assert.equal((await points.count({collectionName: C})).result.count, 3n);
});

step('snapshots', async () => {
  const snapshots = client.api('snapshots');
  const made = (await snapshots.create({collectionName: C})).snapshotDescription;
  assert.ok(made.size > 0n);
  assert.equal(made.checksum.length, 64);
  const names = async () => (await snapshots.list({collectionName: C})).snapshotDescriptions.map((s) => s.name);
  assert.deepEqual(await names(), [made.name]);
  await snapshots.delete({collectionName: C, snapshotName: made.name});
  assert.deepEqual(await names(), []);
  const full = (await snapshots.createFull({})).snapshotDescription;
  assert.ok((await snapshots.listFull({})).snapshotDescriptions.some((s) => s.name === full.name));
  await snapshots.deleteFull({snapshotName: full.name});
});

step('delete collections', async () => {
  for (const collectionName of [C, TEXTS, KINDS]) {
    assert.equal((await collections.delete({collectionName})).result, true);
    assert.equal((await collections.collectionExists({collectionName})).result.exists, false);
  }
});

await runSteps();
