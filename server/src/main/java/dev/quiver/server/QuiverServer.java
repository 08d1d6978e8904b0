package dev.quiver.server;

import dev.quiver.api.ApiKeys;
import dev.quiver.api.ApiLimits;
import dev.quiver.api.ApiMetrics;
import dev.quiver.api.GrpcApi;
import dev.quiver.api.GrpcServer;
import dev.quiver.api.GrpcSettings;
import dev.quiver.api.Inference;
import dev.quiver.api.RestApi;
import dev.quiver.api.RestSettings;
import dev.quiver.api.SearchPool;
import dev.quiver.api.TlsIdentity;
import dev.quiver.api.VersionInfo;
import dev.quiver.embed.EmbedSettings;
import dev.quiver.embed.Embedders;
import dev.quiver.engine.Backups;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All roles in one process: engine, embedders, REST and gRPC.
 *
 * <p>It listens as soon as {@link #start} returns; collections whose log is ahead of their commit
 * become ready one by one, and {@code /readyz} tells when all are. {@link #close} stops in good
 * order: no new requests, those in work end within the configured time, then everything is
 * committed and closed. Thread-safe.
 */
public final class QuiverServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuiverServer.class);
  private static final long KEEPALIVE_SECONDS = 10;

  private final ServerConfig config;
  private final Engine engine;
  private final @Nullable Backups backups;
  private final Embedders embedders;
  private final SearchPool pool;
  private final GrpcApi grpcApi;
  private final @Nullable TlsIdentity tls;
  private final WebServer rest;
  private final GrpcServer grpc;
  private final AtomicBoolean stopping;
  private final int httpPort;
  private final int grpcPort;

  private QuiverServer(
      ServerConfig config,
      Engine engine,
      @Nullable Backups backups,
      Embedders embedders,
      SearchPool pool,
      GrpcApi grpcApi,
      @Nullable TlsIdentity tls,
      WebServer rest,
      GrpcServer grpc,
      AtomicBoolean stopping) {
    this.config = config;
    this.engine = engine;
    this.backups = backups;
    this.embedders = embedders;
    this.pool = pool;
    this.grpcApi = grpcApi;
    this.tls = tls;
    this.rest = rest;
    this.grpc = grpc;
    this.stopping = stopping;
    this.httpPort = rest.port();
    this.grpcPort = grpc.port();
  }

  /**
   * Opens the data folder and listens.
   *
   * @throws QuiverException when the folder is in use or damaged, or a port is taken; nothing is
   *     left open then
   */
  public static QuiverServer start(ServerConfig config) {
    warnOfOpenDoor(config);
    try (Unwinding opened = new Unwinding()) {
      Engine engine = opened.add(Engine.open(config.dataDir(), engineOptions(config)));
      Backups backups = backups(config, engine, opened);
      Embedders embedders =
          opened.add(
              Embedders.open(
                  new EmbedSettings(
                      config.embedThreads(), config.embedQueue(), config.requestTimeout())));
      SearchPool pool = opened.add(new SearchPool(config.searchThreads(), config.searchQueue()));
      AtomicBoolean stopping = new AtomicBoolean();
      ApiKeys keys =
          new ApiKeys(config.apiKey(), config.alternateApiKey(), config.readOnlyApiKey());
      keys = (config.tokens() ? keys.withTokens() : keys).with(config.apiKeys());
      AuditedStart.record(engine, config);
      TlsIdentity tls = tls(config);
      if (tls != null) {
        opened.add(tls);
      }
      ApiMetrics metrics = new ApiMetrics();
      ApiLimits limits = limits(config);
      VersionInfo version = VersionInfo.ofCommit(Version.COMMIT);
      Inference inference = Inference.with(embedders);
      GrpcApi grpcApi =
          opened.add(
              new GrpcApi(
                  engine,
                  inference,
                  pool,
                  keys,
                  metrics,
                  version,
                  limits,
                  GrpcSettings.defaults().withShutdownWait(config.shutdownTimeout())));
      RestApi restApi =
          new RestApi(
              engine,
              inference,
              pool,
              keys,
              metrics,
              limits,
              version,
              () -> !stopping.get() && engine.recoveryProgress().finished());
      restApi.logSettings(new RuntimeLog());
      if (backups != null) {
        restApi.serve(backups);
        metrics.addSource(new BackupMetrics(backups));
      }

      // The two stacks load a thousand classes each: side by side they are up sooner.
      CompletableFuture<GrpcServer> grpcStart =
          CompletableFuture.supplyAsync(
              () -> listenGrpc(grpcApi, config, tls),
              Thread.ofPlatform().name("start-grpc")::start);
      WebServer rest;
      try {
        rest = listenRest(restApi, config, tls);
      } catch (RuntimeException e) {
        closeStarted(grpcStart, e);
        throw e;
      }
      opened.add(rest::stop);
      GrpcServer grpc = opened.add(join(grpcStart));
      metrics.addSource(new ServerMetrics(engine, embedders, pool, grpc, grpcApi));
      QuiverServer server =
          new QuiverServer(
              config, engine, backups, embedders, pool, grpcApi, tls, rest, grpc, stopping);
      opened.keep();
      LOG.info(
          "REST listens on {}://{}:{}, data in {}, environment {}",
          server.scheme(),
          config.host(),
          server.httpPort(),
          config.dataDir().toAbsolutePath(),
          engine.guard().environment());
      return server;
    }
  }

  private static @Nullable Backups backups(ServerConfig config, Engine engine, Unwinding opened) {
    Path repository = config.backupRepository();
    if (repository == null) {
      return null;
    }
    try {
      BlobStore store = opened.add(DirectoryBlobStore.open(repository, DiskFiles.INSTANCE));
      return opened.add(Backups.open(engine, store, config.backupSettings()));
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "backup.repository: " + repository + " cannot be used as a folder: " + e,
          e);
    }
  }

  private static void warnOfOpenDoor(ServerConfig config) {
    if (config.apiKey() != null || !config.apiKeys().isEmpty()) {
      return;
    }
    try {
      if (!InetAddress.getByName(config.host()).isLoopbackAddress()) {
        LOG.warn(
            "everybody who reaches {} may read and write: no API key is set (auth.api-key)",
            config.host());
      }
    } catch (UnknownHostException e) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "host: "
              + config.host()
              + " is no address of this machine (expected: 127.0.0.1, 0.0.0.0, ...)",
          e);
    }
  }

  private static EngineOptions engineOptions(ServerConfig config) {
    return EngineOptions.builder()
        .idleTimeout(config.collectionsIdle())
        .maxOpenCollections(config.collectionsMaxOpen())
        .flushInterval(config.flushInterval())
        .indexingBufferBytes(config.indexingBufferBytes())
        .offHeapBytes(config.offHeapBytes())
        .checkedOnOpenBytes(config.checkedOnOpenBytes())
        .scrubBytesPerSecond(config.scrubBytesPerSecond())
        .scrubInterval(config.scrubInterval())
        .mergeThreads(config.mergeThreads())
        .buildThreads(config.buildThreads())
        .fullScanThreshold(config.fullScanThreshold())
        .adaptiveSearch(config.adaptiveSearch())
        .environment(config.environment())
        .trashRetention(config.trashRetention())
        .auditRetention(config.auditRetention())
        .archiving(config.archiving())
        .recovery(
            (name, done, total) -> LOG.info("collection {} is ready ({} of {})", name, done, total))
        .build();
  }

  private static ApiLimits limits(ServerConfig config) {
    return new ApiLimits(
        config.requestMaxBytes(),
        ApiLimits.DEFAULT.jsonDepthMax(),
        config.requestMaxResults(),
        config.requestMaxBatch(),
        config.requestTimeout(),
        ApiLimits.DEFAULT.timeoutMax());
  }

  private static @Nullable TlsIdentity tls(ServerConfig config) {
    Path certificate = config.tlsCertificate();
    Path key = config.tlsKey();
    return certificate == null || key == null
        ? null
        : TlsIdentity.load(certificate, key, config.tlsReload());
  }

  private static WebServer listenRest(RestApi api, ServerConfig config, @Nullable TlsIdentity tls) {
    WebServerConfig.Builder builder =
        WebServer.builder()
            .host(config.host())
            .port(config.httpPort())
            .shutdownHook(false)
            .shutdownGracePeriod(config.shutdownTimeout())
            .connectionOptions(
                options ->
                    options
                        .socketKeepAlive(true)
                        .tcpNoDelay(true)
                        .readTimeout(Duration.ZERO)
                        .connectTimeout(Duration.ofSeconds(KEEPALIVE_SECONDS)))
            .update(
                listener ->
                    api.configure(
                        listener,
                        new RestSettings(
                            config.httpMaxConnections(),
                            config.httpIdle(),
                            RestSettings.defaults().receiveRateMin())))
            .routing(api::routing);
    if (tls != null) {
      builder.tls(Tls.builder().sslContext(tls.context()).build());
    }
    WebServer server;
    try {
      server = builder.build().start();
    } catch (RuntimeException e) {
      throw portTaken("http.port", config.host(), config.httpPort(), e);
    }
    if (!server.isRunning()) {
      // Helidon only logs why: trying once more ourselves tells.
      throw portTaken("http.port", config.host(), config.httpPort(), bindError(config));
    }
    return server;
  }

  private static IOException bindError(ServerConfig config) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(config.host(), config.httpPort()));
      return new IOException("it was not free a moment ago");
    } catch (IOException e) {
      return e;
    }
  }

  private static GrpcServer listenGrpc(
      GrpcApi api, ServerConfig config, @Nullable TlsIdentity tls) {
    try {
      return GrpcServer.start(api, config.host(), config.grpcPort(), tls);
    } catch (IOException e) {
      throw portTaken("grpc.port", config.host(), config.grpcPort(), e);
    }
  }

  private static QuiverException portTaken(String key, String host, int port, Exception cause) {
    return new QuiverException(
        ErrorCode.VALIDATION,
        "cannot listen on "
            + host
            + ":"
            + port
            + " ("
            + rootMessage(cause)
            + "); stop what uses the port, or choose another one with --"
            + key.replace('.', '-'),
        cause);
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static void closeStarted(
      CompletableFuture<GrpcServer> starting, RuntimeException reason) {
    try {
      join(starting).close();
    } catch (QuiverException e) {
      reason.addSuppressed(e);
    }
  }

  private static GrpcServer join(CompletableFuture<GrpcServer> starting) {
    try {
      return starting.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof QuiverException known) {
        throw known;
      }
      throw new QuiverException(ErrorCode.INTERNAL, "gRPC did not start: " + e.getCause(), e);
    }
  }

  /** {@code https} with TLS, else {@code http}. */
  public String scheme() {
    return tls == null ? "http" : "https";
  }

  /** The port of REST, also when it was configured as 0. */
  public int httpPort() {
    return httpPort;
  }

  /** The port of gRPC, also when it was configured as 0. */
  public int grpcPort() {
    return grpcPort;
  }

  public Path dataDir() {
    return config.dataDir();
  }

  /** Whether every collection is ready. */
  public boolean ready() {
    return !stopping.get() && engine.recoveryProgress().finished();
  }

  /** The database itself, for programs that embed the server. */
  public Engine engine() {
    return engine;
  }

  /** The models on board, for programs that embed the server. */
  public Embedders embedders() {
    return embedders;
  }

  /** Stops in good order, once; bounded in time. */
  @Override
  public void close() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    long startNanos = System.nanoTime();
    LOG.info("stopping: no new requests, up to {} for those in work", config.shutdownTimeout());
    CompletableFuture<?> grpcStop =
        CompletableFuture.runAsync(grpc::close, Thread.ofPlatform().name("stop-grpc")::start);
    rest.stop();
    try {
      grpcStop.get(config.shutdownTimeout().toMillis() * 3, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.error("gRPC did not stop in good order", e);
    }
    grpcApi.close();
    if (tls != null) {
      tls.close();
    }
    pool.close();
    embedders.close();
    if (backups != null) {
      backups.close();
    }
    engine.close();
    LOG.info("stopped in {} ms", (System.nanoTime() - startNanos) / 1_000_000);
  }
}
