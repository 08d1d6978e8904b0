package dev.quiver.engine;

import dev.quiver.index.Distance;

/**
 * What makes a vector fit a collection, and the form it takes there: of cosine fields it is scaled
 * to unit length (a zero vector stays zero), float16 is rounded to the nearest half, uint8 is cut
 * to 0..255. Applied before an operation is logged, so that the log holds only what fits.
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

  /** Returns the components of a vector, or of a query, that has the field's dimension. */
  static float[] checked(VectorParams params, VectorValue vector) {
    float[] values =
        switch (vector) {
          case VectorValue.Dense(float[] dense) -> dense;
        };
    if (values.length != params.size()) {
      throw QuiverException.wrongInput(
          "Vector dimension error: expected dim: " + params.size() + ", got " + values.length);
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw QuiverException.wrongInput(
            "Vector component " + i + ": " + values[i] + " (expected: a finite number)");
      }
    }
    return values;
  }

  /** The form that checked components are stored in. */
  static float[] stored(VectorParams params, float[] values) {
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
