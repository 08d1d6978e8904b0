package dev.quiver.index;

/** Where a search that walks by codes finds the vectors that it ranks by. */
public enum VectorPlacement {
  /**
   * In the mapped file. Pages that were touched count as memory of the process, up to all vectors,
   * until the system takes them back.
   */
  MAPPED,
  /**
   * In the file, read by position: the process holds codes and graph alone, and the system caches
   * what it has room for. Costs a system call for each vector ranked, some 14 for ten results.
   */
  ON_DISK
}
