package dev.quiver.bench.ann;

import dev.quiver.lucene.AcceptSet;
import dev.quiver.lucene.SegmentHits;
import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/** The two ways into a segment: Quiver's own and Lucene's query. */
final class LuceneSearchers {
  private LuceneSearchers() {}

  /** As Quiver's engine searches. */
  static Searcher<FixedBitSet> direct(LeafReader leaf, int[] rowOfDoc) throws IOException {
    SegmentVectors vectors = SegmentVectors.of(leaf, LuceneForm.VECTOR);
    if (vectors == null) {
      throw new IllegalStateException("the segment was not written by Quiver's format");
    }
    return (query, k, parameter, filter, out, at) -> {
      AcceptSet accept = filter == null ? null : new AcceptSet(filter, filter.cardinality());
      SegmentHits hits = vectors.search(query, k, parameter, false, accept);
      for (int i = 0; i < k; i++) {
        out[at + i] = i < hits.size() ? rowOfDoc[hits.docs()[i]] : -1;
      }
      return hits.distances();
    };
  }

  /**
   * As a Lucene application searches: the effort is the query's {@code k}, of whose results the
   * best are taken.
   *
   * @param rescore how many of the results are compared again on the full vectors, 0 for none
   */
  static Searcher<FixedBitSet> query(
      DirectoryReader reader, LeafReader leaf, int[] rowOfDoc, boolean asBytes, int rescore)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    Rescorer rescorer = rescore == 0 ? null : Rescorer.of(leaf);
    return (query, k, parameter, filter, out, at) -> {
      int effort = Math.max(k, parameter);
      Query accepted = filter == null ? null : new BitSetQuery(filter);
      Query knn =
          asBytes
              ? new KnnByteVectorQuery(
                  LuceneForm.VECTOR, LuceneFields.signed(query), effort, accepted)
              : new KnnFloatVectorQuery(LuceneForm.VECTOR, query, effort, accepted);
      int wanted = rescorer == null ? k : Math.max(k, Math.min(rescore, effort));
      ScoreDoc[] hits = searcher.search(knn, wanted).scoreDocs;
      if (rescorer != null) {
        rescorer.rescore(query, hits);
      }
      for (int i = 0; i < k; i++) {
        out[at + i] = i < hits.length ? rowOfDoc[hits[i].doc] : -1;
      }
      return Searcher.UNKNOWN;
    };
  }

  /** Compares on the full vectors; for one thread. */
  private record Rescorer(FloatVectorValues values, VectorSimilarityFunction similarity) {
    private static final Comparator<ScoreDoc> BEST_FIRST =
        Comparator.comparingDouble((ScoreDoc hit) -> -hit.score)
            .thenComparingInt((ScoreDoc hit) -> hit.doc);

    static Rescorer of(LeafReader leaf) throws IOException {
      @Nullable FloatVectorValues values = leaf.getFloatVectorValues(LuceneForm.VECTOR);
      if (values == null || values.size() != leaf.maxDoc()) {
        throw new IllegalStateException("not every document has a vector");
      }
      return new Rescorer(
          values, leaf.getFieldInfos().fieldInfo(LuceneForm.VECTOR).getVectorSimilarityFunction());
    }

    /** Every document has a vector, so its ordinal is its number. */
    void rescore(float[] query, ScoreDoc[] hits) throws IOException {
      for (ScoreDoc hit : hits) {
        hit.score = similarity.compare(query, values.vectorValue(hit.doc));
      }
      Arrays.sort(hits, BEST_FIRST);
    }
  }
}
