package dev.quiver.api;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * HTTP/1.1 connections that are closed when their peer is too slow. The HTTP server's own timeouts
 * know a silent peer between two requests; they neither end one that drips a header, nor one that
 * does not read its answer. One virtual thread watches all connections, and ends when there are
 * none. Thread-safe.
 */
final class PacedConnections implements ServerConnectionSelector {
  private static final long PERIOD_NANOS_MAX = Duration.ofSeconds(1).toNanos();

  private final ServerConnectionSelector http1 =
      Http1ConnectionSelector.builder().config(Http1Config.create()).build();
  private final RestSettings settings;
  private final long periodNanos;
  private final Set<PacedConnection> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean watched = new AtomicBoolean();

  PacedConnections(RestSettings settings) {
    this.settings = settings;
    this.periodNanos = Math.min(PERIOD_NANOS_MAX, settings.idle().toNanos() / 4 + 1);
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http1.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData request) {
    return http1.supports(request);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    Pace pace = new Pace(settings);
    PacedConnection connection =
        new PacedConnection(
            context, pace, http1.connection(new PacedContext(context, pace)), open::remove);
    open.add(connection);
    watch();
    return connection;
  }

  private void watch() {
    if (watched.compareAndSet(false, true)) {
      Thread.ofVirtual().name("rest-connections").start(this::closeSlowOnes);
    }
  }

  private void closeSlowOnes() {
    while (!open.isEmpty()) {
      long now = System.nanoTime();
      for (PacedConnection connection : open) {
        connection.closeIfSlow(now);
      }
      LockSupport.parkNanos(periodNanos);
    }
    watched.set(false);
    if (!open.isEmpty()) {
      watch();
    }
  }
}
