package dev.quiver.engine;

import org.apache.lucene.util.BytesRef;

/**
 * One vector to compare documents' sparse vectors with. A score is the sum over shared indices in
 * their order, so that it depends on nothing but the two vectors. Immutable.
 *
 * @param indices unsigned, ascending as such
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier that is never compared or hashed
record SparseQuery(int[] indices, float[] weights) {

  static SparseQuery of(VectorValue.Sparse vector) {
    return new SparseQuery(vector.indices(), vector.values());
  }

  /** The inner product with a vector as {@link SparseCodec} encodes it. */
  float dot(BytesRef vector) {
    float dot = foundDot(vector);
    return Float.isNaN(dot) ? 0 : dot;
  }

  /**
   * The inner product, clamped to finite numbers; {@link Float#NaN} when it is 0, be it that no
   * index is shared or that products cancel out: such a point is not found. O(entries of both).
   */
  float foundDot(BytesRef vector) {
    int count = SparseCodec.count(vector);
    double sum = 0;
    int i = 0;
    int j = 0;
    while (i < indices.length && j < count) {
      int order = Integer.compareUnsigned(indices[i], SparseCodec.index(vector, j));
      if (order == 0) {
        sum += (double) weights[i++] * SparseCodec.value(vector, count, j++);
      } else if (order < 0) {
        i++;
      } else {
        j++;
      }
    }
    float dot = (float) Math.clamp(sum, -(double) Float.MAX_VALUE, Float.MAX_VALUE);
    return dot == 0 ? Float.NaN : dot;
  }
}
