package dev.quiver.api;

import dev.quiver.engine.OrderBy;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of reading calls. */
final class RestReads {
  private static final int DEFAULT_LIMIT = 10;

  /** Forms of a query that are known but not there yet. */
  private static final Set<String> LATER_QUERIES =
      Set.of(
          "recommend",
          "discover",
          "context",
          "fusion",
          "rrf",
          "formula",
          "sample",
          "relevance_feedback");

  record Retrieve(List<PointId> ids, PayloadSelection payload, VectorSelection vectors) {}

  record Count(@Nullable Filter filter, boolean exact) {}

  private RestReads() {}

  /** What most reads have. */
  private static final class Body {
    private String using = "";
    private @Nullable VectorInput vector;
    private Queries.Ranking ranking = new Queries.Ranking.None();
    private @Nullable List<PointId> ids;
    private @Nullable PointId offsetId;
    private @Nullable Filter filter;
    private @Nullable OrderBy orderBy;
    private SearchParams params = SearchParams.DEFAULT;
    private @Nullable Integer limit;
    private int offset;
    private @Nullable Float scoreThreshold;
    private boolean exact = true;
    private PayloadSelection payload;
    private VectorSelection vectors = VectorSelection.NONE;

    Body(PayloadSelection payload) {
      this.payload = payload;
    }

    /** Members that several bodies share. */
    boolean shared(JsonIn in, String name) throws IOException {
      switch (name) {
        case "shard_key" -> RestWrites.refuseShardKey(in);
        case "filter" -> filter = RestParts.optionalFilter(in);
        case "with_payload" -> payload = in.isNull() ? payload : RestParts.withPayload(in);
        case "with_vector", "with_vectors" ->
            vectors = in.isNull() ? vectors : RestParts.withVector(in);
        default -> {
          return false;
        }
      }
      return true;
    }

    /** Members of a search and of a query. */
    boolean ranked(JsonIn in, String name, String label, ApiLimits limits) throws IOException {
      switch (name) {
        case "limit" ->
            limit =
                in.isNull() ? null : RestParts.bounded(in, label + "limit", limits.resultsMax());
        case "offset" -> offset = in.isNull() ? 0 : offset(in, label, limits);
        case "score_threshold" -> scoreThreshold = in.isNull() ? null : in.float32();
        case "params" ->
            params =
                in.isNull()
                    ? SearchParams.DEFAULT
                    : RestParts.searchParams(in, label + "params", limits);
        default -> {
          return shared(in, name);
        }
      }
      return true;
    }

    private static int offset(JsonIn in, String label, ApiLimits limits) throws IOException {
      long value = in.unsigned("usize");
      if (value > limits.resultsMax()) {
        in.invalid(
            label + "offset",
            "value " + value + " invalid, must be from 0 to " + limits.resultsMax());
        return 0;
      }
      return (int) value;
    }

    Queries.Query query(JsonIn in, String label, ApiLimits limits) {
      int most = limit == null ? DEFAULT_LIMIT : limit;
      if ((long) most + offset > limits.resultsMax()) {
        in.invalid(
            label + "limit",
            "limit + offset is "
                + ((long) most + offset)
                + ", must be "
                + limits.resultsMax()
                + " or smaller");
      }
      return new Queries.Query(
          using, ranking, filter, params, most, offset, scoreThreshold, payload, vectors);
    }
  }

  /** SearchRequest of the old search family. */
  static Queries.Query search(JsonIn in, ApiLimits limits) throws IOException {
    return search(in, limits, _ -> false, true);
  }

  /**
   * @param others told of every member first; what it reads is not read here
   */
  static Queries.Query search(
      JsonIn in, ApiLimits limits, JsonIn.Members others, boolean needsLimit) throws IOException {
    String label = label(in.path(), "search_request");
    Body body = new Body(PayloadSelection.NONE);
    in.object(
        "SearchRequest",
        name -> {
          if (others.read(name)) {
            return true;
          }
          if (name.equals("vector")) {
            namedVector(in, body);
            return true;
          }
          return body.ranked(in, name, label, limits);
        });
    if (body.vector == null) {
      throw in.missing("vector");
    }
    if (needsLimit && body.limit == null) {
      throw in.missing("limit");
    }
    body.ranking = new Queries.Ranking.Nearest(body.vector);
    return body.query(in, label, limits);
  }

  /** NamedVectorStruct: numbers, or a name and numbers. */
  private static void namedVector(JsonIn in, Body body) throws IOException {
    if (!in.isObject()) {
      body.vector = RestVectors.vector(in);
      return;
    }
    boolean[] named = {false};
    in.object(
        "NamedVector",
        name -> {
          switch (name) {
            case "name" -> {
              body.using = in.string();
              named[0] = true;
            }
            case "vector" -> body.vector = RestVectors.vector(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (!named[0]) {
      throw in.missing("name");
    }
  }

  /** QueryRequest in its dense forms. */
  static Queries.Query query(JsonIn in, ApiLimits limits) throws IOException {
    return query(in, limits, _ -> false);
  }

  /**
   * @param others told of every member first; what it reads is not read here
   */
  static Queries.Query query(JsonIn in, ApiLimits limits, JsonIn.Members others)
      throws IOException {
    String label = label(in.path(), "internal");
    Body body = new Body(PayloadSelection.NONE);
    in.object(
        "QueryRequest",
        name -> {
          if (others.read(name)) {
            return true;
          }
          switch (name) {
            case "query" -> {
              if (!in.isNull()) {
                body.ranking = ranking(in);
              }
            }
            case "using" -> body.using = in.isNull() ? "" : in.string();
            case "prefetch" -> refusePrefetch(in);
            case "lookup_from" -> {
              if (!in.isNull()) {
                throw QuiverException.notImplemented(
                    in.path() + ": vectors of other collections are not supported yet");
              }
            }
            default -> {
              return body.ranked(in, name, label, limits);
            }
          }
          return true;
        });
    return body.query(in, label, limits);
  }

  private static void refusePrefetch(JsonIn in) throws IOException {
    String path = in.path();
    if (!in.isNull() && !(in.isArray() && in.tree().isEmpty())) {
      throw QuiverException.notImplemented(path + ": prefetch is not supported yet");
    }
  }

  private static Queries.Ranking ranking(JsonIn in) throws IOException {
    if (!in.isObject()) {
      return new Queries.Ranking.Nearest(RestVectors.queryInput(in));
    }
    List<Queries.Ranking> rankings = new ArrayList<>(1);
    RestVectors.Parts parts = new RestVectors.Parts();
    in.object(
        "Query",
        name -> {
          switch (name) {
            case "nearest" -> rankings.add(new Queries.Ranking.Nearest(RestVectors.queryInput(in)));
            case "order_by" -> rankings.add(new Queries.Ranking.ByValue(RestParts.orderBy(in)));
            case "mmr" -> {
              if (!in.isNull()) {
                throw QuiverException.notImplemented(in.path() + ": mmr is not supported yet");
              }
            }
            default -> {
              if (LATER_QUERIES.contains(name)) {
                throw QuiverException.notImplemented(
                    in.path() + ": a " + name + " query is not supported yet");
              }
              parts.add(in, name);
            }
          }
          return true;
        });
    if (rankings.size() > 1) {
      throw in.error("a query has one form, not " + rankings.size());
    }
    if (rankings.isEmpty()) {
      VectorInput input = parts.inputOrNull(in);
      if (input == null) {
        throw in.error("data did not match any variant of untagged enum QueryInterface");
      }
      return new Queries.Ranking.Nearest(input);
    }
    return rankings.getFirst();
  }

  /** A list of requests under {@code searches}. */
  static List<Queries.Query> batch(JsonIn in, ApiLimits limits, OneQuery one) throws IOException {
    List<Queries.Query> queries = new ArrayList<>();
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

  @FunctionalInterface
  interface OneQuery {
    Queries.Query read(JsonIn in, ApiLimits limits) throws IOException;
  }

  static ScrollRequest scroll(JsonIn in, ApiLimits limits) throws IOException {
    String label = label(in.path(), "scroll_request");
    Body body = new Body(PayloadSelection.ALL);
    in.object(
        "ScrollRequest",
        name -> {
          switch (name) {
            case "offset" -> body.offsetId = in.isNull() ? null : in.pointId();
            case "limit" ->
                body.limit =
                    in.isNull()
                        ? null
                        : RestParts.bounded(in, label + "limit", limits.resultsMax());
            case "order_by" -> body.orderBy = in.isNull() ? null : RestParts.orderBy(in);
            default -> {
              return body.shared(in, name);
            }
          }
          return true;
        });
    if (body.orderBy != null && body.offsetId != null) {
      throw QuiverException.badRequest(
          "Cannot use an `offset` when using `order_by`. The alternative for paging is to use"
              + " `order_by.start_from` and a filter to exclude the IDs that you've already seen"
              + " for the `order_by.start_from` value");
    }
    return new ScrollRequest(
        body.offsetId,
        body.limit == null ? DEFAULT_LIMIT : body.limit,
        body.filter,
        body.orderBy,
        body.payload,
        body.vectors);
  }

  static Retrieve retrieve(JsonIn in) throws IOException {
    Body body = new Body(PayloadSelection.ALL);
    in.object(
        "PointRequest",
        name -> {
          if (name.equals("ids")) {
            body.ids = in.pointIds();
            return true;
          }
          return body.shared(in, name);
        });
    if (body.ids == null) {
      throw in.missing("ids");
    }
    return new Retrieve(body.ids, body.payload, body.vectors);
  }

  static Count count(JsonIn in) throws IOException {
    Body body = new Body(PayloadSelection.NONE);
    in.object(
        "CountRequest",
        name -> {
          switch (name) {
            case "filter" -> body.filter = RestParts.optionalFilter(in);
            case "exact" -> body.exact = in.bool();
            case "shard_key" -> RestWrites.refuseShardKey(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Count(body.filter, body.exact);
  }

  /** Qdrant names members of a request by the part that it keeps them in. */
  private static String label(String path, String part) {
    return (path.isEmpty() ? "" : path + ".") + part + ".";
  }
}
