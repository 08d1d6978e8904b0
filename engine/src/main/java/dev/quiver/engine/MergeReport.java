package dev.quiver.engine;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A merge of segments.
 *
 * @param segments those that are made one
 * @param finished null while it runs
 * @param error why it was given up; null when it was not
 */
public record MergeReport(
    UUID id,
    List<Segment> segments,
    Instant started,
    @Nullable Instant finished,
    @Nullable String error) {

  /**
   * A segment that goes into a merge.
   *
   * @param id as in {@link SegmentSummary}
   * @param points live ones when the merge began
   */
  public record Segment(UUID id, long points) {}

  MergeReport ended(@Nullable String why) {
    return new MergeReport(id, segments, started, Instant.now(), why);
  }
}
