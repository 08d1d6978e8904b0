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

  static boolean shares(double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      if (a[i] != 0 && b[i] != 0) {
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
  static double[] weighted(double[] query, List<double[]> all) {
    double[] weighted = query.clone();
    for (int i = 0; i < query.length; i++) {
      int having = 0;
      for (double[] vector : all) {
        having += vector[i] != 0 ? 1 : 0;
      }
      weighted[i] *= Math.log((all.size() - having + 0.5) / (having + 0.5) + 1);
    }
    return weighted;
  }
}
