package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.UpdateResult;
import dev.quiver.engine.WriteOp;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The service {@code qdrant.Points}: the writes here, the reads above. */
final class GrpcPoints extends GrpcPointQueries {
  GrpcPoints(Database database, Inference inference, GrpcCalls calls, ApiLimits limits) {
    super(database, inference, calls, limits);
  }

  /** How a write is to be answered. */
  private record Manner(boolean awaited, @Nullable Duration timeout) {}

  private Manner manner(
      boolean wait, Points.WriteOrdering ordering, boolean hasTimeout, long seconds) {
    GrpcWrites.checkOrdering(ordering);
    return new Manner(wait, hasTimeout ? calls.timeout(true, seconds) : null);
  }

  private void write(
      StreamObserver<Points.PointsOperationResponse> reply,
      String collection,
      GrpcCalls.Work<Manner> manner,
      GrpcCalls.Work<PendingWrite> request) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          UpdateResult result =
              apply(name(collection), List.of(request.run()), manner.run()).getFirst();
          return Points.PointsOperationResponse.newBuilder()
              .setResult(GrpcWrites.write(result))
              .setTime(secondsSince(start))
              .build();
        });
  }

  private List<UpdateResult> apply(String collection, List<PendingWrite> pending, Manner manner) {
    Inference.Batch texts = inference.batch();
    for (PendingWrite write : pending) {
      write.collect(texts);
    }
    texts.run(
        GrpcCalls.untilDeadline(
            manner.timeout == null ? Inference.DEFAULT_TIMEOUT : manner.timeout));
    List<WriteOp> operations = new ArrayList<>(pending.size());
    for (PendingWrite write : pending) {
      operations.add(write.resolve(texts));
    }
    return database.write(collection, operations, manner.awaited, manner.timeout);
  }

  @Override
  public void upsert(
      Points.UpsertPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          return GrpcWrites.upsert(
              request.getPointsList(),
              request.hasUpdateFilter() ? request.getUpdateFilter() : null,
              request.getUpdateMode());
        });
  }

  @Override
  public void delete(
      Points.DeletePoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          return GrpcWrites.delete(request.hasPoints(), request.getPoints());
        });
  }

  @Override
  public void updateVectors(
      Points.UpdatePointVectors request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          return GrpcWrites.updateVectors(
              request.getPointsList(),
              request.hasUpdateFilter() ? request.getUpdateFilter() : null);
        });
  }

  @Override
  public void deleteVectors(
      Points.DeletePointVectors request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          return GrpcWrites.deleteVectors(
              request.hasPointsSelector(),
              request.getPointsSelector(),
              request.hasVectors(),
              request.getVectors());
        });
  }

  @Override
  public void setPayload(
      Points.SetPayloadPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () -> payloadManner(request),
        () ->
            GrpcWrites.setPayload(
                request.getPayloadMap(),
                request.hasPointsSelector(),
                request.getPointsSelector(),
                request.hasKey() ? request.getKey() : null));
  }

  @Override
  public void overwritePayload(
      Points.SetPayloadPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () -> payloadManner(request),
        () ->
            GrpcWrites.overwritePayload(
                request.getPayloadMap(),
                request.hasPointsSelector(),
                request.getPointsSelector(),
                request.hasKey() ? request.getKey() : null));
  }

  private Manner payloadManner(Points.SetPayloadPoints request) {
    GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
    return manner(
        request.getWait(), request.getOrdering(), request.hasTimeout(), request.getTimeout());
  }

  @Override
  public void deletePayload(
      Points.DeletePayloadPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          return GrpcWrites.deletePayload(
              request.getKeysList(), request.hasPointsSelector(), request.getPointsSelector());
        });
  }

  @Override
  public void clearPayload(
      Points.ClearPayloadPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          return GrpcWrites.clearPayload(request.hasPoints(), request.getPoints());
        });
  }

  @Override
  public void createFieldIndex(
      Points.CreateFieldIndexCollection request,
      StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          checkFieldName(request.getFieldName());
          PayloadIndex index = GrpcPayloadIndexes.read(request);
          return new PendingWrite.Ready(new WriteOp.CreateFieldIndex(index));
        });
  }

  @Override
  public void deleteFieldIndex(
      Points.DeleteFieldIndexCollection request,
      StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        reply,
        request.getCollectionName(),
        () ->
            manner(
                request.getWait(),
                request.getOrdering(),
                request.hasTimeout(),
                request.getTimeout()),
        () -> {
          checkFieldName(request.getFieldName());
          return new PendingWrite.Ready(
              new WriteOp.DeleteFieldIndex(GrpcFilters.path(request.getFieldName())));
        });
  }

  private static void checkFieldName(String name) {
    if (name.isEmpty()) {
      throw GrpcFaults.invalid("field_name", "value \"\" invalid, must be at least 1 characters");
    }
  }

  @Override
  public void updateBatch(
      Points.UpdateBatchPoints request, StreamObserver<Points.UpdateBatchResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          String collection = name(request.getCollectionName());
          if (request.getOperationsCount() == 0) {
            throw GrpcFaults.invalid(
                "operations", "value [] invalid, must be at least 1 characters");
          }
          checkBatch("operations", request.getOperationsCount());
          Manner manner =
              manner(
                  request.getWait(),
                  request.getOrdering(),
                  request.hasTimeout(),
                  request.getTimeout());
          List<PendingWrite> pending = new ArrayList<>(request.getOperationsCount());
          for (Points.PointsUpdateOperation operation : request.getOperationsList()) {
            pending.add(GrpcWrites.operation(operation));
          }
          Points.UpdateBatchResponse.Builder response = Points.UpdateBatchResponse.newBuilder();
          for (UpdateResult result : apply(collection, pending, manner)) {
            response.addResult(GrpcWrites.write(result));
          }
          return response.setTime(secondsSince(start)).build();
        });
  }
}
