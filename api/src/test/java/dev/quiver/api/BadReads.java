package dev.quiver.api;

import static dev.quiver.api.BadRequest.C;
import static dev.quiver.api.BadRequest.P;
import static dev.quiver.api.BadRequest.get;
import static dev.quiver.api.BadRequest.post;

import java.util.List;

/** Searches, queries, scrolls and counts that ask for what cannot be. */
final class BadReads {
  private BadReads() {}

  static List<BadRequest> badReads() {
    String json = "Format error in JSON body: ";
    String valid = "Validation error in JSON body: ";
    return List.of(
        post(
            P + "/query/groups", "{'query': [1,2,3,4]}", 400, json + "missing field `group_by`..."),
        post(
            P + "/query/groups",
            "{'query': [1,2,3,4], 'group_by': 'a..b'}",
            400,
            json + "group_by: Invalid json path: 'a..b'..."),
        post(
            P + "/query/groups",
            "{'query': [1,2,3,4], 'group_by': 'a', 'limit': 0, 'group_size': 0}",
            422,
            valid
                + "[search_group_request.group_request.limit: value 0 invalid, must be 1 or larger;"
                + " search_group_request.group_request.group_size: value 0 invalid, must be 1 or"
                + " larger]"),
        post(
            P + "/query/groups",
            "{'query': [1,2,3,4], 'group_by': 'a', 'limit': 1000, 'group_size': 1000}",
            422,
            valid
                + "[search_group_request.group_request.limit: limit * group_size is 1000000, must"
                + " be 10000 or smaller]"),
        post(
            P + "/search/groups",
            "{'vector': [1,2,3,4], 'group_by': 'a', 'limit': 1}",
            400,
            json + "missing field `group_size`..."),
        post(
            P + "/search/groups",
            "{'vector': [1,2,3], 'group_by': 'a', 'limit': 1, 'group_size': 1}",
            400,
            "Wrong input: Vector dimension error: expected dim: 4, got 3"),
        post(
            P + "/search/groups",
            "{'vector': [1,2,3,4], 'group_by': 'a', 'limit': 'x', 'group_size': 1}",
            400,
            json + "limit: invalid type: string \"x\", expected u32..."),
        post(C + "/facet", "{}", 400, json + "missing field `key`..."),
        post(
            C + "/facet",
            "{'key': 'k', 'limit': 0}",
            422,
            valid + "[facet_request.limit: value 0 invalid, must be 1 or larger]"),
        post(
            C + "/facet",
            "{'key': 'k'}",
            400,
            "Wrong input: No appropriate index for faceting: `k`. Please create one to facet on"
                + " this field. Check"
                + " https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which"
                + " payload schemas support Match conditions"),
        post(
            P + "/search/matrix/pairs",
            "{'sample': 1, 'limit': 0}",
            422,
            valid
                + "[search_request.sample: value 1 invalid, must be 2 or larger;"
                + " search_request.limit: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/search/matrix/offsets",
            "{'sample': 10001}",
            422,
            valid + "[search_request.sample: value 10001 invalid, must be from 2 to 10000]"),
        post(
            P + "/search/matrix/offsets",
            "{'using': 'x'}",
            400,
            "Wrong input: Not existing vector name error: x"),
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
            "{'vector': [1,2,3,4], 'limit': 1, 'filter':"
                + " {'must': [{'key': 'a', 'range': {'gt': 1, 'lt': 1e400}}]}}",
            400,
            json + "filter.must[0].range.lt: number out of range..."),
        post(
            P + "/scroll",
            "{'filter': {'must': {'key': 'a', 'geo_radius':"
                + " {'center': {'lon': 1, 'lat': 1}, 'radius': -1e400}}}}",
            400,
            json + "filter.must.geo_radius.radius: number out of range..."),
        post(
            P + "/count",
            "{'filter': {'must': [{'key': 'a', 'match': {'value': " + "9".repeat(400) + "}}]}}",
            400,
            json + "filter.must[0].match.value: number out of range..."),
        post(
            P + "/scroll",
            "{'order_by': {'key': 'a', 'start_from': 1e400}}",
            400,
            json + "order_by.start_from: number out of range..."),
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
}
