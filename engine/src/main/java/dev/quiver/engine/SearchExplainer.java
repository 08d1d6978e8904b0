package dev.quiver.engine;

import dev.quiver.engine.SegmentReport.Searched;
import dev.quiver.engine.SegmentReport.Strategy;
import dev.quiver.index.HnswSearcher;
import dev.quiver.index.SearchStats;
import dev.quiver.lucene.AcceptSet;
import dev.quiver.lucene.SearchEffort;
import dev.quiver.lucene.SegmentHits;
import dev.quiver.lucene.SegmentVectors;
import org.apache.lucene.index.LeafReaderContext;
import org.jspecify.annotations.Nullable;

/** Says of each segment's search by vectors what it did and why. One thread. */
final class SearchExplainer {
  private final Explain explain;
  private final int fullScanThreshold;

  SearchExplainer(Explain explain, int fullScanThreshold) {
    this.explain = explain;
    this.fullScanThreshold = fullScanThreshold;
  }

  /**
   * @param vectors null when the segment has none of this name
   */
  void skipped(LeafReaderContext segment, @Nullable SegmentVectors vectors) {
    String why =
        vectors == null || vectors.size() == 0
            ? "no point of the segment has the vector"
            : "indexed_only was asked for, and "
                + vectors.size()
                + " vectors have no graph yet (from "
                + fullScanThreshold
                + " on such segments are left out)";
    explain.searched(segment, nothing(vectors, why));
  }

  void noneAccepted(LeafReaderContext segment, SegmentVectors vectors) {
    explain.searched(segment, nothing(vectors, "no point of the segment matches"));
  }

  private static Searched nothing(@Nullable SegmentVectors vectors, String why) {
    return new Searched(
        vectors == null ? 0 : vectors.size(),
        vectors != null && vectors.hasGraph(),
        false,
        Strategy.SKIPPED,
        why,
        0,
        0,
        0,
        0,
        0,
        false,
        0,
        0);
  }

  /**
   * @param mayWalk whether a graph leads to what is looked for
   */
  void searched(
      LeafReaderContext segment,
      SegmentVectors vectors,
      boolean mayWalk,
      SearchEffort effort,
      @Nullable AcceptSet accepted,
      int k,
      boolean byCodes,
      SegmentHits hits,
      long startNanos) {
    long nanos = System.nanoTime() - startNanos;
    SearchStats stats = hits.stats();
    Strategy strategy =
        switch (stats.strategy()) {
          case EXACT -> Strategy.SCAN;
          case WALK -> Strategy.GRAPH;
          case FILTERED_WALK -> Strategy.FILTERED_GRAPH;
        };
    boolean walked = strategy != Strategy.SCAN;
    explain.searched(
        segment,
        new Searched(
            vectors.size(),
            vectors.hasGraph(),
            walked && byCodes,
            strategy,
            why(vectors, mayWalk, effort, accepted, k, byCodes, stats),
            walked ? candidates(vectors, effort, k) : 0,
            stats.distances(),
            stats.nodesVisited(),
            stats.reranked(),
            stats.bytesTouched(),
            stats.completedExactly(),
            hits.size(),
            nanos));
  }

  private static int candidates(SegmentVectors vectors, SearchEffort effort, int k) {
    return Math.min(vectors.size(), Math.max(effort.efSearch(), k));
  }

  private String why(
      SegmentVectors vectors,
      boolean mayWalk,
      SearchEffort effort,
      @Nullable AcceptSet accepted,
      int k,
      boolean byCodes,
      SearchStats stats) {
    int size = vectors.size();
    int candidates = candidates(vectors, effort, k);
    if (effort.exact()) {
      return "exact search was asked for";
    }
    if (!vectors.hasGraph()) {
      return size < fullScanThreshold
          ? "no graph: " + size + " vectors are fewer than " + fullScanThreshold
          : "no graph: the vector has none, or its segment is not merged yet";
    }
    if (!mayWalk) {
      return "the rows of one point have too little to do with each other for a graph of points";
    }
    if (size <= candidates) {
      return "a walk with " + candidates + " candidates would visit all " + size + " vectors";
    }
    if (accepted == null) {
      return "no filter";
    }
    int matching = stats.acceptedEstimate();
    double cost = HnswSearcher.filteredWalkCost(size, matching, k, candidates, byCodes);
    String share = matching + " of " + size + " vectors are accepted, and a walk is estimated at ";
    return share
        + Math.round(cost)
        + " of their distances: "
        + switch (stats.strategy()) {
          case EXACT -> "scanning them costs less";
          case WALK -> "it goes through all nodes";
          case FILTERED_WALK -> "it compares accepted nodes only";
        }
        + (stats.completedExactly()
            ? "; the walk became dearer than a scan or found too few, so a scan followed"
            : "");
  }

  /** Points that were compared one by one. */
  void compared(long count) {
    explain.compared(count);
  }
}
