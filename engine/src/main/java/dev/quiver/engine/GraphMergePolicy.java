package dev.quiver.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;
import org.jspecify.annotations.Nullable;

/**
 * Merges by size, as Lucene does, and besides as soon as segments too small for a graph have enough
 * vectors together to make a good one: every such segment is scanned whole by each search, so ten
 * of them are the slowest state that a collection can be in.
 *
 * <p>When nobody writes any more, a collection is {@linkplain #settling settled}: what is left to
 * scan goes into a graph, and a collection of moderate size becomes one segment, whose single graph
 * is walked once per search instead of once per segment. That is not done while writing goes on,
 * since every such merge copies what it extends.
 */
final class GraphMergePolicy extends FilterMergePolicy {
  /** Fewer than Lucene's: each segment is one more graph for a search to walk. */
  private static final int SEGMENTS_PER_TIER = 4;

  /** A merged segment has at least so many times the vectors that a graph needs. */
  private static final int WORTHWHILE = 2;

  /** Up to so many points a settled collection is one segment; above, only leftovers are merged. */
  private static final int SETTLED_WHOLE = 250_000;

  /** Fewer points to scan than this, or than the given share of all, are left as they are. */
  private static final int LEFTOVER = 1000;

  private static final int LEFTOVER_SHARE = 50;

  private final int fullScanThreshold;
  private volatile boolean settling;

  /** Names of segments that are merged alone when the index is settled. */
  private volatile Set<String> stale = Set.of();

  GraphMergePolicy(int fullScanThreshold) {
    super(new TieredMergePolicy().setSegmentsPerTier(SEGMENTS_PER_TIER));
    this.fullScanThreshold = fullScanThreshold;
  }

  @Override
  public @Nullable MergeSpecification findMerges(
      MergeTrigger trigger, SegmentInfos infos, MergeContext context) throws IOException {
    if (settling) {
      return settle(infos, context);
    }
    Set<SegmentCommitInfo> merging = context.getMergingSegments();
    List<SegmentCommitInfo> scanned = new ArrayList<>();
    long vectors = 0;
    for (SegmentCommitInfo segment : infos) {
      if (segment.info.maxDoc() < fullScanThreshold && !merging.contains(segment)) {
        scanned.add(segment);
        vectors += segment.info.maxDoc() - context.numDeletesToMerge(segment);
      }
    }
    if (scanned.size() > 1 && vectors >= (long) WORTHWHILE * fullScanThreshold) {
      MergeSpecification specification = new MergeSpecification();
      specification.add(new OneMerge(scanned));
      return specification;
    }
    return super.findMerges(trigger, infos, context);
  }

  /**
   * From now on {@link #findMerges} finds what settles the index.
   *
   * @param staleSegments names of segments that gain from being written again
   */
  void beginSettling(Set<String> staleSegments) {
    stale = staleSegments;
    settling = true;
  }

  void endSettling() {
    settling = false;
  }

  /**
   * Whether an index at rest should be settled.
   *
   * @param documents of each segment, deleted ones included
   */
  static boolean wantsSettling(List<Integer> documents, int fullScanThreshold) {
    long all = 0;
    long scanned = 0;
    int graphs = 0;
    for (int count : documents) {
      all += count;
      if (count < fullScanThreshold) {
        scanned += count;
      } else {
        graphs++;
      }
    }
    if (all < fullScanThreshold || documents.size() < 2) {
      return false;
    }
    return scanned >= Math.max(LEFTOVER, all / LEFTOVER_SHARE)
        || (graphs > 1 && all <= SETTLED_WHOLE);
  }

  private @Nullable MergeSpecification settle(SegmentInfos infos, MergeContext context) {
    List<SegmentCommitInfo> segments = new ArrayList<>();
    List<Integer> documents = new ArrayList<>();
    long all = 0;
    for (SegmentCommitInfo segment : infos) {
      if (context.getMergingSegments().contains(segment)) {
        return null;
      }
      segments.add(segment);
      documents.add(segment.info.maxDoc());
      all += segment.info.maxDoc();
    }
    MergeSpecification specification = new MergeSpecification();
    Set<SegmentCommitInfo> merged = new LinkedHashSet<>();
    if (wantsSettling(documents, fullScanThreshold)) {
      merged.addAll(settled(segments, all));
      specification.add(new OneMerge(List.copyOf(merged)));
    }
    for (SegmentCommitInfo segment : infos) {
      if (stale.contains(segment.info.name) && !merged.contains(segment)) {
        specification.add(new OneMerge(List.of(segment)));
      }
    }
    return specification.merges.isEmpty() ? null : specification;
  }

  /** The segments that become one. */
  private List<SegmentCommitInfo> settled(List<SegmentCommitInfo> all, long documents) {
    List<SegmentCommitInfo> segments = all;
    if (documents > SETTLED_WHOLE) {
      segments.sort(Comparator.comparingInt(segment -> segment.info.maxDoc()));
      int scanned = 0;
      while (scanned < segments.size() && segments.get(scanned).info.maxDoc() < fullScanThreshold) {
        scanned++;
      }
      // With them the smallest graph, which is extended by them.
      segments = segments.subList(0, Math.min(segments.size(), scanned + 1));
    }
    return segments;
  }
}
