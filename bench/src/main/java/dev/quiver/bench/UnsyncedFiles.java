package dev.quiver.bench;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;

/**
 * The real disk, which only pretends to sync: to measure what syncing costs, and for nothing else.
 */
final class UnsyncedFiles implements FileOps {
  private final FileOps disk = DiskFiles.INSTANCE;

  private static final class Unsynced implements Appender {
    private final Appender appender;

    Unsynced(Appender appender) {
      this.appender = appender;
    }

    @Override
    public long size() throws IOException {
      return appender.size();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      appender.write(bytes, offset, length);
    }

    @Override
    public void truncate(long size) throws IOException {
      appender.truncate(size);
    }

    @Override
    public void sync() {
      // What is left out.
    }

    @Override
    public void close() throws IOException {
      appender.close();
    }
  }

  @Override
  public Appender create(Path file) throws IOException {
    return new Unsynced(disk.create(file));
  }

  @Override
  public Appender append(Path file) throws IOException {
    return new Unsynced(disk.append(file));
  }

  @Override
  public void syncDirectory(Path directory) {
    // What is left out.
  }

  @Override
  public Directory directory(Path folder) throws IOException {
    return new FilterDirectory(disk.directory(folder)) {
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

  @Override
  public Reader read(Path file) throws IOException {
    return disk.read(file);
  }

  @Override
  public boolean exists(Path path) {
    return disk.exists(path);
  }

  @Override
  public boolean isDirectory(Path path) {
    return disk.isDirectory(path);
  }

  @Override
  public long modifiedMillis(Path file) throws IOException {
    return disk.modifiedMillis(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    disk.createDirectories(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    disk.delete(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public Closeable claim(Path dataFolder) throws IOException {
    return disk.claim(dataFolder);
  }
}
