package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Distances from codes of one bit. The rotated query is cut into 16 equal steps, whose numbers are
 * kept by planes of bits, so that a distance is a count of bits for each plane.
 */
final class BitScorer extends CodedScorer {
  private static final int STEPS = (1 << BitRows.PLANES) - 1;

  private final BitQuantiser quantiser;
  private final MemorySegment rows;
  private final int rowBytes;
  private final int words;
  private final long[] planes;
  private final float[] rotated;

  /** The distance is {@code offset + add - factor * (lowest2 * ones + step2 * sum - total)}. */
  private float offset;

  private float lowest2;
  private float step2;
  private float total;

  /** How far the query is from the centre. */
  private float length;

  BitScorer(CodedVectors vectors, BitQuantiser quantiser) {
    super(vectors);
    this.quantiser = quantiser;
    this.rows = vectors.codes();
    this.rowBytes = quantiser.rowBytes();
    this.words = BitRows.words(quantiser.dimension());
    this.planes = new long[BitRows.PLANES * words];
    this.rotated = new float[quantiser.dimension()];
  }

  @Override
  void prepare(float[] vector) {
    checkLength(vector);
    int dimension = quantiser.dimension();
    float[] centre = quantiser.centre();
    float unit = unit(Math.sqrt(UnitVectors.squares(vector)));
    double byCentre = 0;
    for (int i = 0; i < dimension; i++) {
      float component = vector[i] * unit;
      byCentre += (double) component * centre[i];
      rotated[i] = component - centre[i];
    }
    double squares = UnitVectors.squares(rotated);
    quantiser.rotation().apply(rotated);
    float least = rotated[0];
    float greatest = rotated[0];
    for (float component : rotated) {
      least = Math.min(least, component);
      greatest = Math.max(greatest, component);
    }
    float step = (greatest - least) / STEPS;
    float perStep = step > 0 ? 1 / step : 0;
    Arrays.fill(planes, 0);
    long sum = 0;
    for (int i = 0; i < dimension; i++) {
      int number = Math.min(STEPS, (int) ((rotated[i] - least) * perStep + 0.5f));
      sum += number;
      int at = BitRows.PLANES * (i >> 6);
      for (int plane = 0; plane < BitRows.PLANES; plane++) {
        planes[at + plane] |= (number >> plane & 1L) << i;
      }
    }
    lowest2 = 2 * least;
    step2 = 2 * step;
    total = (float) ((double) least * dimension + (double) step * sum);
    length = (float) Math.sqrt(squares);
    offset =
        (float)
            (quantiser.distance() == Distance.EUCLIDEAN
                ? squares
                : quantiser.centreSquares() - byCentre);
  }

  /** Signs say too little of a row to compare others with it. */
  @Override
  public void select(int ordinal) {
    throw new UnsupportedOperationException(
        "codes of 1 bit compare rows with a query, not with each other; see GraphCodes");
  }

  @Override
  public float distance(int ordinal) {
    long at = (long) ordinal * rowBytes;
    int sum = BitRows.sum(planes, rows, at, words);
    float signed = lowest2 * BitRows.ones(rows, at, words) + step2 * sum - total;
    return offset + BitRows.add(rows, at, words) - BitRows.factor(rows, at, words) * signed;
  }

  @Override
  public void distances(int[] ordinals, int count, float[] out) {
    BitRows.touch(rows, rowBytes, ordinals, count);
    for (int i = 0; i < count; i++) {
      out[i] = distance(ordinals[i]);
    }
  }

  /** What the paper gives as one standard deviation. */
  @Override
  float errorUnit(float distance, int ordinal) {
    return length * BitRows.error(rows, (long) ordinal * rowBytes, words);
  }

  @Override
  boolean leastLikelyAscends() {
    return false;
  }
}
