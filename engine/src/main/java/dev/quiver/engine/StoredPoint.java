package dev.quiver.engine;

import java.util.Map;

/**
 * A point as it stands in the shard, vectors as they are stored (normalised, rounded, cast).
 *
 * @param version offset of the operation that last wrote it
 */
record StoredPoint(PointId id, Map<String, VectorValue> vectors, Payload payload, long version) {

  StoredPoint withPayload(Payload changed, long offset) {
    return new StoredPoint(id, vectors, changed, offset);
  }

  StoredPoint withVectors(Map<String, VectorValue> changed, long offset) {
    return new StoredPoint(id, changed, payload, offset);
  }

  /** A rough size, for bounding what is kept of points. */
  long bytes() {
    long bytes = 256;
    for (VectorValue vector : vectors.values()) {
      bytes += vector.bytes();
    }
    return bytes;
  }
}
