package dev.quiver.engine.wal;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.store.Directory;

/**
 * Files in memory that fail on demand and forget what was not synced.
 *
 * <p>Fault model: any one changing operation fails, a write after any prefix of its bytes; a failed
 * sync leaves open what is durable. At a crash, of a file's unsynced tail any prefix survives,
 * possibly with zeroes where bytes should be; of files created or deleted since their folder was
 * synced, any may be there.
 */
final class FaultyFiles implements FileOps {
  private static final class Content {
    private byte[] current = new byte[0];
    private byte[] durable = new byte[0];
  }

  private Map<Path, Content> entries = new TreeMap<>();
  private Map<Path, Content> durableEntries = new TreeMap<>();
  private final List<Path> syncedFolders = new ArrayList<>();
  private int operations;
  private int failAt = -1;
  private int failPrefix;
  private boolean failForEver;
  private boolean syncsFail;

  /** Fails the operation of this number, counted from now; a write writes a prefix before. */
  synchronized void failAt(int operation, int prefixBytes, boolean andAllAfter) {
    operations = 0;
    failAt = operation;
    failPrefix = prefixBytes;
    failForEver = andAllAfter;
  }

  synchronized void heal() {
    failAt = -1;
    syncsFail = false;
  }

  synchronized void failSyncs() {
    syncsFail = true;
  }

  /** The folders that were synced, in order. */
  synchronized List<Path> syncedFolders() {
    return List.copyOf(syncedFolders);
  }

  /** Changing operations since the count was reset by {@link #failAt}. */
  synchronized int operations() {
    return operations;
  }

  synchronized byte[] content(Path file) {
    return entries.get(file).current.clone();
  }

  synchronized void content(Path file, byte[] bytes) {
    Content content = new Content();
    content.current = bytes.clone();
    content.durable = content.current;
    entries.put(file, content);
    durableEntries.put(file, content);
  }

  /** What the disk may hold after a crash now. */
  synchronized FaultyFiles crash(Random random) {
    FaultyFiles after = new FaultyFiles();
    Set<Path> paths = new HashSet<>(entries.keySet());
    paths.addAll(durableEntries.keySet());
    for (Path path : paths) {
      boolean certain = entries.get(path) == durableEntries.get(path);
      Content content = entries.get(path);
      if (!certain) {
        content = random.nextBoolean() && content != null ? content : durableEntries.get(path);
      }
      if (content != null) {
        after.content(path, survivor(content, random));
      }
    }
    return after;
  }

  private static byte[] survivor(Content content, Random random) {
    byte[] current = content.current;
    byte[] durable = content.durable;
    int common = Math.min(current.length, durable.length);
    int same = Arrays.mismatch(current, 0, common, durable, 0, common);
    if (same >= 0) {
      return overwritten(current, durable, same, random);
    }
    if (current.length <= durable.length) {
      return random.nextBoolean() ? current : durable;
    }
    int kept = durable.length + random.nextInt(current.length - durable.length + 1);
    byte[] bytes = Arrays.copyOf(current, kept);
    if (kept > durable.length && random.nextInt(3) == 0) {
      int from = durable.length + random.nextInt(kept - durable.length);
      int to = from + random.nextInt(kept - from + 1);
      Arrays.fill(bytes, from, to, (byte) 0);
    }
    return bytes;
  }

  /** Of what was written over synced bytes any prefix survives, or all but a hole. */
  private static byte[] overwritten(byte[] current, byte[] durable, int from, Random random) {
    byte[] bytes = Arrays.copyOf(durable, Math.max(current.length, durable.length));
    int to = from + random.nextInt(current.length - from + 1);
    int hole = random.nextInt(3) == 0 ? from + random.nextInt(to - from + 1) : from;
    System.arraycopy(current, hole, bytes, hole, to - hole);
    return bytes;
  }

  private void step(String what) throws IOException {
    int number = operations++;
    if (failAt >= 0 && (number == failAt || (failForEver && number > failAt))) {
      throw new IOException("injected: " + what + ": No space left on device");
    }
  }

  @Override
  public synchronized Appender create(Path file) throws IOException {
    step("create");
    Content content = new Content();
    entries.put(file, content);
    return new MemoryAppender(content);
  }

  @Override
  public synchronized Appender append(Path file) throws IOException {
    return new MemoryAppender(existing(file));
  }

  private Content existing(Path file) throws IOException {
    Content content = entries.get(file);
    if (content == null) {
      throw new FileNotFoundException(file.toString());
    }
    return content;
  }

  @Override
  public synchronized Reader read(Path file) throws IOException {
    Content content = existing(file);
    return new Reader() {
      @Override
      public long size() {
        return content.current.length;
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        int count = (int) Math.max(0, Math.min(length, content.current.length - position));
        System.arraycopy(content.current, (int) position, target, offset, count);
        return count;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized boolean exists(Path path) {
    return entries.containsKey(path);
  }

  @Override
  public synchronized List<String> list(Path directory) {
    List<String> names = new ArrayList<>();
    for (Path path : entries.keySet()) {
      if (directory.equals(path.getParent())) {
        names.add(path.getFileName().toString());
      }
    }
    return names;
  }

  @Override
  public synchronized boolean isDirectory(Path path) {
    return entries.keySet().stream().anyMatch(file -> path.equals(file.getParent()));
  }

  @Override
  public long modifiedMillis(Path file) {
    return 0;
  }

  @Override
  public Directory directory(Path folder) {
    throw new UnsupportedOperationException("logs only");
  }

  @Override
  public Closeable claim(Path dataFolder) {
    throw new UnsupportedOperationException("logs only");
  }

  @Override
  public void createDirectories(Path directory) {}

  @Override
  public synchronized void delete(Path file) throws IOException {
    step("delete");
    entries.remove(file);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    step("rename");
    Content content = existing(from);
    entries.remove(from);
    entries.put(to, content);
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    step("sync folder");
    syncedFolders.add(directory);
    Map<Path, Content> synced = new HashMap<>(durableEntries);
    synced.keySet().removeIf(path -> directory.equals(path.getParent()));
    entries.forEach(
        (path, content) -> {
          if (directory.equals(path.getParent())) {
            synced.put(path, content);
          }
        });
    durableEntries = new TreeMap<>(synced);
  }

  private final class MemoryAppender implements Appender {
    private final Content content;
    private int end;
    private boolean open = true;

    MemoryAppender(Content content) {
      this.content = content;
      this.end = content.current.length;
    }

    @Override
    public long size() {
      return end;
    }

    @Override
    public void reserve(int bytes) throws IOException {
      synchronized (FaultyFiles.this) {
        checkOpen();
        int before = end;
        int room = Math.max(0, end + bytes - content.current.length);
        end = content.current.length;
        try {
          write(new byte[room], 0, room);
        } finally {
          end = before;
        }
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      synchronized (FaultyFiles.this) {
        checkOpen();
        try {
          step("write");
        } catch (IOException e) {
          add(bytes, offset, Math.min(length, failPrefix));
          throw e;
        }
        add(bytes, offset, length);
      }
    }

    private void add(byte[] bytes, int offset, int length) {
      byte[] longer =
          Arrays.copyOf(content.current, Math.max(content.current.length, end + length));
      System.arraycopy(bytes, offset, longer, end, length);
      content.current = longer;
      end += length;
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (FaultyFiles.this) {
        checkOpen();
        step("truncate");
        content.current = Arrays.copyOf(content.current, (int) size);
        end = (int) size;
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (FaultyFiles.this) {
        checkOpen();
        step("sync");
        if (syncsFail) {
          throw new IOException("injected: sync");
        }
        content.durable = content.current;
      }
    }

    private void checkOpen() throws IOException {
      if (!open) {
        throw new IOException("closed");
      }
    }

    @Override
    public void close() {
      open = false;
    }
  }
}
