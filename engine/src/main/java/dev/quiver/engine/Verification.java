package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.FileOps;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A run that compares stored files with their checksums: how far it is, what it found, and the way
 * to end it early. Thread-safe.
 */
public final class Verification implements StoreCheck.Watch {
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final long totalBytes;
  private final long bytesPerSecond;
  private final long startedNanos = System.nanoTime();
  private final List<Damage> damages = new ArrayList<>();
  private volatile State state = State.RUNNING;
  private volatile long bytes;
  private volatile boolean cancelled;
  private volatile @Nullable String error;
  private volatile long endedNanos;

  /** Where a run is. */
  public enum State {
    RUNNING,
    DONE,
    CANCELLED,
    FAILED
  }

  /**
   * What a run has done so far.
   *
   * @param totalBytes what there was to read when it began
   * @param error why it failed; null when it did not
   */
  public record Progress(
      State state,
      long bytes,
      long totalBytes,
      Duration elapsed,
      List<Damage> damages,
      @Nullable String error) {

    /** As reports show it, over REST and on the command line. */
    public ObjectNode toJson() {
      ObjectNode result = Payload.JSON.createObjectNode();
      result.put("state", state.name().toLowerCase(Locale.ROOT));
      result.put("bytes", bytes);
      result.put("total_bytes", totalBytes);
      result.put("seconds", elapsed.toMillis() / 1000.0);
      if (error != null) {
        result.put("error", error);
      }
      ArrayNode array = result.putArray("damages");
      damages.forEach(damage -> array.add(damage.toJson()));
      return result;
    }
  }

  /** A run over a data folder, without an engine. */
  private interface Work {
    void run(Verification verification) throws IOException;
  }

  /**
   * @param bytesPerSecond how fast it may read; 0: as fast as it can
   */
  Verification(long totalBytes, long bytesPerSecond) {
    this.totalBytes = totalBytes;
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * Checks a data folder that no process uses, and changes nothing in it.
   *
   * @param collection the only one that is looked at; null: all
   * @param watcher shown the run when it begins, so that it can be watched from another thread
   * @throws QuiverException {@link ErrorCode#UNAVAILABLE} when a process uses the folder
   */
  public static Progress offline(
      Path dataFolder,
      @Nullable String collection,
      long bytesPerSecond,
      FileOps files,
      java.util.function.Consumer<Verification> watcher) {
    if (!files.isDirectory(dataFolder)) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST, dataFolder + " is not there (expected: a data folder)");
    }
    try (Closeable _ = files.claim(dataFolder)) {
      Verification run = new Verification(StoredFiles.sizeOf(files, dataFolder), bytesPerSecond);
      watcher.accept(run);
      run.run(
          verification -> {
            StoreCheck check = new StoreCheck(dataFolder, files, verification);
            check.checkStore();
            if (collection == null) {
              for (CollectionFolder dropped : StoredFiles.dropped(files, dataFolder)) {
                check.checkDropped(dropped);
              }
            }
            StoredFiles.collections(files, dataFolder, verification::found)
                .forEach(
                    (name, folder) -> {
                      if (collection == null || collection.equals(name)) {
                        checkOrThrow(check, name, folder);
                      }
                    });
          });
      return run.progress();
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, dataFolder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void checkOrThrow(StoreCheck check, String name, CollectionFolder folder) {
    try {
      check.checkCollection(name, folder);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void run(Work work) {
    try {
      work.run(this);
      end(State.DONE, null);
    } catch (CancellationException e) {
      end(State.CANCELLED, null);
    } catch (IOException | RuntimeException e) {
      end(State.FAILED, String.valueOf(e.getMessage()));
    }
  }

  void end(State last, @Nullable String reason) {
    error = reason;
    endedNanos = System.nanoTime();
    state = last;
  }

  /** Ends the run at the next look; what was found stays found. */
  public void cancel() {
    cancelled = true;
  }

  public Progress progress() {
    List<Damage> found;
    synchronized (damages) {
      found = List.copyOf(damages);
    }
    long end = state == State.RUNNING ? System.nanoTime() : endedNanos;
    return new Progress(
        state, bytes, totalBytes, Duration.ofNanos(end - startedNanos), found, error);
  }

  // What the check tells.

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the checking thread counts
  public void read(long count) {
    if (cancelled) {
      throw new CancellationException("verification cancelled");
    }
    bytes += count;
    if (bytesPerSecond > 0) {
      long due = startedNanos + (long) (bytes * 1e9 / bytesPerSecond);
      for (long wait = due - System.nanoTime();
          wait > 0 && !cancelled;
          wait = due - System.nanoTime()) {
        LockSupport.parkNanos(Math.min(wait, LONGEST_PAUSE_NANOS));
      }
    }
  }

  @Override
  public void found(List<Damage> more) {
    synchronized (damages) {
      damages.addAll(more);
    }
  }
}
