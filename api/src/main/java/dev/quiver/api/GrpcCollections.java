package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Database;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.CollectionsGrpc;
import java.util.List;
import java.util.function.Predicate;

/** The service {@code qdrant.Collections}, as far as one machine has it. */
final class GrpcCollections extends CollectionsGrpc.CollectionsImplBase {
  /** The only peer and its only shard. */
  private static final long PEER_ID = 1;

  private final Database database;
  private final GrpcCalls calls;

  GrpcCollections(Database database, GrpcCalls calls) {
    this.database = database;
    this.calls = calls;
  }

  @Override
  public void get(
      Collections.GetCollectionInfoRequest request,
      StreamObserver<Collections.GetCollectionInfoResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          CollectionInfo info = database.collectionInfo(call.collection());
          return Collections.GetCollectionInfoResponse.newBuilder()
              .setResult(GrpcCollectionMessages.write(info))
              .setTime(call.seconds())
              .build();
        });
  }

  @Override
  public void list(
      Collections.ListCollectionsRequest request,
      StreamObserver<Collections.ListCollectionsResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          Collections.ListCollectionsResponse.Builder response =
              Collections.ListCollectionsResponse.newBuilder();
          for (String name : database.collections()) {
            if (call.access().sees(name)) {
              response.addCollections(Collections.CollectionDescription.newBuilder().setName(name));
            }
          }
          return response.setTime(call.seconds()).build();
        });
  }

  @Override
  public void create(
      Collections.CreateCollection request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          CollectionDocuments.checkNewName(request.getCollectionName());
          changes(call)
              .createCollection(
                  request.getCollectionName(),
                  CollectionDocuments.create(GrpcCollectionMessages.body(request)));
          return done(true, call);
        });
  }

  @Override
  public void update(
      Collections.UpdateCollection request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          String name = call.collection();
          calls.timeout(call);
          ObjectNode change = CollectionDocuments.checkUpdate(GrpcCollectionMessages.body(request));
          if (!changes(call)
              .updateCollection(
                  name,
                  change,
                  (CollectionConfig current) -> CollectionDocuments.update(current, change))) {
            throw GrpcCollectionMessages.noCollection(name);
          }
          return done(true, call);
        });
  }

  @Override
  public void delete(
      Collections.DeleteCollection request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          String name = call.collection();
          calls.timeout(call);
          return done(changes(call).deleteCollection(name), call);
        });
  }

  private Changes changes(GrpcCall call) {
    return new Changes(database, call.caller());
  }

  private static Collections.CollectionOperationResponse done(boolean result, GrpcCall call) {
    return Collections.CollectionOperationResponse.newBuilder()
        .setResult(result)
        .setTime(call.seconds())
        .build();
  }

  @Override
  public void updateAliases(
      Collections.ChangeAliases request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          calls.timeout(call);
          List<Alias.Action> actions = GrpcCollectionMessages.aliasActions(request);
          changes(call).updateAliases(actions);
          return done(true, call);
        });
  }

  @Override
  public void listCollectionAliases(
      Collections.ListCollectionAliasesRequest request,
      StreamObserver<Collections.ListAliasesResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          String name = call.collection();
          if (!database.collectionExists(name)) {
            throw GrpcCollectionMessages.noCollection(name);
          }
          return aliases(call, alias -> alias.collection().equals(name));
        });
  }

  @Override
  public void listAliases(
      Collections.ListAliasesRequest request,
      StreamObserver<Collections.ListAliasesResponse> reply) {
    calls.blocking(
        request, reply, call -> aliases(call, alias -> call.access().sees(alias.collection())));
  }

  private Collections.ListAliasesResponse aliases(GrpcCall call, Predicate<Alias> wanted) {
    Collections.ListAliasesResponse.Builder response = Collections.ListAliasesResponse.newBuilder();
    for (Alias alias : database.aliases()) {
      if (wanted.test(alias) && call.access().sees(alias.alias())) {
        response.addAliases(
            Collections.AliasDescription.newBuilder()
                .setAliasName(alias.alias())
                .setCollectionName(alias.collection()));
      }
    }
    return response.setTime(call.seconds()).build();
  }

  @Override
  public void collectionExists(
      Collections.CollectionExistsRequest request,
      StreamObserver<Collections.CollectionExistsResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          boolean exists = database.collectionExists(call.collection());
          return Collections.CollectionExistsResponse.newBuilder()
              .setResult(Collections.CollectionExists.newBuilder().setExists(exists))
              .setTime(call.seconds())
              .build();
        });
  }

  @Override
  public void collectionClusterInfo(
      Collections.CollectionClusterInfoRequest request,
      StreamObserver<Collections.CollectionClusterInfoResponse> reply) {
    calls.blocking(
        request,
        reply,
        call -> {
          CollectionInfo info = database.collectionInfo(call.collection());
          return Collections.CollectionClusterInfoResponse.newBuilder()
              .setPeerId(PEER_ID)
              .setShardCount(1)
              .addLocalShards(
                  Collections.LocalShardInfo.newBuilder()
                      .setShardId(0)
                      .setPointsCount(info.points())
                      .setState(Collections.ReplicaState.Active))
              .build();
        });
  }
}
