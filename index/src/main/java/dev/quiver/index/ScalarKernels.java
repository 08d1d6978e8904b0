package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The kernels without SIMD: the fallback, and the twin that tests compare the fast ones with. */
final class ScalarKernels {
  private ScalarKernels() {}

  static RowKernel kernel(Distance distance, ElementType type) {
    return new ScalarKernel(distance, type);
  }

  /** One component as a float. */
  static float component(ElementType type, MemorySegment rows, long offset, int i) {
    return switch (type) {
      case FLOAT32 -> rows.get(ElementType.FLOAT_LE, offset + 4L * i);
      case FLOAT16 -> Float.float16ToFloat(rows.get(ElementType.SHORT_LE, offset + 2L * i));
      case UINT8 -> rows.get(ValueLayout.JAVA_BYTE, offset + i) & 0xff;
      case INT8 -> rows.get(ValueLayout.JAVA_BYTE, offset + i);
    };
  }

  /** Cosine distance from its parts: the query has length 1 (or 0), the row any. */
  static float cosine(float dot, float rowSquares) {
    return rowSquares > 0 ? -(float) (dot / Math.sqrt(rowSquares)) : 0f;
  }

  private record ScalarKernel(Distance distance, ElementType type) implements RowKernel {
    private float distance(float[] query, MemorySegment rows, long offset, int dimension) {
      return switch (distance) {
        case DOT -> -dot(query, rows, offset, dimension);
        case COSINE -> {
          float squares = 0;
          for (int i = 0; i < dimension; i++) {
            float r = component(type, rows, offset, i);
            squares += r * r;
          }
          yield cosine(dot(query, rows, offset, dimension), squares);
        }
        case EUCLIDEAN -> {
          float sum = 0;
          for (int i = 0; i < dimension; i++) {
            float difference = query[i] - component(type, rows, offset, i);
            sum += difference * difference;
          }
          yield sum;
        }
        case MANHATTAN -> {
          float sum = 0;
          for (int i = 0; i < dimension; i++) {
            sum += Math.abs(query[i] - component(type, rows, offset, i));
          }
          yield sum;
        }
      };
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
        float[] out,
        float[] lanes) {
      int mask = (1 << shift) - 1;
      for (int i = 0; i < count; i++) {
        int ordinal = ordinals[i];
        long offset = (long) (ordinal & mask) * strideBytes;
        out[i] = distance(query, chunks[ordinal >>> shift], offset, dimension);
      }
    }

    private float dot(float[] query, MemorySegment rows, long offset, int dimension) {
      float sum = 0;
      for (int i = 0; i < dimension; i++) {
        sum += query[i] * component(type, rows, offset, i);
      }
      return sum;
    }
  }
}
