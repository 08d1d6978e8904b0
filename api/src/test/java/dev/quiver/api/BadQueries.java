package dev.quiver.api;

import static dev.quiver.api.BadRequest.P;
import static dev.quiver.api.BadRequest.post;

import java.util.List;
import java.util.stream.Stream;

/** Queries of every kind that ask for what cannot be. */
final class BadQueries {
  private static final String JSON = "Format error in JSON body: ";
  private static final String VALID = "Validation error in JSON body: ";
  private static final String WRONG = "Wrong input: ";
  private static final String V = "[1,2,3,4]";
  private static final String PREFETCH = "'prefetch': {'query': " + V + "}, ";

  private BadQueries() {}

  static List<BadRequest> badQueries() {
    return Stream.of(shapes(), examples(), stages(), formulas(), older())
        .flatMap(List::stream)
        .toList();
  }

  private static BadRequest query(String query, int status, String error) {
    return post(P + "/query", "{'query': " + query + "}", status, error);
  }

  private static List<BadRequest> shapes() {
    return List.of(
        query(
            "{'nearest': " + V + ", 'recommend': {'positive': [1]}}",
            400,
            JSON + "query: a query has one form, not 2..."),
        query(
            "{'nearest': " + V + ", 'mmr': {'diversity': 1.5}}",
            422,
            VALID + "[internal.query.mmr.diversity: value 1.5 invalid, must be from 0.0 to 1.0]"),
        query(
            "{'nearest': " + V + ", 'mmr': {'candidates_limit': 16385}}",
            422,
            VALID
                + "[internal.query.mmr.candidates_limit: value 16385 invalid, must be 16384 or smaller]"),
        query(
            "{'nearest': " + V + ", 'mmr': 5}",
            400,
            JSON + "query.mmr: invalid type: integer `5`, expected struct Mmr..."),
        query(
            "{'recommend': {}}",
            422,
            VALID
                + "[internal.query.recommend.positives, negatives: At least one positive or negative vector/id must be provided]"),
        query(
            "{'recommend': {'positive': [1], 'strategy': 'best'}}",
            400,
            JSON
                + "query.recommend.strategy: unknown variant `best`, expected one of `average_vector`, `best_score`, `sum_scores`..."),
        query(
            "{'recommend': {'positive': [true]}}",
            400,
            JSON + "query.recommend.positive[0]: invalid type: boolean..."),
        query(
            "{'discover': {'context': []}}",
            400,
            JSON + "query.discover: missing field `target`..."),
        query(
            "{'discover': {'target': 1}}",
            400,
            JSON + "query.discover: missing field `context`..."),
        query(
            "{'context': [{'positive': 1}]}",
            400,
            JSON + "query.context[0]: missing field `negative`..."),
        query("{'fusion': 'max'}", 400, JSON + "query.fusion: unknown variant `max`..."),
        query(
            "{'rrf': {'k': 0}}",
            422,
            VALID + "[internal.query.rrf.k: value 0 invalid, must be 1 or larger]"),
        query(
            "{'rrf': {'weights': ['1']}}",
            400,
            JSON + "query.rrf.weights[0]: invalid type: string \"1\", expected f32..."),
        query("{'sample': 'first'}", 400, JSON + "query.sample: unknown variant `first`..."),
        query(
            "{'relevance_feedback': {'target': 1, 'feedback': []}}",
            400,
            JSON + "query.relevance_feedback: missing field `strategy`..."),
        query(
            "{'relevance_feedback': {'target': 1, 'feedback': [], 'strategy': {'naive': {'a': 1, 'b': 1, 'c': 1}}}}",
            422,
            VALID
                + "[internal.query.relevance_feedback.__all__: feedback elements must be non-empty]"),
        query(
            "{'relevance_feedback': {'target': 1, 'feedback': [{'example': 1, 'score': 1}], 'strategy': {'naive': {'a': 1, 'b': -1, 'c': 1}}}}",
            422,
            VALID
                + "[internal.query.relevance_feedback.strategy.naive.b: value -1.0 invalid, must be 0.0 or larger]"),
        query(
            "{'relevance_feedback': {'target': 1, 'feedback': [{'example': 1}], 'strategy': {}}}",
            400,
            JSON + "query.relevance_feedback.feedback[0]: missing field `score`..."));
  }

  private static List<BadRequest> examples() {
    return List.of(
        query("{'recommend': {'positive': [77]}}", 404, "Not found: No point with id 77 found"),
        query(
            "{'context': {'positive': 1, 'negative': 78}}",
            404,
            "Not found: No point with id 78 found"),
        query(
            "{'recommend': {'negative': [1]}}",
            400,
            WRONG + "Positive vectors should not be empty with `average` strategy"),
        query(
            "{'recommend': {'positive': [[1, 2]], 'strategy': 'sum_scores'}}",
            400,
            WRONG + "Vector dimension error: expected dim: 4, got 2"),
        post(
            P + "/query",
            "{'query': {'discover': {'target': 1, 'context': []}}, 'using': 'x'}",
            400,
            WRONG + "Not existing vector name error: x"),
        post(
            P + "/query",
            "{'query': 1, 'lookup_from': {'collection': 'nowhere'}}",
            404,
            "Not found: Collection `nowhere` doesn't exist!"),
        post(
            P + "/query",
            "{'query': 1, 'lookup_from': {'collection': 'named'}}",
            400,
            WRONG + "Not existing vector name error: "),
        post(
            P + "/query",
            "{'query': 1, 'lookup_from': {'collection': 'named', 'vector': 'a'}}",
            404,
            "Not found: No point with id 1 found"),
        post(
            P + "/query",
            "{'query': 1, 'lookup_from': {'vector': 'a'}}",
            400,
            JSON + "lookup_from: missing field `collection`..."),
        query(
            "{'recommend': {'positive': [{'indices': [1], 'values': [1]}]}}",
            400,
            "Wrong input: Conversion between sparse and regular vectors failed"),
        query(
            "{'indices': [2,2], 'values': [1,1]}",
            422,
            "Validation error in JSON body: [internal.query.indices: must be unique]"),
        query(
            "{'nearest': {'indices': [2], 'values': [1,1]}}",
            422,
            "Validation error in JSON body: [internal.query.values: must be the same length as"
                + " indices]"),
        query(
            "[[1],[1,2]]",
            422,
            "Validation error in JSON body: [internal.query.data: all vectors must have the same"
                + " dimension, found vector with dimension 2]"),
        query(
            "{'context': [{'positive': [[1,2]], 'negative': 1}]}",
            400,
            "Wrong input: Vector dimension error: expected dim: 4, got 2"));
  }

  private static List<BadRequest> stages() {
    String deep = "{'query': " + V + "}";
    for (int i = 0; i < 64; i++) {
      deep = "{'prefetch': " + deep + ", 'query': " + V + "}";
    }
    String wide = "{'query': 1}" + ",{'query': 1}".repeat(1_000);
    return List.of(
        post(
            P + "/query",
            "{" + PREFETCH + "'limit': 1}",
            400,
            "Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query."),
        post(
            P + "/query",
            "{'score_threshold': 0.5}",
            400,
            "Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query."),
        post(
            P + "/query",
            "{'query': {'order_by': 'n'}, 'score_threshold': 0.5}",
            400,
            "Bad request: Can't use score_threshold with an order_by query."),
        query(
            "{'order_by': 'n'}",
            400,
            WRONG + "No range index for `order_by` key: `n`. Please create..."),
        query(
            "{'fusion': 'rrf'}",
            400,
            WRONG + "Validation failed: cannot apply Fusion without prefetches"),
        query(
            "{'formula': '$score'}",
            400,
            WRONG + "Validation failed: cannot apply Formula without prefetches"),
        post(
            P + "/query",
            "{" + PREFETCH + "'query': {'fusion': 'dbsf'}, 'using': 'a'}",
            400,
            "Bad request: Fusion queries cannot be combined with the 'using' field."),
        post(
            P + "/query",
            "{" + PREFETCH + "'query': {'rrf': {'weights': [1, 2]}}}",
            400,
            WRONG
                + "Validation failed: RRF weights length (2) does not match number of prefetches (1)"),
        post(
            P + "/query",
            "{'prefetch': [{'limit': 1}, {'limit': 0}], 'query': 1}",
            422,
            VALID + "[internal.prefetch[1].limit: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/query",
            "{'prefetch': {'prefetch': {'query': [1]}, 'query': 1}, 'query': " + V + "}",
            400,
            WRONG + "Vector dimension error: expected dim: 4, got 1"),
        post(P + "/query", "{'prefetch': 5, 'query': 1}", 400, JSON + "prefetch: invalid type..."),
        post(
            P + "/query",
            "{'prefetch': [" + wide + "], 'query': {'fusion': 'rrf'}}",
            400,
            "Bad request: a query with 1001 prefetches (expected: at most 1000)"),
        post(
            P + "/query/batch",
            "{'searches': [{'query': 1}, {" + PREFETCH + "'query': {'rrf': {'k': 0}}}]}",
            422,
            VALID + "[searches[1].internal.query.rrf.k: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/query",
            "{'prefetch': " + deep + ", 'query': " + V + "}",
            400,
            JSON + "recursion limit exceeded..."));
  }

  private static BadRequest formula(String formula, int status, String error) {
    return post(
        P + "/query", "{" + PREFETCH + "'query': {'formula': " + formula + "}}", status, error);
  }

  private static List<BadRequest> formulas() {
    String noNumber = " value for %s in the payload and/or in the formula defaults. Error: %s";
    return List.of(
        formula(
            "true", 400, JSON + "invalid type: boolean `true`, expected a formula's expression..."),
        formula(
            "'$rank'",
            400,
            WRONG
                + "Validation failed: failed to parse variable ID $rank: Invalid reserved word: $rank"),
        formula(
            "'$score.a'",
            400,
            WRONG
                + "Validation failed: failed to parse variable ID $score.a: Invalid reserved variable: $score.a"),
        formula(
            "'a..b'",
            400,
            WRONG
                + "Validation failed: failed to parse variable ID a..b: Invalid payload variable: a..b"),
        formula(
            "{'mult': 5}",
            400,
            JSON + "invalid type: integer `5`, expected a sequence at query.formula.mult"),
        formula("{'div': {'left': 1}}", 400, JSON + "missing field `right` at query.formula.div"),
        formula(
            "{'pow': {'base': 1}}", 400, JSON + "missing field `exponent` at query.formula.pow"),
        formula(
            "{'geo_distance': {'origin': {'lon': 200, 'lat': 0}, 'to': 'place'}}",
            400,
            JSON + "Wrong format of GeoPoint payload..."),
        formula("{'datetime_key': ''}", 400, JSON + "Invalid json path: ''..."),
        formula(
            "{'datetime': 'soon'}",
            400,
            WRONG + "Validation failed: failed to parse date-time soon: expected RFC 3339..."),
        formula(
            "{'exp_decay': {'x': '$score', 'midpoint': 1}}",
            400,
            WRONG + "Validation failed: Decay midpoint should be in the range (0.0, 1.0), got 1."),
        formula(
            "{'lin_decay': {'x': '$score', 'midpoint': 2}}",
            400,
            WRONG
                + "Validation failed: Linear decay midpoint should be in the range [0.0, 1.0], got 2."),
        formula(
            "{'gauss_decay': {'x': '$score', 'scale': 0}}",
            400,
            WRONG + "Validation failed: Decay scale should be non-zero positive, got 0."),
        formula("{'mult': [1], 'sum': [1]}", 400, JSON + "Expected some form of condition..."),
        formula("1e300", 400, JSON + "number out of range..."),
        formula(
            "'missing'",
            400,
            WRONG
                + "Expected number"
                + noNumber.formatted("missing", "No value found in a payload nor defaults")),
        formula(
            "'k'",
            400,
            WRONG + "Expected number" + noNumber.formatted("k", "Value is not a number")),
        formula(
            "{'datetime_key': 'k'}",
            400,
            WRONG + "Expected datetime" + noNumber.formatted("k", "Value is not in RFC 3339")),
        formula(
            "{'geo_distance': {'origin': {'lon': 0, 'lat': 0}, 'to': 'k'}}",
            400,
            WRONG + "Expected geo point value for k in the payload..."),
        formula(
            "{'div': {'left': 1, 'right': 0}}",
            400,
            WRONG + "The expression 1/0 = inf produced a non-finite number"),
        formula(
            "{'ln': -1}", 400, WRONG + "The expression ln(-1) = NaN produced a non-finite number"),
        formula(
            "{'sqrt': -4}", 400, WRONG + "The expression √-4 = NaN produced a non-finite number"),
        formula(
            "{'mult': [1e30, 1e30]}",
            400,
            WRONG + "The expression ... as f32 = inf produced a non-finite number"),
        post(
            P + "/query",
            "{" + PREFETCH + "'query': {'formula': '$score', 'defaults': {'$rank': 1}}}",
            422,
            VALID + "[internal.query.defaults: Invalid variable name: $rank]"),
        post(
            P + "/query",
            "{" + PREFETCH + "'query': {'formula': '$score', 'defaults': {'$score': 'x'}}}",
            422,
            VALID + "[internal.query.defaults: Score default must be a number]"));
  }

  private static List<BadRequest> older() {
    return List.of(
        post(P + "/recommend", "{'positive': [1]}", 400, JSON + "missing field `limit`..."),
        post(
            P + "/recommend",
            "{'positive': [1], 'limit': 0}",
            422,
            VALID + "[recommend_request.limit: value 0 invalid, must be 1 or larger]"),
        post(
            P + "/recommend",
            "{'negative': [1], 'limit': 1}",
            400,
            "Bad request: At least one positive vector ID required with this strategy"),
        post(
            P + "/recommend",
            "{'strategy': 'best_score', 'limit': 1}",
            400,
            "Bad request: At least one positive or negative vector ID required with this strategy"),
        post(
            P + "/recommend/batch",
            "{'searches': [{'positive': [1], 'limit': 1}, {'positive': [9], 'limit': 1}]}",
            404,
            "Not found: No point with id 9 found"),
        post(
            P + "/discover",
            "{'limit': 1}",
            400,
            "Bad request: target and/or context_pairs must be specified"),
        post(
            P + "/discover",
            "{'target': 1, 'limit': 1, 'context': [{'positive': 1}]}",
            400,
            JSON + "context[0]: missing field `negative`..."),
        post(P + "/discover/batch", "{}", 400, JSON + "missing field `searches`..."));
  }
}
