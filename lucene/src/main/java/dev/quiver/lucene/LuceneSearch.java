package dev.quiver.lucene;

import dev.quiver.index.CodedVectors;
import dev.quiver.index.HnswGraph;
import dev.quiver.index.HnswSearcher;
import dev.quiver.index.OrdinalFilter;
import dev.quiver.index.SearchRequest;
import dev.quiver.index.SearchResult;
import dev.quiver.index.SearchStats;
import dev.quiver.index.VectorScoring;
import java.io.IOException;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;
import org.jspecify.annotations.Nullable;

/** Lucene's own way to search: into a {@link KnnCollector}, on Lucene's scale of scores. */
final class LuceneSearch {

  /** Vectors scored between two looks at the collector's limits. */
  private static final int BATCH = 64;

  private LuceneSearch() {}

  static void search(
      StoredVectors stored, LuceneScorer scorer, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    HnswGraph graph = stored.graph();
    int accepted = Math.min(acceptDocs.cost(), stored.size());
    Bits acceptOrdinals = scorer.getAcceptOrds(acceptDocs.bits());
    // As Lucene's own formats: a walk must promise to look at fewer vectors than are accepted.
    if (graph != null
        && collector.k() < stored.size()
        && HnswGraphSearcher.expectedVisitedNodes(collector.k(), stored.size()) < accepted) {
      HnswGraphSearcher.search(
          scorer,
          new OrdinalTranslatedKnnCollector(collector, stored::docOf),
          new LuceneGraph(graph),
          acceptOrdinals,
          accepted);
    } else {
      scan(scorer, collector, acceptOrdinals);
    }
  }

  /**
   * Searches by codes, if there are any and the collector wants no more than the best k: others,
   * such as those of range searches, steer the walk themselves.
   *
   * @return whether it did
   */
  static boolean searchByCodes(
      StoredVectors stored,
      LuceneScorer scorer,
      float[] target,
      KnnCollector collector,
      AcceptDocs acceptDocs)
      throws IOException {
    HnswGraph graph = stored.graph();
    CodedVectors codes = stored.codes();
    if (graph == null || codes == null || !(collector instanceof TopKnnCollector)) {
      return false;
    }
    Bits accepted = acceptDocs.bits();
    OrdinalFilter filter =
        accepted == null
            ? null
            : DocFilter.of(
                stored, new AcceptSet(accepted, Math.min(acceptDocs.cost(), accepted.length())));
    int k = Math.min(collector.k(), stored.size());
    SearchRequest request = new SearchRequest(k, k, Math.max(1, collector.visitLimit()));
    VectorScoring exact = stored.scoring();
    SearchResult result =
        SegmentVectors.SCRATCHES.with(
            scratch -> HnswSearcher.search(graph, codes, exact, target, request, filter, scratch));
    SearchStats stats = result.stats();
    collector.incVisitedCount(
        (int) (stats.limitReached() ? collector.visitLimit() : stats.distances()));
    for (int i = 0; i < result.size(); i++) {
      collector.collect(stored.docOf(result.ordinal(i)), scorer.scale(result.distance(i)));
    }
    return true;
  }

  private static void scan(
      LuceneScorer scorer, KnnCollector collector, @Nullable Bits acceptOrdinals)
      throws IOException {
    int[] ordinals = new int[BATCH];
    float[] scores = new float[BATCH];
    int count = 0;
    int size = scorer.maxOrd();
    for (int ordinal = 0; ordinal < size; ordinal++) {
      if (acceptOrdinals != null && !acceptOrdinals.get(ordinal)) {
        continue;
      }
      ordinals[count++] = ordinal;
      if (count == BATCH) {
        collect(scorer, collector, ordinals, scores, count);
        count = 0;
        if (collector.earlyTerminated()) {
          return;
        }
      }
    }
    if (count > 0) {
      collect(scorer, collector, ordinals, scores, count);
    }
  }

  private static void collect(
      LuceneScorer scorer, KnnCollector collector, int[] ordinals, float[] scores, int count)
      throws IOException {
    collector.incVisitedCount(count);
    if (scorer.bulkScore(ordinals, scores, count) > collector.minCompetitiveSimilarity()) {
      for (int i = 0; i < count; i++) {
        collector.collect(scorer.ordToDoc(ordinals[i]), scores[i]);
      }
    }
  }
}
