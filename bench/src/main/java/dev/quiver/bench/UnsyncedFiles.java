package dev.quiver.bench;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FilterFileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;

/**
 * The real disk, which only pretends to sync: to measure what syncing costs, and for nothing else.
 */
final class UnsyncedFiles extends FilterFileOps {
  UnsyncedFiles() {
    super(DiskFiles.INSTANCE);
  }

  private static final class Unsynced extends FilterAppender {
    Unsynced(Appender appender) {
      super(appender);
    }

    @Override
    public void reserve(int bytes) {
      // Without syncs nobody would.
    }

    @Override
    public void sync() {
      // What is left out.
    }
  }

  @Override
  public Appender create(Path file) throws IOException {
    return new Unsynced(super.create(file));
  }

  @Override
  public Appender append(Path file) throws IOException {
    return new Unsynced(super.append(file));
  }

  @Override
  public void syncDirectory(Path directory) {
    // What is left out.
  }

  @Override
  public Directory directory(Path folder) throws IOException {
    return new FilterDirectory(super.directory(folder)) {
      @Override
      public void sync(Collection<String> names) {
        // What is left out.
      }

      @Override
      public void syncMetaData() {
        // What is left out.
      }
    };
  }
}
