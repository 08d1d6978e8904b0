package dev.quiver.api;

import dev.quiver.engine.OrderBy;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Filter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of reading calls. */
final class RestReads {
  private static final int DEFAULT_LIMIT = 10;

  record Retrieve(List<PointId> ids, PayloadSelection payload, VectorSelection vectors) {}

  record Count(@Nullable Filter filter, boolean exact) {}

  private RestReads() {}

  /** What most reads have. */
  private static final class Body {
    private @Nullable List<PointId> ids;
    private @Nullable PointId offsetId;
    private @Nullable Filter filter;
    private @Nullable OrderBy orderBy;
    private @Nullable Integer limit;
    private boolean exact = true;
    private PayloadSelection payload;
    private VectorSelection vectors = VectorSelection.NONE;

    Body(PayloadSelection payload) {
      this.payload = payload;
    }

    /** Members that several bodies share. */
    boolean shared(JsonIn in, String name) throws IOException {
      switch (name) {
        case "shard_key" -> ShardKeys.refuseRead(in);
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
            case "shard_key" -> ShardKeys.refuseRead(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Count(body.filter, body.exact);
  }

  /** Qdrant names members of a request by the part that it keeps them in. */
  static String label(String path, String part) {
    return (path.isEmpty() ? "" : path + ".") + part + ".";
  }
}
