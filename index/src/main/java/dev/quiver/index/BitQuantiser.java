package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * One bit for each component: the signs of the vector's difference from a centre, after a random
 * rotation, with what makes inner products estimated from them right in the mean, and how far they
 * stray: Gao and Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound
 * for Approximate Nearest Neighbor Search" (2024).
 *
 * <p>With {@code o} and {@code q} the rotated differences of a row and of the query from the
 * centre, and {@code s} the signs of {@code o}, {@code o·q} is estimated by {@code |o|² / Σ|o[i]| *
 * s·q}.
 */
final class BitQuantiser extends Quantiser {
  /** Of the rotation that new codes get. */
  static final long SEED = 0x51564252L;

  private final float[] centre;
  private final long seed;
  private final Rotation rotation;
  private final double centreSquares;

  BitQuantiser(
      Distance distance,
      float[] centre,
      long seed,
      float errorMean,
      float errorDeviation,
      float nearDistance) {
    super(
        CodeType.BIT1,
        distance,
        centre.length,
        rowBytes(centre.length),
        errorMean,
        errorDeviation,
        nearDistance);
    this.centre = centre;
    this.seed = seed;
    this.rotation = new Rotation(centre.length, seed);
    this.centreSquares = UnitVectors.squares(centre);
  }

  static int rowBytes(int dimension) {
    return BitRows.rowBytes(dimension);
  }

  long seed() {
    return seed;
  }

  Rotation rotation() {
    return rotation;
  }

  float[] centre() {
    return centre;
  }

  double centreSquares() {
    return centreSquares;
  }

  @Override
  Quantiser withErrors(float mean, float deviation, float near) {
    return new BitQuantiser(distance(), centre, seed, mean, deviation, near);
  }

  @Override
  float[][] learnt() {
    return new float[][] {centre};
  }

  @Override
  boolean hasCorrections() {
    return false;
  }

  @Override
  int scratchLength() {
    return 0;
  }

  @Override
  CodedScorer newScorer(CodedVectors vectors) {
    return new BitScorer(vectors, this);
  }

  @Override
  float encode(float[] vector, int[] scratch, MemorySegment codes, long offset) {
    int dimension = dimension();
    double byCentre = 0;
    for (int i = 0; i < dimension; i++) {
      byCentre += (double) vector[i] * centre[i];
      vector[i] -= centre[i];
    }
    rotation.apply(vector);
    int words = BitRows.words(dimension);
    int ones = 0;
    double squares = 0;
    double magnitudes = 0;
    for (int w = 0; w < words; w++) {
      long bits = 0;
      for (int i = Long.SIZE * w; i < Math.min(dimension, Long.SIZE * (w + 1)); i++) {
        bits |= vector[i] > 0 ? 1L << i : 0;
        squares += (double) vector[i] * vector[i];
        magnitudes += Math.abs(vector[i]);
      }
      ones += Long.bitCount(bits);
      codes.set(ElementType.LONG_LE, offset + 8L * w, bits);
    }
    double factor = magnitudes > 0 ? squares / magnitudes : 0;
    // |o| sqrt((1 - a²) / a²) / sqrt(D - 1), a the cosine of o and its signs
    double error =
        Math.sqrt(Math.max(0, factor * factor * dimension - squares) / Math.max(1, dimension - 1));
    boolean euclidean = distance() == Distance.EUCLIDEAN;
    BitRows.writeNumbers(
        codes,
        offset,
        words,
        ones,
        (float) (euclidean ? squares : -byCentre),
        (float) (euclidean ? 2 * factor : factor),
        (float) (euclidean ? 2 * error : error));
    for (long at = offset + 8L * words + 16; at < offset + rowBytes(); at += 4) {
      codes.set(ElementType.INT_LE, at, 0);
    }
    return 0;
  }
}
