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
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          CollectionInfo info =
              database.collectionInfo(GrpcPointReads.name(request.getCollectionName()));
          return Collections.GetCollectionInfoResponse.newBuilder()
              .setResult(GrpcCollectionMessages.write(info))
              .setTime(GrpcPointReads.secondsSince(start))
              .build();
        });
  }

  @Override
  public void list(
      Collections.ListCollectionsRequest request,
      StreamObserver<Collections.ListCollectionsResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          Collections.ListCollectionsResponse.Builder response =
              Collections.ListCollectionsResponse.newBuilder();
          for (String name : database.collections()) {
            response.addCollections(Collections.CollectionDescription.newBuilder().setName(name));
          }
          return response.setTime(GrpcPointReads.secondsSince(start)).build();
        });
  }

  @Override
  public void create(
      Collections.CreateCollection request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          CollectionDocuments.checkNewName(request.getCollectionName());
          database.createCollection(
              request.getCollectionName(),
              CollectionDocuments.create(GrpcCollectionMessages.createBody(request)));
          return done(true, start);
        });
  }

  @Override
  public void update(
      Collections.UpdateCollection request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          String name = GrpcPointReads.name(request.getCollectionName());
          calls.timeout(request.hasTimeout(), request.getTimeout());
          ObjectNode change =
              CollectionDocuments.checkUpdate(GrpcCollectionMessages.updateBody(request));
          if (!database.updateCollection(
              name, (CollectionConfig current) -> CollectionDocuments.update(current, change))) {
            throw GrpcCollectionMessages.noCollection(name);
          }
          return done(true, start);
        });
  }

  @Override
  public void delete(
      Collections.DeleteCollection request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          String name = GrpcPointReads.name(request.getCollectionName());
          calls.timeout(request.hasTimeout(), request.getTimeout());
          return done(database.deleteCollection(name), start);
        });
  }

  private static Collections.CollectionOperationResponse done(boolean result, long start) {
    return Collections.CollectionOperationResponse.newBuilder()
        .setResult(result)
        .setTime(GrpcPointReads.secondsSince(start))
        .build();
  }

  @Override
  public void updateAliases(
      Collections.ChangeAliases request,
      StreamObserver<Collections.CollectionOperationResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          calls.timeout(request.hasTimeout(), request.getTimeout());
          List<Alias.Action> actions = GrpcCollectionMessages.aliasActions(request);
          database.updateAliases(actions);
          return done(true, start);
        });
  }

  @Override
  public void listCollectionAliases(
      Collections.ListCollectionAliasesRequest request,
      StreamObserver<Collections.ListAliasesResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          String name = GrpcPointReads.name(request.getCollectionName());
          if (!database.collectionExists(name)) {
            throw GrpcCollectionMessages.noCollection(name);
          }
          return aliases(
              database.aliases().stream().filter(alias -> alias.collection().equals(name)).toList(),
              start);
        });
  }

  @Override
  public void listAliases(
      Collections.ListAliasesRequest request,
      StreamObserver<Collections.ListAliasesResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(reply, () -> aliases(database.aliases(), start));
  }

  private static Collections.ListAliasesResponse aliases(List<Alias> aliases, long start) {
    Collections.ListAliasesResponse.Builder response = Collections.ListAliasesResponse.newBuilder();
    for (Alias alias : aliases) {
      response.addAliases(
          Collections.AliasDescription.newBuilder()
              .setAliasName(alias.alias())
              .setCollectionName(alias.collection()));
    }
    return response.setTime(GrpcPointReads.secondsSince(start)).build();
  }

  @Override
  public void collectionExists(
      Collections.CollectionExistsRequest request,
      StreamObserver<Collections.CollectionExistsResponse> reply) {
    long start = System.nanoTime();
    calls.blocking(
        reply,
        () -> {
          boolean exists =
              database.collectionExists(GrpcPointReads.name(request.getCollectionName()));
          return Collections.CollectionExistsResponse.newBuilder()
              .setResult(Collections.CollectionExists.newBuilder().setExists(exists))
              .setTime(GrpcPointReads.secondsSince(start))
              .build();
        });
  }

  @Override
  public void collectionClusterInfo(
      Collections.CollectionClusterInfoRequest request,
      StreamObserver<Collections.CollectionClusterInfoResponse> reply) {
    calls.blocking(
        reply,
        () -> {
          CollectionInfo info =
              database.collectionInfo(GrpcPointReads.name(request.getCollectionName()));
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
