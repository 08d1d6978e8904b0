package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.OutputStreamIndexOutput;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An index folder that can be read when the disk is full. What Lucene flushes so that searches see
 * it then goes to memory, up to a limit, and to the disk with the next commit that finds space; no
 * write is taken meanwhile, so it does not grow. A merge that finds no space is given up, and
 * leaves its segments as they are. Thread-safe as every directory is.
 */
final class SpillingDirectory extends FilterDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(SpillingDirectory.class);
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileOps files;
  private final Path folder;
  private final long mostBytes;
  private final Map<String, byte[]> spilled = new ConcurrentHashMap<>();
  private final AtomicLong spilledBytes = new AtomicLong();
  private final AtomicLong temporaries = new AtomicLong();

  SpillingDirectory(FileOps files, Path folder, long mostBytes) throws IOException {
    super(files.directory(folder));
    this.files = files;
    this.folder = folder;
    this.mostBytes = mostBytes;
  }

  /** Bytes that wait in memory for space on the disk. */
  long spilledBytes() {
    return spilledBytes.get();
  }

  @Override
  public IndexOutput createOutput(String name, IOContext context) throws IOException {
    ensureOpen();
    Path path = folder.resolve(name);
    if (spilled.containsKey(name) || files.exists(path)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    FileOps.Appender appender = null;
    try {
      appender = files.create(path);
    } catch (IOException e) {
      checkMaySpill(e, context, 0);
    }
    return new OutputStreamIndexOutput(
        path.toString(), name, new Stream(name, context, appender), BUFFER_BYTES);
  }

  @Override
  public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
      throws IOException {
    while (true) {
      try {
        return createOutput(
            getTempFileName(prefix, suffix, temporaries.getAndIncrement()), context);
      } catch (FileAlreadyExistsException e) {
        LOG.debug("a temporary file's name is taken; the next one is tried", e);
      }
    }
  }

  /** Throws what a full disk means here, unless memory may take its place. */
  private void checkMaySpill(IOException cause, IOContext context, long bytes) throws IOException {
    if (!DiskSpace.isFull(cause) || spilledBytes.get() + bytes > mostBytes) {
      throw cause;
    }
    if (context.mergeInfo() != null) {
      throw noSpaceToMerge(cause);
    }
  }

  private static MergePolicy.MergeAbortedException noSpaceToMerge(IOException cause) {
    LOG.info("a merge is put off: {}", cause.getMessage());
    MergePolicy.MergeAbortedException aborted =
        new MergePolicy.MergeAbortedException("no space to merge: " + cause.getMessage());
    aborted.initCause(cause);
    return aborted;
  }

  /** A file that is written: on the disk, or in memory from where that was full. */
  private final class Stream extends OutputStream {
    private final String name;
    private final IOContext context;
    private FileOps.@Nullable Appender appender;
    private byte[] memory = new byte[0];
    private int length;
    private long written;

    Stream(String name, IOContext context, FileOps.@Nullable Appender appender) {
      this.name = name;
      this.context = context;
      this.appender = appender;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      FileOps.Appender disk = appender;
      if (context.mergeInfo() != null && spilledBytes.get() > 0) {
        // What it has written so far is space for what waits in memory.
        throw noSpaceToMerge(new IOException(folder.resolve(name) + ": No space left on device"));
      }
      if (disk != null) {
        try {
          disk.write(bytes, offset, count);
          written += count;
          return;
        } catch (IOException e) {
          checkMaySpill(e, context, written + count);
          moveToMemory(disk);
        }
      }
      if (spilledBytes.addAndGet(count) > mostBytes) {
        throw new IOException(folder.resolve(name) + ": No space left on device, nor in memory");
      }
      if (length + count > memory.length) {
        memory = Arrays.copyOf(memory, Math.max(length + count, 2 * length));
      }
      System.arraycopy(bytes, offset, memory, length, count);
      length += count;
    }

    private void moveToMemory(FileOps.Appender disk) throws IOException {
      Path path = folder.resolve(name);
      memory = new byte[Math.toIntExact(written)];
      try (FileOps.Reader reader = files.read(path)) {
        if (reader.read(0, memory, 0, memory.length) != memory.length) {
          throw new IOException(path + ": what was written cannot be read back");
        }
      }
      length = memory.length;
      spilledBytes.addAndGet(length);
      appender = null;
      disk.close();
      try {
        files.delete(path);
      } catch (IOException e) {
        LOG.warn("{} is overwritten or deleted later", path, e);
      }
    }

    @Override
    public void close() throws IOException {
      FileOps.Appender disk = appender;
      if (disk != null) {
        disk.close();
      } else if (!spilled.containsKey(name)) {
        spilled.put(name, Arrays.copyOf(memory, length));
        memory = new byte[0];
      }
    }
  }

  @Override
  public void sync(Collection<String> names) throws IOException {
    List<String> onDisk = new ArrayList<>();
    for (String name : names) {
      byte[] content = spilled.get(name);
      if (content == null) {
        onDisk.add(name);
      } else {
        unspill(name, content);
      }
    }
    super.sync(onDisk);
  }

  private void unspill(String name, byte[] content) throws IOException {
    Path path = folder.resolve(name);
    try (FileOps.Appender appender = files.create(path)) {
      appender.write(content, 0, content.length);
      appender.sync();
    } catch (IOException e) {
      try {
        files.delete(path);
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
    forget(name);
  }

  private void forget(String name) {
    byte[] content = spilled.remove(name);
    if (content != null) {
      spilledBytes.addAndGet(-content.length);
    }
  }

  @Override
  public String[] listAll() throws IOException {
    TreeSet<String> names = new TreeSet<>(Arrays.asList(super.listAll()));
    names.addAll(spilled.keySet());
    return names.toArray(String[]::new);
  }

  @Override
  public long fileLength(String name) throws IOException {
    byte[] content = spilled.get(name);
    return content == null ? super.fileLength(name) : content.length;
  }

  @Override
  public void deleteFile(String name) throws IOException {
    if (spilled.containsKey(name)) {
      forget(name);
    } else {
      super.deleteFile(name);
    }
  }

  @Override
  public void rename(String source, String dest) throws IOException {
    if (spilled.containsKey(source)) {
      throw new FileNotFoundException(source + " waits for space on the disk");
    }
    super.rename(source, dest);
  }

  @Override
  public IndexInput openInput(String name, IOContext context) throws IOException {
    byte[] content = spilled.get(name);
    return content == null
        ? super.openInput(name, context)
        : new ByteBuffersIndexInput(
            new ByteBuffersDataInput(List.of(ByteBuffer.wrap(content))),
            folder.resolve(name) + " in memory");
  }
}
