package dev.quiver.engine.wal;

import dev.quiver.lucene.SharedMappings;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NoLockFactory;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * {@link FileOps} on the real file system.
 *
 * <p>Files are {@link RandomAccessFile}s: a {@code FileChannel} closes itself under a thread that
 * is interrupted, and one cancelled request must not take a log away from everybody else.
 */
public final class DiskFiles implements FileOps {
  public static final DiskFiles INSTANCE = new DiskFiles();

  private DiskFiles() {}

  @Override
  public Appender create(Path file) throws IOException {
    DiskAppender appender = new DiskAppender(file);
    try {
      appender.truncate(0);
    } catch (IOException e) {
      appender.close();
      throw e;
    }
    return appender;
  }

  @Override
  public Appender append(Path file) throws IOException {
    return new DiskAppender(file);
  }

  @Override
  public Reader read(Path file) throws IOException {
    return new DiskReader(file);
  }

  @Override
  public long size(Path file) throws IOException {
    return Files.size(file);
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public boolean isDirectory(Path path) {
    return Files.isDirectory(path);
  }

  @Override
  public long modifiedMillis(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toMillis();
  }

  @Override
  public Directory directory(Path folder) throws IOException {
    return new SharedMappings(folder, NoLockFactory.INSTANCE);
  }

  @Override
  public Closeable claim(Path dataFolder) throws IOException {
    return DataFolderLock.acquire(dataFolder);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public long usableBytes(Path folder) {
    return folder.toFile().getUsableSpace();
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static final class DiskAppender implements Appender {
    private final RandomAccessFile file;

    /** Only to sync without times and the like (fdatasync); null once an interrupt closed it. */
    private @Nullable FileChannel channel;

    DiskAppender(Path path) throws IOException {
      file = new RandomAccessFile(path.toFile(), "rw");
      try {
        file.seek(file.length());
        channel = FileChannel.open(path, StandardOpenOption.WRITE);
      } catch (IOException e) {
        file.close();
        throw e;
      }
    }

    @Override
    public long size() throws IOException {
      return file.getFilePointer();
    }

    @Override
    public void reserve(int bytes) throws IOException {
      long end = file.getFilePointer();
      file.seek(file.length());
      try {
        file.write(new byte[(int) Math.max(0, end + bytes - file.length())]);
      } finally {
        file.seek(end);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      file.write(bytes, offset, length);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.setLength(size);
      file.seek(size);
    }

    @Override
    public void sync() throws IOException {
      FileChannel data = channel;
      if (data == null) {
        file.getFD().sync();
        return;
      }
      try {
        data.force(false);
      } catch (ClosedChannelException e) {
        // The thread is interrupted, which closed the channel, and what became of the sync is
        // open. The system tells an error to every descriptor that was open when it happened; so
        // what the channel may have been told, this one is told too. From here on it does it all.
        channel = null;
        file.getFD().sync();
      }
    }

    @Override
    public void close() throws IOException {
      IOUtils.close(channel, file);
    }
  }

  private static final class DiskReader implements Reader {
    private final RandomAccessFile file;

    DiskReader(Path path) throws IOException {
      file = new RandomAccessFile(path.toFile(), "r");
    }

    @Override
    public long size() throws IOException {
      return file.length();
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
      file.seek(position);
      int total = 0;
      while (total < length) {
        int read = file.read(target, offset + total, length - total);
        if (read < 0) {
          break;
        }
        total += read;
      }
      return total;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
