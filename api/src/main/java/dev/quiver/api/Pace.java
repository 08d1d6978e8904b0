package dev.quiver.api;

import java.util.concurrent.TimeUnit;

/**
 * How fast a peer sends and takes. What counts is the time that the connection waits for its peer,
 * not the time that a request takes in the server; and it is counted anew from each answer on.
 *
 * <p>The connection's thread calls the begin and end methods, any thread {@link #isTooSlow}.
 */
final class Pace {
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long idleNanos;
  private final int receiveRateMin;

  /** When the wait that is going on began; 0 when there is none. */
  private volatile long waitingSince;

  /** Waited for the request in work, and what came of it; written by the connection's thread. */
  private volatile long receivedNanos;

  private volatile long receivedBytes;
  private volatile boolean isReceiving;

  Pace(RestSettings settings) {
    this.idleNanos = settings.idle().toNanos();
    this.receiveRateMin = settings.receiveRateMin();
  }

  void receiveBegins() {
    isReceiving = true;
    waitingSince = now();
  }

  void receiveEnds(int bytes) {
    long nanosBefore = receivedNanos;
    long bytesBefore = receivedBytes;
    receivedNanos = nanosBefore + System.nanoTime() - waitingSince;
    receivedBytes = bytesBefore + bytes;
    waitingSince = 0;
    isReceiving = false;
  }

  /** An answer, or a part of it, is written: what comes now belongs to another request. */
  void sendBegins() {
    receivedNanos = 0;
    receivedBytes = 0;
    waitingSince = now();
  }

  void sendEnds() {
    waitingSince = 0;
  }

  private static long now() {
    long nanos = System.nanoTime();
    return nanos == 0 ? 1 : nanos;
  }

  boolean isTooSlow(long nowNanos) {
    long since = waitingSince;
    if (since == 0) {
      return false;
    }
    long waited = nowNanos - since;
    if (waited > idleNanos) {
      return true;
    }
    long allowed = idleNanos + receivedBytes * NANOS_PER_SECOND / receiveRateMin;
    return isReceiving && receivedNanos + waited > allowed;
  }
}
