package dev.quiver.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The requests of {@link QueryBenchmark} over a collection of vectors whose points have an integer
 * {@link #GROUP}, {@link #GROUPS} values of it, and an integer {@link #NUMBER}, another one each.
 */
final class QueryKinds {
  static final String GROUP = "group";
  static final String NUMBER = "number";
  static final int GROUPS = 1_000;

  /** Results of each search that is fused. */
  static final int FUSED = 100;

  /** Points that the formula scores. */
  static final int RESCORED = 1_000;

  private static final String DECAY =
      "{\"exp_decay\": {\"x\": \"number\", \"target\": 0, \"scale\": 5000}}";

  /**
   * One kind of request.
   *
   * @param path below the collection
   * @param body of the i-th request, JSON
   */
  record Kind(String path, IntFunction<String> body) {}

  private final String[] vectors;

  /**
   * @param queries of the collection's dimension
   */
  QueryKinds(float[][] queries) {
    this.vectors = Arrays.stream(queries).map(Arrays::toString).toArray(String[]::new);
  }

  private String vector(int i) {
    return vectors[i % vectors.length];
  }

  private static String nearest(String vector, int limit) {
    return "{\"query\": %s, \"limit\": %d}".formatted(vector, limit);
  }

  private Kind query(String kind, IntFunction<String> members) {
    return new Kind(
        "/points/query" + kind,
        i -> "{" + members.apply(i) + ", \"limit\": 10, \"with_payload\": false}");
  }

  /** The requests by name, in the order of the table. */
  Map<String, Kind> all() {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    kinds.put("nearest", query("", i -> "\"query\": " + vector(i)));
    kinds.put("nearest, 100 results", new Kind("/points/query", i -> nearest(vector(i), FUSED)));
    kinds.put(
        "nearest of 100 candidates",
        query("", i -> "\"query\": %s, \"params\": {\"hnsw_ef\": %d}".formatted(vector(i), FUSED)));
    for (String fusion : List.of("rrf", "dbsf")) {
      kinds.put(
          fusion + " of two times 100",
          query(
              "",
              i ->
                  "\"prefetch\": [%s, %s], \"query\": {\"fusion\": \"%s\"}"
                      .formatted(
                          nearest(vector(i), FUSED), nearest(vector(i + 1), FUSED), fusion)));
    }
    kinds.put(
        "nearest of 1,000 candidates",
        query(
            "",
            i -> "\"query\": %s, \"params\": {\"hnsw_ef\": %d}".formatted(vector(i), RESCORED)));
    kinds.put(
        "formula over 1,000",
        query(
            "",
            i ->
                "\"prefetch\": %s, \"query\": {\"formula\": {\"sum\": [\"$score\", {\"mult\": [0.1, %s]}]}}"
                    .formatted(nearest(vector(i), RESCORED), DECAY)));
    kinds.put(
        "re-score 1,000 by another vector",
        query(
            "",
            i ->
                "\"prefetch\": %s, \"query\": %s"
                    .formatted(nearest(vector(i), RESCORED), vector(i + 1))));
    kinds.put(
        "groups, 10 of 3",
        query(
            "/groups",
            i ->
                "\"query\": %s, \"group_by\": \"%s\", \"group_size\": 3"
                    .formatted(vector(i), GROUP)));
    kinds.put("recommend, average_vector", query("", i -> recommend(i, "average_vector")));
    kinds.put("recommend, best_score", query("", i -> recommend(i, "best_score")));
    kinds.put("recommend, sum_scores", query("", i -> recommend(i, "sum_scores")));
    kinds.put(
        "discover",
        query(
            "",
            i ->
                "\"query\": {\"discover\": {\"target\": %s, \"context\": [%s]}}"
                    .formatted(vector(i), pair(i))));
    kinds.put("context", query("", i -> "\"query\": {\"context\": [%s]}".formatted(pair(i))));
    kinds.put(
        "mmr of 100",
        query(
            "",
            i ->
                "\"query\": {\"nearest\": %s, \"mmr\": {\"diversity\": 0.5, \"candidates_limit\": %d}}"
                    .formatted(vector(i), FUSED)));
    kinds.put("order_by", query("", _ -> "\"query\": {\"order_by\": \"%s\"}".formatted(NUMBER)));
    kinds.put("facet over all points", facet(""));
    kinds.put(
        "facet, filter keeps 10 %",
        facet(
            ", \"filter\": {\"must\": {\"key\": \"%s\", \"range\": {\"lt\": %d}}}"
                .formatted(GROUP, GROUPS / 10)));
    kinds.put("distance matrix of 100", matrix(100));
    return kinds;
  }

  private static Kind facet(String filter) {
    return new Kind(
        "/facet",
        _ -> "{\"key\": \"%s\", \"exact\": true, \"limit\": 10%s}".formatted(GROUP, filter));
  }

  private static Kind matrix(int sample) {
    return new Kind(
        "/points/search/matrix/pairs", _ -> "{\"sample\": %d, \"limit\": 10}".formatted(sample));
  }

  private String recommend(int i, String strategy) {
    return "\"query\": {\"recommend\": {\"positive\": [%s, %s], \"negative\": [%s], \"strategy\": \"%s\"}}"
        .formatted(vector(i), vector(i + 1), vector(i + 2), strategy);
  }

  private String pair(int i) {
    List<String> pairs = new ArrayList<>();
    for (int p = 1; p <= 2; p++) {
      pairs.add(
          "{\"positive\": %s, \"negative\": %s}"
              .formatted(vector(i + 2 * p - 1), vector(i + 2 * p)));
    }
    return String.join(", ", pairs);
  }
}
