package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The folder of one collection, named by an opaque id:
 *
 * <pre>
 * collection.json   {"format": 2, "name": ..., "config": {...}, ...}; written last when a collection is
 *                   created and removed first when it is dropped
 * dropped.json      in its place when the collection is in the trash, see {@link DroppedCollection};
 *                   without either, the rest is rubbish
 * log/              the op log's segments
 * index/            Lucene's files
 * commit.copy       see {@link CommitCopy}
 * damage.json, quarantine/   see {@link Quarantine}; only when segments were found damaged
 * retired           in place of collection.json when the collection was dropped and its log is to be
 *                   archived before the folder goes
 * scratch/          what a merge needs while it runs; deleted when the collection is opened
 * </pre>
 */
record CollectionFolder(Path path) {
  static final String DOCUMENT = "collection.json";
  static final String INDEX = "index";
  private static final String DROPPED = "dropped.json";

  /** The folder's own name. */
  String id() {
    return path.getFileName().toString();
  }

  Path document() {
    return path.resolve(DOCUMENT);
  }

  Path droppedDocument() {
    return path.resolve(DROPPED);
  }

  /** There when the collection was dropped and its log is still to be archived. */
  Path retired() {
    return path.resolve("retired");
  }

  Path log() {
    return path.resolve("log");
  }

  Path index() {
    return path.resolve(INDEX);
  }

  /**
   * Makes the folders durable: with a document, and without one of them, it would lose that later.
   */
  void create(FileOps files) throws IOException {
    files.createDirectories(log());
    files.createDirectories(index());
    files.syncDirectory(path);
  }

  /** When the log was last written, in milliseconds since 1970; 0 when there is none. */
  long logModifiedMillis(FileOps files) throws IOException {
    long latest = 0;
    for (String name : files.list(log())) {
      latest = Math.max(latest, files.modifiedMillis(log().resolve(name)));
    }
    return latest;
  }

  /** Bytes of all files, about: what comes and goes meanwhile may be missing. */
  long bytes(FileOps files) throws IOException {
    return bytes(files, path);
  }

  private static long bytes(FileOps files, Path folder) throws IOException {
    long bytes = 0;
    for (String name : files.list(folder)) {
      Path each = folder.resolve(name);
      if (files.isDirectory(each)) {
        bytes += bytes(files, each);
      } else {
        try (FileOps.Reader reader = files.read(each)) {
          bytes += reader.size();
        }
      }
    }
    return bytes;
  }

  /** Deletes whatever is there. */
  void delete(FileOps files) throws IOException {
    files.deleteTree(path);
  }
}
