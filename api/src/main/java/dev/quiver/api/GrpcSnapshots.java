package dev.quiver.api;

import com.google.protobuf.Timestamp;
import dev.quiver.engine.Database;
import dev.quiver.engine.SnapshotInfo;
import dev.quiver.engine.Snapshots;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.SnapshotsGrpc;
import io.qdrant.client.grpc.SnapshotsService;

/** The service {@code qdrant.Snapshots}. */
final class GrpcSnapshots extends SnapshotsGrpc.SnapshotsImplBase {
  private final Database database;
  private final GrpcCalls calls;

  GrpcSnapshots(Database database, GrpcCalls calls) {
    this.database = database;
    this.calls = calls;
  }

  @Override
  public void create(
      SnapshotsService.CreateSnapshotRequest request,
      StreamObserver<SnapshotsService.CreateSnapshotResponse> reply) {
    calls.blocking(request, reply, call -> created(Snapshots.Scope.of(call.collection()), call));
  }

  @Override
  public void createFull(
      SnapshotsService.CreateFullSnapshotRequest request,
      StreamObserver<SnapshotsService.CreateSnapshotResponse> reply) {
    calls.blocking(request, reply, call -> created(Snapshots.Scope.STORE, call));
  }

  private SnapshotsService.CreateSnapshotResponse created(Snapshots.Scope scope, GrpcCall call) {
    SnapshotInfo made = database.snapshots().create(scope);
    return SnapshotsService.CreateSnapshotResponse.newBuilder()
        .setSnapshotDescription(message(made))
        .setTime(call.seconds())
        .build();
  }

  private static SnapshotsService.SnapshotDescription message(SnapshotInfo snapshot) {
    return SnapshotsService.SnapshotDescription.newBuilder()
        .setName(snapshot.name())
        .setCreationTime(Timestamp.newBuilder().setSeconds(snapshot.created().getEpochSecond()))
        .setSize(snapshot.size())
        .setChecksum(snapshot.sha256())
        .build();
  }

  @Override
  public void list(
      SnapshotsService.ListSnapshotsRequest request,
      StreamObserver<SnapshotsService.ListSnapshotsResponse> reply) {
    calls.blocking(request, reply, call -> listed(Snapshots.Scope.of(call.collection()), call));
  }

  @Override
  public void listFull(
      SnapshotsService.ListFullSnapshotsRequest request,
      StreamObserver<SnapshotsService.ListSnapshotsResponse> reply) {
    calls.blocking(request, reply, call -> listed(Snapshots.Scope.STORE, call));
  }

  private SnapshotsService.ListSnapshotsResponse listed(Snapshots.Scope scope, GrpcCall call) {
    SnapshotsService.ListSnapshotsResponse.Builder response =
        SnapshotsService.ListSnapshotsResponse.newBuilder();
    for (SnapshotInfo each : database.snapshots().list(scope)) {
      response.addSnapshotDescriptions(message(each));
    }
    return response.setTime(call.seconds()).build();
  }

  @Override
  public void delete(
      SnapshotsService.DeleteSnapshotRequest request,
      StreamObserver<SnapshotsService.DeleteSnapshotResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> deleted(Snapshots.Scope.of(call.collection()), request.getSnapshotName(), call));
  }

  @Override
  public void deleteFull(
      SnapshotsService.DeleteFullSnapshotRequest request,
      StreamObserver<SnapshotsService.DeleteSnapshotResponse> reply) {
    calls.blocking(
        request, reply, call -> deleted(Snapshots.Scope.STORE, request.getSnapshotName(), call));
  }

  private SnapshotsService.DeleteSnapshotResponse deleted(
      Snapshots.Scope scope, String name, GrpcCall call) {
    new Changes(database, call.caller()).deleteSnapshot(scope, name);
    return SnapshotsService.DeleteSnapshotResponse.newBuilder().setTime(call.seconds()).build();
  }
}
