package dev.quiver.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.UpdateResult;
import dev.quiver.engine.WriteOp;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Points;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes on points, from their wire form. */
final class GrpcWrites {
  private GrpcWrites() {}

  static PendingWrite upsert(
      List<Points.PointStruct> points,
      Common.@Nullable Filter updateFilter,
      Points.UpdateMode mode) {
    if (points.isEmpty()) {
      throw QuiverException.badRequest("Empty update request");
    }
    List<PointInput> inputs = new ArrayList<>(points.size());
    for (Points.PointStruct point : points) {
      if (!point.hasVectors()) {
        throw GrpcFaults.malformed("Expected some vectors");
      }
      if (!point.hasId()) {
        throw GrpcFaults.malformed("Empty ID is not allowed");
      }
      inputs.add(
          new PointInput(
              GrpcIds.read(point.getId()),
              GrpcVectors.read(point.getVectors()),
              GrpcValues.payload(point.getPayloadMap())));
    }
    WriteOp.UpdateMode updateMode =
        switch (mode) {
          case Upsert -> WriteOp.UpdateMode.UPSERT;
          case InsertOnly -> WriteOp.UpdateMode.INSERT_ONLY;
          case UpdateOnly -> WriteOp.UpdateMode.UPDATE_ONLY;
          case UNRECOGNIZED -> throw GrpcFaults.malformed("Malformed update_mode: unknown value");
        };
    return new PendingWrite.Upsert(
        inputs, updateFilter == null ? null : GrpcFilters.read(updateFilter), updateMode);
  }

  static PendingWrite updateVectors(
      List<Points.PointVectors> points, Common.@Nullable Filter updateFilter) {
    if (points.isEmpty()) {
      throw QuiverException.badRequest("Empty update request");
    }
    List<PointInput> inputs = new ArrayList<>(points.size());
    for (Points.PointVectors point : points) {
      if (!point.hasId()) {
        throw GrpcFaults.malformed("id is expected");
      }
      if (!point.hasVectors()) {
        throw GrpcFaults.malformed("vectors is expected");
      }
      inputs.add(
          new PointInput(
              GrpcIds.read(point.getId()), GrpcVectors.read(point.getVectors()), Payload.EMPTY));
    }
    return new PendingWrite.UpdateVectors(
        inputs, updateFilter == null ? null : GrpcFilters.read(updateFilter));
  }

  static PendingWrite delete(boolean hasPoints, Points.PointsSelector points) {
    return ready(new WriteOp.DeletePoints(required(hasPoints, points, "PointSelector is missing")));
  }

  static PendingWrite clearPayload(boolean hasPoints, Points.PointsSelector points) {
    return ready(new WriteOp.ClearPayload(required(hasPoints, points, "PointSelector is missing")));
  }

  static PendingWrite deleteVectors(
      boolean hasPoints,
      Points.PointsSelector points,
      boolean hasNames,
      Points.VectorsSelector names) {
    PointSelector selector = required(hasPoints, points, "points_selector is expected");
    if (!hasNames) {
      throw GrpcFaults.malformed("vectors is expected");
    }
    if (names.getNamesCount() == 0) {
      throw GrpcFaults.invalid("vectors", "must specify vector names to delete");
    }
    return ready(new WriteOp.DeleteVectors(selector, List.copyOf(names.getNamesList())));
  }

  static PendingWrite setPayload(
      Map<String, io.qdrant.client.grpc.JsonWithInt.Value> payload,
      boolean hasPoints,
      Points.PointsSelector points,
      @Nullable String key) {
    return ready(
        new WriteOp.SetPayload(
            GrpcValues.payload(payload),
            required(hasPoints, points, "points_selector is expected"),
            key == null ? null : GrpcFilters.path(key)));
  }

  static PendingWrite overwritePayload(
      Map<String, io.qdrant.client.grpc.JsonWithInt.Value> payload,
      boolean hasPoints,
      Points.PointsSelector points,
      @Nullable String key) {
    return ready(
        new WriteOp.OverwritePayload(
            GrpcValues.payload(payload),
            required(hasPoints, points, "points_selector is expected"),
            key == null ? null : GrpcFilters.path(key)));
  }

  static PendingWrite deletePayload(
      List<String> keys, boolean hasPoints, Points.PointsSelector points) {
    return ready(
        new WriteOp.DeletePayload(
            GrpcSelections.paths(keys),
            required(hasPoints, points, "points_selector is expected")));
  }

  private static PendingWrite ready(WriteOp operation) {
    return new PendingWrite.Ready(operation);
  }

  private static PointSelector required(
      boolean present, Points.PointsSelector points, String textWithout) {
    if (!present) {
      throw GrpcFaults.malformed(textWithout);
    }
    return GrpcSelections.points(points);
  }

  /** One operation of a batch. */
  @SuppressWarnings("deprecation") // Older clients send the older forms of delete and clear.
  static PendingWrite operation(Points.PointsUpdateOperation operation) {
    return switch (operation.getOperationCase()) {
      case UPSERT -> {
        Points.PointsUpdateOperation.PointStructList list = operation.getUpsert();
        ShardKeys.refuse(list.getShardKeySelector(), true);
        yield upsert(
            list.getPointsList(),
            list.hasUpdateFilter() ? list.getUpdateFilter() : null,
            list.getUpdateMode());
      }
      case DELETE_DEPRECATED -> delete(true, operation.getDeleteDeprecated());
      case DELETE_POINTS -> {
        Points.PointsUpdateOperation.DeletePoints delete = operation.getDeletePoints();
        ShardKeys.refuse(delete.getShardKeySelector(), true);
        yield delete(delete.hasPoints(), delete.getPoints());
      }
      case SET_PAYLOAD -> {
        Points.PointsUpdateOperation.SetPayload set = operation.getSetPayload();
        ShardKeys.refuse(set.getShardKeySelector(), true);
        yield setPayload(
            set.getPayloadMap(),
            set.hasPointsSelector(),
            set.getPointsSelector(),
            set.hasKey() ? set.getKey() : null);
      }
      case OVERWRITE_PAYLOAD -> {
        Points.PointsUpdateOperation.OverwritePayload set = operation.getOverwritePayload();
        ShardKeys.refuse(set.getShardKeySelector(), true);
        yield overwritePayload(
            set.getPayloadMap(),
            set.hasPointsSelector(),
            set.getPointsSelector(),
            set.hasKey() ? set.getKey() : null);
      }
      case DELETE_PAYLOAD -> {
        Points.PointsUpdateOperation.DeletePayload delete = operation.getDeletePayload();
        ShardKeys.refuse(delete.getShardKeySelector(), true);
        yield deletePayload(
            delete.getKeysList(), delete.hasPointsSelector(), delete.getPointsSelector());
      }
      case CLEAR_PAYLOAD_DEPRECATED -> clearPayload(true, operation.getClearPayloadDeprecated());
      case CLEAR_PAYLOAD -> {
        Points.PointsUpdateOperation.ClearPayload clear = operation.getClearPayload();
        ShardKeys.refuse(clear.getShardKeySelector(), true);
        yield clearPayload(clear.hasPoints(), clear.getPoints());
      }
      case UPDATE_VECTORS -> {
        Points.PointsUpdateOperation.UpdateVectors update = operation.getUpdateVectors();
        ShardKeys.refuse(update.getShardKeySelector(), true);
        yield updateVectors(
            update.getPointsList(), update.hasUpdateFilter() ? update.getUpdateFilter() : null);
      }
      case DELETE_VECTORS -> {
        Points.PointsUpdateOperation.DeleteVectors delete = operation.getDeleteVectors();
        ShardKeys.refuse(delete.getShardKeySelector(), true);
        yield deleteVectors(
            delete.hasPointsSelector(),
            delete.getPointsSelector(),
            delete.hasVectors(),
            delete.getVectors());
      }
      case OPERATION_NOT_SET -> throw GrpcFaults.malformed("Operation is missing");
    };
  }

  /** One machine keeps the order anyway; only nonsense is refused. */
  static void checkOrdering(Points.WriteOrdering ordering) {
    if (ordering.getType() == Points.WriteOrderingType.UNRECOGNIZED) {
      throw GrpcFaults.malformed("Unknown write ordering: " + ordering.getTypeValue());
    }
  }

  static Points.UpdateResult write(UpdateResult result) {
    return Points.UpdateResult.newBuilder()
        .setOperationId(result.operationId())
        .setStatus(
            switch (result.status()) {
              case ACKNOWLEDGED -> Points.UpdateStatus.Acknowledged;
              case COMPLETED -> Points.UpdateStatus.Completed;
              case WAIT_TIMEOUT -> Points.UpdateStatus.WaitTimeout;
            })
        .build();
  }

  /** The vector that is to be added to a collection. */
  static WriteOp createVector(Points.CreateVectorNameRequest request) {
    String name = request.getVectorName();
    String wrong = CollectionDocuments.wrongVectorName(name);
    if (wrong != null) {
      throw QuiverException.wrongInput(
          "Invalid vector name `" + Shape.abbreviate(name) + "`: " + wrong);
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    switch (request.getVectorConfigCase()) {
      case DENSE_CONFIG -> body.set("dense", GrpcMessageJson.write(request.getDenseConfig()));
      case SPARSE_CONFIG -> body.set("sparse", GrpcMessageJson.write(request.getSparseConfig()));
      case VECTORCONFIG_NOT_SET ->
          throw GrpcFaults.malformed("vector_config is required (dense_config or sparse_config)");
    }
    return new WriteOp.CreateVector(name, CollectionDocuments.vector(name, body));
  }
}
