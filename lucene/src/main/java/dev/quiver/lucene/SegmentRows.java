package dev.quiver.lucene;

import dev.quiver.index.QueryScorer;
import dev.quiver.index.VectorScoring;
import java.io.IOException;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.jspecify.annotations.Nullable;

/**
 * The multivectors of one field of one segment, for MaxSim. Their documents have ordinals in
 * document order: those of a vector field that the same documents have. Thread-safe; valid as long
 * as the reader it was made from is open.
 */
public final class SegmentRows {
  private final StoredRows rows;

  private SegmentRows(StoredRows rows) {
    this.rows = rows;
  }

  /** The rows of a field; null when the segment has none, or another format wrote them. */
  public static @Nullable SegmentRows of(LeafReader leaf, String field) throws IOException {
    return FilterLeafReader.unwrap(leaf).getBinaryDocValues(field) instanceof RowValues values
        ? new SegmentRows(values.rows())
        : null;
  }

  /** Documents that have rows, deleted ones included. */
  public int size() {
    return rows.count();
  }

  /**
   * How much the rows of one document belong together, 0 (no more than rows of different documents)
   * to 1 (they are all the same): the share of the rows' variance that is between documents, the
   * intraclass correlation, estimated from {@value RowCoherence#SAMPLE} documents when it is first
   * asked for. The mean of a document's rows says where the document is only if they do.
   */
  public double coherence() {
    return rows.coherence();
  }

  /**
   * A scorer of documents, by ordinal, for one thread: the sum over the query's rows of the
   * distance to the document's nearest row, lower is nearer. As similarities are negated distances,
   * this is the negated MaxSim of ColBERT (Khattab and Zaharia 2020, section 3.3). O(query rows ·
   * document rows · dimension) for a document.
   *
   * @param query of the field's dimension each, 1 or more, not modified
   */
  public QueryScorer maxSim(float[][] query) {
    return new MaxSim(rows, query);
  }

  private static final class MaxSim implements QueryScorer {
    private static final int FIRST_ROWS = 64;

    private final StoredRows rows;
    private final QueryScorer[] query;
    private int[] ordinals = new int[FIRST_ROWS];
    private float[] distances = new float[FIRST_ROWS];

    MaxSim(StoredRows rows, float[][] query) {
      this.rows = rows;
      this.query = new QueryScorer[query.length];
      VectorScoring scoring = rows.scoring();
      for (int i = 0; i < query.length; i++) {
        this.query[i] = scoring.queryScorer(query[i]);
      }
    }

    @Override
    public float distance(int ordinal) {
      int first = rows.start(ordinal);
      int count = rows.start(ordinal + 1) - first;
      if (ordinals.length < count) {
        ordinals = new int[2 * count];
        distances = new float[2 * count];
      }
      for (int i = 0; i < count; i++) {
        ordinals[i] = first + i;
      }
      float sum = 0;
      for (QueryScorer row : query) {
        row.distances(ordinals, count, distances);
        float nearest = distances[0];
        for (int i = 1; i < count; i++) {
          nearest = Math.min(nearest, distances[i]);
        }
        sum += nearest;
      }
      // Overflow of extreme vectors ends in the largest finite number, which can be sorted.
      return Float.isNaN(sum)
          ? Float.MAX_VALUE
          : Math.clamp(sum, -Float.MAX_VALUE, Float.MAX_VALUE);
    }

    @Override
    public void distances(int[] documents, int count, float[] out) {
      for (int i = 0; i < count; i++) {
        out[i] = distance(documents[i]);
      }
    }
  }
}
