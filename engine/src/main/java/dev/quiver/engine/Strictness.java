package dev.quiver.engine;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Strict mode of one collection as it is enforced: its limits, the buckets of its rate limits, and
 * how large the collection is thought to be. Thread-safe.
 */
final class Strictness {
  private final @Nullable StrictMode mode;
  private final @Nullable RateLimiter reads;
  private final @Nullable RateLimiter writes;

  /** What was measured and what was let in since; null before the first measurement. */
  private @Nullable CollectionSize expected;

  private Strictness(
      @Nullable StrictMode mode, @Nullable RateLimiter reads, @Nullable RateLimiter writes) {
    this.mode = mode;
    this.reads = reads;
    this.writes = writes;
  }

  /**
   * @param before the state until now, whose buckets go on if their limits stay; null at first
   */
  static Strictness of(
      CollectionConfig config, @Nullable Strictness before, LongSupplier nanoClock) {
    StrictMode mode = StrictMode.of(config);
    if (mode == null) {
      return new Strictness(null, null, null);
    }
    return new Strictness(
        mode,
        limiter(
            "Read", mode.limit("read_rate_limit"), before == null ? null : before.reads, nanoClock),
        limiter(
            "Write",
            mode.limit("write_rate_limit"),
            before == null ? null : before.writes,
            nanoClock));
  }

  private static @Nullable RateLimiter limiter(
      String kind, @Nullable Long perMinute, @Nullable RateLimiter before, LongSupplier nanoClock) {
    if (perMinute == null) {
      return null;
    }
    return before != null && before.perMinute() == perMinute
        ? before
        : new RateLimiter(kind, perMinute, nanoClock);
  }

  /** Null while strict mode is off. */
  @Nullable StrictMode mode() {
    return mode;
  }

  @Nullable RateLimiter reads() {
    return reads;
  }

  @Nullable RateLimiter writes() {
    return writes;
  }

  /** The size as it was measured, and what was let in since: more than there is, if anything. */
  synchronized CollectionSize expected(Supplier<CollectionSize> measure) {
    CollectionSize known = expected;
    if (known == null) {
      known = measure.get();
      expected = known;
    }
    return known;
  }

  synchronized CollectionSize measured(Supplier<CollectionSize> measure) {
    CollectionSize known = measure.get();
    expected = known;
    return known;
  }

  synchronized void add(CollectionSize written) {
    CollectionSize known = expected;
    if (known != null) {
      expected = known.plus(written);
    }
  }
}
