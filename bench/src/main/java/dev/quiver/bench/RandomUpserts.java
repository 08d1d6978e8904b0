package dev.quiver.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Payload;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Points of one random vector each, for what does not care where they are. Not thread-safe. */
final class RandomUpserts {
  private final Random random;
  private final int dimension;

  RandomUpserts(long seed, int dimension) {
    this.random = new Random(seed);
    this.dimension = dimension;
  }

  /** A collection that takes them. */
  static CollectionConfig collection(int dimension) {
    ObjectNode document = Payload.JSON.createObjectNode();
    document
        .putObject("params")
        .putObject("vectors")
        .put("size", dimension)
        .put("distance", "Cosine");
    return CollectionConfig.fromDocument(document);
  }

  /** The upsert of {@code count} points with ascending ids. */
  WriteOp next(long firstId, int count) {
    List<Point> points = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      float[] values = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        values[j] = random.nextFloat();
      }
      points.add(
          new Point(
              PointId.of(firstId + i), Map.of("", new VectorValue.Dense(values)), Payload.EMPTY));
    }
    return new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT);
  }
}
