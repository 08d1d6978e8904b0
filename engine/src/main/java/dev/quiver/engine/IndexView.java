package dev.quiver.engine;

import java.io.IOException;
import org.apache.lucene.index.IndexReader;

/**
 * What readers read of a shard: every operation before {@link #offset}. Immutable; whoever gets one
 * from {@link IndexViews} closes it.
 */
final class IndexView implements AutoCloseable {
  private final IndexReader reader;
  private final long offset;
  private final long merges;
  private final long madeNanos;

  /**
   * @param merges how many merges it has seen finish
   * @param madeNanos when it was made, by {@link Background#nanoTime}
   */
  IndexView(IndexReader reader, long offset, long merges, long madeNanos) {
    this.reader = reader;
    this.offset = offset;
    this.merges = merges;
    this.madeNanos = madeNanos;
  }

  IndexReader reader() {
    return reader;
  }

  long offset() {
    return offset;
  }

  long merges() {
    return merges;
  }

  long madeNanos() {
    return madeNanos;
  }

  @Override
  public void close() throws IOException {
    reader.decRef();
  }
}
