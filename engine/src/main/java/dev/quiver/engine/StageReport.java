package dev.quiver.engine;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What one stage of a read did: a query's leaf or fusion, a scroll, a count.
 *
 * @param kind as {@code nearest}, {@code rrf} or {@code scroll}
 * @param using the vector's name; empty for the default one and where there is none
 * @param limit asked for
 * @param examples vectors that each point was compared with; 0 where points are not compared
 * @param candidates points among which the stage chose
 * @param distances points that were compared one by one, since prefetches had found them
 * @param returned points
 * @param nanos what it took, without its prefetches
 */
public record StageReport(
    String kind,
    String using,
    int limit,
    int examples,
    long candidates,
    long distances,
    int returned,
    long nanos,
    List<SegmentReport> segments,
    List<StageReport> prefetch) {

  /** A sum over this stage's searched segments and those of all stages below. */
  public long sum(ToLongFunction<SegmentReport.Searched> part) {
    long sum = 0;
    for (SegmentReport segment : segments) {
      SegmentReport.Searched search = segment.search();
      sum += search == null ? 0 : part.applyAsLong(search);
    }
    for (StageReport stage : prefetch) {
      sum += stage.sum(part);
    }
    return sum;
  }

  /** Points compared with the query, here and below. */
  public long totalDistances() {
    return sum(SegmentReport.Searched::distances) + oneByOne();
  }

  private long oneByOne() {
    long sum = distances;
    for (StageReport stage : prefetch) {
      sum += stage.oneByOne();
    }
    return sum;
  }

  /** Time of this stage and all below. */
  public long totalNanos() {
    long sum = nanos;
    for (StageReport stage : prefetch) {
      sum += stage.totalNanos();
    }
    return sum;
  }
}
