package dev.quiver.index;

import static dev.quiver.index.SimdKernels.FLOATS;
import static dev.quiver.index.SimdKernels.LANES;
import static dev.quiver.index.SimdKernels.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Negated cosines of a query of length 1 with rows of any length, which is computed on the way. */
final class SimdCosine {
  private SimdCosine() {}

  /** Indexed by {@code type.code()}. */
  static RowKernel[] all() {
    return new RowKernel[] {new Float32(), new Float16(), new Uint8(), new Int8()};
  }

  private static float one(
      ElementType type, float[] query, MemorySegment rows, long offset, int dimension) {
    int bytes = type.bytes();
    FloatVector dot0 = FloatVector.zero(FLOATS);
    FloatVector dot1 = FloatVector.zero(FLOATS);
    FloatVector squares0 = FloatVector.zero(FLOATS);
    FloatVector squares1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - 2 * LANES; i += 2 * LANES) {
      FloatVector r0 = load(type, rows, offset + (long) i * bytes);
      FloatVector r1 = load(type, rows, offset + (long) (i + LANES) * bytes);
      dot0 = r0.fma(FloatVector.fromArray(FLOATS, query, i), dot0);
      dot1 = r1.fma(FloatVector.fromArray(FLOATS, query, i + LANES), dot1);
      squares0 = r0.fma(r0, squares0);
      squares1 = r1.fma(r1, squares1);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector r = load(type, rows, offset + (long) i * bytes);
      dot0 = r.fma(FloatVector.fromArray(FLOATS, query, i), dot0);
      squares0 = r.fma(r, squares0);
    }
    float dot = dot0.add(dot1).reduceLanes(VectorOperators.ADD);
    float squares = squares0.add(squares1).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      float r = ScalarKernels.component(type, rows, offset, i);
      dot += query[i] * r;
      squares += r * r;
    }
    return ScalarKernels.cosine(dot, squares);
  }

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
    for (int n = 0; n < count; n++) {
      int ordinal = ordinals[n];
      long offset = (long) (ordinal & mask) * strideBytes;
      out[n] = one(type, query, chunks[ordinal >>> shift], offset, dimension);
    }
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
