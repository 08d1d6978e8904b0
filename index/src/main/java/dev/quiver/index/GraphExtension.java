package dev.quiver.index;

/**
 * Takes over an existing graph under new ordinals, without some of its nodes. A node that lost
 * neighbours gets, as candidates, those that its lost neighbours had (and theirs, where these are
 * lost too): the repair of FreshDiskANN (Singh and others, 2021, Algorithm 4). Departing from it,
 * what is left of a list stays as it is, and the best candidates by the selection heuristic take
 * the lost places: choosing anew would thin the list out with each round of deletions.
 *
 * <p>That mends what single nodes leave behind. Around a node whose neighbourhood is gone as a
 * whole, lost neighbours had lost neighbours, and hardly any candidate is found so; such a node is
 * noted down to be linked again ({@link #isTorn}), before new ones are.
 *
 * <p>Candidates of lost neighbours are near by chance, and with each round of deletions lists would
 * get a little worse. When all new nodes are in the graph, some of those that lost neighbours are
 * linked once more ({@link #isWorn}), each with a chance of three times the share of its list that
 * it lost: that costs about what inserting as many costs as were deleted, at once or in many
 * rounds.
 */
final class GraphExtension {
  /** Candidates for one repaired list; more cost time and change little. */
  private static final int CANDIDATES_PER_LINK = 4;

  private static final byte TORN = 1;
  private static final byte WORN = 2;

  /** Times the share that a list lost: the chance of a node to be linked once more. */
  private static final int WEAR = 3;

  private final HnswGraph from;
  private final int[] oldToNew;
  private final HnswGraph to;

  /** What is to be done with a node, by new ordinals; each is written by one thread at a time. */
  private final byte[] marks;

  GraphExtension(HnswGraph from, int[] oldToNew, HnswGraph to) {
    this.from = from;
    this.oldToNew = oldToNew;
    this.to = to;
    this.marks = new byte[to.size()];
  }

  /** Whether a node, by its new ordinal, is to be linked again after all lists are taken over. */
  boolean isTorn(int ordinal) {
    return (marks[ordinal] & TORN) != 0;
  }

  /** Whether a node, by its new ordinal, is to be linked once more after all are in the graph. */
  boolean isWorn(int ordinal) {
    return (marks[ordinal] & WORN) != 0;
  }

  HnswGraph from() {
    return from;
  }

  /** Checks the mapping. The new ordinals that it covers. */
  static OrdinalBitSet checkMapping(HnswGraph from, int[] oldToNew, int newSize) {
    if (oldToNew.length != from.size()) {
      throw new IllegalArgumentException(
          "mapping of " + oldToNew.length + " ordinals (expected: " + from.size() + ")");
    }
    OrdinalBitSet covered = new OrdinalBitSet(newSize);
    for (int old = 0; old < oldToNew.length; old++) {
      int ordinal = oldToNew[old];
      if (ordinal < -1 || ordinal >= newSize) {
        throw new IllegalArgumentException(
            "mapping of ordinal "
                + old
                + ": "
                + ordinal
                + " (expected: -1 to "
                + (newSize - 1)
                + ")");
      }
      if (ordinal >= 0 && !covered.add(ordinal)) {
        throw new IllegalArgumentException("mapping uses ordinal " + ordinal + " twice");
      }
    }
    return covered;
  }

  /**
   * Creates the surviving nodes, on their old levels, and sets the entry point. Those that were
   * linked when the graph was less than half as large as it will be are worn. As far as the order
   * of old ordinals tells: the first half of them was linked when it was as large as it is, each
   * other when all before it were there.
   *
   * @param survivors how many there are
   */
  void createNodes(int survivors) {
    int bestLevel = -1;
    int best = -1;
    int rank = 0;
    for (int old = 0; old < oldToNew.length; old++) {
      if (oldToNew[old] < 0) {
        continue;
      }
      int level = from.levelOf(old);
      to.createNode(oldToNew[old], level);
      int sizeWhenLinked = rank < survivors / 2 ? survivors : rank;
      if (sizeWhenLinked < to.size() / 2) {
        marks[oldToNew[old]] |= WORN;
      }
      rank++;
      if (level > bestLevel || old == from.entryPoint()) {
        bestLevel = level;
        best = oldToNew[old];
      }
    }
    if (best >= 0) {
      to.setEntry(bestLevel, best);
    }
  }

  /** One thread's worker. */
  Worker worker(Inserter inserter) {
    return new Worker(inserter);
  }

  /** Takes over lists node by node; different nodes may be taken over at once. */
  final class Worker {
    private final Inserter inserter;
    private final VisitedSet seen = new VisitedSet();
    private final int[] list;
    private final int[] candidates;
    private final int[] lost;

    Worker(Inserter inserter) {
      this.inserter = inserter;
      int max = Math.max(from.neighbourCountMax(0), to.neighbourCountMax(0));
      this.list = new int[max];
      this.candidates = new int[CANDIDATES_PER_LINK * max];
      this.lost = new int[CANDIDATES_PER_LINK * max];
    }

    void takeOver(int old) {
      if (oldToNew[old] < 0) {
        return;
      }
      for (int level = from.levelOf(old); level >= 0; level--) {
        takeOver(level, old);
      }
    }

    private void takeOver(int level, int old) {
      seen.clear(from.size());
      seen.add(old);
      int lostCount = 0;
      int count = 0;
      int expanded = -1;
      int lostNeighbours = 0;
      int kept = 0;
      int near = 0;
      // Lost neighbours wait in a queue; the node itself stands in front of it.
      do {
        int node = expanded < 0 ? old : lost[expanded];
        int neighbourCount = from.neighbours(level, node, list);
        for (int i = 0; i < neighbourCount; i++) {
          int neighbour = list[i];
          if (!seen.add(neighbour)) {
            continue;
          }
          if (oldToNew[neighbour] >= 0) {
            if (count < candidates.length) {
              candidates[count++] = oldToNew[neighbour];
            }
          } else if (lostCount < lost.length) {
            lost[lostCount++] = neighbour;
          }
        }
        expanded++;
        if (expanded == 0) {
          lostNeighbours = lostCount;
          kept = count;
        }
        if (expanded == lostNeighbours) {
          near = count;
        }
      } while (expanded < lostCount && count < candidates.length);
      int ordinal = oldToNew[old];
      boolean alone =
          lostNeighbours > 0 && expanded >= lostNeighbours && near < to.neighbourCountMax(level);
      if (lostCount == 0 && count <= to.neighbourCountMax(level)) {
        to.setNeighbours(level, ordinal, candidates, count);
      } else {
        // Candidates from beyond a hole are few and far: all directions are wanted.
        int wanted = alone ? to.neighbourCountMax(level) : kept + lostNeighbours;
        inserter.setBest(level, ordinal, candidates, count, kept, wanted);
      }
      if (level > 0) {
        return;
      }
      if (alone) {
        marks[ordinal] |= TORN;
      }
      if (isDrawn(ordinal, WEAR * lostNeighbours, kept + lostNeighbours)) {
        marks[ordinal] |= WORN;
      }
    }

    /** With a chance of {@code share / whole}; the same for the same build. */
    private boolean isDrawn(int ordinal, int share, int whole) {
      long mixed = HnswParams.mix(to.size() + HnswParams.mix(ordinal));
      return (mixed >>> 11) * 0x1.0p-53 * whole < share;
    }
  }
}
