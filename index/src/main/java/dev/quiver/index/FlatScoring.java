package dev.quiver.index;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Scoring over the rows as they are stored. */
final class FlatScoring implements VectorScoring {
  private final VectorStore store;
  private final Distance distance;
  private final RowNorms norms;
  private final RowKernel kernel;

  FlatScoring(VectorStore store, Distance distance, RowNorms norms) {
    this.store = store;
    this.distance = distance;
    this.norms = norms;
    boolean divideByNorms = distance == Distance.COSINE && norms == RowNorms.ANY;
    // With unit rows and a unit query, cosine is the dot product.
    Distance arithmetic = distance == Distance.COSINE && !divideByNorms ? Distance.DOT : distance;
    this.kernel = Kernels.kernel(arithmetic, store.elementType());
  }

  @Override
  public int size() {
    return store.size();
  }

  @Override
  public int dimension() {
    return store.dimension();
  }

  @Override
  public Distance distance() {
    return distance;
  }

  @Override
  public QueryScorer queryScorer(float[] query) {
    if (query.length != store.dimension()) {
      throw new IllegalArgumentException(
          "query of " + query.length + " components (expected: " + store.dimension() + ")");
    }
    float[] prepared = query;
    if (distance == Distance.COSINE) {
      prepared = query.clone();
      UnitVectors.normalise(prepared);
    }
    return new Scorer(store, kernel, prepared, false);
  }

  /** A scorer for ranking, if the vectors are to be read from a file for that; else null. */
  @Nullable QueryScorer readingScorer(float[] query, SearchScratch scratch) {
    RowFile file = store.rowFile();
    if (file == null) {
      return null;
    }
    ByteBuffer buffer = scratch.rowBuffer(ReadingScorer.ROWS * store.strideBytes());
    return new ReadingScorer(store, file, buffer, query, distance, norms);
  }

  /** A scorer without a query yet, that takes one after the other by {@link Scorer#prepare}. */
  Scorer reusableScorer() {
    return new Scorer(store, kernel, new float[store.dimension()], distance == Distance.COSINE);
  }

  @Override
  public OrdinalScorer ordinalScorer() {
    return reusableScorer();
  }

  /** Not thread-safe. */
  static final class Scorer extends OwnLines implements OrdinalScorer {
    private final VectorStore store;
    private final RowKernel kernel;
    private final float[] query;
    private final boolean normalise;
    private final float[] lanes = new float[RowKernel.LANES];
    private final int[] one = new int[1];
    private final float[] oneDistance = new float[1];
    private final int shift;

    Scorer(VectorStore store, RowKernel kernel, float[] query, boolean normalise) {
      this.store = store;
      this.kernel = kernel;
      this.query = query;
      this.normalise = normalise;
      this.shift = store.chunkShift();
    }

    /** Takes a vector, which is copied, as the query of the distances that follow. */
    void prepare(float[] vector) {
      if (vector.length != query.length) {
        throw new IllegalArgumentException(
            "query of " + vector.length + " components (expected: " + query.length + ")");
      }
      System.arraycopy(vector, 0, query, 0, query.length);
      if (normalise) {
        UnitVectors.normalise(query);
      }
    }

    @Override
    public void select(int ordinal) {
      store.read(ordinal, query);
      if (normalise) {
        UnitVectors.normalise(query);
      }
    }

    @Override
    public float distance(int ordinal) {
      one[0] = ordinal;
      distances(one, 1, oneDistance);
      return oneDistance[0];
    }

    @Override
    public int bytesPerDistance() {
      return store.strideBytes();
    }

    @Override
    public void distances(int[] ordinals, int count, float[] out) {
      kernel.distances(
          query,
          store.chunks(),
          shift,
          store.strideBytes(),
          store.dimension(),
          ordinals,
          count,
          out,
          lanes);
    }
  }
}
