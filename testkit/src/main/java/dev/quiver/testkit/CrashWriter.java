package dev.quiver.testkit;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The process that the crash campaign kills: opens the data folder and writes with several threads
 * until it is killed. To its standard output it reports, as records of 9 bytes (a writer's number,
 * a step's number big-endian), each step that was acknowledged; the writer {@link #READY} says that
 * writing begins, {@link #CATALOG} reports creations and deletions of collections.
 */
public final class CrashWriter {
  static final int RECORD_BYTES = 9;
  static final byte READY = 120;
  static final byte CATALOG = 121;

  private CrashWriter() {}

  /**
   * @param args data folder, seed, then for each writer and for the catalog the number of its first
   *     step
   */
  public static void main(String[] args) throws InterruptedException {
    Path folder = Path.of(args[0]);
    long seed = Long.parseLong(args[1]);
    Engine engine = Engine.open(folder, options());
    for (int i = 0; i < CrashPlan.COLLECTIONS; i++) {
      if (!engine.collectionExists(CrashPlan.collection(i))) {
        engine.createCollection(CrashPlan.collection(i), CrashPlan.config());
      }
    }
    report(READY, 0);
    Thread[] threads = new Thread[CrashPlan.WRITERS + 1];
    for (int i = 0; i <= CrashPlan.WRITERS; i++) {
      int writer = i;
      long first = Long.parseLong(args[2 + i]);
      threads[i] =
          Thread.ofPlatform()
              .name("writer-" + i)
              .start(
                  () -> {
                    if (writer == CrashPlan.WRITERS) {
                      createAndDelete(engine, first);
                    } else {
                      write(engine, seed, writer, first);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Commits, rolls and cuts the log as often as possible: each is a moment to be killed in. */
  static EngineOptions options() {
    return EngineOptions.builder()
        .flushInterval(Duration.ofMillis(60))
        .logSegmentBytes(16 << 10)
        .build();
  }

  private static void write(Engine engine, long seed, int writer, long first) {
    for (long number = first; ; number++) {
      CrashPlan.Step step = CrashPlan.step(seed, writer, number);
      try {
        engine.write(
            CrashPlan.collection(writer), List.of(CrashPlan.operation(step)), step.waits(), null);
      } catch (QuiverException e) {
        if (e.code() != ErrorCode.NOT_FOUND) {
          throw e;
        }
      }
      report((byte) writer, number);
    }
  }

  private static void createAndDelete(Engine engine, long first) {
    for (long number = first; ; number++) {
      if (number % 2 == 0) {
        // A creation that was begun before the last kill may have come to its end.
        if (!engine.collectionExists(catalogName(number))) {
          engine.createCollection(catalogName(number), CrashPlan.config());
        }
      } else {
        engine.deleteCollection(catalogName(number - 1));
      }
      report(CATALOG, number);
    }
  }

  static String catalogName(long number) {
    return "catalog-" + number;
  }

  private static void report(byte writer, long number) {
    byte[] bytes = ByteBuffer.allocate(RECORD_BYTES).put(writer).putLong(number).array();
    synchronized (CrashWriter.class) {
      try {
        // One write below the pipe's atomic size: whole or not there, whenever the kill comes.
        Out.STREAM.write(bytes);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  private static final class Out {
    static final FileOutputStream STREAM = new FileOutputStream(FileDescriptor.out);
  }
}
