package dev.quiver.index;

/**
 * How far two vectors are from each other.
 *
 * <p>Inside the kernel there is one order for all of them: <b>a lower distance is closer</b>. What
 * callers show to people is the <i>score</i>, the number that Qdrant shows, see {@link #score}.
 *
 * <table>
 * <caption>Distance and score of query q and row r</caption>
 * <tr><th></th><th>distance</th><th>score</th><th>closer is</th></tr>
 * <tr><td>DOT</td><td>-(q·r)</td><td>q·r</td><td>higher score</td></tr>
 * <tr><td>COSINE</td><td>-(q·r)/(|q||r|)</td><td>(q·r)/(|q||r|)</td><td>higher score</td></tr>
 * <tr><td>EUCLIDEAN</td><td>Σ(q-r)²</td><td>√Σ(q-r)²</td><td>lower score</td></tr>
 * <tr><td>MANHATTAN</td><td>Σ|q-r|</td><td>Σ|q-r|</td><td>lower score</td></tr>
 * </table>
 *
 * The cosine with a vector of length 0 is 0.
 */
public enum Distance {
  /** Inner product; lengths count. */
  DOT(0),
  /** Angle only. Rows that are known to have length 1 are compared faster, {@link RowNorms}. */
  COSINE(1),
  /** Straight-line distance; squared inside, since the order is the same. */
  EUCLIDEAN(2),
  /** Sum of absolute differences. */
  MANHATTAN(3);

  private final int code;

  Distance(int code) {
    this.code = code;
  }

  /** The number that stands for this distance in files. Never changes and is never reused. */
  public int code() {
    return code;
  }

  /** The distance with the given file code; {@link IllegalArgumentException} when none has it. */
  public static Distance ofCode(int code) {
    for (Distance distance : values()) {
      if (distance.code == code) {
        return distance;
      }
    }
    throw new IllegalArgumentException("distance code: " + code + " (expected: 0 to 3)");
  }

  /** True where a higher {@link #score} means closer: DOT and COSINE. */
  public boolean higherScoreIsCloser() {
    return this == DOT || this == COSINE;
  }

  /** The score that people see, from the kernel's distance. */
  public float score(float distance) {
    return switch (this) {
      // 0 - x instead of -x: no negative zero.
      case DOT, COSINE -> 0f - distance;
      case EUCLIDEAN -> (float) Math.sqrt(Math.max(0f, distance));
      case MANHATTAN -> distance;
    };
  }

  /** The kernel's distance from a score, the inverse of {@link #score} up to rounding. */
  public float distance(float score) {
    return switch (this) {
      case DOT, COSINE -> 0f - score;
      case EUCLIDEAN -> score * score;
      case MANHATTAN -> score;
    };
  }
}
