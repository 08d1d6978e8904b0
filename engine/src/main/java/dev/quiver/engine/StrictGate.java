package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets the calls of a collection through that its strict mode allows. Stateless. */
final class StrictGate {
  private StrictGate() {}

  static void admitReads(
      Slot slot, List<ReadDemand> parts, boolean batch, @Nullable Duration timeout) {
    Strictness strictness = slot.strictness();
    StrictMode mode = strictness.mode();
    if (mode == null) {
      return;
    }
    mode.check(parts, batch, timeout, () -> declared(slot));
    RateLimiter limiter = strictness.reads();
    if (limiter != null) {
      limiter.take(parts.stream().mapToLong(ReadDemand::cost).sum());
    }
  }

  static void charge(Slot slot, long cost) {
    RateLimiter limiter = slot.strictness().reads();
    if (limiter != null && cost > 0) {
      limiter.take(cost);
    }
  }

  private static Declared declared(Slot slot) {
    try (Slot.Lease lease = slot.acquire()) {
      return lease.shard().declared();
    }
  }

  static void admitWrites(
      Slot slot, Slot.Lease lease, List<WriteOp> operations, @Nullable Duration timeout) {
    Strictness strictness = slot.strictness();
    StrictMode mode = strictness.mode();
    if (mode == null) {
      return;
    }
    Open collection = new Open(strictness, lease);
    StrictWrites.check(mode, operations, collection);
    mode.checkTimeout(timeout);
    RateLimiter limiter = strictness.writes();
    if (limiter != null) {
      limiter.take(StrictWrites.cost(operations, collection));
    }
    strictness.add(CollectionSize.of(operations, lease.config()));
  }

  /** The collection as it stands, while it is leased. */
  private record Open(Strictness strictness, Slot.Lease lease) implements StrictWrites.Collection {
    @Override
    public Declared declared() {
      return lease.shard().declared();
    }

    @Override
    public CollectionSize expectedSize() {
      return strictness.expected(this::measure);
    }

    @Override
    public CollectionSize size() {
      return strictness.measured(this::measure);
    }

    private CollectionSize measure() {
      try (IndexView view = lease.shard().view()) {
        return CollectionSize.of(view.reader(), declared().vectors());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public long count(Filter filter) {
      try (IndexView view = lease.shard().view()) {
        return new Matches(view.reader(), filter, declared()).count();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public @Nullable Integer residentMemoryPercent() {
      return ProcessMemory.residentPercent();
    }
  }
}
