package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/** Which codes a set of vectors gets, for its graph to be built and walked by. */
public enum CodesOption {
  /**
   * The smallest that keep neighbours apart in a sample of the vectors, none if none do: {@link
   * QuantiserTraining#choose}.
   */
  MEASURED(null),
  INT8(CodeType.INT8),
  INT4(CodeType.INT4),
  /** Graphs are built by what {@link #MEASURED} says. */
  BIT1(CodeType.BIT1),
  /** None: the vectors themselves are compared. */
  NONE(null);

  private final @Nullable CodeType type;

  CodesOption(@Nullable CodeType type) {
    this.type = type;
  }

  /** Learns how to code a store's vectors; null if they get no codes, as under MANHATTAN. */
  public @Nullable Quantiser train(VectorStore store, Distance distance) {
    if (this == NONE || store.size() == 0 || !QuantiserTraining.supports(distance)) {
      return null;
    }
    return type == null
        ? QuantiserTraining.choose(store, distance)
        : QuantiserTraining.train(store, distance, type);
  }

  /** What learning how to code vectors takes for a while, in bytes. */
  public long trainingBytes(int dimension, Distance distance) {
    return this == NONE || !QuantiserTraining.supports(distance)
        ? 0
        : QuantiserTraining.memoryBytes(dimension);
  }

  /** The most that the codes of {@code size} vectors and learning them take, in bytes. */
  public long bytesMax(int size, int dimension, Distance distance) {
    if (this == NONE || !QuantiserTraining.supports(distance)) {
      return 0;
    }
    CodeType widest = type == null ? CodeType.INT8 : type;
    long rowBytes = Quantiser.rowBytesMax(widest, dimension);
    if (widest == CodeType.BIT1) {
      rowBytes += Quantiser.rowBytesMax(CodeType.INT8, dimension);
    }
    return trainingBytes(dimension, distance) + size * rowBytes;
  }
}
