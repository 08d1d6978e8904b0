package dev.quiver.testkit.queries;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Engine;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.index.Distance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** A collection of random points in an engine, and what it must hold. */
final class RandomPoints {
  /** Components of each vector; of a multivector those of a row. */
  static final Map<String, Integer> DIMENSIONS =
      new TreeMap<>(Map.of("", 4, "b", 3, "m", 3, SparseModel.NAME, SparseModel.SIZE));

  static final Set<String> MULTI = Set.of("m");

  private static final int ROWS_MAX = 4;

  private static final int VALUES = 1_000;
  private static final int UPSERTS_MAX = 40;

  private final Engine engine;
  private final String name;
  private final Random random;
  private final Map<String, Distance> distances;
  private final boolean idf;
  private final Map<PointId, ReferencePoint> points = new TreeMap<>();
  private final List<Integer> values = new ArrayList<>();

  RandomPoints(Engine engine, String name, Random random, Map<String, Distance> distances) {
    this.engine = engine;
    this.name = name;
    this.random = random;
    this.distances = new TreeMap<>(distances);
    this.distances.put(SparseModel.NAME, Distance.DOT);
    this.idf = random.nextBoolean();
    for (int i = 0; i < VALUES; i++) {
      values.add(i);
    }
    Collections.shuffle(values, random);
  }

  Map<PointId, ReferencePoint> points() {
    return points;
  }

  /** Whether queries of the sparse vector are weighted by how rare components are. */
  boolean idf() {
    return idf;
  }

  Map<String, Distance> distances() {
    return distances;
  }

  void create() {
    ObjectNode document = Payload.JSON.createObjectNode();
    ObjectNode vectors = document.putObject("params").putObject("vectors");
    distances.forEach(
        (vector, distance) -> {
          if (vector.equals(SparseModel.NAME)) {
            return;
          }
          ObjectNode params =
              vectors
                  .putObject(vector)
                  .put("size", DIMENSIONS.get(vector))
                  .put("distance", wireName(distance));
          if (MULTI.contains(vector)) {
            params.putObject("multivector_config").put("comparator", "max_sim");
          }
        });
    ObjectNode sparse =
        document
            .withObjectProperty("params")
            .putObject("sparse_vectors")
            .putObject(SparseModel.NAME);
    sparse.put("modifier", idf ? "idf" : "none");
    sparse
        .putObject("index")
        .put("datatype", List.of("float32", "float16", "uint8").get(random.nextInt(3)));
    engine.createCollection(name, CollectionConfig.fromDocument(document));
    engine.write(
        name,
        List.of(
            new WriteOp.CreateFieldIndex(new PayloadIndex("n", PayloadIndex.Type.INTEGER, null))),
        true,
        null);
  }

  private static String wireName(Distance distance) {
    return switch (distance) {
      case COSINE -> "Cosine";
      case DOT -> "Dot";
      case EUCLIDEAN -> "Euclid";
      case MANHATTAN -> "Manhattan";
    };
  }

  void drop() {
    engine.deleteCollection(name);
  }

  /** Writes points, overwrites and deletes some, and makes a segment of it. */
  void write() {
    List<WriteOp> operations = new ArrayList<>();
    int count = random.nextInt(UPSERTS_MAX);
    for (int i = 0; i < count; i++) {
      PointId id = id();
      if (random.nextInt(6) == 0) {
        points.remove(id);
        operations.add(new WriteOp.DeletePoints(new PointSelector.ByIds(List.of(id))));
      } else {
        operations.add(upsert(id));
      }
    }
    if (!operations.isEmpty()) {
      engine.write(name, operations, true, null);
    }
    // What a search must see is written to a segment before it.
    engine.query(
        name,
        new QueryRequest(
            QueryStage.of(new Query.None(), 1), 0, PayloadSelection.NONE, VectorSelection.NONE));
  }

  private PointId id() {
    int number = random.nextInt(60);
    return number % 5 == 0 ? PointId.of(new UUID(number, number)) : PointId.of(number - 3L);
  }

  private WriteOp upsert(PointId id) {
    Map<String, Interval[][]> known = new LinkedHashMap<>();
    Map<String, VectorValue> written = new LinkedHashMap<>();
    DIMENSIONS.forEach(
        (vector, dimension) -> {
          if (random.nextInt(6) > 0) {
            add(vector, dimension, known, written);
          }
        });
    ObjectNode payload = payload();
    points.put(id, new ReferencePoint(id, known, payload));
    return new WriteOp.Upsert(
        List.of(new Point(id, written, Payload.of(payload))), null, WriteOp.UpdateMode.UPSERT);
  }

  private void add(
      String vector,
      int dimension,
      Map<String, Interval[][]> known,
      Map<String, VectorValue> written) {
    if (vector.equals(SparseModel.NAME)) {
      double[] components = SparseModel.components(random);
      written.put(vector, SparseModel.vector(components));
      known.put(vector, new Interval[][] {ReferenceVectors.exact(components)});
      return;
    }
    boolean isCosine = distances.get(vector) == Distance.COSINE;
    if (MULTI.contains(vector)) {
      VectorValue.Multi rows = rows(random, dimension);
      written.put(vector, rows);
      Interval[][] precise = ReferenceVectors.exact(rows);
      if (isCosine) {
        Arrays.setAll(precise, i -> ReferenceVectors.unit(precise[i]));
      }
      known.put(vector, precise);
      return;
    }
    float[] row = gaussian(random, dimension);
    // Some points share one place.
    List<Interval[][]> taken =
        points.values().stream()
            .filter(point -> point.vectors().containsKey(vector))
            .map(point -> point.vectors().get(vector))
            .toList();
    if (!taken.isEmpty() && !isCosine && random.nextInt(60) == 0) {
      Interval[] other = taken.get(random.nextInt(taken.size()))[0];
      for (int i = 0; i < dimension; i++) {
        row[i] = (float) other[i].low();
      }
    }
    written.put(vector, new VectorValue.Dense(row));
    Interval[] precise = ReferenceVectors.exact(row);
    known.put(vector, new Interval[][] {isCosine ? ReferenceVectors.unit(precise) : precise});
  }

  /** A multivector of a few rows. */
  static VectorValue.Multi rows(Random random, int dimension) {
    int rows = 1 + random.nextInt(ROWS_MAX);
    return new VectorValue.Multi(rows, dimension, gaussian(random, rows * dimension));
  }

  static float[] gaussian(Random random, int dimension) {
    float[] row = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      row[i] = (float) random.nextGaussian();
    }
    return row;
  }

  private ObjectNode payload() {
    ObjectNode payload = Payload.JSON.createObjectNode();
    switch (random.nextInt(4)) {
      case 0 -> payload.putArray("n").add(values.removeLast()).add(values.removeLast());
      case 1 -> payload.put("other", 1);
      default -> payload.put("n", values.removeLast());
    }
    if (random.nextBoolean()) {
      payload.put("f", random.nextGaussian());
    }
    if (random.nextBoolean()) {
      payload.putObject("g").put("lon", random.nextInt(20)).put("lat", random.nextInt(20));
    }
    if (random.nextBoolean()) {
      payload.put(
          "t",
          String.format(
              Locale.ROOT,
              "20%02d-0%d-11T10:00:00Z",
              10 + random.nextInt(20),
              1 + random.nextInt(9)));
    }
    return payload;
  }
}
