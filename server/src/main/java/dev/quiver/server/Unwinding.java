package dev.quiver.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was opened so far, newest first, when a start fails half-way. For one thread. */
final class Unwinding implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Unwinding.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  /** The start has succeeded: somebody else closes it all. */
  void keep() {
    opened.clear();
  }

  @Override
  public void close() {
    for (AutoCloseable resource : opened) {
      try {
        resource.close();
      } catch (Exception e) {
        // The failure that brought us here is the one to be thrown.
        LOG.warn("{} did not close after a failed start", resource, e);
      }
    }
  }
}
