package dev.quiver.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.store.BaseDirectory;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.NoLockFactory;
import org.apache.lucene.store.OutputStreamIndexOutput;

/** A folder of a {@link SimulatedDisk} as Lucene sees it. */
final class SimulatedDirectory extends BaseDirectory {
  private static final int BUFFER_BYTES = 1024;

  private final SimulatedDisk disk;
  private final Path folder;
  private int temporaries;

  SimulatedDirectory(SimulatedDisk disk, Path folder) {
    super(NoLockFactory.INSTANCE);
    this.disk = disk;
    this.folder = folder;
  }

  @Override
  public String[] listAll() {
    ensureOpen();
    return disk.list(folder).toArray(String[]::new);
  }

  @Override
  public void deleteFile(String name) throws IOException {
    ensureOpen();
    if (!disk.exists(folder.resolve(name))) {
      throw new java.nio.file.NoSuchFileException(folder.resolve(name).toString());
    }
    disk.delete(folder.resolve(name));
  }

  @Override
  public long fileLength(String name) throws IOException {
    ensureOpen();
    if (!disk.exists(folder.resolve(name))) {
      throw new java.nio.file.NoSuchFileException(folder.resolve(name).toString());
    }
    return disk.length(folder.resolve(name));
  }

  @Override
  public IndexOutput createOutput(String name, IOContext context) throws IOException {
    ensureOpen();
    Path path = folder.resolve(name);
    SimulatedFile file = disk.createNew(path);
    return new OutputStreamIndexOutput(
        "simulated " + path, name, new FileStream(path, file), BUFFER_BYTES);
  }

  @Override
  public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
      throws IOException {
    while (true) {
      String name = String.format(Locale.ROOT, "%s_%s_%d.tmp", prefix, suffix, temporaries++);
      try {
        return createOutput(name, context);
      } catch (FileAlreadyExistsException e) {
        // The next number.
      }
    }
  }

  private final class FileStream extends OutputStream {
    private final Path path;
    private final SimulatedFile file;

    FileStream(Path path, SimulatedFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      disk.write(path, file, bytes, offset, length);
    }
  }

  @Override
  public void sync(Collection<String> names) throws IOException {
    ensureOpen();
    for (String name : names) {
      disk.sync(folder.resolve(name));
    }
  }

  @Override
  public void syncMetaData() throws IOException {
    ensureOpen();
    disk.syncDirectory(folder);
  }

  @Override
  public void rename(String source, String dest) throws IOException {
    ensureOpen();
    disk.rename(folder.resolve(source), folder.resolve(dest));
  }

  @Override
  public IndexInput openInput(String name, IOContext context) throws IOException {
    ensureOpen();
    SimulatedFile file = disk.open(folder.resolve(name));
    ByteBuffer bytes = ByteBuffer.wrap(file.data(), 0, file.length()).slice();
    return new ByteBuffersIndexInput(
        new ByteBuffersDataInput(List.of(bytes)), "simulated " + folder.resolve(name));
  }

  @Override
  public Set<String> getPendingDeletions() {
    return Set.of();
  }

  @Override
  public void close() {
    isOpen = false;
  }
}
