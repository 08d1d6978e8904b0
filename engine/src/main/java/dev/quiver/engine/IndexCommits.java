package dev.quiver.engine;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SnapshotDeletionPolicy;
import org.apache.lucene.store.Directory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commits of a shard's index: the last one, and those that backups hold. One thread at a time
 * commits, holds and mends (the shard's apply lock); what the last commit has is free to all.
 */
final class IndexCommits {
  private static final Logger LOG = LoggerFactory.getLogger(IndexCommits.class);

  private final Path folder;
  private final Directory directory;
  private final OnDemandWriter writer;
  private final SnapshotDeletionPolicy kept;
  private final MergePool merges;
  private final IndexSpace space;
  private final EngineResources resources;

  private volatile long committedMerges;
  private volatile long committedOffset;
  private volatile VectorFields committedVectors;

  /**
   * Begins without a commit.
   *
   * @param writer one whose deletion policy is {@code kept}
   * @param initial the vectors that an index without a commit has
   */
  IndexCommits(
      Path folder,
      Directory directory,
      OnDemandWriter writer,
      SnapshotDeletionPolicy kept,
      MergePool merges,
      IndexSpace space,
      EngineResources resources,
      VectorFields initial) {
    this.folder = folder;
    this.directory = directory;
    this.writer = writer;
    this.kept = kept;
    this.merges = merges;
    this.space = space;
    this.resources = resources;
    this.committedVectors = initial;
  }

  /** Says what the commit has that the index begins with. */
  void begin(CommitData last) {
    committedOffset = last.offset();
    committedVectors = last.vectors();
  }

  /** The last commit holds every operation before it. */
  long committedOffset() {
    return committedOffset;
  }

  /** The vectors as of the last commit. */
  VectorFields committedVectors() {
    return committedVectors;
  }

  /** Whether merges since the last commit would be lost without another one. */
  boolean mergedSinceCommit() {
    return writer.ifOpen() != null && merges.finished() != committedMerges;
  }

  /** Makes everything that the writer has durable. */
  void commit(CommitData data) throws IOException {
    IndexWriter committing = writer.get();
    long merged = merges.finished();
    committing.setLiveCommitData(data.toMap().entrySet());
    try {
      committing.commit();
    } finally {
      space.keep();
    }
    copy();
    committedMerges = merged;
    committedOffset = data.offset();
    committedVectors = data.vectors();
    resources.metrics().commits.increment();
  }

  /** A commit is one without its copy, too: the next one tries again. */
  private void copy() {
    try {
      CommitCopy.write(resources.options().files(), folder, directory);
    } catch (IOException e) {
      LOG.warn("{} has no copy of its last commit's list", folder, e);
    }
  }

  /** Copies the last commit's list if it has no copy. */
  void copyIfMissing() throws IOException {
    if (!resources.options().files().exists(CommitCopy.of(folder))) {
      copy();
    }
  }

  /** Mends what describes the last commit, or the copy of it; nobody commits meanwhile. */
  void mend() throws IOException {
    if (!CommitCopy.mend(resources.options().files(), folder)) {
      copy();
    }
  }

  /** Keeps the files of the last commit until what is returned is closed. */
  HeldCommit hold() throws IOException {
    IndexWriter current = writer.get();
    if (!DirectoryReader.indexExists(directory)) {
      return new HeldCommit(directory, null, 0, () -> {});
    }
    IndexCommit held = kept.snapshot();
    return new HeldCommit(
        directory,
        held,
        CommitData.offset(held.getUserData()),
        () -> {
          kept.release(held);
          if (current.isOpen()) {
            current.deleteUnusedFiles();
          }
        });
  }
}
