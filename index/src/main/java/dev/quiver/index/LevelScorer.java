package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Distances from codes of several bits. With {@code x ≈ base + step * code}, {@code q·x ≈ q·base +
 * (q step)·code}; the second product is one of whole numbers, after {@code q step} was multiplied
 * by a number that makes its largest component {@value CodeType#QUERY_MAX}, and rounded.
 */
final class LevelScorer extends CodedScorer {
  private final LevelQuantiser quantiser;
  private final MemorySegment codes;
  private final @Nullable RowCorrections corrections;
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

  LevelScorer(CodedVectors vectors, LevelQuantiser quantiser) {
    super(vectors);
    this.quantiser = quantiser;
    this.codes = vectors.codes();
    this.corrections = vectors.rowCorrections();
    this.words = quantiser.words();
    this.kernel = Kernels.codeKernel(quantiser.type(), words);
    this.query = new short[quantiser.paddedDimension()];
    this.scaled = new float[quantiser.dimension()];
  }

  @Override
  void prepare(float[] vector) {
    checkLength(vector);
    int dimension = quantiser.dimension();
    double squares = squares(vector);
    double norm = Math.sqrt(squares);
    float unit = unit(norm);
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
    length = quantiser.distance() == Distance.COSINE ? 1 : (float) norm;
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
    RowCorrections corrected = corrections;
    set(atBase, quantiser.rowScale(), corrected == null ? 0 : corrected.exact(ordinal));
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
    RowCorrections corrected = corrections;
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
    corrected.read(ordinals, count, added);
    kernel.products(query, codes, words, ordinals, count, out);
    for (int i = 0; i < count; i++) {
      out[i] = offset + factor * out[i] + added[i];
    }
  }

  /**
   * The query's length; for EUCLIDEAN the root of the distance, where it isn't nearer than near
   * vectors are, since what comes from rounding the query doesn't shrink.
   */
  @Override
  float errorUnit(float distance, int ordinal) {
    return quantiser.distance() == Distance.EUCLIDEAN
        ? (float) Math.sqrt(Math.max(quantiser.nearDistance(), distance))
        : length;
  }

  @Override
  boolean leastLikelyAscends() {
    return true;
  }

  private float correction(int ordinal) {
    RowCorrections corrected = corrections;
    return corrected == null ? 0 : corrected.read(ordinal);
  }
}
