package dev.quiver.engine;

import dev.quiver.index.Distance;

/**
 * What makes a vector fit a collection, and the form it takes there: of cosine fields it is scaled
 * to unit length (a zero vector stays zero), float16 is rounded to the nearest half, uint8 is cut
 * to 0..255; of a multivector each row; sparse vectors stay as they are. Applied before an
 * operation is logged, so that the log holds only what fits.
 */
final class VectorRules {
  /** How far from 1 a squared length may be to count as unit: vectors are not scaled twice. */
  private static final double UNIT_TOLERANCE = 1e-6;

  /** The largest finite float16. */
  private static final float MAX_HALF = 65_504;

  private VectorRules() {}

  static QuiverException missing(String name) {
    return QuiverException.wrongInput("Not existing vector name error: " + name);
  }

  /**
   * A vector, or a query's vector, of the field's kind and dimension; one row is a multivector.
   *
   * @throws QuiverException WRONG_INPUT
   */
  static VectorValue checked(VectorParams params, VectorValue vector) {
    return switch (params.kind()) {
      case DENSE ->
          switch (vector) {
            case VectorValue.Dense(float[] values) -> {
              checkDimension(params, values.length);
              yield finite(vector, values);
            }
            case VectorValue.Sparse _ -> throw wrongKind("sparse");
            case VectorValue.Multi(_, int dimension, _) -> {
              checkDimension(params, dimension);
              throw wrongKind("multi");
            }
          };
      case MULTI ->
          switch (vector) {
            case VectorValue.Dense(float[] values) -> {
              checkDimension(params, values.length);
              yield finite(new VectorValue.Multi(1, values.length, values), values);
            }
            case VectorValue.Sparse _ -> throw wrongKind("sparse");
            case VectorValue.Multi(_, int dimension, float[] values) -> {
              checkDimension(params, dimension);
              yield finite(vector, values);
            }
          };
      case SPARSE ->
          switch (vector) {
            case VectorValue.Dense _ -> throw wrongKind("sparse");
            case VectorValue.Sparse(_, float[] values) -> {
              if (values.length > SparseField.ENTRIES_MAX) {
                throw QuiverException.wrongInput(
                    "Sparse vector of "
                        + values.length
                        + " indices (expected: at most "
                        + SparseField.ENTRIES_MAX
                        + ")");
              }
              yield finite(vector, values);
            }
            case VectorValue.Multi _ -> throw wrongKind("multi");
          };
    };
  }

  private static QuiverException wrongKind(String kind) {
    return QuiverException.wrongInput("Conversion between " + kind + " and regular vectors failed");
  }

  private static void checkDimension(VectorParams params, int dimension) {
    if (dimension != params.size()) {
      throw QuiverException.wrongInput(
          "Vector dimension error: expected dim: " + params.size() + ", got " + dimension);
    }
  }

  private static VectorValue finite(VectorValue vector, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw QuiverException.wrongInput(
            "Vector component " + i + ": " + values[i] + " (expected: a finite number)");
      }
    }
    return vector;
  }

  /** The form that a checked vector is stored in. */
  static VectorValue stored(VectorParams params, VectorValue vector) {
    return switch (vector) {
      case VectorValue.Dense(float[] values) -> new VectorValue.Dense(stored(params, values));
      case VectorValue.Sparse _ -> vector;
      case VectorValue.Multi multi -> {
        float[] all = new float[multi.values().length];
        for (int row = 0; row < multi.rows(); row++) {
          float[] stored = stored(params, multi.row(row));
          System.arraycopy(stored, 0, all, row * multi.dimension(), stored.length);
        }
        yield new VectorValue.Multi(multi.rows(), multi.dimension(), all);
      }
    };
  }

  private static float[] stored(VectorParams params, float[] values) {
    float[] stored = values;
    if (params.distance() == Distance.COSINE && params.datatype() != Datatype.UINT8) {
      stored = normalized(values);
    }
    return switch (params.datatype()) {
      case FLOAT32 -> stored;
      case FLOAT16 -> rounded(stored);
      case UINT8 -> cast(stored);
    };
  }

  private static float[] normalized(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    if (squares == 0 || Math.abs(squares - 1) < UNIT_TOLERANCE) {
      return values;
    }
    double scale = 1 / Math.sqrt(squares);
    float[] unit = new float[values.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (values[i] * scale);
    }
    return unit;
  }

  private static float[] rounded(float[] values) {
    float[] halves = new float[values.length];
    for (int i = 0; i < halves.length; i++) {
      halves[i] =
          Float.float16ToFloat(Float.floatToFloat16(Math.clamp(values[i], -MAX_HALF, MAX_HALF)));
    }
    return halves;
  }

  private static float[] cast(float[] values) {
    float[] bytes = new float[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Math.clamp((int) values[i], 0, 255);
    }
    return bytes;
  }
}
