package dev.quiver.engine;

import dev.quiver.lucene.QuiverCodec;
import dev.quiver.lucene.VectorsConfig;
import java.io.IOException;
import org.apache.lucene.index.IndexDeletionPolicy;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeScheduler;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * A shard's Lucene writer, made when the first change comes: one that is only read has none.
 *
 * <p>{@link #get} is for one thread at a time (the shard's apply lock); the rest is free to all.
 */
final class OnDemandWriter implements AutoCloseable {
  /** No flush below this size: many tiny segments would cost more than they free. */
  private static final double BUFFER_MEGABYTES = 64;

  private final Directory directory;
  private final VectorsConfig vectors;
  private final MergeScheduler merges;
  private final MergePolicy mergePolicy;
  private final IndexDeletionPolicy commits;

  private volatile @Nullable IndexWriter writer;

  /**
   * @param directory the caller closes it, after this
   * @param commits says which commits are kept
   */
  OnDemandWriter(
      Directory directory,
      VectorsConfig vectors,
      MergeScheduler merges,
      MergePolicy mergePolicy,
      IndexDeletionPolicy commits) {
    this.directory = directory;
    this.vectors = vectors;
    this.merges = merges;
    this.mergePolicy = mergePolicy;
    this.commits = commits;
  }

  IndexWriter get() throws IOException {
    IndexWriter current = writer;
    if (current == null) {
      IndexWriterConfig settings = new IndexWriterConfig();
      settings.setCodec(new QuiverCodec(vectors, Fields::isMultivector));
      settings.setMergeScheduler(merges);
      settings.setMergePolicy(mergePolicy);
      settings.setUseCompoundFile(true);
      settings.setCommitOnClose(false);
      settings.setIndexDeletionPolicy(commits);
      settings.setMaxFullFlushMergeWaitMillis(0);
      settings.setRAMBufferSizeMB(BUFFER_MEGABYTES);
      // Just too small for a graph: graphs are built by merges, not while writers wait.
      settings.setMaxBufferedDocs(Math.max(2, vectors.fullScanThreshold() - 1));
      current = new IndexWriter(directory, settings);
      writer = current;
    }
    return current;
  }

  @Nullable IndexWriter ifOpen() {
    return writer;
  }

  /** Bytes of documents that are not flushed yet. */
  long bufferedBytes() {
    IndexWriter current = writer;
    try {
      return current == null ? 0 : current.ramBytesUsed();
    } catch (AlreadyClosedException e) {
      return 0;
    }
  }

  /** Why the writer closed itself, or null while it works. */
  @Nullable Throwable tragedy() {
    IndexWriter current = writer;
    return current == null ? null : current.getTragicException();
  }

  /** Writes buffered documents to a segment, to free their memory. */
  void flush() throws IOException {
    IndexWriter current = writer;
    if (current != null) {
      current.flushNextBuffer();
    }
  }

  /** Closes without committing; merges that run are given up. */
  @Override
  public void close() throws IOException {
    IndexWriter current = writer;
    if (current != null) {
      current.rollback();
    }
  }
}
