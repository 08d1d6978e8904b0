package dev.quiver.api;

import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the bodies of queries, and of the older searches, recommendations and discoveries. */
final class RestQueries {
  private RestQueries() {}

  @FunctionalInterface
  interface OneQuery {
    QueryRequest read(JsonIn in, ApiLimits limits) throws IOException;
  }

  /** QueryRequest. */
  static QueryRequest query(JsonIn in, ApiLimits limits) throws IOException {
    return query(in, limits, _ -> false);
  }

  /**
   * @param others told of every member first; what it reads is not read here
   */
  static QueryRequest query(JsonIn in, ApiLimits limits, JsonIn.Members others) throws IOException {
    RestQueryBody body = new RestQueryBody(label(in, "internal"), limits);
    in.object(
        "QueryRequest",
        name -> others.read(name) || body.ofStage(in, name) || body.ofRequest(in, name));
    return body.request(in);
  }

  /** SearchRequest of the old search family. */
  static QueryRequest search(JsonIn in, ApiLimits limits) throws IOException {
    return search(in, limits, _ -> false, true);
  }

  /**
   * @param others told of every member first; what it reads is not read here
   */
  static QueryRequest search(JsonIn in, ApiLimits limits, JsonIn.Members others, boolean needsLimit)
      throws IOException {
    RestQueryBody body = new RestQueryBody(label(in, "search_request"), limits);
    List<VectorInput> vector = new ArrayList<>(1);
    in.object(
        "SearchRequest",
        name -> {
          if (others.read(name)) {
            return true;
          }
          if (name.equals("vector")) {
            vector.add(namedVector(in, body));
            return true;
          }
          return body.ofSearch(in, name) || body.ofRequest(in, name);
        });
    if (vector.isEmpty()) {
      throw in.missing("vector");
    }
    body.setQuery(new Query.Nearest(vector.getLast()));
    return (needsLimit ? body.requireLimit(in) : body).request(in);
  }

  /** NamedVectorStruct: numbers, or a name and numbers. */
  private static VectorInput namedVector(JsonIn in, RestQueryBody body) throws IOException {
    if (!in.isObject()) {
      return RestVectors.vector(in);
    }
    List<VectorInput> vector = new ArrayList<>(1);
    boolean[] named = {false};
    in.object(
        "NamedVector",
        name -> {
          switch (name) {
            case "name" -> {
              body.setUsing(in.string());
              named[0] = true;
            }
            case "vector" -> vector.add(RestVectors.vector(in));
            default -> {
              return false;
            }
          }
          return true;
        });
    if (!named[0]) {
      throw in.missing("name");
    }
    if (vector.isEmpty()) {
      throw in.missing("vector");
    }
    return vector.getLast();
  }

  /** RecommendRequest of the old search family. */
  static QueryRequest recommend(JsonIn in, ApiLimits limits) throws IOException {
    return recommend(in, limits, _ -> false, true);
  }

  /**
   * @param others told of every member first; what it reads is not read here
   */
  static QueryRequest recommend(
      JsonIn in, ApiLimits limits, JsonIn.Members others, boolean needsLimit) throws IOException {
    RestQueryBody body = new RestQueryBody(label(in, "recommend_request"), limits);
    RestQueryKinds.RecommendParts parts = new RestQueryKinds.RecommendParts();
    in.object(
        "RecommendRequest",
        name ->
            others.read(name)
                || parts.add(in, name)
                || body.ofSearch(in, name)
                || body.ofReferences(in, name)
                || body.ofRequest(in, name));
    body.setQuery(Queries.recommend(parts.positive(), parts.negative(), parts.strategy()));
    return (needsLimit ? body.requireLimit(in) : body).request(in);
  }

  /** DiscoverRequest of the old search family. */
  static QueryRequest discover(JsonIn in, ApiLimits limits) throws IOException {
    RestQueryBody body = new RestQueryBody(label(in, "discover_request"), limits);
    List<VectorInput> target = new ArrayList<>(1);
    List<Query.Pair> context = new ArrayList<>();
    in.object(
        "DiscoverRequest",
        name -> {
          switch (name) {
            case "target" -> {
              if (!in.isNull()) {
                target.add(RestVectors.queryInput(in));
              }
            }
            case "context" -> {
              if (!in.isNull()) {
                in.array(() -> context.add(RestQueryKinds.pair(in)));
              }
            }
            // Discovery has no threshold; as other unknown members, it is skipped.
            case "score_threshold" -> {
              return false;
            }
            default -> {
              return body.ofSearch(in, name)
                  || body.ofReferences(in, name)
                  || body.ofRequest(in, name);
            }
          }
          return true;
        });
    body.setQuery(Queries.discover(target, context));
    return body.requireLimit(in).request(in);
  }

  /** A list of requests under {@code searches}. */
  static List<QueryRequest> batch(JsonIn in, ApiLimits limits, OneQuery one) throws IOException {
    List<QueryRequest> queries = new ArrayList<>();
    boolean[] found = {false};
    in.object(
        "SearchRequestBatch",
        name -> {
          if (!name.equals("searches")) {
            return false;
          }
          found[0] = true;
          in.array(() -> queries.add(one.read(in, limits)));
          return true;
        });
    if (!found[0]) {
      throw in.missing("searches");
    }
    if (queries.size() > limits.batchMax()) {
      in.invalid(
          "searches",
          "value " + queries.size() + " invalid, must be from 0 to " + limits.batchMax());
    }
    return queries;
  }

  /** Qdrant names members of a request by the part that it keeps them in. */
  private static String label(JsonIn in, String part) {
    return RestReads.label(in.path(), part);
  }
}
