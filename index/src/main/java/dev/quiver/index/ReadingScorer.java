package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Compares a query with rows that are read from a {@link RowFile} into a buffer first. */
final class ReadingScorer implements QueryScorer {
  /** Rows that are read before the first is compared. */
  static final int ROWS = 16;

  private final VectorStore store;
  private final RowFile file;
  private final ByteBuffer buffer;
  private final QueryScorer buffered;
  private final int[] places = new int[ROWS];
  private final float[] distances = new float[ROWS];

  /**
   * @param store the same rows, mapped
   * @param buffer off-heap, at least {@value #ROWS} rows long; used by one thread
   */
  ReadingScorer(
      VectorStore store,
      RowFile file,
      ByteBuffer buffer,
      float[] query,
      Distance distance,
      RowNorms norms) {
    this.store = store;
    this.file = file;
    this.buffer = buffer;
    MemorySegment rows = MemorySegment.ofBuffer(buffer.clear());
    this.buffered =
        VectorStore.over(rows, ROWS, store.dimension(), store.elementType())
            .scoring(distance, norms)
            .queryScorer(query);
    for (int i = 0; i < ROWS; i++) {
      places[i] = i;
    }
  }

  @Override
  public float distance(int ordinal) {
    read(ordinal, 0);
    return buffered.distance(0);
  }

  @Override
  public void distances(int[] ordinals, int count, float[] out) {
    for (int from = 0; from < count; from += ROWS) {
      int n = Math.min(ROWS, count - from);
      for (int i = 0; i < n; i++) {
        read(ordinals[from + i], i);
      }
      buffered.distances(places, n, distances);
      System.arraycopy(distances, 0, out, from, n);
    }
  }

  @Override
  public int bytesPerDistance() {
    return store.strideBytes();
  }

  private void read(int ordinal, int place) {
    int stride = store.strideBytes();
    buffer.limit((place + 1) * stride).position(place * stride);
    if (!file.read((long) ordinal * stride, buffer)) {
      buffer.put(store.row(ordinal).asByteBuffer());
    }
  }
}
