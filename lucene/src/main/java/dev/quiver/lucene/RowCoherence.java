package dev.quiver.lucene;

import dev.quiver.index.VectorStore;
import java.util.Arrays;

/**
 * The intraclass correlation of documents' rows (Fisher 1925, chapter VII; here of vectors: squared
 * lengths take the place of squares): the variance between documents over that and the variance
 * within them, both without the bias of their samples.
 */
final class RowCoherence {
  /** Documents that are looked at; the estimate's error is some hundredths then. */
  static final int SAMPLE = 256;

  private final VectorStore store;
  private final float[] row;
  private final double[] sum;
  private final double[] sumOfMeans;
  private double squaresOfMeans;
  private double within;
  private double inverseRows;
  private int documents;

  private RowCoherence(VectorStore store) {
    this.store = store;
    this.row = new float[store.dimension()];
    this.sum = new double[store.dimension()];
    this.sumOfMeans = new double[store.dimension()];
  }

  /** 1 when no document has several rows: then there is nothing within them. */
  static double of(StoredRows rows, VectorStore store) {
    RowCoherence measured = new RowCoherence(store);
    int step = Math.max(1, rows.count() / SAMPLE);
    for (int ordinal = 0; ordinal < rows.count(); ordinal += step) {
      measured.add(rows.start(ordinal), rows.start(ordinal + 1));
    }
    return measured.correlation();
  }

  private void add(int from, int to) {
    int count = to - from;
    if (count < 2) {
      return;
    }
    Arrays.fill(sum, 0);
    double squares = 0;
    for (int ordinal = from; ordinal < to; ordinal++) {
      store.read(ordinal, row);
      for (int i = 0; i < row.length; i++) {
        sum[i] += row[i];
        squares += (double) row[i] * row[i];
      }
    }
    double squareOfMean = 0;
    for (int i = 0; i < sum.length; i++) {
      double mean = sum[i] / count;
      sumOfMeans[i] += mean;
      squareOfMean += mean * mean;
    }
    within += (squares - count * squareOfMean) / (count - 1);
    squaresOfMeans += squareOfMean;
    inverseRows += 1.0 / count;
    documents++;
  }

  private double correlation() {
    if (documents == 0) {
      return 1;
    }
    double squareOfMean = 0;
    for (double component : sumOfMeans) {
      squareOfMean += component / documents * (component / documents);
    }
    double inside = Math.max(0, within / documents);
    double between =
        Math.max(0, squaresOfMeans / documents - squareOfMean - inside * (inverseRows / documents));
    return inside + between == 0 ? 1 : between / (inside + between);
  }
}
