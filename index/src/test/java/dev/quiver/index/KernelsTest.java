package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {
  private static final int DIMENSION_MAX = 1024;
  private static final int ROWS = 7;
  private static final float[] LENT = new float[RowKernel.LANES];

  @Test
  void simdIsChosenWhenTheVectorModuleIsThere() {
    assertThat(Kernels.simd()).isTrue();
    assertThat(Kernels.description()).startsWith("SIMD");
  }

  /** The first rule of {@link Species}. */
  @ParameterizedTest
  @ValueSource(classes = {SimdRows.class, SimdNarrowRows.class, SimdCodes.class})
  void noMethodTakesOrReturnsARegister(Class<?> kernel) {
    for (Method method : kernel.getDeclaredMethods()) {
      assertThat(method.getReturnType())
          .as("%s", method)
          .matches(type -> !Vector.class.isAssignableFrom(type));
      for (Class<?> parameter : method.getParameterTypes()) {
        assertThat(parameter)
            .as("%s", method)
            .matches(type -> !Vector.class.isAssignableFrom(type));
      }
    }
  }

  static List<Arguments> pairs() {
    List<Arguments> pairs = new ArrayList<>();
    for (Distance distance : Distance.values()) {
      for (ElementType type : ElementType.values()) {
        pairs.add(Arguments.of(distance, type));
      }
    }
    return pairs;
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void simdAndScalarAgreeOnEveryDimension(Distance distance, ElementType type) {
    Random random = new Random(TestVectors.seed());
    RowKernel simd = SimdKernels.kernel(distance, type);
    RowKernel scalar = ScalarKernels.kernel(distance, type);
    try (Arena arena = Arena.ofConfined()) {
      for (int dimension = 1; dimension <= DIMENSION_MAX; dimension += dimension < 140 ? 1 : 13) {
        int stride = dimension * type.bytes();
        // An odd start, as a mapped file may have.
        MemorySegment rows = arena.allocate(1L + (long) ROWS * stride).asSlice(1);
        float[] query = vector(random, dimension, type);
        for (int row = 0; row < ROWS; row++) {
          type.encode(vector(random, dimension, type), rows, (long) row * stride, dimension);
        }
        compare(distance, type, simd, scalar, query, rows, dimension);
      }
    }
  }

  /** Single rows and a batch that is no multiple of four, against the reference in doubles. */
  private static void compare(
      Distance distance,
      ElementType type,
      RowKernel simd,
      RowKernel scalar,
      float[] query,
      MemorySegment rows,
      int dimension) {
    int stride = dimension * type.bytes();
    int[] ordinals = {3, 0, 6, 2, 5, 1, 4};
    float[] out = new float[ROWS];
    float[] scalarOut = new float[ROWS];
    MemorySegment[] chunks = {rows};
    simd.distances(query, chunks, 31, stride, dimension, ordinals, ROWS, out, LENT);
    scalar.distances(query, chunks, 31, stride, dimension, ordinals, ROWS, scalarOut, LENT);
    for (int i = 0; i < ROWS; i++) {
      long offset = (long) ordinals[i] * stride;
      float[] components = new float[dimension];
      type.decode(rows, offset, components, dimension);
      double scale = magnitude(distance, query, components);
      double reference = reference(distance, query, components);
      String what = distance + " " + type + " dimension " + dimension;
      // Sums of n rounded terms: the error grows like their magnitude, slowly with n.
      double tolerance = 2e-6 * scale + 1e-30;
      assertThat((double) out[i]).as(what).isCloseTo(reference, within(tolerance));
      assertThat((double) scalarOut[i]).as(what).isCloseTo(reference, within(tolerance * 4));
      MemorySegment row = rows.asSlice(offset, stride);
      assertThat((double) distance(simd, query, row, dimension))
          .as(what)
          .isCloseTo(reference, within(tolerance));
    }
  }

  private static float distance(RowKernel kernel, float[] query, MemorySegment row, int dimension) {
    float[] out = new float[1];
    MemorySegment[] chunks = {row};
    kernel.distances(query, chunks, 31, 0, dimension, new int[] {0}, 1, out, LENT);
    return out[0];
  }

  private static double reference(Distance distance, float[] query, float[] row) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < query.length; i++) {
      double difference = (double) query[i] - row[i];
      squares += (double) row[i] * row[i];
      sum +=
          switch (distance) {
            case DOT, COSINE -> -(double) query[i] * row[i];
            case EUCLIDEAN -> difference * difference;
            case MANHATTAN -> Math.abs(difference);
          };
    }
    if (distance == Distance.COSINE) {
      return squares == 0 ? 0 : sum / Math.sqrt(squares);
    }
    return sum;
  }

  private static double magnitude(Distance distance, float[] query, float[] row) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < query.length; i++) {
      double difference = (double) query[i] - row[i];
      squares += (double) row[i] * row[i];
      sum +=
          switch (distance) {
            case DOT, COSINE -> Math.abs((double) query[i] * row[i]);
            case EUCLIDEAN -> difference * difference;
            case MANHATTAN -> Math.abs(difference);
          };
    }
    return distance == Distance.COSINE && squares > 0 ? sum / Math.sqrt(squares) : sum;
  }

  private static float[] vector(Random random, int dimension, ElementType type) {
    float[] vector = TestVectors.gaussian(random, dimension);
    // From subnormal halves to large values; some components zero.
    float scale =
        switch (type) {
          case FLOAT32 -> (float) Math.pow(10, random.nextInt(-12, 12));
          case FLOAT16 -> (float) Math.pow(10, random.nextInt(-7, 4));
          case UINT8, INT8 -> 100;
        };
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextInt(10) == 0 ? 0 : vector[i] * scale;
    }
    return vector;
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyStoredValueIsReadTheSameBySimdAndScalar(Distance distance, ElementType type) {
    // Each possible byte, and each finite half, once: the conversions are exact.
    int count = type.bytes() == 1 ? 256 : 65_536;
    RowKernel simd = SimdKernels.kernel(distance, type);
    RowKernel scalar = ScalarKernels.kernel(distance, type);
    int dimension = 64;
    float[] query = new float[dimension];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate((long) dimension * type.bytes());
      for (int bits = 0; bits < count; bits++) {
        float value =
            switch (type) {
              case UINT8 -> bits;
              case INT8 -> (byte) bits;
              case FLOAT16 -> Float.float16ToFloat((short) bits);
              case FLOAT32 -> Float.intBitsToFloat(bits * 0x10001);
            };
        if (!Float.isFinite(value)) {
          continue;
        }
        int at = bits % dimension;
        row.fill((byte) 0);
        float[] values = new float[dimension];
        values[at] = value;
        type.encode(values, row, 0, dimension);
        query[at] = 1;
        assertThat(distance(simd, query, row, dimension))
            .as("value %s", value)
            .isEqualTo(distance(scalar, query, row, dimension));
        query[at] = 0;
      }
    }
  }

  @Test
  void extremeFloatsGiveTheSameInfinities() {
    int dimension = 33;
    float[] query = new float[dimension];
    float[] row = new float[dimension];
    java.util.Arrays.fill(query, Float.MAX_VALUE);
    java.util.Arrays.fill(row, -Float.MAX_VALUE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(4L * dimension);
      ElementType.FLOAT32.encode(row, rows, 0, dimension);
      for (Distance distance : new Distance[] {Distance.DOT, Distance.EUCLIDEAN}) {
        float simd =
            distance(SimdKernels.kernel(distance, ElementType.FLOAT32), query, rows, dimension);
        float scalar =
            distance(ScalarKernels.kernel(distance, ElementType.FLOAT32), query, rows, dimension);
        assertThat(simd).isEqualTo(Float.POSITIVE_INFINITY).isEqualTo(scalar);
      }
    }
  }
}
