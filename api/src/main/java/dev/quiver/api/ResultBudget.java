package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import java.util.List;
import java.util.Map;

/**
 * Refuses a page of results that would not fit into memory, before it is collected. Counted are the
 * vectors, whose size is known; payloads are not known before they are read.
 */
final class ResultBudget {
  /** A result without vectors: id, score, objects around them. */
  private static final long RESULT_BYTES = 256;

  /** A point in the list of a query's stage. */
  private static final long HIT_BYTES = 64;

  /** A float as it is stored, in the message and on its way out. */
  private static final int GRPC_BYTES_PER_FLOAT = 3 * Float.BYTES;

  /** A float as it is stored, and as a text of some twelve bytes while its buffer grows. */
  private static final int REST_BYTES_PER_FLOAT = Float.BYTES + 3 * 12;

  private final Database database;
  private final int bytesPerFloat;
  private final long bytesMax;

  /**
   * @param bytesPerFloat heap bytes for each number of a vector that is in the answer
   * @param bytesMax heap bytes that the results of one request may take
   */
  ResultBudget(Database database, int bytesPerFloat, long bytesMax) {
    this.database = database;
    this.bytesPerFloat = bytesPerFloat;
    this.bytesMax = bytesMax;
  }

  static ResultBudget ofRest(Database database) {
    return new ResultBudget(database, REST_BYTES_PER_FLOAT, quarterOfHeap());
  }

  static ResultBudget ofGrpc(Database database) {
    return new ResultBudget(database, GRPC_BYTES_PER_FLOAT, quarterOfHeap());
  }

  /** Two of the largest answers at once still leave room. */
  private static long quarterOfHeap() {
    return Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * @param limit results that are asked for, offset included
   * @throws QuiverException BAD_REQUEST
   */
  void check(String collection, long limit, VectorSelection vectors) {
    long bytesEach = bytesEach(collection, vectors);
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

  /**
   * Checks the queries of one request together, since their results are held together.
   *
   * @throws QuiverException BAD_REQUEST
   */
  void check(String collection, List<QueryRequest> queries) {
    if (queries.size() == 1 && queries.getFirst().root().prefetch().isEmpty()) {
      QueryRequest only = queries.getFirst();
      check(collection, only.ranked(), only.vectors());
      return;
    }
    long points = Long.MAX_VALUE;
    long bytes = 0;
    for (QueryRequest query : queries) {
      if (bytes + bytes(collection, query, points) > bytesMax && points == Long.MAX_VALUE) {
        points = database.count(collection, null, false);
      }
      bytes += bytes(collection, query, points);
      if (bytes > bytesMax) {
        throw QuiverException.badRequest(
            "limit: the results of "
                + (queries.size() == 1
                    ? "the query"
                    : "the batch's " + queries.size() + " searches")
                + " and of their prefetches would take more than "
                + bytesMax
                + " bytes together; take smaller limits or smaller batches, or leave the vectors"
                + " out");
      }
    }
  }

  /**
   * @param points as many there are, at most
   */
  private long bytes(String collection, QueryRequest query, long points) {
    long[] hits = {0};
    for (QueryStage prefetch : query.root().prefetch()) {
      prefetch.forEach(stage -> hits[0] += Math.min(stage.limit(), points));
    }
    return Math.min(query.ranked(), points) * bytesEach(collection, query.vectors())
        + hits[0] * HIT_BYTES;
  }

  private long bytesEach(String collection, VectorSelection vectors) {
    long bytes = RESULT_BYTES;
    if (!(vectors instanceof VectorSelection.None)) {
      Map<String, VectorParams> declared = database.collectionConfig(collection).vectors();
      for (Map.Entry<String, VectorParams> vector : declared.entrySet()) {
        boolean isSelected =
            !(vectors instanceof VectorSelection.Names(var names))
                || names.contains(vector.getKey());
        bytes += isSelected ? (long) bytesPerFloat * vector.getValue().size() : 0;
      }
    }
    return bytes;
  }
}
