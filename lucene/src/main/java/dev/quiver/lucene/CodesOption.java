package dev.quiver.lucene;

import dev.quiver.index.CodeType;
import dev.quiver.index.Distance;
import dev.quiver.index.Quantiser;
import dev.quiver.index.QuantiserTraining;
import dev.quiver.index.VectorStore;
import org.jspecify.annotations.Nullable;

/** What a field says of the codes that its graphs are walked by: {@link VectorAttributes#CODES}. */
enum CodesOption {
  MEASURED(VectorAttributes.CODES_MEASURED, null),
  INT8(VectorAttributes.CODES_INT8, CodeType.INT8),
  INT4(VectorAttributes.CODES_INT4, CodeType.INT4),
  NONE(VectorAttributes.CODES_NONE, null);

  private final String attribute;
  private final @Nullable CodeType type;

  CodesOption(String attribute, @Nullable CodeType type) {
    this.attribute = attribute;
    this.type = type;
  }

  /** The option of that name; null if there is none. */
  static @Nullable CodesOption of(String attribute) {
    for (CodesOption option : values()) {
      if (option.attribute.equals(attribute)) {
        return option;
      }
    }
    return null;
  }

  /** Learns how to code a segment's vectors; null if it gets no codes. */
  @Nullable Quantiser train(VectorStore store, Distance distance) {
    if (this == NONE || store.size() == 0 || !QuantiserTraining.supports(distance)) {
      return null;
    }
    return type == null
        ? QuantiserTraining.choose(store, distance)
        : QuantiserTraining.train(store, distance, type);
  }

  /** The most that the codes of a vector take, for planning. */
  long bytesMax(int dimension, Distance distance) {
    if (this == NONE || !QuantiserTraining.supports(distance)) {
      return 0;
    }
    return Quantiser.rowBytesMax(type == null ? CodeType.INT8 : type, dimension);
  }
}
