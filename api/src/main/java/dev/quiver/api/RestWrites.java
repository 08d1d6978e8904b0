package dev.quiver.api;

import dev.quiver.engine.Payload;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of writing calls. */
final class RestWrites {
  /** A reader of one kind of body. */
  @FunctionalInterface
  interface BodyReader {
    PendingWrite read(JsonIn in) throws IOException;
  }

  private RestWrites() {}

  /** PointInsertOperations: a list of points, or columns of ids, vectors and payloads. */
  static PendingWrite upsert(JsonIn in) throws IOException {
    UpsertBody body = new UpsertBody();
    if (!in.isObject()) {
      throw in.error("Invalid PointInsertOperations format");
    }
    in.object(
        "PointsList",
        name -> {
          switch (name) {
            case "points" -> body.points = points(in);
            case "batch" -> body.batch = UpsertColumns.read(in);
            case "shard_key" -> ShardKeys.refuseWrite(in);
            case "update_filter" -> body.updateFilter = RestParts.optionalFilter(in);
            case "update_mode" -> body.mode = updateMode(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    List<PointInput> points = body.batch != null ? body.batch : body.points;
    if (points == null) {
      throw in.error("Invalid PointInsertOperations format");
    }
    return new PendingWrite.Upsert(points, body.updateFilter, body.mode);
  }

  private static final class UpsertBody {
    private @Nullable List<PointInput> points;
    private @Nullable List<PointInput> batch;
    private @Nullable Filter updateFilter;
    private WriteOp.UpdateMode mode = WriteOp.UpdateMode.UPSERT;
  }

  private static List<PointInput> points(JsonIn in) throws IOException {
    List<PointInput> points = new ArrayList<>();
    in.array(() -> points.add(point(in)));
    return points;
  }

  private static PointInput point(JsonIn in) throws IOException {
    PointBody body = new PointBody();
    in.object(
        "PointStruct",
        name -> {
          switch (name) {
            case "id" -> body.id = in.pointId();
            case "vector", "vectors" -> body.vectors = RestVectors.pointVectors(in);
            case "payload" -> body.payload = payload(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    return new PointInput(body.requireId(in), body.requireVectors(in), body.payload);
  }

  private static final class PointBody {
    private @Nullable PointId id;
    private @Nullable Map<String, VectorInput> vectors;
    private Payload payload = Payload.EMPTY;

    PointId requireId(JsonIn in) {
      if (id == null) {
        throw in.missing("id");
      }
      return id;
    }

    Map<String, VectorInput> requireVectors(JsonIn in) {
      if (vectors == null) {
        throw in.missing("vector");
      }
      return vectors;
    }
  }

  /** A payload; null is an empty one. */
  static Payload payload(JsonIn in) throws IOException {
    if (in.isNull()) {
      return Payload.EMPTY;
    }
    return Payload.of(in.objectTree());
  }

  private static WriteOp.UpdateMode updateMode(JsonIn in) throws IOException {
    if (in.isNull()) {
      return WriteOp.UpdateMode.UPSERT;
    }
    return switch (in.string()) {
      case "upsert" -> WriteOp.UpdateMode.UPSERT;
      case "insert_only" -> WriteOp.UpdateMode.INSERT_ONLY;
      case "update_only" -> WriteOp.UpdateMode.UPDATE_ONLY;
      default ->
          throw in.error(
              "unknown variant `"
                  + Shape.abbreviate(in.string())
                  + "`, expected one of `upsert`, `insert_only`, `update_only`");
    };
  }

  /** UpdateVectors. */
  static PendingWrite updateVectors(JsonIn in) throws IOException {
    UpsertBody body = new UpsertBody();
    in.object(
        "UpdateVectors",
        name -> {
          switch (name) {
            case "points" -> body.points = pointsWithVectors(in);
            case "shard_key" -> ShardKeys.refuseWrite(in);
            case "update_filter" -> body.updateFilter = RestParts.optionalFilter(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    List<PointInput> points = body.points;
    if (points == null) {
      throw in.missing("points");
    }
    return new PendingWrite.UpdateVectors(points, body.updateFilter);
  }

  private static List<PointInput> pointsWithVectors(JsonIn in) throws IOException {
    String path = in.path();
    List<PointInput> points = new ArrayList<>();
    in.array(
        () -> {
          String pointPath = in.path();
          PointInput point = point(in);
          if (point.vectors().isEmpty()) {
            in.invalid(pointPath + ".vector", "must specify vectors to update for point");
          }
          points.add(point);
        });
    if (points.isEmpty()) {
      in.invalid(path, "must specify points to update");
    }
    return points;
  }

  /** PointsSelector, to delete points. */
  static PendingWrite deletePoints(JsonIn in) throws IOException {
    return new PendingWrite.Ready(
        new WriteOp.DeletePoints(SelectorBody.read(in, "PointsSelector").selector));
  }

  static PendingWrite clearPayload(JsonIn in) throws IOException {
    return new PendingWrite.Ready(
        new WriteOp.ClearPayload(SelectorBody.read(in, "PointsSelector").selector));
  }

  static PendingWrite setPayload(JsonIn in) throws IOException {
    SelectorBody body = SelectorBody.read(in, "SetPayload");
    return new PendingWrite.Ready(
        new WriteOp.SetPayload(body.requirePayload(in), body.selector, body.key));
  }

  static PendingWrite overwritePayload(JsonIn in) throws IOException {
    SelectorBody body = SelectorBody.read(in, "SetPayload");
    return new PendingWrite.Ready(
        new WriteOp.OverwritePayload(body.requirePayload(in), body.selector, body.key));
  }

  static PendingWrite deletePayload(JsonIn in) throws IOException {
    SelectorBody body = SelectorBody.read(in, "DeletePayload");
    return new PendingWrite.Ready(
        new WriteOp.DeletePayload(body.require(in, body.keys, "keys"), body.selector));
  }

  static PendingWrite deleteVectors(JsonIn in) throws IOException {
    SelectorBody body = SelectorBody.read(in, "DeleteVectors");
    List<String> names = body.require(in, body.vectorNames, "vector");
    if (names.isEmpty()) {
      in.invalid("vector", "must specify vector names to delete");
    }
    return new PendingWrite.Ready(new WriteOp.DeleteVectors(body.selector, names));
  }

  /** Which points, and what else stands beside that. */
  private static final class SelectorBody {
    private PointSelector selector = new PointSelector.ByIds(List.of());
    private @Nullable List<PointId> points;
    private @Nullable Filter filter;
    private @Nullable Payload payload;
    private @Nullable List<String> keys;
    private @Nullable List<String> vectorNames;
    private @Nullable String key;

    static SelectorBody read(JsonIn in, String struct) throws IOException {
      SelectorBody body = new SelectorBody();
      in.object(
          struct,
          name -> {
            switch (name) {
              case "points" -> body.points = in.isNull() ? null : in.pointIds();
              case "filter" -> body.filter = RestParts.optionalFilter(in);
              case "shard_key" -> ShardKeys.refuseWrite(in);
              case "payload" -> body.payload = Payload.of(in.objectTree());
              case "keys" -> body.keys = RestParts.payloadPaths(in);
              case "vector", "vectors" -> body.vectorNames = in.strings();
              case "key" -> body.key = in.isNull() ? null : RestParts.payloadPath(in);
              default -> {
                return false;
              }
            }
            return true;
          });
      if (body.points != null) {
        body.selector = new PointSelector.ByIds(body.points);
      } else if (body.filter != null) {
        body.selector = new PointSelector.ByFilter(body.filter);
      } else if (struct.equals("PointsSelector")) {
        throw in.error("data did not match any variant of untagged enum PointsSelector");
      } else {
        throw in.error("Either list of point ids or filter must be provided");
      }
      return body;
    }

    Payload requirePayload(JsonIn in) {
      if (payload == null) {
        throw in.missing("payload");
      }
      return payload;
    }

    List<String> require(JsonIn in, @Nullable List<String> value, String member) {
      if (value == null) {
        throw in.missing(member);
      }
      return value;
    }
  }

  private static final Map<String, BodyReader> OPERATIONS =
      Map.of(
          "upsert", RestWrites::upsert,
          "delete", RestWrites::deletePoints,
          "set_payload", RestWrites::setPayload,
          "overwrite_payload", RestWrites::overwritePayload,
          "delete_payload", RestWrites::deletePayload,
          "clear_payload", RestWrites::clearPayload,
          "update_vectors", RestWrites::updateVectors,
          "delete_vectors", RestWrites::deleteVectors);

  /** UpdateOperations: operations of any kind, in order. */
  static List<PendingWrite> batch(JsonIn in, ApiLimits limits) throws IOException {
    List<PendingWrite> operations = new ArrayList<>();
    boolean[] found = {false};
    in.object(
        "UpdateOperations",
        name -> {
          if (!name.equals("operations")) {
            return false;
          }
          found[0] = true;
          in.array(() -> operations.add(operation(in)));
          return true;
        });
    if (!found[0]) {
      throw in.missing("operations");
    }
    if (operations.size() > limits.batchMax()) {
      in.invalid(
          "operations",
          "value " + operations.size() + " invalid, must be from 0 to " + limits.batchMax());
    }
    return operations;
  }

  private static PendingWrite operation(JsonIn in) throws IOException {
    List<PendingWrite> operations = new ArrayList<>(1);
    in.object(
        "UpdateOperation",
        name -> {
          BodyReader reader = OPERATIONS.get(name);
          if (reader == null) {
            return false;
          }
          if (!operations.isEmpty()) {
            throw in.error("an element of operations is one operation, not several");
          }
          operations.add(reader.read(in));
          return true;
        });
    if (operations.isEmpty()) {
      throw in.error("data did not match any variant of untagged enum UpdateOperation");
    }
    return operations.getFirst();
  }
}
