package dev.quiver.api;

import dev.quiver.embed.Embedders;
import dev.quiver.engine.Database;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** A real server over a real engine in a temporary folder, and Qdrant's own client to it. */
final class GrpcFixture implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** Longest wait for one answer. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final Engine engine;
  final Embedders embedders = Embedders.open();
  final SearchPool pool;
  final ApiMetrics metrics = new ApiMetrics();
  final GrpcApi api;
  final GrpcServer server;
  final ManagedChannel channel;
  final QdrantClient client;

  GrpcFixture(Path folder) {
    this(folder, ApiKeys.none(), ApiLimits.DEFAULT, GrpcSettings.defaults());
  }

  GrpcFixture(Path folder, ApiKeys keys, ApiLimits limits, GrpcSettings settings) {
    this(folder, keys, limits, settings, database -> database);
  }

  /**
   * @param around what the API gets in place of the engine: it, watched
   */
  GrpcFixture(
      Path folder,
      ApiKeys keys,
      ApiLimits limits,
      GrpcSettings settings,
      UnaryOperator<Database> around) {
    engine = Engine.open(folder, EngineOptions.defaults());
    pool = new SearchPool(2, 1_000);
    api =
        new GrpcApi(
            around.apply(engine),
            Inference.with(embedders),
            pool,
            keys,
            metrics,
            VersionInfo.ofCommit(COMMIT),
            limits,
            settings);
    try {
      server = GrpcServer.start(api, "127.0.0.1", 0);
    } catch (IOException e) {
      throw new AssertionError("no free port", e);
    }
    channel = newChannel();
    client = new QdrantClient(QdrantGrpcClient.newBuilder(channel, false, false).build());
  }

  ManagedChannel newChannel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
        .usePlaintext()
        .maxInboundMessageSize(64 << 20)
        .build();
  }

  QdrantClient clientWithKey(String key) {
    return new QdrantClient(
        QdrantGrpcClient.newBuilder(newChannel(), true, false).withApiKey(key).build());
  }

  /** A collection whose default vector has four dimensions. */
  void createSmall(String name) {
    await(
        client.createCollectionAsync(
            name, VectorParams.newBuilder().setSize(4).setDistance(Distance.Dot).build()));
  }

  static <T> T await(Future<T> answer) {
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw new AssertionError("call failed", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + PATIENCE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The status that a call fails with. */
  static StatusRuntimeException failure(Future<?> answer) {
    try {
      Object result = await(answer);
      throw new AssertionError("the call succeeded: " + result);
    } catch (StatusRuntimeException e) {
      return e;
    }
  }

  static Status.Code code(Future<?> answer) {
    return failure(answer).getStatus().getCode();
  }

  static String trailer(StatusRuntimeException failure, String name) {
    Metadata trailers = failure.getTrailers();
    return trailers == null
        ? ""
        : String.valueOf(trailers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    api.close();
    pool.close();
    engine.close();
    embedders.close();
  }
}
