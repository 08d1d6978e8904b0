package dev.quiver.api;

import static dev.quiver.api.BadRequest.P;
import static dev.quiver.api.BadRequest.post;
import static dev.quiver.api.BadRequest.put;

import java.util.List;

/** Bodies that cannot be read, and points that cannot be written. */
final class BadWrites {
  private BadWrites() {}

  static List<BadRequest> malformed() {
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
            400,
            json
                + "points[0].vector[0][0]: invalid type: sequence, expected f32 at line 1 column..."),
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

  static List<BadRequest> badPoints() {
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
            400,
            "Wrong input: Conversion between multi and regular vectors failed"),
        put(
            P,
            point("'id': 9, 'vector': [[1,2,3,4],[1]]"),
            422,
            "Validation error in JSON body: [points[0].vector.data: all vectors must have the same"
                + " dimension, found vector with dimension 1]"),
        put(
            P,
            point("'id': 9, 'vector': [[]]"),
            422,
            "Validation error in JSON body: [points[0].vector.data: all vectors must be non-empty]"),
        put(
            P,
            point("'id': 9, 'vector': {'a': [[1],[1,2]]}"),
            422,
            "Validation error in JSON body: [points[0].vector.?.data: all vectors must have the"
                + " same dimension, found vector with dimension 2]"),
        put(
            P,
            point("'id': 9, 'vector': {'a': {'indices': [1,1], 'values': [1,2]}}"),
            422,
            "Validation error in JSON body: [points[0].vector.?.indices: must be unique]"),
        put(
            P,
            point("'id': 9, 'vector': {'text': {'indices': [1,2], 'values': [1]}}"),
            422,
            "Validation error in JSON body: [points[0].vector.?.values: must be the same length as"
                + " indices]"),
        put(
            P,
            point("'id': 9, 'vector': {'a': {'indices': [4294967296], 'values': [1]}}"),
            400,
            json
                + "points[0].vector.a.indices[0]: invalid value: integer `4294967296`, expected"
                + " u32..."),
        put(
            P,
            point("'id': 9, 'vector': {'a': {'indices': [-1], 'values': [1]}}"),
            400,
            json + "points[0].vector.a.indices[0]: invalid value: integer `-1`, expected u32..."),
        put(
            P,
            point("'id': 9, 'vector': {'a': {'indices': [1]}}"),
            400,
            json + "points[0].vector.a: data did not match any variant of untagged enum Vector..."),
        put(
            P,
            point("'id': 9, 'vector': {'': {'indices': [1], 'values': [1]}}"),
            400,
            "Wrong input: Conversion between sparse and regular vectors failed"),
        put(
            P,
            point("'id': 9, 'vector': {'a': {'indices': [1], 'values': [1]}}"),
            400,
            "Wrong input: Not existing vector name error: a"),
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
            "Not implemented: options of a Document are not supported yet for this model: k"),
        put(
            P,
            point("'id': 9, 'vector': {'text': 'x', 'model': 'Qdrant/bm25', 'options': {'k': -1}}"),
            400,
            "Wrong input: BM25 k1 must be finite and >= 0, got -1.0"),
        put(
            P,
            point("'id': 9, 'vector': {'text': 'x', 'model': 'bm25', 'options': {'b': 2}}"),
            400,
            "Wrong input: BM25 b must be finite and in [0.0, 1.0], got 2.0"),
        put(
            P,
            point("'id': 9, 'vector': {'text': 'x', 'model': 'bm25', 'options': {'avg_len': 0}}"),
            400,
            "Wrong input: BM25 avg_doc_len must be finite and > 0, got 0.0"),
        put(
            P,
            point(
                "'id': 9, 'vector': {'text': 'x', 'model': 'bm25', 'options': {'tokenizer': 'w'}}"),
            400,
            "Wrong input: Invalid BM25 config: tokenizer: \"w\"..."),
        put(
            P,
            point("'id': 9, 'vector': {'text': 'x', 'model': 'bm25'}"),
            400,
            "Wrong input: Conversion between sparse and regular vectors failed"),
        put(
            P,
            point("'id': 9, 'vector': {'image': 'x', 'model': 'm'}"),
            400,
            "Bad request: image input: no model of this server embeds an image (expected: a vector, or a"
                + " Document with text and the name of a text model)"),
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
            400,
            "Wrong input: Shard key \"a\" not found"),
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

  private static String point(String members) {
    return "{'points': [{" + members + "}]}";
  }
}
