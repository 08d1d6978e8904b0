package dev.quiver.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** How often an endpoint answered and how long it took. Thread-safe. */
final class Durations {
  /** Qdrant's boundaries. */
  static final long[] BUCKET_MICROS = {
    1_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    500_000,
    1_000_000,
    5_000_000,
    10_000_000,
    50_000_000
  };

  /** The average is that of so many latest answers, as Qdrant's. */
  private static final int WINDOW = 128;

  private final long[] latestMicros = new long[WINDOW];
  private final long[] buckets = new long[BUCKET_MICROS.length];
  private long count;
  private long totalMicros;
  private long minMicros;
  private long maxMicros;

  /**
   * @param cumulativeBuckets answers that took at most as long as the boundary
   */
  record Snapshot(
      long count,
      long totalMicros,
      long minMicros,
      long maxMicros,
      double averageMicros,
      long[] cumulativeBuckets) {

    ObjectNode json() {
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      result.put("count", count);
      if (count > 0) {
        result.put("avg_duration_micros", averageMicros);
        result.put("min_duration_micros", minMicros);
        result.put("max_duration_micros", maxMicros);
        result.put("total_duration_micros", totalMicros);
      }
      return result;
    }
  }

  synchronized void record(long micros) {
    latestMicros[(int) (count % WINDOW)] = micros;
    minMicros = count == 0 ? micros : Math.min(minMicros, micros);
    maxMicros = Math.max(maxMicros, micros);
    count++;
    totalMicros += micros;
    for (int i = 0; i < buckets.length; i++) {
      if (micros <= BUCKET_MICROS[i]) {
        buckets[i]++;
        return;
      }
    }
  }

  synchronized Snapshot snapshot() {
    int filled = (int) Math.min(count, WINDOW);
    long sum = 0;
    for (int i = 0; i < filled; i++) {
      sum += latestMicros[i];
    }
    long[] cumulative = new long[buckets.length];
    long below = 0;
    for (int i = 0; i < buckets.length; i++) {
      below += buckets[i];
      cumulative[i] = below;
    }
    return new Snapshot(
        count,
        totalMicros,
        minMicros,
        maxMicros,
        filled == 0 ? 0 : (double) sum / filled,
        cumulative);
  }
}
