package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Codes of several bits for each component. Each component has an interval of its own, learnt from
 * a sample, that is cut into equal steps: {@code value ≈ base[i] + step[i] * code}. A query is
 * multiplied by the steps and rounded once, so that the inner product with a row is one product of
 * whole numbers.
 */
final class LevelQuantiser extends Quantiser {
  private final int words;

  /** The value of code 0 and the difference of neighbouring codes; length {@code dimension}. */
  private final float[] base;

  private final float[] step;
  private final float[] inverseStep;

  // A row as a query: see CodeKernel.select.
  private final short[] rowFactors;
  private final short[] rowAddends;
  private final float rowScale;

  /**
   * What a row contributes by {@code base}: {@code baseSquares + baseScale * (baseWeights · row)}.
   */
  private final short[] baseWeights;

  private final float baseScale;
  private final float baseSquares;

  LevelQuantiser(
      CodeType type,
      Distance distance,
      float[] base,
      float[] step,
      float errorMean,
      float errorDeviation,
      float nearDistance) {
    super(
        type,
        distance,
        base.length,
        CodeRows.bytes(type, base.length),
        errorMean,
        errorDeviation,
        nearDistance);
    int dimension = base.length;
    this.words = CodeRows.words(type, dimension);
    this.base = base;
    this.step = step;
    this.inverseStep = new float[dimension];
    int padded = paddedDimension();
    this.rowFactors = new short[padded];
    this.rowAddends = new short[padded];
    this.baseWeights = new short[padded];
    double rowMax = 0;
    double baseMax = 0;
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      inverseStep[i] = step[i] > 0 ? 1 / step[i] : 0;
      double lowest = base[i] + (double) step[i] * type.lowest();
      double highest = base[i] + (double) step[i] * type.highest();
      rowMax = Math.max(rowMax, Math.max(Math.abs(lowest), Math.abs(highest)) * step[i]);
      baseMax = Math.max(baseMax, Math.abs((double) base[i] * step[i]));
      squares += (double) base[i] * base[i];
    }
    // A little less than the most, for what rounding the factors adds.
    double perRow = rowMax > 0 ? (CodeType.QUERY_MAX - 1) / rowMax : 0;
    double perBase = baseMax > 0 ? CodeType.QUERY_MAX / baseMax : 0;
    for (int i = 0; i < dimension; i++) {
      rowFactors[i] = (short) Math.round(perRow * step[i] * step[i] * 256);
      rowAddends[i] = (short) Math.round(perRow * base[i] * step[i] * 256);
      baseWeights[i] = (short) Math.round(perBase * base[i] * step[i]);
    }
    this.rowScale = rowMax > 0 ? (float) (1 / perRow) : 0;
    this.baseScale = baseMax > 0 ? (float) (1 / perBase) : 0;
    this.baseSquares = (float) squares;
  }

  @Override
  Quantiser withErrors(float mean, float deviation, float near) {
    return new LevelQuantiser(type(), distance(), base, step, mean, deviation, near);
  }

  @Override
  float[][] learnt() {
    return new float[][] {base, step};
  }

  @Override
  int scratchLength() {
    return paddedDimension();
  }

  @Override
  CodedScorer newScorer(CodedVectors vectors) {
    return new LevelScorer(vectors, this);
  }

  int words() {
    return words;
  }

  int paddedDimension() {
    return words * CodeRows.planes(type());
  }

  @Override
  boolean hasCorrections() {
    return distance() == Distance.EUCLIDEAN;
  }

  float[] base() {
    return base;
  }

  float[] step() {
    return step;
  }

  short[] rowFactors() {
    return rowFactors;
  }

  short[] rowAddends() {
    return rowAddends;
  }

  float rowScale() {
    return rowScale;
  }

  short[] baseWeights() {
    return baseWeights;
  }

  float baseScale() {
    return baseScale;
  }

  float baseSquares() {
    return baseSquares;
  }

  /**
   * {@inheritDoc}
   *
   * @return the row's correction: with it, {@code |q|² - 2 q·row + correction} is the squared
   *     distance of q and the vector, but for an error that shrinks with the distance
   */
  @Override
  float encode(float[] vector, int[] scratch, MemorySegment codes, long offset) {
    quantise(vector, scratch);
    pack(scratch, codes, offset);
    return hasCorrections() ? correction(vector, scratch) : 0;
  }

  /** The codes of all components, and zeros beyond; a loop that the compiler makes SIMD of. */
  private void quantise(float[] vector, int[] out) {
    int lowest = type().lowest();
    float most = type().highest() - lowest;
    int dimension = dimension();
    for (int i = 0; i < dimension; i++) {
      // Counted from the lowest code, so never negative where what is cut off rounds down.
      float steps = (vector[i] - base[i]) * inverseStep[i] - lowest;
      out[i] = (int) (Math.max(0, Math.min(most, steps)) + 0.5f) + lowest;
    }
    Arrays.fill(out, dimension, paddedDimension(), 0);
  }

  /** Component {@code i} goes to word {@code i % words}: {@link CodeRows}. */
  private void pack(int[] values, MemorySegment codes, long offset) {
    if (type() == CodeType.INT8) {
      for (int w = 0; w < words; w++) {
        int word = (values[w] & 0xff) | values[words + w] << 8;
        codes.set(ElementType.SHORT_LE, offset + 2L * w, (short) word);
      }
      return;
    }
    for (int w = 0; w < words; w++) {
      int low = values[w] | values[words + w] << 4;
      int high = values[2 * words + w] | values[3 * words + w] << 4;
      codes.set(ElementType.SHORT_LE, offset + 2L * w, (short) (low | high << 8));
    }
  }

  private float correction(float[] vector, int[] values) {
    double correction = 0;
    for (int i = 0; i < dimension(); i++) {
      double coded = base[i] + (double) step[i] * values[i];
      correction += (2 * coded - vector[i]) * vector[i];
    }
    return (float) correction;
  }

  /** The values that a row's codes stand for. */
  void decode(MemorySegment codes, long offset, float[] out) {
    for (int i = 0; i < dimension(); i++) {
      short word = CodeRows.word(codes, offset, i % words);
      out[i] = base[i] + step[i] * CodeRows.code(type(), word, i / words);
    }
  }
}
