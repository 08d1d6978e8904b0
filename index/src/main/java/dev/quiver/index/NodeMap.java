package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * Which vector each node of a graph belongs to, where the nodes stand in an order of their own
 * ({@link NodeOrder}). Read in place, thread-safe.
 *
 * <p>Walks and codes speak of nodes, everything else of ordinals: filters are asked and vectors are
 * read by ordinal, and results are ordinals.
 *
 * @param ordinals little-endian ints, by node
 * @param nodes little-endian ints, by ordinal
 */
record NodeMap(MemorySegment ordinals, MemorySegment nodes) {
  int ordinal(int node) {
    return ordinals.get(ElementType.INT_LE, (long) node * Integer.BYTES);
  }

  int node(int ordinal) {
    return nodes.get(ElementType.INT_LE, (long) ordinal * Integer.BYTES);
  }

  /** A scorer of ordinals as one of nodes; for one thread at a time. */
  QueryScorer byNode(QueryScorer scorer) {
    return new ByNode(this, scorer);
  }

  private static final class ByNode implements QueryScorer {
    private final NodeMap map;
    private final QueryScorer scorer;
    private int[] mapped = new int[0];

    ByNode(NodeMap map, QueryScorer scorer) {
      this.map = map;
      this.scorer = scorer;
    }

    @Override
    public float distance(int node) {
      return scorer.distance(map.ordinal(node));
    }

    @Override
    public void distances(int[] nodes, int count, float[] out) {
      if (mapped.length < count) {
        mapped = new int[nodes.length];
      }
      for (int i = 0; i < count; i++) {
        mapped[i] = map.ordinal(nodes[i]);
      }
      scorer.distances(mapped, count, out);
    }

    @Override
    public int bytesPerDistance() {
      return scorer.bytesPerDistance();
    }
  }
}
