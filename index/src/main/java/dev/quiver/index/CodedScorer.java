package dev.quiver.index;

/**
 * Distances from codes: the exact ones but for an error whose size is known ({@link #leastLikely}).
 * The query is a vector ({@link #prepare}) or, where the codes tell enough, a row ({@link
 * #select}). For one thread at a time.
 */
abstract sealed class CodedScorer extends OwnLines implements OrdinalScorer
    permits LevelScorer, BitScorer {
  private final CodedVectors vectors;
  private final Quantiser quantiser;

  CodedScorer(CodedVectors vectors) {
    this.vectors = vectors;
    this.quantiser = vectors.quantiser();
  }

  final boolean isFor(CodedVectors others) {
    return others == vectors;
  }

  @Override
  public final int bytesPerDistance() {
    return (int) quantiser.bytes(1);
  }

  /**
   * Takes a vector as the query.
   *
   * @throws IllegalArgumentException if its length isn't the dimension
   */
  abstract void prepare(float[] vector);

  final void checkLength(float[] vector) {
    if (vector.length != quantiser.dimension()) {
      throw new IllegalArgumentException(
          "query of " + vector.length + " components (expected: " + quantiser.dimension() + ")");
    }
  }

  /** The factor that makes a query's length 1 where the distance is cosine, else 1. */
  final float unit(double norm) {
    return quantiser.distance() == Distance.COSINE && norm > 0 && !Double.isInfinite(norm)
        ? (float) (1 / norm)
        : 1;
  }

  /**
   * The unit in which {@link Quantiser#errorDeviation} counts, for this query's distance from a
   * row.
   */
  abstract float errorUnit(float distance, int ordinal);

  /** So many standard deviations of the error of a near row's distance, by the example of one. */
  final float typicalError(float deviations, int ordinal) {
    return deviations * errorUnit(0, ordinal) * quantiser.errorDeviation();
  }

  /** Whether {@link #leastLikely} grows with the distance, whatever the row. */
  abstract boolean leastLikelyAscends();

  /**
   * The exact distance that a row with this distance hardly ever falls below.
   *
   * @param deviations how many standard deviations make "hardly ever"
   */
  final float leastLikely(float distance, int ordinal, float deviations) {
    return distance
        - errorUnit(distance, ordinal)
            * (quantiser.errorMean() + deviations * quantiser.errorDeviation());
  }
}
