package dev.quiver.index;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A graph that vectors are inserted into one by one, while others search it. Thread-safe. For many
 * vectors that are there at once, {@link HnswBuilder} also checks that each can be reached.
 */
public final class GrowableHnswGraph implements AutoCloseable {
  private final GraphInsertion shared;
  private final ConcurrentLinkedQueue<Inserter> idle = new ConcurrentLinkedQueue<>();

  private GrowableHnswGraph(GraphInsertion shared) {
    this.shared = shared;
  }

  /** An empty graph over vectors that are appended to the store behind {@code scoring}. */
  public static GrowableHnswGraph create(VectorScoring scoring, HnswParams params) {
    return new GrowableHnswGraph(
        new GraphInsertion(HnswGraph.growable(params.m()), scoring, params));
  }

  /**
   * Inserts a vector that is in the store. Each ordinal once, in an order in which ordinals below
   * it have been inserted or are being inserted.
   *
   * @throws IndexOutOfBoundsException if the store doesn't have the ordinal
   */
  public void insert(int ordinal) {
    if (ordinal < 0 || ordinal >= shared.scoring.size()) {
      throw new IndexOutOfBoundsException(
          "ordinal: " + ordinal + " (expected: 0 to " + (shared.scoring.size() - 1) + ")");
    }
    shared.graph.ensureSize(ordinal + 1);
    Inserter inserter = idle.poll();
    if (inserter == null) {
      inserter = new Inserter(shared);
    }
    inserter.insert(ordinal);
    idle.add(inserter);
  }

  /** The live graph; valid until this is closed. */
  public HnswGraph graph() {
    return shared.graph;
  }

  /** Frees the graph. */
  @Override
  public void close() {
    shared.graph.close();
  }
}
