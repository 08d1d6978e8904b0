package dev.quiver.lucene;

import java.io.IOException;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;

/** Lucene's own way to search: into a {@link KnnCollector}, on Lucene's scale of scores. */
final class LuceneSearch {

  /** Vectors scored between two looks at the collector's limits. */
  private static final int BATCH = 64;

  private LuceneSearch() {}

  static void search(LuceneScorer scorer, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    scan(scorer, collector, scorer.getAcceptOrds(acceptDocs.bits()));
  }

  private static void scan(LuceneScorer scorer, KnnCollector collector, Bits acceptOrdinals)
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
