package dev.quiver.engine;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Files that are never synced: for tests that open many collections and survive no crash. */
final class UnsyncedFiles implements FileOps {
  private final FileOps disk = DiskFiles.INSTANCE;

  @Override
  public Appender create(Path file) throws IOException {
    return new Unsynced(disk.create(file));
  }

  @Override
  public Appender append(Path file) throws IOException {
    return new Unsynced(disk.append(file));
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
  public void syncDirectory(Path directory) {
    // Nothing outlives the test.
  }

  private record Unsynced(Appender file) implements Appender {
    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      file.write(bytes, offset, length);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void sync() {
      // Nothing outlives the test.
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
