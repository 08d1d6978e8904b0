package dev.quiver.testkit.queries;

import dev.quiver.engine.VectorValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The sparse vector of {@link RandomPoints}: plain components, of which those that are 0 are not
 * there.
 */
final class SparseModel {
  /** The vector's name. */
  static final String NAME = "s";

  /** The indices of the components, some of them above what an int holds. */
  private static final int[] INDICES = {0, 1, 7, 65_536, Integer.MIN_VALUE, -1};

  static final int SIZE = INDICES.length;

  private SparseModel() {}

  /** Not all components are there, and some are negative now and then. */
  static double[] components(Random random) {
    double[] components = new double[SIZE];
    boolean signed = random.nextInt(4) == 0;
    for (int i = 0; i < components.length; i++) {
      if (random.nextInt(2) == 0) {
        float component = (float) random.nextGaussian();
        components[i] = signed ? component : Math.abs(component);
      }
    }
    return components;
  }

  /** Components as the engine takes them. */
  static VectorValue.Sparse vector(double[] components) {
    List<Integer> there = new ArrayList<>();
    for (int i = 0; i < components.length; i++) {
      if (components[i] != 0) {
        there.add(i);
      }
    }
    int[] indices = new int[there.size()];
    float[] values = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = INDICES[there.get(i)];
      values[i] = (float) components[there.get(i)];
    }
    return VectorValue.Sparse.of(indices, values);
  }

  static double[] components(VectorValue.Sparse vector) {
    double[] components = new double[SIZE];
    for (int i = 0; i < vector.indices().length; i++) {
      for (int j = 0; j < SIZE; j++) {
        if (INDICES[j] == vector.indices()[i]) {
          components[j] = vector.values()[i];
        }
      }
    }
    return components;
  }

  /** Whether a component is in both, as far as rounding leaves it there. */
  static boolean mayShare(Interval[] a, Interval[] b) {
    for (int i = 0; i < a.length; i++) {
      if (!a[i].isZero() && !b[i].isZero()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a component is in both whatever rounding does. */
  static boolean shares(Interval[] a, Interval[] b) {
    for (int i = 0; i < a.length; i++) {
      if (!a[i].contains(0) && !b[i].contains(0)) {
        return true;
      }
    }
    return false;
  }

  /**
   * A query whose components count for more the fewer points have them.
   *
   * @param all the vectors of the points that count
   */
  static Interval[] weighted(Interval[] query, List<Interval[]> all) {
    Interval[] weighted = query.clone();
    for (int i = 0; i < query.length; i++) {
      int having = 0;
      for (Interval[] vector : all) {
        having += vector[i].isZero() ? 0 : 1;
      }
      double rarity = Math.log((all.size() - having + 0.5) / (having + 0.5) + 1);
      // The logarithm of a number near 1 has that number's absolute error.
      weighted[i] = query[i].times(Interval.of(rarity).summed(1).rounded()).rounded();
    }
    return weighted;
  }
}
