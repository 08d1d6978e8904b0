package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Payload;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What each writer of the crash campaign does at each step: a pure function of the campaign's seed,
 * the writer and the step's number, so that the process that is killed and the one that checks
 * agree without talking. Writers own disjoint ids; each does one step after the other.
 */
final class CrashPlan {
  static final int WRITERS = 6;
  static final int COLLECTIONS = 2;
  static final int DIMENSION = 8;

  private static final int IDS_PER_WRITER = 150;

  private CrashPlan() {}

  /** One step of a writer. */
  record Step(Kind kind, List<Long> ids, long value, boolean waits) {}

  enum Kind {
    UPSERT,
    SET_PAYLOAD,
    UPDATE_VECTORS,
    DELETE
  }

  static String collection(int writer) {
    return "crash-" + writer % COLLECTIONS;
  }

  static CollectionConfig config() {
    ObjectNode document = Payload.JSON.createObjectNode();
    document
        .putObject("params")
        .putObject("vectors")
        .put("size", DIMENSION)
        .put("distance", "Euclid");
    return CollectionConfig.fromDocument(document);
  }

  static Step step(long seed, int writer, long number) {
    Random random = new Random((seed * 31 + writer) * 1_000_003 + number);
    // The first numbers of neighbouring seeds are alike.
    random.nextLong();
    int choice = random.nextInt(10);
    Kind kind =
        choice < 6
            ? Kind.UPSERT
            : choice < 8 ? Kind.SET_PAYLOAD : choice < 9 ? Kind.UPDATE_VECTORS : Kind.DELETE;
    int count = kind == Kind.UPSERT || kind == Kind.DELETE ? 1 + random.nextInt(4) : 1;
    List<Long> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(writer * 1_000_000L + random.nextInt(IDS_PER_WRITER));
    }
    return new Step(kind, ids, number, random.nextBoolean());
  }

  static WriteOp operation(Step step) {
    return switch (step.kind()) {
      case UPSERT ->
          new WriteOp.Upsert(
              step.ids().stream()
                  .map(
                      id ->
                          new Point(
                              PointId.of(id),
                              Map.of("", vector(step.value())),
                              payload("v", step.value())))
                  .toList(),
              null,
              WriteOp.UpdateMode.UPSERT);
      case SET_PAYLOAD -> new WriteOp.SetPayload(payload("p", step.value()), selector(step), null);
      case UPDATE_VECTORS ->
          new WriteOp.UpdateVectors(
              List.of(
                  new WriteOp.PointVectors(
                      PointId.of(step.ids().getFirst()), Map.of("", vector(step.value())))),
              null);
      case DELETE -> new WriteOp.DeletePoints(selector(step));
    };
  }

  private static PointSelector selector(Step step) {
    return new PointSelector.ByIds(step.ids().stream().<PointId>map(PointId::of).toList());
  }

  private static Payload payload(String key, long value) {
    ObjectNode node = Payload.JSON.createObjectNode();
    node.put(key, value);
    return Payload.of(node);
  }

  private static VectorValue vector(long value) {
    float[] values = new float[DIMENSION];
    values[0] = value;
    return new VectorValue.Dense(values);
  }
}
