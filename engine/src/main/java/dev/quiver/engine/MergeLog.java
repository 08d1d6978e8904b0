package dev.quiver.engine;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.jspecify.annotations.Nullable;

/** A shard's merges: those that run, and the {@link #KEPT} that ended last. Thread-safe. */
final class MergeLog {
  private static final int KEPT = 64;

  private final Map<UUID, MergeReport> running = new LinkedHashMap<>();
  private final Deque<MergeReport> ended = new ArrayDeque<>();

  /** Returns what names the merge to {@link #ended}. */
  synchronized UUID started(MergePolicy.OneMerge merge) {
    List<MergeReport.Segment> segments = new ArrayList<>();
    for (SegmentCommitInfo segment : merge.segments) {
      segments.add(
          new MergeReport.Segment(
              SegmentFiles.id(segment), segment.info.maxDoc() - segment.getDelCount()));
    }
    MergeReport report =
        new MergeReport(UUID.randomUUID(), List.copyOf(segments), Instant.now(), null, null);
    running.put(report.id(), report);
    return report.id();
  }

  /**
   * @param error null when it went well
   */
  synchronized void ended(UUID merge, @Nullable String error) {
    MergeReport report = running.remove(merge);
    if (report != null) {
      ended.addFirst(report.ended(error));
      if (ended.size() > KEPT) {
        ended.removeLast();
      }
    }
  }

  /** Those that run, then those that ended, the latest first. */
  synchronized List<MergeReport> all() {
    List<MergeReport> all = new ArrayList<>(running.values());
    all.addAll(ended);
    return all;
  }
}
