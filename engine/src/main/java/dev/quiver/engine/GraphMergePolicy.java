package dev.quiver.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;

/**
 * Merges by size, as Lucene does, and besides as soon as segments too small for a graph have enough
 * vectors together to make a good one: every such segment is scanned whole by each search, so ten
 * of them are the slowest state that a collection can be in.
 */
final class GraphMergePolicy extends FilterMergePolicy {
  /** Fewer than Lucene's: each segment is one more graph for a search to walk. */
  private static final int SEGMENTS_PER_TIER = 4;

  /** A merged segment has at least so many times the vectors that a graph needs. */
  private static final int WORTHWHILE = 2;

  private final int fullScanThreshold;

  GraphMergePolicy(int fullScanThreshold) {
    super(new TieredMergePolicy().setSegmentsPerTier(SEGMENTS_PER_TIER));
    this.fullScanThreshold = fullScanThreshold;
  }

  @Override
  public MergeSpecification findMerges(
      MergeTrigger trigger, SegmentInfos infos, MergeContext context) throws IOException {
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
}
