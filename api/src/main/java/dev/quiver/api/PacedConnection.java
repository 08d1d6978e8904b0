package dev.quiver.api;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection whose peer is watched. */
final class PacedConnection implements ServerConnection, InterruptableTask<Void> {
  private static final Logger LOG = LoggerFactory.getLogger(PacedConnection.class);

  private final ConnectionContext context;
  private final Pace pace;
  private final ServerConnection delegate;
  private final Consumer<PacedConnection> ended;

  PacedConnection(
      ConnectionContext context,
      Pace pace,
      ServerConnection delegate,
      Consumer<PacedConnection> ended) {
    this.context = context;
    this.pace = pace;
    this.delegate = delegate;
    this.ended = ended;
  }

  /** Closes the socket under the thread that waits for it, which then ends. */
  void closeIfSlow(long nowNanos) {
    if (!pace.isTooSlow(nowNanos)) {
      return;
    }
    LOG.debug("connection {} is closed: its peer is too slow", context.childSocketId());
    ended.accept(this);
    try {
      context.serverSocket().close();
    } catch (UncheckedIOException e) {
      LOG.debug("connection {} was closed already", context.childSocketId(), e);
    }
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    try {
      delegate.handle(limit);
    } finally {
      ended.accept(this);
    }
  }

  @Override
  public Duration idleTime() {
    return delegate.idleTime();
  }

  @Override
  public void close(boolean interrupt) {
    delegate.close(interrupt);
  }

  @Override
  public boolean canInterrupt() {
    return delegate instanceof InterruptableTask<?> task && task.canInterrupt();
  }
}
