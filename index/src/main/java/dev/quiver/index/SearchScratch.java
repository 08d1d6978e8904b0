package dev.quiver.index;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Working memory of a search, reused from one to the next: a heap byte per node of the largest
 * graph searched, under filters a bit more, and little else. For one thread at a time; {@link
 * ScratchPool} shares some.
 */
public final class SearchScratch extends OwnLines {
  /** How many nodes a walk expands together at most. */
  static final int BEAM = 8;

  private static final int QUEUE_PER_NEIGHBOUR = 8;

  final VisitedSet visited = new VisitedSet();

  /** Candidates and results of a walk. */
  final CandidatePool pool = new CandidatePool();

  /** Nodes that are expanded together, from {@link OwnLines#INTS} on. */
  final int[] beam = new int[INTS + BEAM + INTS];

  /** Results of scans: complements of {@link Scored}, so that the top is the farthest. */
  final LongHeap results = new LongHeap();

  int[] neighbours = new int[64 * BEAM];

  /** Rejected nodes that a filtered walk reaches over, for each node that it expands. */
  int[] queue = new int[QUEUE_PER_NEIGHBOUR * 64];

  int[] batch = new int[128];
  float[] distances = new float[64 * BEAM];
  private long[] bits = new long[0];
  private @Nullable CodedScorer coded;
  private @Nullable VectorScoring exactScoring;
  private FlatScoring.@Nullable Scorer exact;
  private ByteBuffer rows = ByteBuffer.allocateDirect(0);
  long distanceCount;
  long rerankCount;
  long nodeCount;

  /** Of {@link #nodeCount}, those on upper levels. */
  long upperNodeCount;

  long distanceLimit;
  boolean limitReached;

  public SearchScratch() {}

  /** Heap bytes held now. */
  public long memoryBytes() {
    return visited.bytes()
        + pool.bytes()
        + 8L * bits.length
        + 4L * (neighbours.length + (long) queue.length + batch.length + distances.length);
  }

  /** Ready for a search of {@code graph}. */
  void reset(int size, int neighbourCountMax, long limit) {
    visited.clear(size);
    results.clear();
    distanceCount = 0;
    rerankCount = 0;
    nodeCount = 0;
    upperNodeCount = 0;
    distanceLimit = limit;
    limitReached = false;
    if (neighbours.length < neighbourCountMax * BEAM) {
      neighbours = new int[neighbourCountMax * BEAM];
    }
    if (queue.length < QUEUE_PER_NEIGHBOUR * neighbourCountMax) {
      queue = new int[QUEUE_PER_NEIGHBOUR * neighbourCountMax];
    }
    int room = Math.max(128, 2 * neighbourCountMax);
    if (batch.length < room) {
      batch = new int[room];
    }
    int distanceRoom = Math.max(room, neighbourCountMax * BEAM);
    if (distances.length < distanceRoom) {
      distances = new float[distanceRoom];
    }
  }

  /** Counts {@code wanted} distances about to be computed; false when the limit forbids them. */
  boolean spend(int wanted) {
    if (wanted > distanceLimit - distanceCount) {
      limitReached = true;
      return false;
    }
    distanceCount += wanted;
    return true;
  }

  /** A bit for each node, all 0; good until this is called again. */
  long[] clearedBits(int size) {
    int words = (int) (((long) size + 63) >>> 6);
    if (bits.length < words) {
      bits = new long[words];
    } else {
      Arrays.fill(bits, 0, words, 0);
    }
    return bits;
  }

  /** Off-heap memory for rows that are read from a file; at least {@code bytes} long. */
  ByteBuffer rowBuffer(int bytes) {
    if (rows.capacity() < bytes) {
      rows = ByteBuffer.allocateDirect(bytes);
    }
    return rows;
  }

  /** A scorer for these codes: the last one's, when it was for the same. */
  CodedScorer codedScorer(CodedVectors codes) {
    CodedScorer scorer = coded;
    if (scorer == null || !scorer.isFor(codes)) {
      scorer = codes.quantiser().newScorer(codes);
      coded = scorer;
    }
    return scorer;
  }

  /** A scorer of the vectors themselves for a query; the last one's, when it was for the same. */
  @SuppressWarnings("ReferenceEquality") // The scorer kept belongs to that very object.
  QueryScorer exactScorer(VectorScoring scoring, float[] query) {
    if (!(scoring instanceof FlatScoring flat)) {
      return scoring.queryScorer(query);
    }
    QueryScorer reading = flat.readingScorer(query, this);
    if (reading != null) {
      return reading;
    }
    FlatScoring.Scorer scorer = exact;
    if (scorer == null || exactScoring != scoring) {
      scorer = flat.reusableScorer();
      exact = scorer;
      exactScoring = scoring;
    }
    scorer.prepare(query);
    return scorer;
  }

  /** The {@code k} closest of {@link #pool}. */
  SearchResult takeResults(int k, SearchStats stats) {
    int count = Math.min(k, pool.size());
    int[] ordinals = new int[count];
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      long scored = pool.get(i);
      ordinals[i] = Scored.ordinal(scored);
      out[i] = Scored.distance(scored);
    }
    return new SearchResult(ordinals, out, stats);
  }
}
