package dev.quiver.index;

import java.util.concurrent.locks.ReentrantLock;

/**
 * What all threads share that insert into one graph.
 *
 * <p>Concurrency: a node's lists are written only under the node's lock (striped: many nodes share
 * one), one lock at a time, so there is no order to keep. Lists are read without locks ({@link
 * Blocks#readListAcquire}). A new node writes its own lists on all levels before any other node
 * links to it, level 0 first, so a walk that finds it can go on from it. Only a node that becomes
 * the entry point takes {@link #entryLock}, for all of its insertion, as in the paper's reference
 * implementation.
 */
final class GraphInsertion {
  private static final int STRIPES = 1 << 12;

  private final ReentrantLock[] locks = new ReentrantLock[STRIPES];
  final ReentrantLock entryLock = new ReentrantLock();
  final HnswGraph graph;
  final VectorScoring scoring;
  final HnswParams params;

  GraphInsertion(HnswGraph graph, VectorScoring scoring, HnswParams params) {
    this.graph = graph;
    this.scoring = scoring;
    this.params = params;
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  ReentrantLock lock(int ordinal) {
    return locks[ordinal & (STRIPES - 1)];
  }
}
