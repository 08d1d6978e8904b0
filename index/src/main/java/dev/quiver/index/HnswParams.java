package dev.quiver.index;

/**
 * How a graph is built; names as in Malkov and Yashunin, "Efficient and robust approximate nearest
 * neighbor search using Hierarchical Navigable Small World graphs" (2018).
 *
 * @param m links that a new node gets on each level; a node may have up to {@code m} on upper
 *     levels and {@code 2 * m} on level 0. 2 to {@value #M_MAX}
 * @param efConstruction candidates that are kept while a new node's neighbours are searched. 1 to
 *     {@value #EF_MAX}
 * @param seed decides the nodes' levels; with one thread the same seed gives the same bytes
 */
public record HnswParams(int m, int efConstruction, long seed) {
  public static final int M_MAX = 512;
  public static final int EF_MAX = 100_000;

  private static final int EF_RELINK = 32;

  /** No node is higher than this, whatever the dice say. */
  static final int LEVEL_MAX = 24;

  public static final HnswParams DEFAULT = new HnswParams(16, 100, 42);

  public HnswParams {
    if (m < 2 || m > M_MAX) {
      throw new IllegalArgumentException("m: " + m + " (expected: 2 to " + M_MAX + ")");
    }
    if (efConstruction < 1 || efConstruction > EF_MAX) {
      throw new IllegalArgumentException(
          "efConstruction: " + efConstruction + " (expected: 1 to " + EF_MAX + ")");
    }
  }

  public HnswParams withM(int newM) {
    return new HnswParams(newM, efConstruction, seed);
  }

  public HnswParams withEfConstruction(int newEfConstruction) {
    return new HnswParams(m, newEfConstruction, seed);
  }

  public HnswParams withSeed(long newSeed) {
    return new HnswParams(m, efConstruction, newSeed);
  }

  /**
   * Candidates that are kept while neighbours are searched of a node that is linked once more. It
   * has neighbours already: more candidates make lists longer, not better, whatever {@code m} and
   * {@code efConstruction} are.
   */
  int efRelink() {
    return Math.min(efConstruction, EF_RELINK);
  }

  /** The level of a node: exponentially distributed, a function of seed and ordinal only. */
  int levelOf(int ordinal) {
    long mixed = mix(seed + 0x9e3779b97f4a7c15L * (ordinal + 1L));
    // (0, 1]: 53 random bits, never 0, so that the logarithm is finite.
    double uniform = ((mixed >>> 11) + 1) * 0x1.0p-53;
    return (int) Math.min(LEVEL_MAX, -Math.log(uniform) / Math.log(m));
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
