package dev.quiver.engine;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FilterFileOps;
import java.io.IOException;
import java.nio.file.Path;

/** The real disk, of which one changing operation, or each from one on, fails. */
final class FailingDisk extends FilterFileOps {
  private int operations;
  private int failAt = Integer.MAX_VALUE;
  private boolean andAllAfter;
  private int fullFrom = Integer.MAX_VALUE;

  FailingDisk() {
    super(DiskFiles.INSTANCE);
  }

  synchronized void failAt(int operation, boolean allAfter) {
    operations = 0;
    failAt = operation;
    andAllAfter = allAfter;
  }

  /** Nothing more can be written, but deleted. */
  synchronized void fill() {
    fillAt(0);
  }

  /** The same, from an operation on. */
  synchronized void fillAt(int operation) {
    operations = 0;
    fullFrom = operation;
  }

  synchronized void heal() {
    fullFrom = Integer.MAX_VALUE;
    failAt = Integer.MAX_VALUE;
    operations = 0;
  }

  synchronized int operations() {
    return operations;
  }

  private synchronized void step(String what) throws IOException {
    int number = operations++;
    boolean takesSpace = what.equals("write") || what.startsWith("create");
    boolean full = number >= fullFrom && takesSpace;
    if (number == failAt || (andAllAfter && number > failAt) || full) {
      throw new IOException("injected: " + what + ": No space left on device");
    }
  }

  @Override
  public Appender create(Path file) throws IOException {
    step("create");
    return new FailingAppender(super.create(file));
  }

  @Override
  public Appender append(Path file) throws IOException {
    return new FailingAppender(super.append(file));
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    step("create folder");
    super.createDirectories(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    step("delete");
    super.delete(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step("rename");
    super.rename(from, to);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step("sync folder");
    super.syncDirectory(directory);
  }

  private final class FailingAppender extends FilterAppender {
    FailingAppender(Appender appender) {
      super(appender);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      step("write");
      super.write(bytes, offset, length);
    }

    @Override
    public void truncate(long size) throws IOException {
      step("truncate");
      super.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      step("sync");
      super.sync();
    }
  }
}
