package dev.quiver.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * The view that a shard's readers share, renewed only when somebody needs a newer one. Thread-safe;
 * one thread at a time renews it.
 */
final class IndexViews implements AutoCloseable {
  private final Path folder;
  private final OnDemandWriter writer;
  private final MergePool merges;
  private final RecentPoints recent;
  private final EngineResources resources;
  private final LongSupplier appliedOffset;
  private final ReentrantLock refreshLock = new ReentrantLock();

  private volatile IndexView view;

  /**
   * Begins with a view of nothing.
   *
   * @param folder the index's, for messages
   * @param recent loses what a new view has
   * @param appliedOffset behind the last operation whose effects the writer holds completely
   */
  IndexViews(
      Path folder,
      OnDemandWriter writer,
      MergePool merges,
      RecentPoints recent,
      EngineResources resources,
      LongSupplier appliedOffset)
      throws IOException {
    this.folder = folder;
    this.writer = writer;
    this.merges = merges;
    this.recent = recent;
    this.resources = resources;
    this.appliedOffset = appliedOffset;
    this.view = newView(new MultiReader(), 0, 0);
  }

  /** Takes over the reader of the commit that the index begins with; nobody reads yet. */
  void begin(DirectoryReader reader, long offset) {
    view = newView(reader, offset, 0);
  }

  private IndexView newView(IndexReader reader, long offset, long merged) {
    return new IndexView(reader, offset, merged, resources.background().nanoTime());
  }

  /** Returns a view that holds at least every operation before {@code offset}; close it. */
  IndexView view(long offset) throws IOException {
    while (true) {
      IndexView current = view;
      // A merge changes no point, but makes searching faster.
      if (current.offset() >= offset && current.merges() == merges.finished()) {
        if (current.reader().tryIncRef()) {
          return current;
        }
        if (current == view) {
          throw new AlreadyClosedException("the index is closed: " + folder);
        }
      } else {
        refresh(offset);
      }
    }
  }

  /** The view as it is, which others may close at any time; not to be closed. */
  IndexView current() {
    return view;
  }

  private void refresh(long offset) throws IOException {
    refreshLock.lock();
    try {
      IndexView old = view;
      long merged = merges.finished();
      if (old.offset() >= offset && old.merges() == merged) {
        return;
      }
      long covered = appliedOffset.getAsLong();
      if (covered < offset) {
        throw new IllegalStateException("view of " + offset + " asked for, applied " + covered);
      }
      IndexWriter current = writer.ifOpen();
      if (current == null) {
        view = newView(old.reader(), covered, merged);
        return;
      }
      DirectoryReader renewed =
          old.reader() instanceof DirectoryReader before
              ? DirectoryReader.openIfChanged(before, current)
              : DirectoryReader.open(current);
      resources.metrics().refreshes.increment();
      if (renewed == null) {
        view = newView(old.reader(), covered, merged);
      } else {
        view = newView(renewed, covered, merged);
        old.close();
      }
      recent.removeBefore(covered);
    } finally {
      refreshLock.unlock();
    }
  }

  /** Closes the view; those who have it keep its reader until they close it too. */
  @Override
  public void close() throws IOException {
    refreshLock.lock();
    try {
      view.close();
    } finally {
      refreshLock.unlock();
    }
  }
}
