package dev.quiver.cli.input;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/** Something that rows can be read from, once or again. */
public interface RowSource {
  /** As messages show it, and as ids of rows without one are made from it. */
  String name();

  /** What changes when the content does: name, size, time. Part of an import's fingerprint. */
  String identity();

  /** Whether a row is a vector without fields. */
  boolean vectorsOnly();

  /** Size in bytes, 0 when unknown; for progress. */
  long bytes();

  /**
   * Opens it at its first row.
   *
   * @param bytesRead grows as it is read; for progress
   */
  RowReader open(LongAdder bytesRead) throws IOException;
}
