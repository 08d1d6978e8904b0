package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.Payload;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.VectorParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Refuses results that would not fit into memory. Vectors, whose size is known, are counted before
 * anything is read. Payloads are counted as they are read: those of one search by the engine, those
 * of a batch by {@link Payloads}.
 */
final class ResultBudget {
  /** A result without vectors: id, score, objects around them. */
  private static final long RESULT_BYTES = 256;

  /** A point in the list of a query's stage. */
  private static final long HIT_BYTES = 64;

  /** Sparse vectors and multivectors have no size of their own: numbers in what is usual. */
  private static final int FLOATS_UNKNOWN = 256;

  /** A float as it is stored, in the message and on its way out. */
  private static final int GRPC_BYTES_PER_FLOAT = 3 * Float.BYTES;

  /** A float as it is stored, and as a text of some twelve bytes while its buffer grows. */
  private static final int REST_BYTES_PER_FLOAT = Float.BYTES + 3 * 12;

  /** A payload as it is stored, on its way out, and while the buffer of that grows. */
  private static final int BYTES_PER_PAYLOAD_BYTE = 4;

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

  /** Counts the payloads of one request's searches. */
  Payloads payloads() {
    return new Payloads(bytesMax / BYTES_PER_PAYLOAD_BYTE);
  }

  /** The payloads of the searches of one request so far. Thread-safe. */
  static final class Payloads {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    private Payloads(long bytesMax) {
      this.bytesMax = bytesMax;
    }

    /**
     * Counts the payloads of one search and returns its hits.
     *
     * @throws QuiverException BAD_REQUEST when it is too much together
     */
    List<ScoredPoint> counted(List<ScoredPoint> hits) {
      long more = 0;
      for (ScoredPoint hit : hits) {
        Payload payload = hit.payload();
        more += payload == null ? 0 : payload.bytes().length;
      }
      if (bytes.addAndGet(more) > bytesMax) {
        throw QuiverException.badRequest(
            "limit: the payloads of the batch's results take more than "
                + bytesMax
                + " bytes together; take smaller limits or smaller batches, or select fewer fields"
                + " with with_payload");
      }
      return hits;
    }
  }

  private static long floats(VectorParams params) {
    return switch (params.kind()) {
      case DENSE -> params.size();
      case SPARSE -> FLOATS_UNKNOWN;
      case MULTI -> Math.max(FLOATS_UNKNOWN, (long) params.size());
    };
  }

  private long bytesEach(String collection, VectorSelection vectors) {
    long bytes = RESULT_BYTES;
    if (!(vectors instanceof VectorSelection.None)) {
      Map<String, VectorParams> declared = database.collectionConfig(collection).vectors();
      for (Map.Entry<String, VectorParams> vector : declared.entrySet()) {
        boolean isSelected =
            !(vectors instanceof VectorSelection.Names(var names))
                || names.contains(vector.getKey());
        bytes += isSelected ? bytesPerFloat * floats(vector.getValue()) : 0;
      }
    }
    return bytes;
  }
}
