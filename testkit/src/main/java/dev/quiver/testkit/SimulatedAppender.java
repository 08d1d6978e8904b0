package dev.quiver.testkit;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;

/** A file of a {@link SimulatedDisk} that is written at its end. */
final class SimulatedAppender implements FileOps.Appender {
  private final SimulatedDisk disk;
  private final Path path;
  private final SimulatedFile file;
  private int end;
  private boolean open = true;

  SimulatedAppender(SimulatedDisk disk, Path path, SimulatedFile file) {
    this.disk = disk;
    this.path = path;
    this.file = file;
    this.end = file.length();
  }

  private void checkOpen() throws IOException {
    if (!open) {
      throw new IOException("closed: " + path);
    }
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return end;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    checkOpen();
    disk.write(path, file, end, bytes, offset, length, written -> end += written);
  }

  @Override
  public void reserve(int bytes) throws IOException {
    checkOpen();
    int length = file.length();
    int room = Math.max(0, end + bytes - length);
    disk.write(path, file, length, new byte[room], 0, room, written -> {});
  }

  @Override
  public void truncate(long size) throws IOException {
    checkOpen();
    disk.truncate(path, file, size);
    end = (int) size;
  }

  @Override
  public void sync() throws IOException {
    checkOpen();
    disk.sync(path, file);
  }

  @Override
  public void close() {
    open = false;
  }
}
