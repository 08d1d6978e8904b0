package dev.quiver.testkit;

import dev.quiver.engine.wal.FileOps;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory, under everything that an engine stores: log, catalog and Lucene's files. What
 * it does wrong is said by its {@link DiskFaults}; from one seed it does the same again.
 *
 * <p><b>Loss of power</b> ({@link #afterPowerLoss}). Of a file, what was synced survives, and of
 * the rest any part: nothing, all, a prefix, or single sectors, with zeroes between. Of the
 * creations, deletions and renames in a folder, those survive that its sync covered, and of the
 * others any subset; a rename happens as a whole or not at all.
 *
 * <p><b>A failed sync</b> may give up the bytes that it was to write: they are read as before, are
 * clean to the system, and no later sync writes them.
 *
 * <p>Every operation has a number, counted from 0; faults name them. Writes in a row to one file
 * that a snapshot is made from have one number together. Thread-safe.
 */
public final class SimulatedDisk implements FileOps {
  private static final Pattern HASHES = Pattern.compile("/([0-9a-f]{64}|[0-9a-f]{2})(?=/|$)");

  /** By names, so that what is below a folder follows it. */
  private static final Comparator<Path> BELOW = SimulatedDisk::compare;

  private final DiskFaults faults;
  private final Random random;
  private final NavigableMap<Path, Node> entries = new TreeMap<>(BELOW);
  private final Map<Path, Node> durableEntries = new TreeMap<>();
  private final List<EntryChange> pending = new ArrayList<>();
  private long operations;
  private long usedBytes;
  private boolean off;
  private long history;

  /** The file of the last operation if that was a write, and the history before it. */
  private @Nullable Path writtenLast;

  private long historyBefore;

  /** A file, or a folder when it has no content. */
  private record Node(@Nullable SimulatedFile file, long number) {
    boolean isFolder() {
      return file == null;
    }

    SimulatedFile content() {
      return Objects.requireNonNull(file);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /**
   * A change of a folder that is not synced.
   *
   * @param node what {@code to} became; null: it was deleted
   * @param from where it was before a rename; null: nowhere
   */
  private record EntryChange(Path to, @Nullable Node node, @Nullable Path from, long number) {
    boolean in(Path folder) {
      return folder.equals(to.getParent()) || (from != null && folder.equals(from.getParent()));
    }

    @SuppressWarnings("ReferenceEquality") // Two files with equal bytes are two files.
    void applyTo(Map<Path, Node> target) {
      if (from != null && target.get(from) == node) {
        target.remove(from);
      }
      if (node == null) {
        target.remove(to);
      } else {
        target.put(to, node);
      }
    }
  }

  /**
   * @param faults what goes wrong; may be changed while the disk is used
   * @param seed of all that is left to chance
   */
  public SimulatedDisk(DiskFaults faults, long seed) {
    this.faults = faults;
    this.random = new Random(seed);
  }

  public DiskFaults faults() {
    return faults;
  }

  /** Operations so far. */
  public synchronized long operations() {
    return operations;
  }

  /** Whether the power failed: everything fails until {@link #afterPowerLoss}. */
  public synchronized boolean off() {
    return off;
  }

  /** A number that stands for all that was done so far, in order. */
  public synchronized long history() {
    return history;
  }

  /** Bytes of all files. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  public synchronized void powerOff() {
    off = true;
  }

  /** Every file, in order. */
  public synchronized List<Path> files() {
    List<Path> files = new ArrayList<>();
    entries.forEach(
        (path, node) -> {
          if (!node.isFolder()) {
            files.add(path);
          }
        });
    return files;
  }

  /** What a process would read of a file now, without an operation; null when there is none. */
  synchronized byte @Nullable [] content(Path file) {
    Node node = entries.get(file);
    return node == null || node.isFolder()
        ? null
        : Arrays.copyOf(node.content().data(), node.content().length());
  }

  public synchronized long length(Path file) throws IOException {
    return existing(file).length();
  }

  /** Flips one bit, as if the medium had rotted. */
  public synchronized void flip(Path file, long bit) throws IOException {
    existing(file).flip(bit);
  }

  /** The disk that the next process finds when the power fails now; without faults of its own. */
  public synchronized SimulatedDisk afterPowerLoss(DiskFaults newFaults) {
    off = true;
    SimulatedDisk after = new SimulatedDisk(newFaults, random.nextLong());
    Map<Path, Node> surviving = new TreeMap<>(durableEntries);
    int share = random.nextInt(3);
    long chance = random.nextLong();
    for (EntryChange change : pending) {
      if (share == 2 || (share == 1 && chance(chance, change.number()).nextBoolean())) {
        change.applyTo(surviving);
      }
    }
    surviving.forEach(
        (path, node) -> {
          if (reachable(surviving, path)) {
            Node kept =
                node.isFolder()
                    ? node
                    : new Node(
                        node.content().survivor(chance(chance, node.number())), node.number());
            after.entries.put(path, kept);
            after.durableEntries.put(path, kept);
            after.usedBytes += node.isFolder() ? 0 : kept.content().length();
          }
        });
    return after;
  }

  /** Of one file or change: those of others make no difference, nor the order of their names. */
  private static Random chance(long seed, long number) {
    Random of = new Random(seed + number * 0x9E3779B97F4A7C15L);
    // Neighbouring seeds begin alike.
    of.nextLong();
    return of;
  }

  /** The disk that the next process finds when this one is killed: the system goes on. */
  public synchronized SimulatedDisk afterKill(DiskFaults newFaults) {
    off = true;
    SimulatedDisk after = new SimulatedDisk(newFaults, random.nextLong());
    after.entries.putAll(entries);
    after.durableEntries.putAll(durableEntries);
    after.pending.addAll(pending);
    after.usedBytes = usedBytes;
    return after;
  }

  private static int compare(Path a, Path b) {
    int common = Math.min(a.getNameCount(), b.getNameCount());
    for (int i = 0; i < common; i++) {
      int order = a.getName(i).compareTo(b.getName(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.getNameCount(), b.getNameCount());
  }

  /** Whether all folders above are there; the first one of all is nobody's entry. */
  private static boolean reachable(Map<Path, Node> tree, Path path) {
    for (Path folder = path.getParent(); folder != null; folder = folder.getParent()) {
      if (folder.getParent() != null && !tree.containsKey(folder)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Counts an operation and lets the faults have it.
   *
   * @return bytes of a write that come to be; -1: all
   */
  private int step(DiskFaults.Kind kind, Path path, int bytes) throws IOException {
    if (off) {
      throw new IOException("simulated: the power is off");
    }
    boolean scratch = path.startsWith(SimulatedSnapshots.TEMPORARY);
    if (scratch && kind == DiskFaults.Kind.WRITE && path.equals(writtenLast)) {
      // A snapshot tells Lucene's checksums, so that its length, and thereby the number of its
      // writes, differs each time: those in a row are one operation.
      operations--;
      history = historyBefore;
    }
    writtenLast = kind == DiskFaults.Kind.WRITE ? path : null;
    historyBefore = history;
    long number = operations++;
    int counted = scratch ? 0 : bytes;
    history = history * 31 + Objects.hash(kind.name(), withoutHashes(path), counted);
    faults.delayOf(number).pass();
    DiskFaults.Fault fault = faults.at(number, kind, path);
    return switch (fault) {
      case NONE -> -1;
      case POWER -> {
        off = true;
        yield kind == DiskFaults.Kind.WRITE ? random.nextInt(bytes + 1) : random.nextInt(2) - 1;
      }
      case ERROR -> kind == DiskFaults.Kind.WRITE ? random.nextInt(bytes + 1) : 0;
    };
  }

  /** Files that are named by their contents have other names each time: Lucene's have a time. */
  private static String withoutHashes(Path path) {
    String text = path.toString();
    return text.contains("/files/") ? HASHES.matcher(text).replaceAll("/*") : text;
  }

  /** Whether it is one of the folders that such files are spread over, as chance has it. */
  private static boolean isFan(Path path) {
    Path parent = path.getParent();
    return parent != null
        && parent.endsWith("files")
        && String.valueOf(path.getFileName()).length() == 2;
  }

  /** A step that happens as a whole or fails as a whole. */
  private void whole(DiskFaults.Kind kind, Path path) throws IOException {
    if (isFan(path) && !off) {
      return;
    }
    if (step(kind, path, 0) >= 0) {
      throw failure(kind, path);
    }
  }

  private IOException failure(DiskFaults.Kind kind, Path path) {
    return new IOException(
        path + ": " + (off ? "simulated: the power failed" : "Input/output error") + " at " + kind);
  }

  private SimulatedFile existing(Path file) throws IOException {
    Node node = entries.get(file);
    if (node == null || node.isFolder()) {
      throw new FileNotFoundException(file.toString());
    }
    return node.content();
  }

  private void change(EntryChange change) {
    change.applyTo(entries);
    pending.add(change);
  }

  /** Writes at a file's end, or as much of it as the faults and the room allow. */
  synchronized void write(Path path, SimulatedFile file, byte[] bytes, int offset, int count)
      throws IOException {
    write(path, file, file.length(), bytes, offset, count, written -> {});
  }

  /**
   * The same at any place up to the end.
   *
   * @param done told how much was written, also before a throw
   */
  synchronized void write(
      Path path, SimulatedFile file, int at, byte[] bytes, int offset, int count, IntConsumer done)
      throws IOException {
    int allowed = step(DiskFaults.Kind.WRITE, path, count);
    long room = Math.max(0, faults.capacityBytes() - usedBytes);
    int over = Math.min(count, file.length() - at);
    boolean full = allowed < 0 && room < count - over;
    int written = full ? over + (int) room : allowed < 0 ? count : allowed;
    usedBytes += Math.max(0, written - over);
    file.write(at, bytes, offset, written);
    done.accept(written);
    if (full) {
      throw new IOException(path + ": No space left on device");
    }
    if (allowed >= 0) {
      throw failure(DiskFaults.Kind.WRITE, path);
    }
  }

  synchronized void sync(Path path, SimulatedFile file) throws IOException {
    int result = step(DiskFaults.Kind.SYNC, path, file.length());
    if (result < 0) {
      if (!faults.ignoresSyncOf(path)) {
        file.sync();
      }
    } else if (!off) {
      file.failSync(random);
    }
    if (result >= 0 || off) {
      throw failure(DiskFaults.Kind.SYNC, path);
    }
  }

  synchronized void sync(Path path) throws IOException {
    sync(path, existing(path));
  }

  synchronized SimulatedFile createNew(Path file) throws IOException {
    if (entries.containsKey(file)) {
      throw new java.nio.file.FileAlreadyExistsException(file.toString());
    }
    whole(DiskFaults.Kind.CREATE, file);
    Node node = new Node(new SimulatedFile(), operations);
    change(new EntryChange(file, node, null, operations));
    return node.content();
  }

  synchronized SimulatedFile open(Path file) throws IOException {
    Node node = entries.get(file);
    if (node == null || node.isFolder()) {
      throw new NoSuchFileException(file.toString());
    }
    whole(DiskFaults.Kind.READ, file);
    return node.content();
  }

  @Override
  public synchronized Appender create(Path file) throws IOException {
    Node node = entries.get(file);
    if (node == null) {
      return new SimulatedAppender(this, file, createNew(file));
    }
    whole(DiskFaults.Kind.CREATE, file);
    usedBytes -= node.content().length();
    node.content().truncate(0);
    return new SimulatedAppender(this, file, node.content());
  }

  @Override
  public synchronized Appender append(Path file) throws IOException {
    return new SimulatedAppender(this, file, existing(file));
  }

  synchronized void truncate(Path path, SimulatedFile file, long size) throws IOException {
    whole(DiskFaults.Kind.TRUNCATE, path);
    usedBytes -= file.length() - size;
    file.truncate((int) size);
  }

  @Override
  public synchronized Reader read(Path path) throws IOException {
    SimulatedFile file = open(path);
    return new Reader() {
      @Override
      public long size() {
        return file.length();
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) throws IOException {
        synchronized (SimulatedDisk.this) {
          whole(DiskFaults.Kind.READ, path);
          int count = (int) Math.max(0, Math.min(length, file.length() - position));
          System.arraycopy(file.data(), (int) position, target, offset, count);
          return count;
        }
      }

      @Override
      public void close() {
        // Memory.
      }
    };
  }

  @Override
  public synchronized boolean exists(Path path) {
    return isRoot(path) || entries.containsKey(path);
  }

  @Override
  public synchronized boolean isDirectory(Path path) {
    Node node = entries.get(path);
    return isRoot(path) || (node != null && node.isFolder());
  }

  /** The root of a file system, which nobody makes and nothing takes away. */
  private static boolean isRoot(Path path) {
    return path.getParent() == null && path.isAbsolute();
  }

  @Override
  public long modifiedMillis(Path file) {
    return 0;
  }

  @Override
  public synchronized List<String> list(Path directory) {
    List<String> names = new ArrayList<>();
    for (Path path : entries.tailMap(directory, false).keySet()) {
      if (!path.startsWith(directory)) {
        // What is below a folder stands behind it, without a gap.
        break;
      }
      if (path.getNameCount() == directory.getNameCount() + 1) {
        names.add(path.getFileName().toString());
      }
    }
    return names;
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path folder = directory;
        folder != null && folder.getParent() != null && !entries.containsKey(folder);
        folder = folder.getParent()) {
      missing.addFirst(folder);
    }
    for (Path folder : missing) {
      whole(DiskFaults.Kind.CREATE, folder);
      change(new EntryChange(folder, new Node(null, operations), null, operations));
    }
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    Node node = entries.get(file);
    if (node == null) {
      return;
    }
    if (node.isFolder() && !list(file).isEmpty()) {
      throw new java.nio.file.DirectoryNotEmptyException(file.toString());
    }
    whole(DiskFaults.Kind.DELETE, file);
    usedBytes -= node.isFolder() ? 0 : node.content().length();
    change(new EntryChange(file, null, null, operations));
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    Node node = entries.get(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    whole(DiskFaults.Kind.RENAME, to);
    Node replaced = entries.get(to);
    usedBytes -= replaced == null || replaced.isFolder() ? 0 : replaced.content().length();
    change(new EntryChange(to, node, from, operations));
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    int result = step(DiskFaults.Kind.SYNC_FOLDER, directory, 0);
    if (result < 0 && !faults.ignoresSyncOf(directory)) {
      for (Iterator<EntryChange> each = pending.iterator(); each.hasNext(); ) {
        EntryChange change = each.next();
        if (change.in(directory)) {
          change.applyTo(durableEntries);
          each.remove();
        }
      }
    }
    if (result >= 0 || off) {
      throw failure(DiskFaults.Kind.SYNC_FOLDER, directory);
    }
  }

  @Override
  public Directory directory(Path folder) throws IOException {
    createDirectories(folder);
    return new SimulatedDirectory(this, folder);
  }

  @Override
  public Closeable claim(Path dataFolder) {
    return () -> {};
  }
}
