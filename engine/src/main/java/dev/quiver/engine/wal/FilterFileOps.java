package dev.quiver.engine.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.store.Directory;

/**
 * File operations that hand everything to others: a base for those that change some of it, as
 * Lucene's {@code FilterDirectory} is. As thread-safe as what it hands to.
 */
public abstract class FilterFileOps implements FileOps {
  private final FileOps inner;

  protected FilterFileOps(FileOps inner) {
    this.inner = inner;
  }

  @Override
  public Appender create(Path file) throws IOException {
    return inner.create(file);
  }

  @Override
  public Appender append(Path file) throws IOException {
    return inner.append(file);
  }

  @Override
  public Reader read(Path file) throws IOException {
    return inner.read(file);
  }

  @Override
  public long size(Path file) throws IOException {
    return inner.size(file);
  }

  @Override
  public boolean exists(Path path) {
    return inner.exists(path);
  }

  @Override
  public boolean isDirectory(Path path) {
    return inner.isDirectory(path);
  }

  @Override
  public long modifiedMillis(Path file) throws IOException {
    return inner.modifiedMillis(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return inner.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    inner.createDirectories(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    inner.delete(file);
  }

  @Override
  public long usableBytes(Path folder) {
    return inner.usableBytes(folder);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    inner.rename(from, to);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    inner.syncDirectory(directory);
  }

  @Override
  public Directory directory(Path folder) throws IOException {
    return inner.directory(folder);
  }

  @Override
  public Closeable claim(Path dataFolder) throws IOException {
    return inner.claim(dataFolder);
  }

  /** An appender that hands everything to another, which it owns. */
  public abstract static class FilterAppender implements Appender {
    private final Appender inner;

    protected FilterAppender(Appender inner) {
      this.inner = inner;
    }

    @Override
    public long size() throws IOException {
      return inner.size();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      inner.write(bytes, offset, length);
    }

    @Override
    public void reserve(int bytes) throws IOException {
      inner.reserve(bytes);
    }

    @Override
    public void truncate(long size) throws IOException {
      inner.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      inner.sync();
    }

    @Override
    public void close() throws IOException {
      inner.close();
    }
  }
}
