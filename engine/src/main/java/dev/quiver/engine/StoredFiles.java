package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What lies in a data folder, for those who look at it from outside. Stateless. */
final class StoredFiles {
  private static final Logger LOG = LoggerFactory.getLogger(StoredFiles.class);

  private StoredFiles() {}

  /** Bytes of all files below a folder, about: files may come and go. */
  static long sizeOf(FileOps files, Path folder) throws IOException {
    long bytes = 0;
    for (String name : files.list(folder)) {
      Path path = folder.resolve(name);
      if (files.isDirectory(path)) {
        bytes += sizeOf(files, path);
      } else {
        try {
          bytes += files.size(path);
        } catch (NoSuchFileException | FileNotFoundException e) {
          // It went while this looked: it counts for nothing.
          LOG.debug("{} is gone", path, e);
        }
      }
    }
    return bytes;
  }

  /** The folders of dropped collections that are in the trash. */
  static List<CollectionFolder> dropped(FileOps files, Path root) throws IOException {
    Path all = root.resolve(StoreFiles.COLLECTIONS);
    return files.list(all).stream()
        .map(id -> new CollectionFolder(all.resolve(id)))
        .filter(
            folder -> !files.exists(folder.document()) && files.exists(folder.droppedDocument()))
        .toList();
  }

  /**
   * The collections of a data folder, by name.
   *
   * @param damaged told of documents that cannot be read; their collections are left out
   */
  static Map<String, CollectionFolder> collections(
      FileOps files, Path root, Consumer<List<Damage>> damaged) throws IOException {
    Map<String, CollectionFolder> found = new TreeMap<>();
    Path all = root.resolve(StoreFiles.COLLECTIONS);
    for (String id : files.list(all)) {
      CollectionFolder folder = new CollectionFolder(all.resolve(id));
      if (!files.exists(folder.document())) {
        continue;
      }
      try {
        found.put(Documents.peek(files, folder.document()).path("name").asText(), folder);
      } catch (QuiverException e) {
        damaged.accept(
            List.of(
                new Damage(
                    null,
                    root.relativize(folder.document()).toString(),
                    null,
                    0,
                    0,
                    String.valueOf(e.getMessage()),
                    null,
                    null,
                    0)));
      }
    }
    return found;
  }
}
