package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * Turns vectors into codes, and knows how far distances from codes can be trusted. Immutable. Made
 * by {@link QuantiserTraining}.
 */
public abstract sealed class Quantiser permits LevelQuantiser, BitQuantiser {
  private final CodeType type;
  private final Distance distance;
  private final int dimension;
  private final int rowBytes;
  private final float errorMean;
  private final float errorDeviation;
  private final float nearDistance;

  Quantiser(
      CodeType type,
      Distance distance,
      int dimension,
      int rowBytes,
      float errorMean,
      float errorDeviation,
      float nearDistance) {
    this.type = type;
    this.distance = distance;
    this.dimension = dimension;
    this.rowBytes = rowBytes;
    this.errorMean = errorMean;
    this.errorDeviation = errorDeviation;
    this.nearDistance = nearDistance;
  }

  public final CodeType type() {
    return type;
  }

  /** The distance that the codes are compared by; DOT, COSINE or EUCLIDEAN. */
  public final Distance distance() {
    return distance;
  }

  public final int dimension() {
    return dimension;
  }

  /** Bytes of one row of codes. */
  public final int rowBytes() {
    return rowBytes;
  }

  /** Bytes that {@code size} coded vectors take, corrections included. */
  public final long bytes(int size) {
    return (long) size * (rowBytes + (hasCorrections() ? Float.BYTES : 0));
  }

  /** The most that a coded vector of {@code dimension} components takes, correction included. */
  static long rowBytesMax(CodeType type, int dimension) {
    return type == CodeType.BIT1
        ? BitQuantiser.rowBytes(dimension)
        : CodeRows.bytes(type, dimension) + (long) Float.BYTES;
  }

  /**
   * By how much distances from codes are too large, as measured between near vectors; in the unit
   * that {@link CodedScorer#errorUnit} tells.
   */
  final float errorMean() {
    return errorMean;
  }

  /** The standard deviation of what {@link #errorMean} is the mean of. */
  final float errorDeviation() {
    return errorDeviation;
  }

  /** The mean distance of the near vectors that errors were measured between. */
  final float nearDistance() {
    return nearDistance;
  }

  /** The same with other errors. */
  abstract Quantiser withErrors(float mean, float deviation, float near);

  /** What was learnt: one or more lists of {@code dimension()} numbers, in the order of files. */
  abstract float[][] learnt();

  /** Whether each row has a number of its own behind all rows: what {@link #encode} returns. */
  abstract boolean hasCorrections();

  /** Length of the working memory that {@link #encode} wants. */
  abstract int scratchLength();

  /**
   * Writes the codes of a vector, normalised already where the distance is cosine.
   *
   * @param vector may be changed
   * @param scratch at least {@link #scratchLength} long
   * @return the row's correction, if it has one
   */
  abstract float encode(float[] vector, int[] scratch, MemorySegment codes, long offset);

  /** A new scorer of rows coded by this, without a query yet. */
  abstract CodedScorer newScorer(CodedVectors vectors);
}
