package dev.quiver.api;

import java.time.Duration;

/**
 * Limits of the gRPC server. Those on one request stand in {@link ApiLimits}.
 *
 * @param requestBytesBudget bytes of all requests in work together
 * @param waitingCallsMax writes and other calls that wait, in work at the same time
 * @param callsPerConnectionMax calls at the same time on one connection
 * @param connectionsMax connections at the same time; further ones get an error on every call
 * @param keepAlive silence after which the peer is asked whether it is there; 10 seconds or more,
 *     which is gRPC's own minimum
 * @param keepAliveTimeout how long it may take to say so; a half-open connection lives for the two
 *     together
 * @param handshakeTimeout from the connection to the end of the HTTP/2 preface
 * @param shutdownWait how long calls in work may take when the server stops
 */
public record GrpcSettings(
    long requestBytesBudget,
    int waitingCallsMax,
    int callsPerConnectionMax,
    int connectionsMax,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Duration handshakeTimeout,
    Duration shutdownWait) {
  private static final long KEEP_ALIVE_MIN_MILLIS = 10_000;

  public GrpcSettings {
    requireAtLeast("requestBytesBudget", requestBytesBudget, 1);
    requireAtLeast("waitingCallsMax", waitingCallsMax, 1);
    requireAtLeast("callsPerConnectionMax", callsPerConnectionMax, 1);
    requireAtLeast("connectionsMax", connectionsMax, 1);
    requireAtLeast("keepAlive (ms)", keepAlive.toMillis(), KEEP_ALIVE_MIN_MILLIS);
    requireAtLeast("keepAliveTimeout (ms)", keepAliveTimeout.toMillis(), 100);
    requireAtLeast("handshakeTimeout (ms)", handshakeTimeout.toMillis(), 100);
    requireAtLeast("shutdownWait (ms)", shutdownWait.toMillis(), 0);
  }

  /** A quarter of the heap for requests, and half-open peers gone after 15 seconds. */
  public static GrpcSettings defaults() {
    return new GrpcSettings(
        Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4),
        1_024,
        1_024,
        4_096,
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10));
  }

  /** The same, with another wait at the stop. */
  public GrpcSettings withShutdownWait(Duration wait) {
    return new GrpcSettings(
        requestBytesBudget,
        waitingCallsMax,
        callsPerConnectionMax,
        connectionsMax,
        keepAlive,
        keepAliveTimeout,
        handshakeTimeout,
        wait);
  }

  private static void requireAtLeast(String name, long value, long min) {
    if (value < min) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + min + ")");
    }
  }
}
