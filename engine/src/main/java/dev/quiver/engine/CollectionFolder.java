package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The folder of one collection, named by an opaque id:
 *
 * <pre>
 * collection.json   {"format": 2, "name": ..., "config": {...}, ...}; written last when a collection is
 *                   created and removed first when it is dropped: without it, the rest is rubbish
 * log/              the op log's segments
 * index/            Lucene's files
 * damage.json, quarantine/   see {@link Quarantine}; only when segments were found damaged
 * scratch/          what a merge needs while it runs; deleted when the collection is opened
 * </pre>
 */
record CollectionFolder(Path path) {
  static final String DOCUMENT = "collection.json";
  static final String INDEX = "index";

  Path document() {
    return path.resolve(DOCUMENT);
  }

  Path log() {
    return path.resolve("log");
  }

  Path index() {
    return path.resolve(INDEX);
  }

  void create(FileOps files) throws IOException {
    files.createDirectories(log());
    files.createDirectories(index());
  }

  /** When the log was last written, in milliseconds since 1970; 0 when there is none. */
  long logModifiedMillis(FileOps files) throws IOException {
    long latest = 0;
    for (String name : files.list(log())) {
      latest = Math.max(latest, files.modifiedMillis(log().resolve(name)));
    }
    return latest;
  }

  /** Deletes whatever is there. */
  void delete(FileOps files) throws IOException {
    files.deleteTree(path);
  }
}
