package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.FilterJson;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Random operations on points, and what each does to the model. */
final class SimulatedWrites {
  static final String BASE = "base";
  static final String EXTRA = "extra";
  static final int DIMENSION = 4;

  private static final int IDS = 60;
  private static final List<String> TAGS = List.of("a", "b", "c", "d");

  private final Random random;
  private int value;

  SimulatedWrites(Random random) {
    this.random = random;
  }

  /**
   * Operations of one call.
   *
   * @param vectors that the collection has
   */
  List<WriteOp> next(Set<String> vectors) {
    int kind = random.nextInt(30);
    if (kind == 0) {
      return List.of(vectors.contains(EXTRA) ? new WriteOp.DeleteVector(EXTRA) : createVector());
    }
    if (kind < 3) {
      String field = random.nextBoolean() ? "v" : "tag";
      return List.of(
          random.nextInt(3) > 0
              ? new WriteOp.CreateFieldIndex(
                  new PayloadIndex(
                      field,
                      field.equals("v") ? PayloadIndex.Type.INTEGER : PayloadIndex.Type.KEYWORD,
                      null))
              : new WriteOp.DeleteFieldIndex(field));
    }
    int count = random.nextInt(4) == 0 ? 2 + random.nextInt(4) : 1;
    List<WriteOp> operations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      operations.add(onPoints(vectors));
    }
    return operations;
  }

  private static WriteOp createVector() {
    ObjectNode params = Payload.JSON.createObjectNode();
    params.put("size", DIMENSION).put("distance", "Euclid");
    return new WriteOp.CreateVector(EXTRA, params);
  }

  private WriteOp onPoints(Set<String> vectors) {
    int kind = random.nextInt(20);
    if (kind < 10) {
      List<Point> points = new ArrayList<>();
      int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 24 : 6);
      for (int i = 0; i < count; i++) {
        points.add(new Point(PointId.of(id()), vectors(vectors), payload()));
      }
      WriteOp.UpdateMode mode =
          random.nextInt(5) > 0
              ? WriteOp.UpdateMode.UPSERT
              : random.nextBoolean()
                  ? WriteOp.UpdateMode.INSERT_ONLY
                  : WriteOp.UpdateMode.UPDATE_ONLY;
      return new WriteOp.Upsert(points, null, mode);
    }
    return switch (kind) {
      case 10, 11 -> new WriteOp.DeletePoints(selector());
      case 12, 13 -> new WriteOp.SetPayload(payload(), selector(), null);
      case 14 -> new WriteOp.OverwritePayload(payload(), selector(), null);
      case 15 -> new WriteOp.DeletePayload(List.of("tag"), selector());
      case 16 -> new WriteOp.ClearPayload(selector());
      case 17 -> new WriteOp.DeleteVectors(selector(), List.of(BASE));
      default ->
          new WriteOp.UpdateVectors(
              List.of(new WriteOp.PointVectors(PointId.of(id()), vectors(vectors))), null);
    };
  }

  private long id() {
    return random.nextInt(IDS);
  }

  private Map<String, VectorValue> vectors(Set<String> names) {
    Map<String, VectorValue> vectors = new TreeMap<>();
    for (String name : names) {
      if (name.equals(BASE) || random.nextBoolean()) {
        float[] values = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
          values[i] = random.nextInt(100);
        }
        vectors.put(name, new VectorValue.Dense(values));
      }
    }
    return vectors;
  }

  private Payload payload() {
    ObjectNode payload = Payload.JSON.createObjectNode();
    payload.put("v", value++);
    if (random.nextBoolean()) {
      payload.put("tag", TAGS.get(random.nextInt(TAGS.size())));
    }
    return Payload.of(payload);
  }

  private PointSelector selector() {
    if (random.nextInt(4) == 0) {
      ObjectNode filter = Payload.JSON.createObjectNode();
      filter
          .putArray("must")
          .addObject()
          .put("key", "tag")
          .putObject("match")
          .put("value", TAGS.get(random.nextInt(TAGS.size())));
      return new PointSelector.ByFilter(FilterJson.parse(filter));
    }
    List<PointId> ids = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      ids.add(PointId.of(id()));
    }
    return new PointSelector.ByIds(ids);
  }

  // The model.

  /** Applies an operation; returns false when a point that it names is missing. */
  static boolean apply(WriteOp operation, SimulatedState.Contents contents) {
    Map<Long, SimulatedState.Point> points = contents.points;
    switch (operation) {
      case WriteOp.Upsert op -> {
        Set<Long> present = Set.copyOf(points.keySet());
        for (Point point : op.points()) {
          long id = number(point.id());
          boolean written =
              switch (op.mode()) {
                case UPSERT -> true;
                case INSERT_ONLY -> !present.contains(id);
                case UPDATE_ONLY -> present.contains(id);
              };
          if (written) {
            points.put(
                id, new SimulatedState.Point(point.payload().json(), floats(point.vectors())));
          }
        }
        return true;
      }
      case WriteOp.DeletePoints op -> {
        points.keySet().removeAll(selected(op.selector(), points));
        return true;
      }
      case WriteOp.UpdateVectors op -> {
        boolean complete = true;
        for (WriteOp.PointVectors change : op.points()) {
          complete &=
              edit(
                  points,
                  Set.of(number(change.id())),
                  point -> {
                    Map<String, List<Float>> vectors = new TreeMap<>(point.vectors());
                    vectors.putAll(floats(change.vectors()));
                    return new SimulatedState.Point(point.payload(), vectors);
                  });
        }
        return complete;
      }
      case WriteOp.DeleteVectors op -> {
        return edit(
            points,
            selected(op.selector(), points),
            point -> {
              Map<String, List<Float>> vectors = new TreeMap<>(point.vectors());
              vectors.keySet().removeAll(op.names());
              return new SimulatedState.Point(point.payload(), vectors);
            });
      }
      case WriteOp.SetPayload op -> {
        return editPayload(points, op.selector(), payload -> payload.setAll(op.payload().json()));
      }
      case WriteOp.OverwritePayload op -> {
        return editPayload(
            points,
            op.selector(),
            payload -> {
              payload.removeAll();
              payload.setAll(op.payload().json());
            });
      }
      case WriteOp.DeletePayload op -> {
        return editPayload(points, op.selector(), payload -> payload.remove(op.keys()));
      }
      case WriteOp.ClearPayload op -> {
        return editPayload(points, op.selector(), ObjectNode::removeAll);
      }
      case WriteOp.CreateFieldIndex op -> {
        contents.indexes.put(op.index().field(), op.index().type().wireName());
        return true;
      }
      case WriteOp.DeleteFieldIndex op -> {
        contents.indexes.remove(op.field());
        return true;
      }
      case WriteOp.CreateVector op -> {
        contents.vectors.add(op.name());
        return true;
      }
      case WriteOp.DeleteVector op -> {
        if (contents.vectors.remove(op.name())) {
          points.replaceAll(
              (id, point) -> {
                Map<String, List<Float>> vectors = new TreeMap<>(point.vectors());
                vectors.remove(op.name());
                return new SimulatedState.Point(point.payload(), vectors);
              });
        }
        return true;
      }
    }
  }

  /** The vectors that points are to get. */
  static Set<String> vectorsIn(WriteOp operation) {
    Set<String> names = new LinkedHashSet<>();
    if (operation instanceof WriteOp.Upsert upsert) {
      upsert.points().forEach(point -> names.addAll(point.vectors().keySet()));
    } else if (operation instanceof WriteOp.UpdateVectors update) {
      update.points().forEach(change -> names.addAll(change.vectors().keySet()));
    }
    return names;
  }

  private interface Edit {
    SimulatedState.Point of(SimulatedState.Point before);
  }

  private interface PayloadEdit {
    void on(ObjectNode payload);
  }

  private static boolean editPayload(
      Map<Long, SimulatedState.Point> points, PointSelector selector, PayloadEdit edit) {
    return edit(
        points,
        selected(selector, points),
        point -> {
          ObjectNode payload = point.payload().deepCopy();
          edit.on(payload);
          return new SimulatedState.Point(payload, point.vectors());
        });
  }

  private static boolean edit(Map<Long, SimulatedState.Point> points, Set<Long> ids, Edit edit) {
    boolean complete = true;
    for (long id : ids) {
      SimulatedState.Point before = points.get(id);
      if (before == null) {
        complete = false;
      } else {
        points.put(id, edit.of(before));
      }
    }
    return complete;
  }

  private static Set<Long> selected(
      PointSelector selector, Map<Long, SimulatedState.Point> points) {
    Set<Long> ids = new LinkedHashSet<>();
    switch (selector) {
      case PointSelector.ByIds(List<PointId> named) -> named.forEach(id -> ids.add(number(id)));
      case PointSelector.ByFilter by -> {
        String tag = FilterJson.toJson(by.filter()).at("/must/0/match/value").textValue();
        points.forEach(
            (id, point) -> {
              if (tag.equals(point.payload().path("tag").textValue())) {
                ids.add(id);
              }
            });
      }
    }
    return ids;
  }

  static long number(PointId id) {
    return ((PointId.Num) id).value();
  }

  static Map<String, List<Float>> floats(Map<String, VectorValue> vectors) {
    Map<String, List<Float>> all = new TreeMap<>();
    vectors.forEach(
        (name, vector) -> {
          if (vector instanceof VectorValue.Dense(float[] values)) {
            List<Float> list = new ArrayList<>(values.length);
            for (float each : values) {
              list.add(each);
            }
            all.put(name, list);
          }
        });
    return all;
  }
}
