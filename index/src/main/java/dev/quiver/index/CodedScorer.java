package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Distances from codes: the exact ones but for an error whose size is known ({@link #leastLikely}).
 * The query is a vector ({@link #prepare}) or a row ({@link #select}). For one thread at a time.
 *
 * <p>With {@code x ≈ base + step * code}, {@code q·x ≈ q·base + (q step)·code}; the second product
 * is one of whole numbers, after {@code q step} was multiplied by a number that makes its largest
 * component {@value CodeType#QUERY_MAX}, and rounded.
 */
final class CodedScorer implements OrdinalScorer {
  private final CodedVectors vectors;
  private final Quantiser quantiser;
  private final MemorySegment codes;
  private final @Nullable MemorySegment corrections;
  private final CodeKernel kernel;
  private final int words;
  private final short[] query;
  private final float[] scaled;
  private float[] rowCorrections = new float[0];

  /** The distance is {@code offset + factor * product}, plus the row's correction if it has one. */
  private float offset;

  private float factor;

  /** The query's length, for cosine 1. */
  private float length;

  CodedScorer(CodedVectors vectors) {
    this.vectors = vectors;
    this.quantiser = vectors.quantiser();
    this.codes = vectors.codes();
    this.corrections = vectors.corrections();
    this.words = quantiser.words();
    this.kernel = Kernels.codeKernel(quantiser.type(), words);
    this.query = new short[quantiser.paddedDimension()];
    this.scaled = new float[quantiser.dimension()];
  }

  boolean isFor(CodedVectors others) {
    return others == vectors;
  }

  /**
   * Takes a vector as the query.
   *
   * @throws IllegalArgumentException if its length isn't the dimension
   */
  void prepare(float[] vector) {
    int dimension = quantiser.dimension();
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "query of " + vector.length + " components (expected: " + dimension + ")");
    }
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    double norm = Math.sqrt(squares);
    boolean cosine = quantiser.distance() == Distance.COSINE;
    float unit = cosine && norm > 0 && !Double.isInfinite(norm) ? (float) (1 / norm) : 1;
    float[] base = quantiser.base();
    float[] step = quantiser.step();
    float most = 0;
    float atBase = 0;
    for (int i = 0; i < dimension; i++) {
      float component = vector[i] * unit;
      atBase += component * base[i];
      scaled[i] = component * step[i];
      most = Math.max(most, Math.abs(scaled[i]));
    }
    float perUnit = most > 0 ? CodeType.QUERY_MAX / most : 0;
    for (int i = 0; i < dimension; i++) {
      float component = scaled[i] * perUnit;
      query[i] = (short) (component + (component < 0 ? -0.5f : 0.5f));
    }
    length = cosine ? 1 : (float) norm;
    set(atBase, most / CodeType.QUERY_MAX, (float) squares);
  }

  @Override
  public void select(int ordinal) {
    long at = (long) ordinal * quantiser.rowBytes();
    kernel.select(codes, at, words, quantiser.rowFactors(), quantiser.rowAddends(), query);
    float atBase =
        quantiser.baseSquares()
            + quantiser.baseScale() * kernel.product(quantiser.baseWeights(), codes, at, words);
    length = 1;
    set(atBase, quantiser.rowScale(), correction(ordinal));
  }

  /** {@code q·row = atBase + scale * product}. */
  private void set(float atBase, float scale, float squares) {
    if (quantiser.distance() == Distance.EUCLIDEAN) {
      offset = squares - 2 * atBase;
      factor = -2 * scale;
    } else {
      offset = -atBase;
      factor = -scale;
    }
  }

  @Override
  public float distance(int ordinal) {
    int product = kernel.product(query, codes, (long) ordinal * quantiser.rowBytes(), words);
    return offset + factor * product + correction(ordinal);
  }

  @Override
  public void distances(int[] ordinals, int count, float[] out) {
    MemorySegment corrected = corrections;
    if (corrected == null) {
      kernel.products(query, codes, words, ordinals, count, out);
      for (int i = 0; i < count; i++) {
        out[i] = offset + factor * out[i];
      }
      return;
    }
    if (rowCorrections.length < count) {
      rowCorrections = new float[out.length];
    }
    // Asked for before the codes, so that they come in meanwhile.
    float[] added = rowCorrections;
    for (int i = 0; i < count; i++) {
      added[i] = corrected.get(ElementType.FLOAT_LE, (long) ordinals[i] * Float.BYTES);
    }
    kernel.products(query, codes, words, ordinals, count, out);
    for (int i = 0; i < count; i++) {
      out[i] = offset + factor * out[i] + added[i];
    }
  }

  @Override
  public int bytesPerDistance() {
    return (int) quantiser.bytes(1);
  }

  /**
   * The unit in which {@link Quantiser#errorDeviation} counts, for a distance of this query: the
   * query's length; for EUCLIDEAN the root of the distance, where it isn't nearer than near vectors
   * are, since what comes from rounding the query doesn't shrink.
   */
  float errorUnit(float distance) {
    return quantiser.distance() == Distance.EUCLIDEAN
        ? (float) Math.sqrt(Math.max(quantiser.nearDistance(), distance))
        : length;
  }

  /**
   * The exact distance that a row with this distance hardly ever falls below.
   *
   * @param deviations how many standard deviations make "hardly ever"
   */
  float leastLikely(float distance, float deviations) {
    return distance
        - errorUnit(distance) * (quantiser.errorMean() + deviations * quantiser.errorDeviation());
  }

  private float correction(int ordinal) {
    MemorySegment corrected = corrections;
    return corrected == null
        ? 0
        : corrected.get(ElementType.FLOAT_LE, (long) ordinal * Float.BYTES);
  }
}
