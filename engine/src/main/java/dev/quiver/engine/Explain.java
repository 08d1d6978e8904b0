package dev.quiver.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.lucene.index.LeafReaderContext;
import org.jspecify.annotations.Nullable;

/**
 * Records what reads do while they run: stages, segments, strategies, work and time. Whoever wants
 * to know runs reads within {@link #record}; to all others this costs one look at a scoped value
 * for each stage. One thread.
 */
public final class Explain {
  private static final ScopedValue<Explain> CURRENT = ScopedValue.newInstance();

  private final List<StageReport> reads = new ArrayList<>();
  private @Nullable Stage open;

  /** A stage that runs. */
  private static final class Stage {
    private final String kind;
    private final String using;
    private final int limit;
    private final @Nullable Stage parent;
    private final long startNanos = System.nanoTime();
    private final List<StageReport> prefetch = new ArrayList<>();
    private final TreeMap<Integer, SegmentReport> segments = new TreeMap<>();
    private int examples;
    private long candidates;
    private long distances;
    private long othersNanos;

    Stage(String kind, String using, int limit, @Nullable Stage parent) {
      this.kind = kind;
      this.using = using;
      this.limit = limit;
      this.parent = parent;
    }
  }

  /** Runs reads of a {@link Database} of this process, on this thread, and records them. */
  public <T> T record(Supplier<T> reading) {
    return ScopedValue.where(CURRENT, this).call(reading::get);
  }

  /** The reads so far, in order: one for a query, several where groups asked several times. */
  public List<StageReport> reads() {
    return List.copyOf(reads);
  }

  /** Where to record what this thread reads; null: nowhere. */
  static @Nullable Explain current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /** Runs a read that is one stage, recorded if somebody wants to know. */
  static <T> T stage(String kind, int limit, ToIntFunction<T> returned, Reading<T> read)
      throws IOException {
    Explain explain = current();
    if (explain == null) {
      return read.run();
    }
    explain.enter(kind, "", limit);
    T result = read.run();
    explain.leave(returned.applyAsInt(result));
    return result;
  }

  @FunctionalInterface
  interface Reading<T> {
    T run() throws IOException;
  }

  void enter(String kind, String using, int limit) {
    open = new Stage(kind, using, limit, open);
  }

  void leave(int returned) {
    Stage stage = stage();
    long nanos = System.nanoTime() - stage.startNanos;
    StageReport report =
        new StageReport(
            stage.kind,
            stage.using,
            stage.limit,
            stage.examples,
            stage.candidates,
            stage.distances,
            returned,
            nanos - stage.othersNanos,
            List.copyOf(stage.segments.values()),
            List.copyOf(stage.prefetch));
    open = stage.parent;
    if (stage.parent == null) {
      reads.add(report);
    } else {
      stage.parent.prefetch.add(report);
      stage.parent.othersNanos += nanos;
    }
  }

  private Stage stage() {
    Stage stage = open;
    if (stage == null) {
      throw new IllegalStateException("no stage is open");
    }
    return stage;
  }

  void examples(int count) {
    stage().examples = count;
  }

  /** Points among which the open stage chooses. */
  void candidates(long count) {
    stage().candidates += count;
  }

  /** Points that the open stage compared one by one. */
  void compared(long count) {
    stage().distances += count;
  }

  void filtered(LeafReaderContext segment, long estimated, long matched, long nanos) {
    Stage stage = open;
    if (stage != null) {
      SegmentReport before = stage.segments.get(segment.ord);
      stage.segments.put(
          segment.ord,
          report(
              segment,
              new SegmentReport.Filtered(estimated, matched, nanos),
              before == null ? null : before.search()));
    }
  }

  void searched(LeafReaderContext segment, SegmentReport.Searched search) {
    Stage stage = stage();
    SegmentReport before = stage.segments.get(segment.ord);
    stage.candidates += search.returned();
    stage.segments.put(
        segment.ord, report(segment, before == null ? null : before.filter(), search));
  }

  private static SegmentReport report(
      LeafReaderContext segment,
      SegmentReport.@Nullable Filtered filter,
      SegmentReport.@Nullable Searched search) {
    return new SegmentReport(
        segment.ord, segment.reader().numDocs(), segment.reader().numDeletedDocs(), filter, search);
  }
}
