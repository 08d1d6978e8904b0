package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the kernels on SIMD registers do without registers: waiting for rows, adding up stored
 * lanes, and the components at the end of a row that fill no register.
 */
final class RowSums {
  private static final int LINE_BYTES = 64;
  private static final int TOUCHED_BYTES = 2 * LINE_BYTES;

  private RowSums() {}

  /**
   * Loads the beginning of each row, so that rows at random places are waited for together; the
   * processor sees by itself that long ones go on.
   */
  static void touch(MemorySegment[] chunks, int shift, int strideBytes, int[] ordinals, int count) {
    int mask = (1 << shift) - 1;
    int bytes = Math.min(strideBytes, TOUCHED_BYTES);
    int touched = 0;
    for (int i = 0; i < count; i++) {
      MemorySegment chunk = chunks[ordinals[i] >>> shift];
      long offset = (long) (ordinals[i] & mask) * strideBytes;
      for (int at = 0; at < bytes; at += LINE_BYTES) {
        touched |= chunk.get(ValueLayout.JAVA_BYTE, offset + at);
      }
    }
    if (touched == Integer.MAX_VALUE) {
      // Never so, as bytes have no such bits, but it keeps the loads from being dropped as unused.
      throw new AssertionError("touched: " + touched);
    }
  }

  /**
   * The sum of a register that was stored in {@code lanes}, always in the same order. The Vector
   * API's own reduction may add in another order in compiled code than in interpreted, and a build
   * must give the same bytes each time; taking lanes out one by one is more than the compiler
   * inlines.
   */
  static float total(float[] lanes, int register, int registerLanes) {
    float sum = 0;
    for (int i = register * registerLanes; i < (register + 1) * registerLanes; i += 4) {
      sum += (lanes[i] + lanes[i + 1]) + (lanes[i + 2] + lanes[i + 3]);
    }
    return sum;
  }

  /** The components from {@code from} on; not for COSINE. */
  static float tail(
      Distance distance,
      ElementType type,
      float[] query,
      MemorySegment rows,
      long offset,
      int from,
      int dimension) {
    float sum = 0;
    for (int i = from; i < dimension; i++) {
      float r = ScalarKernels.component(type, rows, offset, i);
      float difference = query[i] - r;
      if (distance == Distance.DOT) {
        sum += query[i] * r;
      } else {
        sum += distance == Distance.EUCLIDEAN ? difference * difference : Math.abs(difference);
      }
    }
    return sum;
  }

  /** The distance, when all components are summed up; not for COSINE. */
  static float finish(Distance distance, float sum) {
    return distance == Distance.DOT ? -sum : sum;
  }

  /** The cosine, from the sums of products and of the row's squares before {@code from}. */
  static float cosine(
      ElementType type,
      float[] query,
      MemorySegment rows,
      long offset,
      int from,
      int dimension,
      float products,
      float squares) {
    float dot = products;
    float rowSquares = squares;
    for (int i = from; i < dimension; i++) {
      float r = ScalarKernels.component(type, rows, offset, i);
      dot += query[i] * r;
      rowSquares += r * r;
    }
    return ScalarKernels.cosine(dot, rowSquares);
  }
}
