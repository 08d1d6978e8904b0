package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/**
 * What the graph of coded vectors is built by: their codes, or, where these can't be compared with
 * each other, codes of more bits that exist for the build alone. Whoever makes one closes it after
 * the build; the codes that it was made from stay open.
 */
public final class GraphCodes implements AutoCloseable {
  private final VectorScoring scoring;
  private final @Nullable CodedVectors own;

  private GraphCodes(VectorScoring scoring, @Nullable CodedVectors own) {
    this.scoring = scoring;
    this.own = own;
  }

  /**
   * @param codes what the graph will be walked by
   * @param store the same vectors in full
   * @param exact how they compare in full
   * @param budgetBytes for codes that exist for the build alone
   * @throws MemoryBudgetException if the budget is too small
   */
  public static GraphCodes of(
      CodedVectors codes, VectorStore store, VectorScoring exact, long budgetBytes) {
    if (codes.quantiser().type() != CodeType.BIT1) {
      return new GraphCodes(codes.scoring(), null);
    }
    Quantiser quantiser = QuantiserTraining.choose(store, exact.distance());
    if (quantiser == null) {
      return new GraphCodes(exact, null);
    }
    CodedVectors own = CodedVectors.encode(store, quantiser, budgetBytes);
    return new GraphCodes(own.scoring(), own);
  }

  /** The most that the codes take that exist for the build alone, and learning them. */
  public static long bytesMax(Quantiser quantiser, int size) {
    if (quantiser.type() != CodeType.BIT1) {
      return 0;
    }
    int dimension = quantiser.dimension();
    return QuantiserTraining.memoryBytes(dimension)
        + size * Quantiser.rowBytesMax(CodeType.INT8, dimension);
  }

  public VectorScoring scoring() {
    return scoring;
  }

  /** Bytes of the codes that exist for the build alone. */
  public long memoryBytes() {
    return own == null ? 0 : own.memoryBytes();
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
