package dev.quiver.index;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Vectors, exact answers and seeds for tests. */
final class TestVectors {
  private TestVectors() {}

  /** The seed of a randomised test: printed, and given back by {@code -Dquiver.test.seed=N}. */
  static long seed() {
    long seed = Long.getLong("quiver.test.seed", System.nanoTime());
    System.out.println("replay with -Dquiver.test.seed=" + seed);
    return seed;
  }

  static float[] gaussian(Random random, int dimension) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  static GrowableVectorStore gaussianStore(
      Random random, int size, int dimension, ElementType type) {
    GrowableVectorStore store = GrowableVectorStore.create(type, dimension);
    for (int i = 0; i < size; i++) {
      float[] vector = gaussian(random, dimension);
      if (type == ElementType.UINT8 || type == ElementType.INT8) {
        for (int j = 0; j < dimension; j++) {
          vector[j] = vector[j] * 30 + (type == ElementType.UINT8 ? 128 : 0);
        }
      }
      store.append(vector);
    }
    return store;
  }

  /** Points around {@code clusters} centres: the graph must find its way between islands. */
  static GrowableVectorStore clusteredStore(Random random, int size, int dimension, int clusters) {
    float[][] centres = new float[clusters][];
    for (int i = 0; i < clusters; i++) {
      centres[i] = gaussian(random, dimension);
    }
    GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, dimension);
    for (int i = 0; i < size; i++) {
      float[] vector = gaussian(random, dimension);
      float[] centre = centres[random.nextInt(clusters)];
      for (int j = 0; j < dimension; j++) {
        vector[j] = centre[j] * 3 + vector[j] * 0.3f;
      }
      store.append(vector);
    }
    return store;
  }

  /** A query from the data's own distribution: half way between two rows. */
  static float[] between(VectorStore store, Random random) {
    return between(store, random, 0.5f);
  }

  /** A query this share of the way from a random row to another. */
  static float[] between(VectorStore store, Random random, float share) {
    float[] a = new float[store.dimension()];
    float[] b = new float[store.dimension()];
    store.read(random.nextInt(store.size()), a);
    store.read(random.nextInt(store.size()), b);
    for (int i = 0; i < a.length; i++) {
      a[i] += share * (b[i] - a[i]);
    }
    return a;
  }

  /** Share of exact's ordinals (ties by distance count too) that are in found. */
  static double recall(SearchResult found, SearchResult exact) {
    if (exact.size() == 0) {
      return found.size() == 0 ? 1 : 0;
    }
    Set<Integer> ordinals = new HashSet<>();
    for (int ordinal : exact.ordinals()) {
      ordinals.add(ordinal);
    }
    float last = exact.distance(exact.size() - 1);
    int hits = 0;
    for (int i = 0; i < found.size(); i++) {
      if (ordinals.contains(found.ordinal(i)) || found.distance(i) <= last) {
        hits++;
      }
    }
    return Math.min(1.0, (double) hits / exact.size());
  }
}
