package dev.quiver.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * What a commit of a shard's index says besides its segments, kept as Lucene's user data.
 *
 * @param offset the commit holds every operation before it
 * @param timeMicros the last one's time in microseconds since 1970; 0 when not known
 * @param indexes the payload indexes that were declared
 * @param vectors the vectors that there were
 */
record CommitData(
    long offset, long timeMicros, Map<String, PayloadIndex> indexes, VectorFields vectors) {
  private static final String OFFSET_KEY = "quiver.offset";
  private static final String TIME_KEY = "quiver.time";
  private static final String INDEXES_KEY = "quiver.payload_indexes";
  private static final String VECTORS_KEY = "quiver.vectors";
  private static final String FORMAT_KEY = "quiver.format";
  private static final int FORMAT = 1;

  /**
   * Reads a commit's user data.
   *
   * @param initial the vectors of an index whose commit does not say which it has
   * @param source what it was read from, for the message
   * @throws QuiverException when it is of another format
   */
  static CommitData of(Map<String, String> data, VectorFields initial, Object source) {
    String format = data.getOrDefault(FORMAT_KEY, "none");
    if (!format.equals(Integer.toString(FORMAT))) {
      throw new QuiverException(
          ErrorCode.CORRUPT, source + ": index format " + format + " (expected: " + FORMAT + ")");
    }
    String vectors = data.get(VECTORS_KEY);
    return new CommitData(
        offset(data),
        Long.parseLong(data.getOrDefault(TIME_KEY, "0")),
        IndexDeclarations.fromJson(data.getOrDefault(INDEXES_KEY, "[]")),
        vectors == null ? initial : VectorFields.fromJson(vectors));
  }

  /** The offset alone, of a commit of any format. */
  static long offset(Map<String, String> data) {
    return Long.parseLong(data.getOrDefault(OFFSET_KEY, "0"));
  }

  Map<String, String> toMap() {
    Map<String, String> data = new HashMap<>();
    data.put(FORMAT_KEY, Integer.toString(FORMAT));
    data.put(OFFSET_KEY, Long.toString(offset));
    data.put(TIME_KEY, Long.toString(timeMicros));
    data.put(INDEXES_KEY, IndexDeclarations.toJson(indexes));
    data.put(VECTORS_KEY, vectors.toJson());
    return data;
  }
}
