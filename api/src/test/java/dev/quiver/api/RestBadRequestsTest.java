package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of bad request with its status and its message; after each the server is unharmed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestBadRequestsTest {
  private static final String C = "/collections/c";
  private static final String P = C + "/points";
  private static final ApiLimits LIMITS =
      new ApiLimits(64 << 10, 64, 10_000, 100, Duration.ofSeconds(30), Duration.ofHours(1));

  @TempDir static Path folder;
  private RestFixture rest;
  private String before;

  /** One bad request. {@code error} is the whole text, or its beginning when it ends with "...". */
  private record Bad(String method, String path, String body, int status, String error) {
    @Override
    public String toString() {
      String shown = body == null ? "" : " " + (body.length() > 60 ? body.substring(0, 60) : body);
      return method + " " + path + shown;
    }
  }

  @BeforeAll
  void start() {
    rest = new RestFixture(folder, ApiKeys.none(), LIMITS);
    assertThat(rest.put(C, json("{'vectors': {'size': 4, 'distance': 'Dot'}}")).status())
        .isEqualTo(200);
    assertThat(
            rest.put(
                    "/collections/named",
                    json("{'vectors': {'a': {'size': 2, 'distance': 'Dot'}}}"))
                .status())
        .isEqualTo(200);
    assertThat(
            rest.put(
                    P + "?wait=true",
                    json("{'points': [{'id': 1, 'vector': [1, 2, 3, 4], 'payload': {'k': 'v'}}]}"))
                .status())
        .isEqualTo(200);
    before = state();
  }

  @AfterAll
  void stop() {
    rest.close();
  }

  /** All that is stored, to see that bad requests write nothing. */
  private String state() {
    Answer points = rest.post(P + "/scroll", json("{'limit': 100, 'with_vector': true}"));
    assertThat(points.status()).as(points.text()).isEqualTo(200);
    return points.result()
        + " "
        + rest.get("/collections").result()
        + " "
        + rest.get(C).result().path("config")
        + " "
        + rest.get(C).result().path("payload_schema")
        + " "
        + rest.get("/aliases").result();
  }

  private static List<Bad> malformed() {
    String json = "Format error in JSON body: ";
    return List.of(
        put(P, "", 400, json + "EOF while parsing a value at line 1 column..."),
        put(P, "{", 400, json + "EOF while parsing a value at line 1 column..."),
        put(P, "{'points': [{'id': 1, 'vec", 400, json + "EOF while parsing..."),
        put(P, "hello", 400, json + "Unrecognized token 'hello'..."),
        put(P, "{} {}", 400, json + "Invalid PointInsertOperations format..."),
        put(P, "{'points': []} x", 400, json + "Unrecognized token 'x'..."),
        put(P, "{'points': []} 1", 400, json + "trailing characters at line 1 column 16"),
        put(P, "{'points': [], }", 400, json + "Unexpected character..."),
        put(
            P,
            "{'points': [1,]}",
            400,
            json
                + "points[0]: invalid type: integer `1`, expected struct PointStruct at line 1 column 13"),
        put(P, "{points: []}", 400, json + "Unexpected character ('p' (code 112))..."),
        put(P, "[]", 400, json + "Invalid PointInsertOperations format at line 1 column 1"),
        put(P, "null", 400, json + "Invalid PointInsertOperations format..."),
        put(P, "{}", 400, json + "Invalid PointInsertOperations format..."),
        put(
            P,
            "{'points': null}",
            400,
            json + "points: invalid type: null, expected a sequence at line 1 column 12"),
        put(P, "{'points': {}}", 400, json + "points: invalid type: map, expected a sequence..."),
        put(
            P,
            "{'points': 'x'}",
            400,
            json + "points: invalid type: string \"x\", expected a sequence..."),
        put(
            P,
            "[".repeat(100_000),
            400,
            "JSON payload (100000 bytes) is larger than allowed (limit: 65536 bytes)."),
        put(
            P,
            "{'points': [{'id': 1, 'vector': " + "[".repeat(60_000),
            501,
            "Not implemented: multivector..."),
        put(
            P,
            "{'points': [{'id': 1, 'vector': [1,2,3,4], 'payload': {'a': " + "[".repeat(60_000),
            400,
            json + "recursion limit exceeded at line 1 column..."),
        put(P, "{'a':".repeat(10_000), 400, json + "recursion limit exceeded..."),
        put(
            P,
            "{'x': " + "[".repeat(30_000) + "]".repeat(30_000) + ", 'points': []}",
            400,
            json + "recursion limit exceeded..."),
        put(
            P,
            "{'points': [{'id': 1, 'vector': [1,2,3,4], 'payload': {'a': '\\ud800'}}]}",
            400,
            json + "points[0].payload.a: lone leading surrogate in hex escape..."),
        put(
            P,
            "{'points': [{'id': 1, 'vector': [1,2,3,4], 'payload': {'\\udc00': 1}}]}",
            400,
            json + "...urrogate..."));
  }

  private static List<Bad> badPoints() {
    String json = "Format error in JSON body: ";
    String id =
        "is not a valid point ID, valid values are either an unsigned integer or a UUID at line 1"
            + " column 20";
    return List.of(
        put(
            P,
            point("'vector': [1,2,3,4]"),
            400,
            json + "points[0]: missing field `id` at line 1..."),
        put(P, point("'id': 1"), 400, json + "points[0]: missing field `vector` at line 1..."),
        put(P, point("'id': -1, 'vector': [1,2,3,4]"), 400, json + "points[0].id: value -1 " + id),
        put(
            P,
            point("'id': 1.5, 'vector': [1,2,3,4]"),
            400,
            json + "points[0].id: value 1.5 " + id),
        put(
            P,
            point("'id': 18446744073709551616, 'vector': [1,2,3,4]"),
            400,
            json + "points[0].id: value 18446744073709551616 " + id),
        put(
            P,
            point("'id': 'abc', 'vector': [1,2,3,4]"),
            400,
            json + "points[0].id: value abc " + id),
        put(
            P,
            point("'id': null, 'vector': [1,2,3,4]"),
            400,
            json + "points[0].id: invalid type: null, expected a point ID..."),
        put(
            P,
            point("'id': [1], 'vector': [1,2,3,4]"),
            400,
            json + "points[0].id: invalid type: sequence, expected a point ID..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,3]"),
            400,
            "Wrong input: Vector dimension error: expected dim: 4, got 3"),
        put(
            P,
            point("'id': 9, 'vector': [1,2,3,4,5]"),
            400,
            "Wrong input: Vector dimension error: expected dim: 4, got 5"),
        put(
            P,
            point("'id': 9, 'vector': []"),
            400,
            "Wrong input: Vector dimension error: expected dim: 4, got 0"),
        put(P, point("'id': 9, 'vector': [1,2,NaN,4]"), 400, json + "Non-standard token 'NaN'..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,Infinity,4]"),
            400,
            json + "Non-standard token 'Infinity'..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,1e39,4]"),
            400,
            json + "points[0].vector[2]: number out of range at line 1..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,-1e999,4]"),
            400,
            json + "points[0].vector[2]: number out of range at line 1..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,'3',4]"),
            400,
            json + "points[0].vector[2]: invalid type: string \"3\", expected f32..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,null,4]"),
            400,
            json + "points[0].vector[2]: invalid type: null, expected f32..."),
        put(
            P,
            point("'id': 9, 'vector': 5"),
            400,
            json + "points[0].vector: invalid type: integer `5`, expected a vector..."),
        put(
            P,
            point("'id': 9, 'vector': {'zz': [1,2,3,4]}"),
            400,
            "Wrong input: Not existing vector name error: zz"),
        put(
            "/collections/named/points",
            point("'id': 9, 'vector': [1,2]"),
            400,
            "Wrong input: Not existing vector name error: "),
        put(
            P,
            point("'id': 9, 'vector': [[1,2,3,4]]"),
            501,
            "Not implemented: multivector inputs come in a later version..."),
        put(
            P,
            point("'id': 9, 'vector': {'a': {'indices': [1], 'values': [1]}}"),
            501,
            "Not implemented: ...sparse vector inputs come in a later version..."),
        put(
            P,
            point("'id': 9, 'vector': {'text': 'x', 'model': 'nope'}"),
            400,
            "Bad request: model nope is not on board"),
        put(
            P,
            point("'id': 9, 'vector': {'text': 'x'}"),
            400,
            json + "points[0].vector: missing field `model`..."),
        put(
            P,
            point("'id': 9, 'vector': {'text': 'x', 'model': 'letters', 'options': {'k': 1}}"),
            501,
            "Not implemented: options of a Document are not supported yet: k"),
        put(
            P,
            point("'id': 9, 'vector': {'image': 'x', 'model': 'm'}"),
            501,
            "Not implemented: image inputs come in a later version..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,3,4], 'payload': []"),
            400,
            json + "points[0].payload: invalid type: sequence, expected a map..."),
        put(
            P,
            point("'id': 9, 'vector': [1,2,3,4], 'payload': {'x': 1e999}"),
            400,
            json + "points[0].payload.x: number out of range..."),
        put(
            P,
            "{'points': [{'id': 9, 'vector': [1,2,3,4]}], 'shard_key': 'a'}",
            501,
            "Not implemented: shard_key: custom sharding is not supported yet..."),
        put(
            P,
            "{'points': [{'id': 9, 'vector': [1,2,3,4]}], 'update_mode': 'x'}",
            400,
            json
                + "update_mode: unknown variant `x`, expected one of `upsert`, `insert_only`, `update_only`..."),
        put(
            P,
            "{'batch': {'ids': [1, 2], 'vectors': [[1,2,3,4]]}}",
            422,
            "Validation error in JSON body: [batch.batch: number of ids and vectors must be equal (2 != 1)]"),
        put(
            P,
            "{'batch': {'ids': [1], 'vectors': [[1,2,3,4]], 'payloads': []}}",
            422,
            "Validation error in JSON body: [batch.batch: number of ids and payloads must be equal (1 != 0)]"),
        put(P, "{'batch': {'ids': [1]}}", 400, json + "batch: missing field `vectors`..."),
        put(
            P + "/vectors",
            "{'points': []}",
            422,
            "Validation error in JSON body: [points: must specify points to update]"),
        put(
            P + "/vectors",
            "{'points': [{'id': 1, 'vector': {}}]}",
            422,
            "Validation error in JSON body: [points[0].vector: must specify vectors to update for point]"),
        post(
            P + "/vectors/delete",
            "{'points': [1], 'vector': []}",
            422,
            "Validation error in JSON body: [vector: must specify vector names to delete]"),
        post(P + "/vectors/delete", "{'points': [1]}", 400, json + "missing field `vector`..."),
        post(
            P + "/delete",
            "{}",
            400,
            json + "data did not match any variant of untagged enum PointsSelector..."),
        post(
            P + "/payload",
            "{'payload': {'a': 1}}",
            400,
            json + "Either list of point ids or filter must be provided..."),
        post(P + "/payload", "{'points': [1]}", 400, json + "missing field `payload`..."),
        post(
            P + "/payload",
            "{'payload': {'a': 1}, 'points': [1], 'key': 'a..b'}",
            400,
            json + "key: Invalid json path: 'a..b'..."),
        post(P + "/payload/delete", "{'points': [1]}", 400, json + "missing field `keys`..."),
        post(
            P + "/batch",
            "{'operations': [{'explode': {}}]}",
            400,
            json
                + "operations[0]: data did not match any variant of untagged enum UpdateOperation..."),
        post(P + "/batch", "{}", 400, json + "missing field `operations`..."));
  }

  private static List<Bad> badReads() {
    String json = "Format error in JSON body: ";
    String valid = "Validation error in JSON body: ";
    return List.of(
        post(P + "/search", "{'vector': [1,2,3,4]}", 400, json + "missing field `limit`..."),
        post(P + "/search", "{'limit': 1}", 400, json + "missing field `vector`..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 0}",
            422,
            valid + "[search_request.limit: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': -1}",
            400,
            json + "limit: invalid value: integer `-1`, expected usize..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1.5}",
            400,
            json + "limit: invalid type: floating point `1.5`, expected usize..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': '9'}",
            400,
            json + "limit: invalid type: string \"9\", expected usize..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1000000000000}",
            422,
            valid + "[search_request.limit: value 1000000000000 invalid, must be from 1 to 10000]"),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 99999999999999999999999}",
            400,
            json + "limit: invalid value: integer `99999999999999999999999`, expected usize..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 9000, 'offset': 9000}",
            422,
            valid + "[search_request.limit: limit + offset is 18000, must be 10000 or smaller]"),
        post(
            P + "/search",
            "{'vector': [1,2,3], 'limit': 1}",
            400,
            "Wrong input: Vector dimension error: expected dim: 4, got 3"),
        post(
            P + "/search",
            "{'vector': {'name': 'x', 'vector': [1,2,3,4]}, 'limit': 1}",
            400,
            "Wrong input: Not existing vector name error: x"),
        post(
            P + "/search",
            "{'vector': {'vector': [1,2,3,4]}, 'limit': 1}",
            400,
            json + "vector: missing field `name`..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'params': {'hnsw_ef': 0}}",
            422,
            valid + "[search_request.params.hnsw_ef: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'params': {'quantization': {'oversampling': 0.5}}}",
            422,
            valid
                + "[search_request.params.quantization.oversampling: value 0.5 invalid, must be 1.0 or larger]"),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'score_threshold': 1e99}",
            400,
            json + "score_threshold: number out of range..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'with_payload': 5}",
            400,
            json
                + "with_payload: Expected a boolean, an array of strings, or an object with an include/exclude field..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'with_payload': {'includes': []}}",
            400,
            json + "with_payload.includes: unknown field `includes`..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'with_vector': {}}",
            400,
            json + "with_vector: Expected a boolean, or an array of strings..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'filter': {'must': [{'key': 'a', 'match': {'valu': 1}}]}}",
            400,
            json + "..."),
        post(
            P + "/search",
            "{'vector': [1,2,3,4], 'limit': 1, 'filter': {'musst': []}}",
            400,
            json + "..."),
        post(P + "/search", "{'vector': [1,2,3,4], 'limit': 1, 'filter': 7}", 400, json + "..."),
        post(
            P + "/query",
            "{'query': [1,2,3,4], 'limit': 0}",
            422,
            valid + "[internal.limit: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/query",
            "{'query': [1,2]}",
            400,
            "Wrong input: Vector dimension error: expected dim: 4, got 2"),
        post(P + "/query", "{'query': true}", 400, json + "query: invalid type: boolean..."),
        post(
            P + "/query",
            "{'query': {'nearestt': [1,2,3,4]}}",
            400,
            json + "query: data did not match any variant of untagged enum QueryInterface..."),
        post(P + "/query", "{'query': 77}", 404, "Not found: No point with id 77 found"),
        post(
            P + "/query",
            "{'query': 'not-a-uuid'}",
            400,
            json + "query: value not-a-uuid is not a valid point ID..."),
        post(
            P + "/query",
            "{'query': [1,2,3,4], 'using': 'x'}",
            400,
            "Wrong input: Not existing vector name error: x"),
        post(
            P + "/query",
            "{'query': {'recommend': {'positive': [1]}}}",
            501,
            "Not implemented: query.recommend: a recommend query is not supported yet"),
        post(
            P + "/query",
            "{'query': {'fusion': 'rrf'}, 'prefetch': []}",
            501,
            "Not implemented: query.fusion: a fusion query is not supported yet"),
        post(
            P + "/query",
            "{'query': {'nearest': [1,2,3,4], 'mmr': {}}}",
            501,
            "Not implemented: query.mmr: mmr is not supported yet"),
        post(
            P + "/query",
            "{'prefetch': [{'query': [1,2,3,4]}], 'query': [1,2,3,4]}",
            501,
            "Not implemented: prefetch: prefetch is not supported yet"),
        post(
            P + "/query",
            "{'query': [1,2,3,4], 'lookup_from': {'collection': 'named'}}",
            501,
            "Not implemented: lookup_from: vectors of other collections are not supported yet"),
        post(
            P + "/query",
            "{'score_threshold': 0.5}",
            400,
            "Bad request: score_threshold: 0.5 cannot be used with no query..."),
        post(
            P + "/query/batch",
            "{'searches': [{}, {'limit': 0}]}",
            422,
            valid + "[searches[1].internal.limit: value 0 invalid, must be 1 or larger]"),
        post(P + "/query/batch", "{}", 400, json + "missing field `searches`..."),
        post(
            P + "/query/batch",
            "{'searches': [" + "{},".repeat(100) + "{}]}",
            422,
            valid + "[searches: value 101 invalid, must be from 0 to 100]"),
        post(
            P + "/scroll",
            "{'limit': 0}",
            422,
            valid + "[scroll_request.limit: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/scroll",
            "{'order_by': 'k', 'offset': 1}",
            400,
            "Bad request: Cannot use an `offset` when using `order_by`. The alternative..."),
        post(
            P + "/scroll",
            "{'order_by': {'key': 'k', 'direction': 'up'}}",
            400,
            json + "order_by.direction: unknown variant `up`, expected `asc` or `desc`..."),
        post(P + "/scroll", "{'order_by': {}}", 400, json + "order_by: missing field `key`..."),
        post(
            P + "/scroll",
            "{'order_by': {'key': 'k', 'start_from': 'soon'}}",
            400,
            json + "order_by.start_from: \"soon\" is no datetime..."),
        post(
            P + "/count",
            "{'exact': 1}",
            400,
            json + "exact: invalid type: integer `1`, expected a boolean..."),
        post(P, "{'ids': 1}", 400, json + "ids: invalid type: integer `1`, expected a sequence..."),
        post(P, "{}", 400, json + "missing field `ids`..."),
        get(P + "/x", 400, "Bad request: Can not recognize \"x\" as point id"),
        get(P + "/77", 404, "Not found: Point with id 77 does not exists!"));
  }

  private static List<Bad> badCollections() {
    String json = "Format error in JSON body: ";
    String valid = "Validation error in JSON body: ";
    String n = "/collections/new";
    return List.of(
        put(
            C,
            "{'vectors': {'size': 4, 'distance': 'Dot'}}",
            409,
            "Wrong input: Collection `c` already exists!"),
        put(
            n,
            "{'vectors': {'size': 0, 'distance': 'Dot'}}",
            422,
            valid + "[vectors.size: value 0 invalid, must be from 1 to 65536]"),
        put(
            n,
            "{'vectors': {'size': 65537, 'distance': 'Dot'}}",
            422,
            valid + "[vectors.size: value 65537 invalid, must be from 1 to 65536]"),
        put(
            n,
            "{'vectors': {'size': -4, 'distance': 'Dot'}}",
            400,
            json + "vectors.size: invalid value: integer `-4`, expected u64"),
        put(
            n,
            "{'vectors': {'size': '4', 'distance': 'Dot'}}",
            400,
            json + "vectors.size: invalid type: string \"4\", expected u64"),
        put(n, "{'vectors': {'size': 4}}", 400, json + "vectors: missing field `distance`"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'dot'}}",
            400,
            json
                + "vectors.distance: unknown variant `dot`, expected one of `Cosine`, `Euclid`, `Dot`, `Manhattan`"),
        put(n, "{'vectors': 4}", 400, json + "vectors: invalid type: integer `4`, expected a map"),
        put(
            n,
            "{'vectors': {'a': 4}}",
            400,
            json + "vectors.a: invalid type: integer `4`, expected struct VectorParams"),
        put(
            n,
            "{'vectors': {'a/b': {'size': 4, 'distance': 'Dot'}}}",
            400,
            "Wrong input: Invalid dense vector name `a/b`: vector name cannot contain \"/\" char"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot', 'datatype': 'turbo4'}}",
            501,
            "Not implemented: vectors.datatype: turbo4 is not supported yet..."),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot', 'multivector_config': {'comparator': 'max_sim'}}}",
            501,
            "Not implemented: vectors.multivector_config: multivectors are not supported yet"),
        put(
            n,
            "{'sparse_vectors': {'s': {}}}",
            501,
            "Not implemented: sparse_vectors: sparse vectors are not supported yet"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot'}, 'sharding_method': 'custom'}",
            501,
            "Not implemented: sharding_method: custom sharding is not supported yet"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot'}, 'hnsw_config': {'ef_construct': 0, 'm': 4}, 'shard_number': 0}",
            422,
            valid
                + "[shard_number: value 0 invalid, must be 1 or larger; hnsw_config.ef_construct: value 0 invalid, must be 4 or larger]"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot'}, 'quantization_config': {'scalar': {'type': 'int9'}}}",
            400,
            json + "quantization_config.scalar.type: unknown variant `int9`, expected `int8`"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot'}, 'optimizers_config': {'deleted_threshold': 2}}",
            422,
            valid
                + "[optimizers_config.deleted_threshold: value 2.0 invalid, must be from 0.0 to 1.0]"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot'}, 'payload': {'memory': 'pinned'}}",
            422,
            valid
                + "[payload.memory: `pinned` memory placement is not supported for payload storage]"),
        put(
            n,
            "{'vectors': {'size': 4, 'distance': 'Dot'}, 'metadata': 5}",
            400,
            json + "metadata: invalid type: integer `5`, expected a map"),
        put(n, "[]", 400, json + "invalid type: sequence, expected struct CreateCollection"),
        put(
            n + "?timeout=0",
            "{'vectors': {'size': 4, 'distance': 'Dot'}}",
            422,
            "Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]"),
        put(
            "/collections/a%3Ab",
            "{}",
            422,
            "Validation error in path parameters: [collection_name: collection name cannot contain \":\" char]"),
        put(
            "/collections/a%2Fb",
            "{}",
            422,
            "Validation error in path parameters: [collection_name: collection name cannot contain \"/\" char]"),
        put(
            "/collections/" + "x".repeat(256),
            "{}",
            422,
            "Validation error in path parameters: [collection_name: value \"xxx..."),
        get("/collections/none", 404, "Not found: Collection `none` doesn't exist!"),
        put(
            "/collections/none/points",
            "{'points': []}",
            404,
            "Not found: Collection `none` doesn't exist!"),
        post(
            "/collections/none/points/search",
            "{'vector': [1], 'limit': 1}",
            404,
            "Not found: Collection `none` doesn't exist!"),
        new Bad(
            "PATCH",
            C,
            json("{'vectors': {'x': {'on_disk': true}}}"),
            400,
            "Wrong input: Not existing vector name error: x"),
        new Bad(
            "PATCH",
            C,
            json("{'hnsw_config': {'m': 'x'}}"),
            400,
            json + "hnsw_config.m: invalid type: string \"x\", expected u64"),
        post(
            "/collections/aliases",
            "{'actions': [{'create_alias': {'alias_name': 'x'}}]}",
            400,
            json + "actions[0].create_alias: missing field `collection_name`"),
        post(
            "/collections/aliases",
            "{'actions': [{'make_alias': {}}]}",
            400,
            json + "actions[0]: data did not match any variant of untagged enum AliasOperations"),
        post(
            "/collections/aliases",
            "{'actions': [{'create_alias': {'alias_name': 'x', 'collection_name': 'none'}}]}",
            404,
            "Not found: Collection `none` doesn't exist!"),
        put(
            C + "/index",
            "{'field_name': 'a'}",
            400,
            "Bad request: Can't auto-detect field type, please specify `field_schema` in the request"),
        put(C + "/index", "{'field_schema': 'keyword'}", 400, json + "missing field `field_name`"),
        put(C + "/index", "{'field_name': 'a', 'field_schema': 'keywords'}", 400, json + "..."));
  }

  private static List<Bad> badRoutesAndParameters() {
    String query = "Deserialize error in query parameters: ";
    return List.of(
        get("/nothing", 404, "Not found: GET /nothing is no route of this API"),
        post(C, "{}", 404, "Not found: POST /collections/c is no route of this API"),
        put(
            P + "?wait=yes",
            "{'points': []}",
            400,
            query + "provided string was not `true` or `false`"),
        put(
            P + "?ordering=loose",
            "{'points': []}",
            400,
            query + "unknown variant `loose`, expected one of `weak`, `medium`, `strong`"),
        put(P + "?timeout=x", "{'points': []}", 400, query + "invalid digit found in string"),
        put(
            P + "?timeout=99999999999999999999999",
            "{'points': []}",
            400,
            query + "number too large to fit in target type"),
        put(P + "?wait=true&wait=true", "{'points': []}", 400, query + "duplicate field `wait`"),
        post(
            P + "/count?timeout=0",
            "{}",
            400,
            query + "invalid value: integer `0`, expected a nonzero u64"),
        post(P + "/count?timeout=-1", "{}", 400, query + "invalid digit found in string"),
        post(
            P + "/count?consistency=0",
            "{}",
            400,
            query + "failed to deserialize read consistency query parameter value '0'"),
        post(
            P + "/count?consistency=most",
            "{}",
            400,
            query + "failed to deserialize read consistency query parameter value 'most'"),
        post(
            P + "/recommend",
            "{}",
            501,
            "Not implemented: POST /collections/{collection_name}/points/recommend (recommendation) comes in a later version"),
        post(
            C + "/facet",
            "{}",
            501,
            "Not implemented: POST /collections/{collection_name}/facet (facets) comes in a later version"),
        post(
            C + "/snapshots",
            "{}",
            501,
            "Not implemented: POST /collections/{collection_name}/snapshots (snapshots) comes in a later version"),
        put("/quotas", "{}", 501, "Not implemented: PUT /quotas (quotas) comes in a later version"),
        put(C + "/shards", "{}", 405, "Qdrant is running in standalone mode"),
        post("/cluster/recover", "{}", 405, "Qdrant is running in standalone mode"),
        get("/metrics?anonymize=true", 501, "Not implemented: anonymize: not supported yet"));
  }

  @TestFactory
  Stream<DynamicTest> eachBadRequestHasItsStatusAndMessageAndHarmsNothing() {
    List<Bad> all = new ArrayList<>();
    all.addAll(malformed());
    all.addAll(badPoints());
    all.addAll(badReads());
    all.addAll(badCollections());
    all.addAll(badRoutesAndParameters());
    assertThat(all).hasSizeGreaterThan(60);
    return all.stream().map(bad -> dynamicTest(bad.toString(), () -> check(bad)));
  }

  private void check(Bad bad) {
    Answer answer = rest.call(bad.method, bad.path, bad.body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(bad.status);
    if (bad.error.contains("...")) {
      int start = 0;
      for (String part : bad.error.split("\\.\\.\\.")) {
        int found = answer.error().indexOf(part, start);
        assertThat(found).as(answer.error() + " contains " + part).isGreaterThanOrEqualTo(0);
        start = found + part.length();
      }
      assertThat(answer.error()).startsWith(bad.error.split("\\.\\.\\.")[0]);
    } else {
      assertThat(answer.error()).isEqualTo(bad.error);
    }
    assertThat(answer.json().has("result")).isFalse();
    assertThat(answer.json().path("time").isNumber()).isTrue();
    assertThat(state()).as("nothing was written").isEqualTo(before);
  }

  @Test
  void aBodyWithoutDeclaredLengthIsStillBounded() {
    Answer answer =
        rest.send(
            java.net.http.HttpRequest.newBuilder(
                    java.net.URI.create("http://localhost:" + rest.port() + P))
                .header("content-type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .PUT(
                    java.net.http.HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[100_000])))
                .build());
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("JSON payload has exceeded limit (65536 bytes).");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void aWrongContentTypeIsRefusedAndAMissingOneIsNot() {
    String body = json("{'exact': true}");
    for (String type : List.of("text/plain", "application/xml", "multipart/form-data", "garbage")) {
      Answer answer = rest.call("POST", P + "/count", body, "content-type", type);
      assertThat(answer.status()).as(type).isEqualTo(400);
      assertThat(answer.error()).isEqualTo("Content type error");
    }
    for (String type :
        List.of("application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json")) {
      assertThat(rest.call("POST", P + "/count", body, "content-type", type).status())
          .as(type)
          .isEqualTo(200);
    }
  }

  @Test
  void aBodyThatIsNotItsEncodingIsRefused() {
    Answer gzip = rest.call("POST", P + "/count", "{}", "content-encoding", "gzip");
    assertThat(gzip.status()).as(gzip.text()).isEqualTo(400);
    assertThat(gzip.error()).startsWith("Format error in JSON body: ");
    Answer unknown = rest.call("POST", P + "/count", "{}", "content-encoding", "br");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.error()).startsWith("Content-Encoding: br is not supported");
  }

  private static String point(String members) {
    return "{'points': [{" + members + "}]}";
  }

  private static Bad put(String path, String body, int status, String error) {
    return new Bad("PUT", path, json(body), status, error);
  }

  private static Bad post(String path, String body, int status, String error) {
    return new Bad("POST", path, json(body), status, error);
  }

  private static Bad get(String path, int status, String error) {
    return new Bad("GET", path, null, status, error);
  }
}
