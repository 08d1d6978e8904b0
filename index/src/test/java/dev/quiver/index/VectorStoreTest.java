package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorStoreTest {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void rowsReadBackAsTheyWereAppendedOverManyChunks(ElementType type) {
    Random random = new Random(TestVectors.seed());
    int dimension = 1000;
    int size = 9000;
    try (GrowableVectorStore store = GrowableVectorStore.create(type, dimension)) {
      float[] vector = new float[dimension];
      for (int i = 0; i < size; i++) {
        vector[0] = i % 100;
        vector[dimension - 1] = random.nextInt(100);
        assertThat(store.append(vector)).isEqualTo(i);
        assertThat(store.allocatedBytes())
            .isEqualTo(GrowableVectorStore.estimateBytes(type, dimension, i + 1));
      }
      assertThat(store.chunks()).hasSizeGreaterThan(1);
      float[] out = new float[dimension];
      for (int i = 0; i < size; i++) {
        store.read(i, out);
        assertThat(out[0]).isEqualTo(i % 100);
      }
      assertThat(out).isEqualTo(vector);
      assertThat(store.row(3).byteSize()).isEqualTo((long) dimension * type.bytes());
    }
  }

  @Test
  void aStoreThatMayNotGrowSaysHowMuchItNeeds() {
    try (GrowableVectorStore store =
        GrowableVectorStore.create(ElementType.FLOAT32, 1000, 1_000_000)) {
      for (int i = 0; i < 64; i++) {
        store.append(new float[1000]);
      }
      assertThatThrownBy(() -> store.append(new float[1000]))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageContaining("1000000");
      assertThat(store.size()).isEqualTo(64);
    }
  }

  @Test
  void floatsAreCutAndSaturatedInBytesAndRoundedInHalves() {
    float[] values = {-1, 0.9f, 254.99f, 300, 127.5f, -200, 1f / 3};
    float[] out = new float[values.length];
    try (GrowableVectorStore bytes = GrowableVectorStore.create(ElementType.UINT8, 7);
        GrowableVectorStore signed = GrowableVectorStore.create(ElementType.INT8, 7);
        GrowableVectorStore halves = GrowableVectorStore.create(ElementType.FLOAT16, 7)) {
      bytes.append(values);
      bytes.read(0, out);
      assertThat(out).containsExactly(0, 0, 254, 255, 127, 0, 0);
      signed.append(values);
      signed.read(0, out);
      assertThat(out).containsExactly(-1, 0, 127, 127, 127, -128, 0);
      halves.append(values);
      halves.read(0, out);
      assertThat(out[6]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(1f / 3)));
    }
  }

  @Test
  void memoryThatIsTooSmallOrOnTheHeapIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(99);
      assertThatThrownBy(() -> VectorStore.over(rows, 10, 10, ElementType.UINT8))
          .hasMessageContaining("99 bytes (expected: at least 100");
      MemorySegment heap = MemorySegment.ofArray(new byte[100]);
      assertThatThrownBy(() -> VectorStore.over(heap, 10, 10, ElementType.UINT8))
          .hasMessageContaining("heap");
    }
  }

  @Test
  void aClosedStoreRefusesToBeRead() {
    GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 1);
    store.append(new float[1]);
    store.close();
    assertThatThrownBy(() -> store.read(0, new float[1])).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theBitSetFindsEachOrdinalInOrder() {
    Random random = new Random(TestVectors.seed());
    OrdinalBitSet set = new OrdinalBitSet(1000);
    boolean[] model = new boolean[1000];
    for (int i = 0; i < 5000; i++) {
      int ordinal = random.nextInt(1000);
      boolean add = random.nextBoolean();
      assertThat(add ? set.add(ordinal) : set.remove(ordinal)).isEqualTo(model[ordinal] != add);
      model[ordinal] = add;
    }
    int count = 0;
    for (int from = 0; from <= 1000; from++) {
      int limit = random.nextInt(1001);
      int expected = OrdinalFilter.NO_MORE;
      for (int i = Math.min(limit, 1000) - 1; i >= from; i--) {
        expected = model[i] ? i : expected;
      }
      assertThat(set.nextAccepted(from, limit)).isEqualTo(expected);
      count += from < 1000 && model[from] ? 1 : 0;
    }
    assertThat(set.cardinality()).isEqualTo(count);
    assertThat(OrdinalBitSet.full(130).cardinality()).isEqualTo(130);
  }

  @Test
  void scoredLongsOrderLikeDistanceThenOrdinal() {
    float[] distances = {
      Float.NEGATIVE_INFINITY,
      -Float.MAX_VALUE,
      -1,
      -Float.MIN_VALUE,
      0,
      Float.MIN_VALUE,
      1,
      Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NaN
    };
    long before = Long.MIN_VALUE;
    for (float distance : distances) {
      for (int ordinal : new int[] {0, 1, Integer.MAX_VALUE}) {
        long scored = Scored.of(distance, ordinal);
        assertThat(scored).isGreaterThan(before);
        assertThat(Float.compare(Scored.distance(scored), distance)).isZero();
        assertThat(Scored.ordinal(scored)).isEqualTo(ordinal);
        before = scored;
      }
    }
  }
}
