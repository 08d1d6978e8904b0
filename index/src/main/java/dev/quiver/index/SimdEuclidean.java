package dev.quiver.index;

import static dev.quiver.index.SimdKernels.FLOATS;
import static dev.quiver.index.SimdKernels.LANES;
import static dev.quiver.index.SimdKernels.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Squared Euclidean distances. */
final class SimdEuclidean {
  private SimdEuclidean() {}

  /** Indexed by {@code type.code()}. */
  static RowKernel[] all() {
    return new RowKernel[] {new Float32(), new Float16(), new Uint8(), new Int8()};
  }

  private static FloatVector step(FloatVector q, FloatVector r, FloatVector sum) {
    FloatVector difference = q.sub(r);
    return difference.fma(difference, sum);
  }

  /** One row, four registers wide. */
  private static float one(
      ElementType type, float[] query, MemorySegment rows, long offset, int dimension) {
    int bytes = type.bytes();
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - 4 * LANES; i += 4 * LANES) {
      long at = offset + (long) i * bytes;
      long step = (long) LANES * bytes;
      sum0 = step(FloatVector.fromArray(FLOATS, query, i), load(type, rows, at), sum0);
      sum1 =
          step(FloatVector.fromArray(FLOATS, query, i + LANES), load(type, rows, at + step), sum1);
      sum2 =
          step(
              FloatVector.fromArray(FLOATS, query, i + 2 * LANES),
              load(type, rows, at + 2 * step),
              sum2);
      sum3 =
          step(
              FloatVector.fromArray(FLOATS, query, i + 3 * LANES),
              load(type, rows, at + 3 * step),
              sum3);
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 =
          step(
              FloatVector.fromArray(FLOATS, query, i),
              load(type, rows, offset + (long) i * bytes),
              sum0);
    }
    float sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
    return sum + tail(type, query, rows, offset, i, dimension);
  }

  /** The components that fill no register. */
  private static float tail(
      ElementType type, float[] query, MemorySegment rows, long offset, int from, int dimension) {
    float sum = 0;
    for (int i = from; i < dimension; i++) {
      float difference = query[i] - ScalarKernels.component(type, rows, offset, i);
      sum += difference * difference;
    }
    return sum;
  }

  /** Many rows, four at a time, so that their cache misses overlap. */
  private static void many(
      ElementType type,
      float[] query,
      MemorySegment[] chunks,
      int shift,
      int strideBytes,
      int dimension,
      int[] ordinals,
      int count,
      float[] out) {
    int mask = (1 << shift) - 1;
    int n = 0;
    for (; n <= count - 4; n += 4) {
      int ordinal0 = ordinals[n];
      int ordinal1 = ordinals[n + 1];
      int ordinal2 = ordinals[n + 2];
      int ordinal3 = ordinals[n + 3];
      four(
          type,
          query,
          chunks[ordinal0 >>> shift],
          (long) (ordinal0 & mask) * strideBytes,
          chunks[ordinal1 >>> shift],
          (long) (ordinal1 & mask) * strideBytes,
          chunks[ordinal2 >>> shift],
          (long) (ordinal2 & mask) * strideBytes,
          chunks[ordinal3 >>> shift],
          (long) (ordinal3 & mask) * strideBytes,
          dimension,
          n,
          out);
    }
    for (; n < count; n++) {
      int ordinal = ordinals[n];
      long offset = (long) (ordinal & mask) * strideBytes;
      out[n] = one(type, query, chunks[ordinal >>> shift], offset, dimension);
    }
  }

  private static void four(
      ElementType type,
      float[] query,
      MemorySegment rows0,
      long offset0,
      MemorySegment rows1,
      long offset1,
      MemorySegment rows2,
      long offset2,
      MemorySegment rows3,
      long offset3,
      int dimension,
      int n,
      float[] out) {
    int bytes = type.bytes();
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      long at = (long) i * bytes;
      FloatVector q = FloatVector.fromArray(FLOATS, query, i);
      sum0 = step(q, load(type, rows0, offset0 + at), sum0);
      sum1 = step(q, load(type, rows1, offset1 + at), sum1);
      sum2 = step(q, load(type, rows2, offset2 + at), sum2);
      sum3 = step(q, load(type, rows3, offset3 + at), sum3);
    }
    float reduced0 = sum0.reduceLanes(VectorOperators.ADD);
    float reduced1 = sum1.reduceLanes(VectorOperators.ADD);
    float reduced2 = sum2.reduceLanes(VectorOperators.ADD);
    float reduced3 = sum3.reduceLanes(VectorOperators.ADD);
    if (i < dimension) {
      reduced0 += tail(type, query, rows0, offset0, i, dimension);
      reduced1 += tail(type, query, rows1, offset1, i, dimension);
      reduced2 += tail(type, query, rows2, offset2, i, dimension);
      reduced3 += tail(type, query, rows3, offset3, i, dimension);
    }
    out[n] = reduced0;
    out[n + 1] = reduced1;
    out[n + 2] = reduced2;
    out[n + 3] = reduced3;
  }

  private static final class Float32 implements RowKernel {
    @Override
    public float distance(float[] query, MemorySegment rows, long offset, int dimension) {
      return one(ElementType.FLOAT32, query, rows, offset, dimension);
    }

    @Override
    public void distances(
        float[] query,
        MemorySegment[] chunks,
        int shift,
        int strideBytes,
        int dimension,
        int[] ordinals,
        int count,
        float[] out) {
      many(ElementType.FLOAT32, query, chunks, shift, strideBytes, dimension, ordinals, count, out);
    }
  }

  private static final class Float16 implements RowKernel {
    @Override
    public float distance(float[] query, MemorySegment rows, long offset, int dimension) {
      return one(ElementType.FLOAT16, query, rows, offset, dimension);
    }

    @Override
    public void distances(
        float[] query,
        MemorySegment[] chunks,
        int shift,
        int strideBytes,
        int dimension,
        int[] ordinals,
        int count,
        float[] out) {
      many(ElementType.FLOAT16, query, chunks, shift, strideBytes, dimension, ordinals, count, out);
    }
  }

  private static final class Uint8 implements RowKernel {
    @Override
    public float distance(float[] query, MemorySegment rows, long offset, int dimension) {
      return one(ElementType.UINT8, query, rows, offset, dimension);
    }

    @Override
    public void distances(
        float[] query,
        MemorySegment[] chunks,
        int shift,
        int strideBytes,
        int dimension,
        int[] ordinals,
        int count,
        float[] out) {
      many(ElementType.UINT8, query, chunks, shift, strideBytes, dimension, ordinals, count, out);
    }
  }

  private static final class Int8 implements RowKernel {
    @Override
    public float distance(float[] query, MemorySegment rows, long offset, int dimension) {
      return one(ElementType.INT8, query, rows, offset, dimension);
    }

    @Override
    public void distances(
        float[] query,
        MemorySegment[] chunks,
        int shift,
        int strideBytes,
        int dimension,
        int[] ordinals,
        int count,
        float[] out) {
      many(ElementType.INT8, query, chunks, shift, strideBytes, dimension, ordinals, count, out);
    }
  }
}
