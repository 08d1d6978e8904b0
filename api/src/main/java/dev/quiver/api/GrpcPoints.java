package dev.quiver.api;

import com.google.protobuf.Message;
import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.UpdateResult;
import dev.quiver.engine.WriteOp;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The service {@code qdrant.Points}: the writes here, the reads above. */
final class GrpcPoints extends GrpcAggregates {
  GrpcPoints(
      Database database, Inference inference, GrpcCalls calls, ApiLimits limits, Issues issues) {
    super(database, inference, calls, limits, issues);
  }

  /** Answers a write of one operation; {@code body} reads it from the request. */
  private void write(
      Message request,
      StreamObserver<Points.PointsOperationResponse> reply,
      Supplier<PendingWrite> body) {
    calls.blocking(
        request,
        reply,
        call -> {
          String collection = call.collection();
          call.refuseShardKey();
          UpdateResult result = apply(call, collection, List.of(body.get())).getFirst();
          return Points.PointsOperationResponse.newBuilder()
              .setResult(GrpcWrites.write(result))
              .setTime(call.seconds())
              .build();
        });
  }

  private List<UpdateResult> apply(GrpcCall call, String collection, List<PendingWrite> pending) {
    call.checkOrdering();
    Duration timeout = call.hasTimeout() ? calls.timeout(call) : null;
    Inference.Batch texts = inference.batch();
    for (PendingWrite write : pending) {
      write.collect(texts);
    }
    texts.run(GrpcCalls.untilDeadline(timeout == null ? Inference.DEFAULT_TIMEOUT : timeout));
    List<WriteOp> operations = new ArrayList<>(pending.size());
    for (PendingWrite write : pending) {
      operations.add(write.resolve(texts));
    }
    ShardKeys.checkWrite(database.collectionConfig(collection), operations);
    return new Changes(database, call.caller())
        .write(collection, operations, call.waits(), timeout);
  }

  @Override
  public void upsert(
      Points.UpsertPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        request,
        reply,
        () ->
            GrpcWrites.upsert(
                request.getPointsList(),
                request.hasUpdateFilter() ? request.getUpdateFilter() : null,
                request.getUpdateMode()));
  }

  @Override
  public void delete(
      Points.DeletePoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(request, reply, () -> GrpcWrites.delete(request.hasPoints(), request.getPoints()));
  }

  @Override
  public void updateVectors(
      Points.UpdatePointVectors request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        request,
        reply,
        () ->
            GrpcWrites.updateVectors(
                request.getPointsList(),
                request.hasUpdateFilter() ? request.getUpdateFilter() : null));
  }

  @Override
  public void deleteVectors(
      Points.DeletePointVectors request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        request,
        reply,
        () ->
            GrpcWrites.deleteVectors(
                request.hasPointsSelector(),
                request.getPointsSelector(),
                request.hasVectors(),
                request.getVectors()));
  }

  @Override
  public void setPayload(
      Points.SetPayloadPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        request,
        reply,
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
        request,
        reply,
        () ->
            GrpcWrites.overwritePayload(
                request.getPayloadMap(),
                request.hasPointsSelector(),
                request.getPointsSelector(),
                request.hasKey() ? request.getKey() : null));
  }

  @Override
  public void deletePayload(
      Points.DeletePayloadPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        request,
        reply,
        () ->
            GrpcWrites.deletePayload(
                request.getKeysList(), request.hasPointsSelector(), request.getPointsSelector()));
  }

  @Override
  public void clearPayload(
      Points.ClearPayloadPoints request, StreamObserver<Points.PointsOperationResponse> reply) {
    write(request, reply, () -> GrpcWrites.clearPayload(request.hasPoints(), request.getPoints()));
  }

  @Override
  public void createFieldIndex(
      Points.CreateFieldIndexCollection request,
      StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        request,
        reply,
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
        request,
        reply,
        () -> {
          checkFieldName(request.getFieldName());
          return new PendingWrite.Ready(
              new WriteOp.DeleteFieldIndex(GrpcFilters.path(request.getFieldName())));
        });
  }

  @Override
  public void createVectorName(
      Points.CreateVectorNameRequest request,
      StreamObserver<Points.PointsOperationResponse> reply) {
    write(request, reply, () -> new PendingWrite.Ready(GrpcWrites.createVector(request)));
  }

  @Override
  public void deleteVectorName(
      Points.DeleteVectorNameRequest request,
      StreamObserver<Points.PointsOperationResponse> reply) {
    write(
        request,
        reply,
        () -> new PendingWrite.Ready(new WriteOp.DeleteVector(request.getVectorName())));
  }

  private static void checkFieldName(String name) {
    if (name.isEmpty()) {
      throw GrpcFaults.invalid("field_name", "value \"\" invalid, must be at least 1 characters");
    }
  }

  @Override
  public void updateBatch(
      Points.UpdateBatchPoints request, StreamObserver<Points.UpdateBatchResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          String collection = call.collection();
          if (request.getOperationsCount() == 0) {
            throw GrpcFaults.invalid(
                "operations", "value [] invalid, must be at least 1 characters");
          }
          checkBatch("operations", request.getOperationsCount());
          List<PendingWrite> pending = new ArrayList<>(request.getOperationsCount());
          for (Points.PointsUpdateOperation operation : request.getOperationsList()) {
            pending.add(GrpcWrites.operation(operation));
          }
          Points.UpdateBatchResponse.Builder response = Points.UpdateBatchResponse.newBuilder();
          for (UpdateResult result : apply(call, collection, pending)) {
            response.addResult(GrpcWrites.write(result));
          }
          return response.setTime(call.seconds()).build();
        });
  }
}
