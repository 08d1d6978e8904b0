package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorParams;
import dev.quiver.engine.VectorSelection;
import java.util.Map;

/**
 * Refuses a page of results that would not fit into memory, before it is collected. Counted are the
 * vectors, whose size is known; payloads are not known before they are read.
 */
final class ResultBudget {
  /** A result without vectors: id, score, objects around them. */
  private static final long RESULT_BYTES = 256;

  private final Database database;
  private final long bytesMax;

  /**
   * @param bytesMax heap bytes that the results of one request may take
   */
  ResultBudget(Database database, long bytesMax) {
    this.database = database;
    this.bytesMax = bytesMax;
  }

  /** A quarter of the heap: two of the largest answers at once still leave room. */
  static ResultBudget ofHeap(Database database) {
    return new ResultBudget(database, Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 4));
  }

  /**
   * @param limit results that are asked for, offset included
   * @throws QuiverException BAD_REQUEST
   */
  void check(String collection, long limit, VectorSelection vectors) {
    long bytesEach = RESULT_BYTES;
    if (!(vectors instanceof VectorSelection.None)) {
      Map<String, VectorParams> declared = database.collectionConfig(collection).vectors();
      for (Map.Entry<String, VectorParams> vector : declared.entrySet()) {
        boolean isSelected =
            !(vectors instanceof VectorSelection.Names(var names))
                || names.contains(vector.getKey());
        // Once as it is stored and once in the answer.
        bytesEach += isSelected ? 2L * Float.BYTES * vector.getValue().size() : 0;
      }
    }
    if (limit <= bytesMax / bytesEach) {
      return;
    }
    long there = Math.min(limit, database.count(collection, null, false));
    if (there > bytesMax / bytesEach) {
      throw QuiverException.badRequest(
          "limit: "
              + limit
              + " results of about "
              + bytesEach
              + " bytes each (expected: at most "
              + bytesMax / bytesEach
              + "); take a smaller limit and scroll, or leave the vectors out");
    }
  }
}
