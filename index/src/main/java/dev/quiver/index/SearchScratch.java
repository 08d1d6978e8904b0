package dev.quiver.index;

/**
 * Working memory of a search, reused from one to the next: two heap bytes per node of the largest
 * graph searched, and little more. For one thread at a time; {@link ScratchPool} shares some.
 */
public final class SearchScratch {
  private static final int QUEUE_PER_NEIGHBOUR = 8;

  final VisitedSet visited = new VisitedSet();

  /** Rejected nodes that a filtered walk has made candidates. */
  final VisitedSet bridged = new VisitedSet();

  final LongHeap candidates = new LongHeap();

  /** Complements of {@link Scored}, so that the top is the farthest. */
  final LongHeap results = new LongHeap();

  int[] neighbours = new int[64];

  /** Rejected nodes that a filtered walk reaches over, for each node that it expands. */
  int[] queue = new int[QUEUE_PER_NEIGHBOUR * 64];

  int[] batch = new int[128];
  float[] distances = new float[128];
  long distanceCount;
  long nodeCount;
  long distanceLimit;
  boolean limitReached;

  public SearchScratch() {}

  /** Heap bytes held now. */
  public long memoryBytes() {
    return visited.bytes()
        + bridged.bytes()
        + 4L * (neighbours.length + queue.length + 2L * batch.length);
  }

  /** Ready for a search of {@code graph}. */
  void reset(int size, int neighbourCountMax, long limit) {
    visited.clear(size);
    candidates.clear();
    results.clear();
    distanceCount = 0;
    nodeCount = 0;
    distanceLimit = limit;
    limitReached = false;
    if (neighbours.length < neighbourCountMax) {
      neighbours = new int[neighbourCountMax];
      queue = new int[QUEUE_PER_NEIGHBOUR * neighbourCountMax];
    }
    int room = Math.max(128, 2 * neighbourCountMax);
    if (batch.length < room) {
      batch = new int[room];
      distances = new float[room];
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

  /** The {@code k} closest of {@link #results}, which is emptied. */
  SearchResult takeResults(int k, SearchStats stats) {
    while (results.size() > k) {
      results.pop();
    }
    int[] ordinals = new int[results.size()];
    float[] out = new float[results.size()];
    for (int i = ordinals.length - 1; i >= 0; i--) {
      long scored = ~results.pop();
      ordinals[i] = Scored.ordinal(scored);
      out[i] = Scored.distance(scored);
    }
    return new SearchResult(ordinals, out, stats);
  }
}
