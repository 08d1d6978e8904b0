package dev.quiver.engine;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.store.Directory;

/** The real disk, of which one changing operation, or each from one on, fails. */
final class FailingDisk implements FileOps {
  private final FileOps disk = DiskFiles.INSTANCE;
  private int operations;
  private int failAt = Integer.MAX_VALUE;
  private boolean andAllAfter;

  synchronized void failAt(int operation, boolean allAfter) {
    operations = 0;
    failAt = operation;
    andAllAfter = allAfter;
  }

  synchronized void heal() {
    failAt = Integer.MAX_VALUE;
    operations = 0;
  }

  synchronized int operations() {
    return operations;
  }

  private synchronized void step(String what) throws IOException {
    int number = operations++;
    if (number == failAt || (andAllAfter && number > failAt)) {
      throw new IOException("injected: " + what + ": No space left on device");
    }
  }

  @Override
  public Appender create(Path file) throws IOException {
    step("create");
    return new FailingAppender(disk.create(file));
  }

  @Override
  public Appender append(Path file) throws IOException {
    return new FailingAppender(disk.append(file));
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
  public Directory directory(Path folder) throws IOException {
    return disk.directory(folder);
  }

  @Override
  public Closeable claim(Path dataFolder) throws IOException {
    return disk.claim(dataFolder);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    step("create folder");
    disk.createDirectories(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    step("delete");
    disk.delete(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step("rename");
    disk.rename(from, to);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step("sync folder");
    disk.syncDirectory(directory);
  }

  private final class FailingAppender implements Appender {
    private final Appender appender;

    FailingAppender(Appender appender) {
      this.appender = appender;
    }

    @Override
    public long size() throws IOException {
      return appender.size();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      step("write");
      appender.write(bytes, offset, length);
    }

    @Override
    public void truncate(long size) throws IOException {
      step("truncate");
      appender.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      step("sync");
      appender.sync();
    }

    @Override
    public void close() throws IOException {
      appender.close();
    }
  }
}
