package dev.quiver.lucene;

/**
 * The best k of the hits offered to it, kept as a binary heap with the worst on top. Ranks by a key
 * of which smaller is better; equal keys by document, smaller first. Not thread-safe; memory O(k).
 */
final class HitQueue {
  private final int[] docs;
  private final float[] keys;
  private int count;

  HitQueue(int k) {
    docs = new int[k];
    keys = new float[k];
  }

  int count() {
    return count;
  }

  /** Returns the key that a hit must beat, or infinity while there is room. */
  float worstKey() {
    return count < keys.length ? Float.POSITIVE_INFINITY : keys[0];
  }

  void offer(int doc, float key) {
    if (count < keys.length) {
      int child = count++;
      while (child > 0) {
        int parent = (child - 1) >>> 1;
        if (!worse(key, doc, keys[parent], docs[parent])) {
          break;
        }
        keys[child] = keys[parent];
        docs[child] = docs[parent];
        child = parent;
      }
      keys[child] = key;
      docs[child] = doc;
    } else if (count > 0 && worse(keys[0], docs[0], key, doc)) {
      siftDown(doc, key);
    }
  }

  /** Empties the queue into the arrays, best first. They hold {@link #count} elements. */
  void drain(int[] intoDocs, float[] intoKeys) {
    while (count > 0) {
      int last = --count;
      intoDocs[last] = docs[0];
      intoKeys[last] = keys[0];
      siftDown(docs[last], keys[last]);
    }
  }

  /** Puts a hit in place of the top one and restores the heap's order. */
  private void siftDown(int doc, float key) {
    int parent = 0;
    while (true) {
      int child = 2 * parent + 1;
      if (child >= count) {
        break;
      }
      if (child + 1 < count && worse(keys[child + 1], docs[child + 1], keys[child], docs[child])) {
        child++;
      }
      if (!worse(keys[child], docs[child], key, doc)) {
        break;
      }
      keys[parent] = keys[child];
      docs[parent] = docs[child];
      parent = child;
    }
    keys[parent] = key;
    docs[parent] = doc;
  }

  private static boolean worse(float key, int doc, float otherKey, int otherDoc) {
    return key > otherKey || (key == otherKey && doc > otherDoc);
  }
}
