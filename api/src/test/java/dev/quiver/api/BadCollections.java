package dev.quiver.api;

import static dev.quiver.api.BadRequest.C;
import static dev.quiver.api.BadRequest.P;
import static dev.quiver.api.BadRequest.get;
import static dev.quiver.api.BadRequest.patch;
import static dev.quiver.api.BadRequest.post;
import static dev.quiver.api.BadRequest.put;

import java.util.List;

/** Collections, aliases, indexes, routes and parameters that cannot be. */
final class BadCollections {
  private BadCollections() {}

  static List<BadRequest> badCollections() {
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
            "{'vectors': {'size': 4, 'distance': 'Dot', 'multivector_config': {'comparator': 'avg'}}}",
            400,
            json
                + "vectors.multivector_config.comparator: unknown variant `avg`, expected `max_sim`"),
        put(
            n,
            "{'sparse_vectors': {'s': {'modifier': 'tf'}}}",
            400,
            json
                + "sparse_vectors.s.modifier: unknown variant `tf`, expected one of `none`, `idf`"),
        put(
            n,
            "{'sparse_vectors': {'s/t': {}}}",
            400,
            "Wrong input: Invalid sparse vector name `s/t`: vector name cannot contain \"/\" char"),
        put(
            n,
            "{'sparse_vectors': {'': {}}}",
            400,
            "Wrong input: Sparse vector name cannot be empty"),
        put(
            n,
            "{'vectors': {'s': {'size': 4, 'distance': 'Dot'}}, 'sparse_vectors': {'s': {}}}",
            400,
            "Wrong input: Dense and sparse vector names must be unique - duplicate found with 's'"),
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
            "{'sparse_vectors': {'s': {'index': {'datatype': 'turbo4'}}}}",
            422,
            valid
                + "[sparse_vectors.s.index.datatype: sparse vectors do not support the `turbo4` datatype]"),
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
        patch(
            C,
            "{'vectors': {'x': {'on_disk': true}}}",
            400,
            "Wrong input: Not existing vector name error: x"),
        patch(
            C,
            "{'hnsw_config': {'m': 'x'}}",
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

  static List<BadRequest> badRoutesAndParameters() {
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
        put(
            C + "/vectors/v",
            "{'dense': {'size': 0, 'distance': 'Dot'}}",
            422,
            "Validation error in JSON body: [dense.size: value 0 invalid, must be from 1 to 65536]"),
        put(
            C + "/vectors/v",
            "{'size': 1, 'distance': 'Dot'}",
            400,
            "Format error in JSON body: data did not match any variant of untagged enum VectorNameConfig"),
        put(
            C + "/vectors/v",
            "{'dense': {'size': 1, 'distance': 'Far'}}",
            400,
            "Format error in JSON body: dense.distance: unknown variant `Far`..."),
        put(
            C + "/vectors/a%3Ab",
            "{'dense': {'size': 1, 'distance': 'Dot'}}",
            422,
            "Validation error in path parameters: [vector_name: vector name cannot contain \":\" char]"),
        put(
            "/collections/nope/vectors/v",
            "{'dense': {'size': 1, 'distance': 'Dot'}}",
            404,
            "Not found: Collection `nope` doesn't exist!"),
        get(
            C + "/snapshots/nope.snapshot",
            404,
            "Not found: Snapshot `nope.snapshot` doesn't exist!"),
        put(C + "/shards", "{}", 405, "Qdrant is running in standalone mode"),
        post("/cluster/recover", "{}", 405, "Qdrant is running in standalone mode"),
        get("/metrics?anonymize=yes", 400, query + "provided string was not `true` or `false`"));
  }
}
