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
  private final int[] one = new int[1];
  private final float[] product = new float[1];

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
    double squares = UnitVectors.squares(vector);
    double norm = Math.sqrt(squares);
    float unit = unit(norm);
    scale(vector, unit);
    float atBase = (float) (unit * UnitVectors.product(vector, quantiser.base()));
    float most = largest(scaled);
    float perUnit = CodeType.QUERY_MAX / most;
    // What is too small to be told in whole numbers counts as nothing.
    round(Float.isFinite(perUnit) ? perUnit : 0);
    length = quantiser.distance() == Distance.COSINE ? 1 : (float) norm;
    set(atBase, most / CodeType.QUERY_MAX, (float) squares);
  }

  // A loop for each step, since the compiler makes SIMD of loops that do one thing. As one loop,
  // they were a tenth of a short search.

  private void scale(float[] vector, float unit) {
    float[] step = quantiser.step();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = vector[i] * unit * step[i];
    }
  }

  private static float largest(float[] values) {
    float most = 0;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
    }
    return most;
  }

  private void round(float factor) {
    for (int i = 0; i < scaled.length; i++) {
      // Counted from below all values, so never negative where what is cut off rounds down.
      query[i] =
          (short) ((int) (scaled[i] * factor + (CodeType.QUERY_MAX + 0.5f)) - CodeType.QUERY_MAX);
    }
  }

  @Override
  public void select(int ordinal) {
    long at = (long) ordinal * quantiser.rowBytes();
    kernel.select(codes, at, words, quantiser.rowFactors(), quantiser.rowAddends(), query);
    float atBase =
        quantiser.baseSquares() + quantiser.baseScale() * product(quantiser.baseWeights(), ordinal);
    length = 1;
    RowCorrections corrected = corrections;
    set(atBase, quantiser.rowScale(), corrected == null ? 0 : corrected.read(ordinal));
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
    return offset + factor * product(query, ordinal) + correction(ordinal);
  }

  private float product(short[] factors, int ordinal) {
    one[0] = ordinal;
    kernel.products(factors, codes, words, one, 1, product);
    return product[0];
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
