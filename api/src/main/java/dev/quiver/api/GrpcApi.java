package dev.quiver.api;

import dev.quiver.engine.Database;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.ArrayList;
import java.util.List;

/**
 * Qdrant's gRPC services over a {@link Database}: everything but the socket, which {@link
 * GrpcServer} adds. Thread-safe; whoever creates it closes it, after the server.
 *
 * <p>The way of a call: {@link GrpcGate} (count, key, missing calls), {@link GrpcDecoding} (bytes
 * to message), the service ({@link GrpcPoints}, {@link GrpcCollections}), {@link GrpcCalls}
 * (thread, time, answer), and {@link GrpcErrors} when it fails.
 */
public final class GrpcApi implements AutoCloseable {
  private final GrpcCalls calls;
  private final GrpcDecoding decoding;
  private final GrpcHealth.Common health = new GrpcHealth.Common();
  private final List<ServerServiceDefinition> plainServices;
  private final List<ServerServiceDefinition> services;
  private final GrpcGate gate;
  private final ApiLimits limits;
  private final GrpcSettings settings;

  /**
   * @param pool shared with REST; stays open when this is closed
   */
  public GrpcApi(
      Database database,
      Inference inference,
      SearchPool pool,
      ApiKeys keys,
      ApiMetrics metrics,
      VersionInfo version,
      ApiLimits limits,
      GrpcSettings settings) {
    this.limits = limits;
    this.settings = settings;
    this.calls = new GrpcCalls(pool, limits, settings.waitingCallsMax());
    this.decoding = new GrpcDecoding(settings.requestBytesBudget());
    this.gate =
        new GrpcGate(
            new Authenticator(keys, database, pool, limits.searchTimeout()), metrics, database);
    List<BindableService> decoded =
        List.of(
            new GrpcHealth.OfQdrant(version),
            new GrpcCollections(database, calls),
            new GrpcPoints(database, inference, calls, limits, metrics.issues()),
            new GrpcSnapshots(database, calls));
    // Streams keep no budget of request bytes: their requests are small and end at once.
    List<ServerServiceDefinition> streaming =
        List.of(health.bindAsQdrants(), ProtoReflectionServiceV1.newInstance().bindService());
    this.plainServices = new ArrayList<>(streaming);
    this.services = new ArrayList<>(streaming);
    for (BindableService service : decoded) {
      ServerServiceDefinition plain = service.bindService();
      plainServices.add(plain);
      services.add(decoding.wrap(plain));
    }
  }

  /** The services, to be registered as they are. */
  List<ServerServiceDefinition> services() {
    return List.copyOf(services);
  }

  /** Says to who watches the health that the server stops. */
  void stopping() {
    health.close();
  }

  /** The services as their interfaces define them. */
  List<ServerServiceDefinition> plainServices() {
    return List.copyOf(plainServices);
  }

  /** Goes around every call. */
  GrpcGate gate() {
    return gate;
  }

  ApiLimits limits() {
    return limits;
  }

  GrpcSettings settings() {
    return settings;
  }

  /** Bytes of the requests in work. */
  public long requestBytesInWork() {
    return decoding.usedBytes();
  }

  @Override
  public void close() {
    calls.close();
  }
}
