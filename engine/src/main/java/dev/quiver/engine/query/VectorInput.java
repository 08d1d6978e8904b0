package dev.quiver.engine.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.VectorValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A vector as a request gives it: the numbers, a text to embed, or the point that carries it. */
public sealed interface VectorInput {

  /**
   * The vector itself.
   *
   * @param values checked by the engine against the collection; owned by this record once given
   */
  record Dense(float[] values) implements VectorInput {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Dense(float[] theirs) && Arrays.equals(values, theirs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Dense" + Arrays.toString(values);
    }
  }

  /** The vector itself, sparse. */
  record Sparse(VectorValue.Sparse vector) implements VectorInput {}

  /** The vectors themselves, several that belong together. */
  record Multi(VectorValue.Multi vector) implements VectorInput {}

  /** A vector that is there. */
  static VectorInput of(VectorValue vector) {
    return switch (vector) {
      case VectorValue.Dense(float[] values) -> new Dense(values);
      case VectorValue.Sparse sparse -> new Sparse(sparse);
      case VectorValue.Multi multi -> new Multi(multi);
    };
  }

  /**
   * A text, to be embedded in process by the model of that name.
   *
   * @param options of the model; nobody may change them
   */
  record Document(String text, String model, @Nullable ObjectNode options) implements VectorInput {
    public Document(String text, String model) {
      this(text, model, null);
    }
  }

  /** The vector of a stored point; only a query may say this. */
  record ById(PointId id) implements VectorInput {}
}
