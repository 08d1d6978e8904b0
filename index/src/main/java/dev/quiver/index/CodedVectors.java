package dev.quiver.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Codes of vectors, by the same ordinals, for walks that read little memory.
 *
 * <p>Layout: {@code size} rows of {@link Quantiser#rowBytes()} bytes ({@link CodeRows}, {@link
 * BitRows}); then, for EUCLIDEAN and codes of more than one bit, {@code size} floats, the rows'
 * corrections.
 *
 * <p>Reading is safe from any number of threads. One made by {@link #encode} owns its memory and
 * must be closed when no search uses it any more; one over a caller's segment owns nothing.
 */
public final class CodedVectors implements AutoCloseable {
  private final Quantiser quantiser;
  private final MemorySegment codes;
  private final @Nullable MemorySegment corrections;
  private final int size;
  private final @Nullable Arena arena;

  /** Made by the first scorer; two threads may make the same. */
  private volatile @Nullable RowCorrections rowCorrections;

  private CodedVectors(Quantiser quantiser, MemorySegment memory, int size, @Nullable Arena arena) {
    long codeBytes = (long) size * quantiser.rowBytes();
    this.quantiser = quantiser;
    this.codes = memory.asSlice(0, codeBytes);
    this.corrections =
        quantiser.hasCorrections() ? memory.asSlice(codeBytes, (long) size * Float.BYTES) : null;
    this.size = size;
    this.arena = arena;
  }

  /**
   * Codes over memory that the caller owns and keeps open.
   *
   * @param memory at least {@code quantiser.bytes(size)} bytes, off-heap
   */
  public static CodedVectors over(MemorySegment memory, int size, Quantiser quantiser) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException("memory: a heap segment (expected: mapped or off-heap)");
    }
    if (memory.byteSize() < quantiser.bytes(size)) {
      throw new IllegalArgumentException(
          "memory: "
              + memory.byteSize()
              + " bytes (expected: at least "
              + quantiser.bytes(size)
              + " for "
              + size
              + " coded vectors)");
    }
    return new CodedVectors(quantiser, memory, size, null);
  }

  /**
   * Codes of a store's rows, in memory of their own: {@code quantiser.bytes(size)} bytes.
   *
   * @throws MemoryBudgetException before anything is allocated, if the budget is too small
   */
  public static CodedVectors encode(VectorStore store, Quantiser quantiser, long budgetBytes) {
    int size = store.size();
    long bytes = quantiser.bytes(size);
    if (bytes > budgetBytes) {
      throw new MemoryBudgetException("codes of " + size + " vectors", bytes, budgetBytes);
    }
    Arena arena = Arena.ofShared();
    boolean encoded = false;
    try {
      CodedVectors coded =
          new CodedVectors(quantiser, arena.allocate(Math.max(1, bytes), 64), size, arena);
      coded.encodeAll(store);
      encoded = true;
      return coded;
    } finally {
      if (!encoded) {
        arena.close();
      }
    }
  }

  private void encodeAll(VectorStore store) {
    float[] vector = new float[store.dimension()];
    int[] scratch = new int[quantiser.scratchLength()];
    for (int ordinal = 0; ordinal < size; ordinal++) {
      store.read(ordinal, vector);
      if (quantiser.distance() == Distance.COSINE) {
        UnitVectors.normalise(vector);
      }
      float correction =
          quantiser.encode(vector, scratch, codes, (long) ordinal * quantiser.rowBytes());
      if (corrections != null) {
        corrections.set(ElementType.FLOAT_LE, (long) ordinal * Float.BYTES, correction);
      }
    }
  }

  public int size() {
    return size;
  }

  public Quantiser quantiser() {
    return quantiser;
  }

  /** Off-heap (or mapped) bytes of codes and corrections. */
  public long memoryBytes() {
    return quantiser.bytes(size);
  }

  /** How a graph is built over the codes, and walked. */
  public VectorScoring scoring() {
    return new CodedScoring(this);
  }

  /** A scorer for one query, which is not kept. */
  CodedScorer queryScorer(float[] query) {
    CodedScorer scorer = quantiser.newScorer(this);
    scorer.prepare(query);
    return scorer;
  }

  MemorySegment codes() {
    return codes;
  }

  @Nullable MemorySegment corrections() {
    return corrections;
  }

  /** The corrections for scorers, null if there are none: a heap byte for each row. */
  @Nullable RowCorrections rowCorrections() {
    MemorySegment stored = corrections;
    if (stored == null) {
      return null;
    }
    RowCorrections made = rowCorrections;
    if (made == null) {
      double unit = Math.sqrt(Math.max(0, quantiser.nearDistance()));
      made = RowCorrections.of(stored, size, unit * quantiser.errorDeviation());
      rowCorrections = made;
    }
    return made;
  }

  /** Frees the codes, if they are owned. */
  @Override
  public void close() {
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
  }
}
