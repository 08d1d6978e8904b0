package dev.quiver.lucene;

import dev.quiver.index.HnswGraph;
import java.util.Arrays;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * A kernel graph as Lucene sees graphs, over the same memory: for Lucene's own searcher, whose
 * limits and early termination its queries rely on. Not thread-safe; make one per search.
 */
final class LuceneGraph extends org.apache.lucene.util.hnsw.HnswGraph {
  private final HnswGraph graph;
  private final int[] neighbours;
  private int count;
  private int next;

  LuceneGraph(HnswGraph graph) {
    this.graph = graph;
    neighbours = new int[graph.neighbourCountMax(0)];
  }

  @Override
  public void seek(int level, int ordinal) {
    count = graph.neighbours(level, ordinal, neighbours);
    next = 0;
  }

  @Override
  public int nextNeighbor() {
    return next < count ? neighbours[next++] : DocIdSetIterator.NO_MORE_DOCS;
  }

  @Override
  public int neighborCount() {
    return count;
  }

  @Override
  public int size() {
    return graph.size();
  }

  @Override
  public int numLevels() {
    return graph.maxLevel() + 1;
  }

  @Override
  public int maxConn() {
    return graph.m();
  }

  @Override
  public int entryNode() {
    return graph.entryPoint();
  }

  /** Level 0 costs nothing, others O(size): Lucene asks for them only when it copies a graph. */
  @Override
  public NodesIterator getNodesOnLevel(int level) {
    if (level == 0) {
      return new DenseNodesIterator(graph.size());
    }
    int[] nodes = new int[16];
    int found = 0;
    for (int ordinal = 0; ordinal < graph.size(); ordinal++) {
      if (graph.levelOf(ordinal) >= level) {
        if (found == nodes.length) {
          nodes = Arrays.copyOf(nodes, 2 * found);
        }
        nodes[found++] = ordinal;
      }
    }
    return new ArrayNodesIterator(nodes, found);
  }
}
