package dev.quiver.testkit;

import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * What a {@link SimulatedDisk} does wrong, and when. Operations are counted from 0. Thread-safe;
 * may be changed while the disk is used.
 */
public final class DiskFaults {
  private long powerFailsAt = Long.MAX_VALUE;
  private long errorsFrom = Long.MAX_VALUE;
  private long errorsBefore = Long.MAX_VALUE;
  private Predicate<Kind> errorKinds = kind -> true;
  private Predicate<Path> errorPaths = path -> true;
  private Predicate<Path> ignoredSyncs = path -> false;
  private long capacityBytes = Long.MAX_VALUE;
  private long slowFrom = Long.MAX_VALUE;
  private long slowBefore = Long.MAX_VALUE;
  private Delay delay = () -> {};

  /** What is done with a disk. */
  public enum Kind {
    CREATE,
    WRITE,
    TRUNCATE,
    SYNC,
    SYNC_FOLDER,
    RENAME,
    DELETE,
    READ
  }

  /** Lets time pass, by whatever clock there is. */
  public interface Delay {
    void pass();
  }

  enum Fault {
    NONE,
    ERROR,
    POWER
  }

  public static DiskFaults none() {
    return new DiskFaults();
  }

  synchronized Fault at(long operation, Kind kind, Path path) {
    if (operation >= powerFailsAt) {
      return Fault.POWER;
    }
    boolean error =
        operation >= errorsFrom
            && operation < errorsBefore
            && errorKinds.test(kind)
            && errorPaths.test(path);
    return error ? Fault.ERROR : Fault.NONE;
  }

  /** The power fails in the middle of this operation. */
  public synchronized DiskFaults powerFailsAt(long operation) {
    powerFailsAt = operation;
    return this;
  }

  /** Operations of these kinds on these files fail with an I/O error, in this range of numbers. */
  public synchronized DiskFaults errors(
      long from, long before, Predicate<Kind> kinds, Predicate<Path> paths) {
    errorsFrom = from;
    errorsBefore = before;
    errorKinds = kinds;
    errorPaths = paths;
    return this;
  }

  /** Operations in this range of numbers take their time. */
  public synchronized DiskFaults slow(long from, long before, Delay each) {
    slowFrom = from;
    slowBefore = before;
    delay = each;
    return this;
  }

  synchronized Delay delayOf(long operation) {
    return operation >= slowFrom && operation < slowBefore ? delay : () -> {};
  }

  /** Whether I/O errors are planned, or the disk has an end. */
  synchronized boolean active() {
    return errorsFrom != Long.MAX_VALUE || capacityBytes != Long.MAX_VALUE;
  }

  /** No more I/O errors, and space enough. */
  public synchronized DiskFaults healed() {
    errorsFrom = Long.MAX_VALUE;
    capacityBytes = Long.MAX_VALUE;
    return this;
  }

  /** Writes over so many bytes in all find no space. */
  public synchronized DiskFaults capacityBytes(long bytes) {
    capacityBytes = bytes;
    return this;
  }

  synchronized long capacityBytes() {
    return capacityBytes;
  }

  /** Syncs of these files and folders do nothing, as if the program had forgotten them. */
  public synchronized DiskFaults ignoringSyncsOf(Predicate<Path> paths) {
    ignoredSyncs = paths;
    return this;
  }

  synchronized boolean ignoresSyncOf(Path path) {
    return ignoredSyncs.test(path);
  }
}
