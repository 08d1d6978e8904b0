package dev.quiver.api;

import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.LookupLocation;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members of one stage of a query's tree while its body is read, and what a whole request has
 * beside them. Each {@code of} method reads the members of one group and returns false for others.
 */
final class RestQueryBody {
  private final String label;
  private final ApiLimits limits;
  private List<QueryStage> prefetch = List.of();
  private Query query = new Query.None();
  private String using = "";
  private @Nullable Filter filter;
  private SearchParams params = SearchParams.DEFAULT;
  private @Nullable Float scoreThreshold;
  private @Nullable Integer limit;
  private @Nullable LookupLocation lookup;
  private int offset;
  private PayloadSelection payload = PayloadSelection.NONE;
  private VectorSelection vectors = VectorSelection.NONE;

  /**
   * @param label before the names of members in messages, as {@code internal.}
   */
  RestQueryBody(String label, ApiLimits limits) {
    this.label = label;
    this.limits = limits;
  }

  void setQuery(Query query) {
    this.query = query;
  }

  void setUsing(String using) {
    this.using = using;
  }

  /** What a query and a prefetch have. */
  boolean ofStage(JsonIn in, String name) throws IOException {
    switch (name) {
      case "prefetch" -> prefetch = prefetches(in);
      case "query" ->
          query = in.isNull() ? new Query.None() : RestQueryKinds.read(in, label + "query.");
      default -> {
        return ofSearch(in, name) || ofReferences(in, name);
      }
    }
    return true;
  }

  /** What every search has. */
  boolean ofSearch(JsonIn in, String name) throws IOException {
    switch (name) {
      case "filter" -> filter = RestParts.optionalFilter(in);
      case "limit" ->
          limit = in.isNull() ? null : RestParts.bounded(in, label + "limit", limits.resultsMax());
      case "score_threshold" -> scoreThreshold = in.isNull() ? null : in.float32();
      case "params" ->
          params =
              in.isNull()
                  ? SearchParams.DEFAULT
                  : RestParts.searchParams(in, label + "params", limits);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** What says which vectors are meant. */
  boolean ofReferences(JsonIn in, String name) throws IOException {
    switch (name) {
      case "using" -> using = in.isNull() ? "" : in.string();
      case "lookup_from" -> lookup = in.isNull() ? null : lookup(in);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** What a whole request has, whatever it searches for. */
  boolean ofRequest(JsonIn in, String name) throws IOException {
    switch (name) {
      case "shard_key" -> ShardKeys.refuseRead(in);
      case "offset" -> offset = in.isNull() ? 0 : offset(in);
      case "with_payload" -> {
        if (!in.isNull()) {
          payload = RestParts.withPayload(in);
        }
      }
      case "with_vector", "with_vectors" -> {
        if (!in.isNull()) {
          vectors = RestParts.withVector(in);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private int offset(JsonIn in) throws IOException {
    long value = in.unsigned("usize");
    if (value > limits.resultsMax()) {
      in.invalid(
          label + "offset",
          "value " + value + " invalid, must be from 0 to " + limits.resultsMax());
      return 0;
    }
    return (int) value;
  }

  /** One prefetch or an array of them. */
  private List<QueryStage> prefetches(JsonIn in) throws IOException {
    if (in.isNull()) {
      return List.of();
    }
    List<QueryStage> stages = new ArrayList<>();
    if (in.isObject()) {
      stages.add(prefetch(in, 0));
    } else {
      in.array(() -> stages.add(prefetch(in, stages.size())));
    }
    return stages;
  }

  private QueryStage prefetch(JsonIn in, int index) throws IOException {
    RestQueryBody body = new RestQueryBody(label + "prefetch[" + index + "].", limits);
    in.object("Prefetch", name -> body.ofStage(in, name));
    return body.stage();
  }

  private static LookupLocation lookup(JsonIn in) throws IOException {
    @Nullable String[] names = new @Nullable String[2];
    in.object(
        "LookupLocation",
        name -> {
          switch (name) {
            case "collection" -> names[0] = in.string();
            case "vector" -> names[1] = in.isNull() ? null : in.string();
            case "shard_key" -> ShardKeys.refuseRead(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    String collection = names[0];
    if (collection == null) {
      throw in.missing("collection");
    }
    return new LookupLocation(collection, names[1]);
  }

  /** Refuses a body without {@code limit}, which has no default in the older calls. */
  RestQueryBody requireLimit(JsonIn in) throws QuiverException {
    if (limit == null) {
      throw in.missing("limit");
    }
    return this;
  }

  private QueryStage stage() {
    int most = limit == null ? QueryStage.DEFAULT_LIMIT : limit;
    return new QueryStage(prefetch, query, using, filter, params, scoreThreshold, most, lookup);
  }

  QueryRequest request(JsonIn in) {
    QueryStage root = stage();
    long ranked = (long) root.limit() + offset;
    if (ranked > limits.resultsMax()) {
      in.invalid(
          label + "limit",
          "limit + offset is " + ranked + ", must be " + limits.resultsMax() + " or smaller");
    }
    return new QueryRequest(root, offset, payload, vectors);
  }
}
