package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC server's socket. Requests of reads are small and read on the event loop; those of writes
 * may be megabytes and are read on virtual threads. Thread-safe.
 */
public final class GrpcServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

  /**
   * Where the transport reports a peer that talks nonsense, with a stack trace each: it gets its
   * answer, and must not fill the log. Held here, since a logger nobody holds forgets its level.
   */
  private static final java.util.logging.Logger[] PEERS_AT_FAULT = {
    java.util.logging.Logger.getLogger(
        "io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport.connections"),
    java.util.logging.Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"),
    java.util.logging.Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler")
  };

  static {
    for (java.util.logging.Logger logger : PEERS_AT_FAULT) {
      logger.setLevel(java.util.logging.Level.SEVERE);
    }
  }

  /** Streams that peers reset, in the window: a flood of them is an attack (CVE-2023-44487). */
  private static final int RESET_STREAMS_MAX = 5_000;

  private static final int RESET_STREAMS_WINDOW_SECONDS = 10;
  private static final int PERMITTED_PING_INTERVAL_SECONDS = 5;

  private final GrpcApi api;
  private final Server server;
  private final ExecutorService writes;
  private final GrpcConnections connections;

  private GrpcServer(GrpcApi api, InetSocketAddress address, @Nullable TlsIdentity tls) {
    this.api = api;
    this.writes =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-write-", 0).factory());
    GrpcSettings settings = api.settings();
    this.connections = new GrpcConnections(settings.connectionsMax());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .directExecutor()
            .callExecutor(new ByKind(api.gate(), writes))
            .maxInboundMessageSize(api.limits().bodyBytesMax())
            .maxConcurrentCallsPerConnection(settings.callsPerConnectionMax())
            .keepAliveTime(settings.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(PERMITTED_PING_INTERVAL_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .handshakeTimeout(settings.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .maxRstFramesPerWindow(RESET_STREAMS_MAX, RESET_STREAMS_WINDOW_SECONDS)
            .addTransportFilter(connections)
            .intercept(new GrpcExplain())
            .intercept(api.gate())
            .intercept(connections)
            .intercept(new GrpcRequestIds());
    if (tls != null) {
      builder.sslContext(sslContext(tls));
    }
    for (ServerServiceDefinition service : api.services()) {
      builder.addService(service);
    }
    this.server = builder.build();
  }

  /** On the JDK's TLS, as REST is, so that both ports offer the same. */
  private static SslContext sslContext(TlsIdentity tls) {
    try {
      return GrpcSslContexts.configure(
              SslContextBuilder.forServer(tls.keyManager()), SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (SSLException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "TLS cannot be set up", e);
    }
  }

  /** Listens without TLS. */
  public static GrpcServer start(GrpcApi api, String host, int port) throws IOException {
    return start(api, host, port, null);
  }

  /**
   * Listens.
   *
   * @param host a name or address to bind, or {@code 0.0.0.0}
   * @param port 0 for any free one
   * @param tls null: no TLS; stays the caller's to close
   * @throws IOException when the port cannot be bound
   */
  public static GrpcServer start(GrpcApi api, String host, int port, @Nullable TlsIdentity tls)
      throws IOException {
    GrpcServer server = new GrpcServer(api, new InetSocketAddress(host, port), tls);
    try {
      server.server.start();
    } catch (IOException e) {
      server.writes.close();
      throw e;
    }
    LOG.info("gRPC listens on {}:{}", host, server.port());
    return server;
  }

  /** The port that it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Connections that are open. */
  public int connections() {
    return connections.count();
  }

  /** Takes no new calls, lets those in work end within the settings' wait, then cuts them off. */
  @Override
  public void close() {
    api.stopping();
    server.shutdown();
    try {
      long waitMillis = api.settings().shutdownWait().toMillis();
      if (!server.awaitTermination(waitMillis, TimeUnit.MILLISECONDS)) {
        LOG.warn("gRPC calls still in work after {} ms are cut off", waitMillis);
        server.shutdownNow();
        if (!server.awaitTermination(waitMillis, TimeUnit.MILLISECONDS)) {
          LOG.error("gRPC server did not stop within {} ms", 2 * waitMillis);
        }
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    writes.shutdown();
  }

  /** Where a call's request is read. */
  private record ByKind(GrpcGate gate, Executor writes) implements ServerCallExecutorSupplier {
    @Override
    public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
      // Null is the server's own executor: the event loop.
      return gate.isQuick(call.getMethodDescriptor().getFullMethodName(), metadata) ? null : writes;
    }
  }
}
