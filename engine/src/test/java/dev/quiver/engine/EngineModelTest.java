package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterEvaluator;
import dev.quiver.engine.filter.PayloadEdits;
import dev.quiver.engine.filter.PayloadIndexes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations on an engine and on a plain map: after each few, everything that can be read is
 * the same, over restarts, closings, and copies of the folder taken while it is in use (what a kill
 * leaves behind). {@code -Dquiver.seed=S} replays a run, {@code -Dquiver.model.rounds=N} makes it
 * longer.
 */
class EngineModelTest {
  private static final int IDS = 40;

  /** The log is cut behind commits, so a copy of it must not be newer than one of the index. */
  private static final Comparator<Path> LOG_FIRST =
      Comparator.<Path, Boolean>comparing(path -> path.toString().contains("/index"))
          .thenComparing(Comparator.naturalOrder());

  @TempDir Path folder;

  private record Known(Map<String, float[]> vectors, ObjectNode payload) {}

  private final Map<PointId, Known> model = new TreeMap<>();
  private Random random = new Random();
  private int generation;
  private Engine engine;

  /** Dimension of the vector that is made and dropped all the time; 0 while there is none. */
  private int extraSize;

  private static CollectionConfig config() {
    return Configs.parse(
        """
        {"params": {"vectors": {
          "": {"size": 3, "distance": "Euclid"},
          "half": {"size": 2, "distance": "Dot", "datatype": "float16"}}}}""");
  }

  private EngineOptions options() {
    return EngineOptions.builder()
        .logSegmentBytes(4096)
        .flushInterval(Duration.ofMillis(random.nextBoolean() ? 20 : 10_000))
        .build();
  }

  @Test
  void theEngineHoldsWhatAPlainMapHolds() throws IOException {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("seed " + seed);
    random = new Random(seed);
    engine = Engine.open(folder.resolve("0"), options());
    engine.createCollection("c", config());
    int rounds = Integer.getInteger("quiver.model.rounds", 100);
    try {
      for (int round = 0; round < rounds; round++) {
        String where = "seed " + seed + ", round " + round;
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
          step(where);
        }
        compare(where);
        restart();
      }
    } finally {
      engine.close();
    }
  }

  private void restart() throws IOException {
    switch (random.nextInt(8)) {
      case 0 -> {
        engine.close();
        engine = Engine.open(folder.resolve(Integer.toString(generation)), options());
      }
      case 1 -> {
        Path from = folder.resolve(Integer.toString(generation++));
        Path to = folder.resolve(Integer.toString(generation));
        copyInUse(from, to);
        engine.close();
        engine = Engine.open(to, options());
      }
      default -> {
        // Most rounds go on as they are.
      }
    }
  }

  /** Copies while the engine works: retried until no file went away meanwhile, as a kill has it. */
  private static void copyInUse(Path from, Path to) throws IOException {
    while (true) {
      try (Stream<Path> all = Files.walk(from)) {
        for (Path each : all.sorted(LOG_FIRST).toList()) {
          Path target = to.resolve(from.relativize(each).toString());
          if (Files.isDirectory(each)) {
            Files.createDirectories(target);
          } else {
            Files.copy(each, target);
          }
        }
        return;
      } catch (java.nio.file.NoSuchFileException | UncheckedIOException e) {
        delete(to);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      // A file may go away while the first folder is being listed.
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private PointId id() {
    int number = random.nextInt(IDS);
    return number % 3 == 0
        ? PointId.of(new UUID(number * 0x9E3779B97F4A7C15L, number))
        : PointId.of(number % 3 == 1 ? (long) number : -(long) number);
  }

  private List<PointId> ids() {
    return Stream.generate(this::id).limit(1 + random.nextInt(4)).toList();
  }

  private ObjectNode payload() {
    ObjectNode node = Payload.JSON.createObjectNode();
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> node.put("n", random.nextInt(5));
        case 1 -> node.put("city", List.of("Köln", "東京", "Oslo").get(random.nextInt(3)));
        case 2 -> node.putObject("o").put("x", random.nextInt(3));
        default -> node.putArray("tags").add(random.nextInt(3)).add("t" + random.nextInt(3));
      }
    }
    return node;
  }

  private Filter filter() {
    Condition condition =
        switch (random.nextInt(4)) {
          case 0 -> field("n", new Condition.Match.Int(random.nextInt(5)));
          case 1 -> field("city", new Condition.Match.Keyword("東京"));
          case 2 -> field("o.x", new Condition.Match.Int(random.nextInt(3)));
          default -> new Condition.HasVector(random.nextBoolean() ? "half" : "extra");
        };
    return random.nextBoolean()
        ? Filter.must(condition)
        : new Filter(List.of(), List.of(), List.of(condition), null);
  }

  private static Condition field(String key, Condition.Match match) {
    return new Condition.Field(key, match, null, null, null, null, null, null, null, null);
  }

  private Map<String, VectorValue> vectors() {
    Map<String, VectorValue> vectors = new LinkedHashMap<>();
    if (random.nextInt(5) > 0) {
      vectors.put("", VectorValue.dense(small(), small(), small()));
    }
    if (random.nextBoolean()) {
      vectors.put("half", VectorValue.dense(small(), small()));
    }
    if (extraSize > 0 && random.nextBoolean()) {
      float[] values = new float[extraSize];
      for (int i = 0; i < values.length; i++) {
        values[i] = small();
      }
      vectors.put("extra", VectorValue.dense(values));
    }
    return vectors;
  }

  private float small() {
    return random.nextInt(17) - 8;
  }

  private PointSelector selector() {
    return random.nextBoolean()
        ? new PointSelector.ByIds(ids())
        : new PointSelector.ByFilter(filter());
  }

  private boolean matches(@Nullable Filter filter, PointId id) {
    Known known = model.get(id);
    return filter == null
        || new FilterEvaluator(filter, PayloadIndexes.NONE)
            .matches(id, known.payload(), known.vectors().keySet());
  }

  private List<PointId> selected(PointSelector selector) {
    return switch (selector) {
      case PointSelector.ByIds(List<PointId> ids) -> ids;
      case PointSelector.ByFilter(Filter filter) ->
          model.keySet().stream().filter(id -> matches(filter, id)).toList();
    };
  }

  private interface Edit {
    Known changed(Known before);
  }

  /** Edits the points that are there; returns whether one is missing. */
  private boolean edit(List<PointId> ids, Edit edit) {
    boolean missing = false;
    for (PointId id : ids) {
      Known before = model.get(id);
      if (before == null) {
        missing = true;
      } else {
        model.put(id, edit.changed(before));
      }
    }
    return missing;
  }

  private static Map<String, float[]> floats(Map<String, VectorValue> vectors) {
    Map<String, float[]> floats = new LinkedHashMap<>();
    vectors.forEach((name, vector) -> floats.put(name, ((VectorValue.Dense) vector).values()));
    return floats;
  }

  private Edit payloadEdit(java.util.function.UnaryOperator<ObjectNode> change) {
    return before -> new Known(before.vectors(), change.apply(before.payload()));
  }

  private static WriteOp createExtra(int size) {
    ObjectNode params = Payload.JSON.createObjectNode();
    return new WriteOp.CreateVector("extra", params.put("size", size).put("distance", "Dot"));
  }

  private void step(String where) {
    boolean missing = false;
    WriteOp operation;
    switch (random.nextInt(11)) {
      case 10 -> {
        int size = 1 + random.nextInt(3);
        if (extraSize == 0) {
          extraSize = size;
          operation = createExtra(size);
        } else if (random.nextInt(3) == 0) {
          operation = createExtra(extraSize);
        } else {
          extraSize = 0;
          model.replaceAll(
              (_, known) -> {
                Map<String, float[]> left = new LinkedHashMap<>(known.vectors());
                left.remove("extra");
                return new Known(left, known.payload());
              });
          operation = new WriteOp.DeleteVector("extra");
        }
      }
      case 0, 1, 2, 3 -> {
        WriteOp.UpdateMode mode = WriteOp.UpdateMode.values()[Math.max(0, random.nextInt(5) - 2)];
        Filter filter = random.nextInt(4) == 0 ? filter() : null;
        List<Point> points = new ArrayList<>();
        Map<PointId, Known> written = new LinkedHashMap<>();
        for (PointId id : ids()) {
          Point point = new Point(id, vectors(), Payload.of(payload()));
          points.add(point);
          boolean there = model.containsKey(id);
          boolean write =
              switch (mode) {
                case UPSERT -> true;
                case INSERT_ONLY -> !there;
                case UPDATE_ONLY -> there;
              };
          if (write && (!there || matches(filter, id))) {
            written.put(id, new Known(floats(point.vectors()), point.payload().json()));
          }
        }
        model.putAll(written);
        operation = new WriteOp.Upsert(points, filter, mode);
      }
      case 4 -> {
        PointSelector selector = selector();
        selected(selector).forEach(model::remove);
        operation = new WriteOp.DeletePoints(selector);
      }
      case 5 -> {
        List<WriteOp.PointVectors> points = new ArrayList<>();
        Filter filter = random.nextBoolean() ? filter() : null;
        List<PointId> ids = ids();
        List<PointId> excluded =
            ids.stream().filter(id -> model.containsKey(id) && !matches(filter, id)).toList();
        for (PointId id : ids) {
          Map<String, VectorValue> vectors = vectors();
          points.add(new WriteOp.PointVectors(id, vectors));
          missing |=
              edit(
                  excluded.contains(id) ? List.of() : List.of(id),
                  before -> {
                    Map<String, float[]> changed = new LinkedHashMap<>(before.vectors());
                    changed.putAll(floats(vectors));
                    return new Known(changed, before.payload());
                  });
        }
        operation = new WriteOp.UpdateVectors(points, filter);
      }
      case 6 -> {
        PointSelector selector = selector();
        missing =
            edit(
                selected(selector),
                before -> {
                  Map<String, float[]> left = new LinkedHashMap<>(before.vectors());
                  left.remove("half");
                  return new Known(left, before.payload());
                });
        operation = new WriteOp.DeleteVectors(selector, List.of("half"));
      }
      case 7 -> {
        PointSelector selector = selector();
        ObjectNode change = payload();
        String key = random.nextInt(3) == 0 ? "o" : null;
        missing = edit(selected(selector), payloadEdit(old -> PayloadEdits.set(old, change, key)));
        operation = new WriteOp.SetPayload(Payload.of(change), selector, key);
      }
      case 8 -> {
        PointSelector selector = selector();
        if (random.nextBoolean()) {
          ObjectNode change = payload();
          missing =
              edit(
                  selected(selector),
                  payloadEdit(old -> PayloadEdits.overwrite(old, change, null)));
          operation = new WriteOp.OverwritePayload(Payload.of(change), selector, null);
        } else {
          missing = edit(selected(selector), payloadEdit(_ -> Payload.JSON.createObjectNode()));
          operation = new WriteOp.ClearPayload(selector);
        }
      }
      default -> {
        PointSelector selector = selector();
        List<String> keys = List.of("n", "o.x");
        missing = edit(selected(selector), payloadEdit(old -> PayloadEdits.delete(old, keys)));
        operation = new WriteOp.DeletePayload(keys, selector);
      }
    }
    boolean wait = random.nextBoolean();
    ErrorCode error = null;
    try {
      engine.write("c", List.of(operation), wait, null);
    } catch (QuiverException e) {
      error = e.code();
    }
    assertThat(error)
        .as("%s: %s", where, operation)
        .isEqualTo(wait && missing ? ErrorCode.NOT_FOUND : null);
  }

  private void compare(String where) {
    // Behind an operation that is waited for, everything before it is visible.
    engine.write(
        "c", List.of(new WriteOp.DeletePoints(new PointSelector.ByIds(List.of()))), true, null);
    Map<PointId, Known> found = new LinkedHashMap<>();
    PointId next = null;
    int pageSize = 1 + random.nextInt(20);
    Filter filter = random.nextBoolean() ? filter() : null;
    do {
      ScrollPage page =
          engine.scroll(
              "c",
              new ScrollRequest(
                  next, pageSize, filter, null, PayloadSelection.ALL, VectorSelection.ALL));
      page.points()
          .forEach(
              point ->
                  found.put(
                      point.id(), new Known(floats(point.vectors()), point.payload().json())));
      next = page.nextOffset();
    } while (next != null);
    List<PointId> expected = model.keySet().stream().filter(id -> matches(filter, id)).toList();
    assertThat(found.keySet()).as(where).containsExactlyElementsOf(expected);
    found.forEach(
        (id, point) -> {
          assertThat(point.payload()).as(where).isEqualTo(model.get(id).payload());
          assertThat(point.vectors())
              .as(where + " " + id)
              .usingRecursiveComparison()
              .isEqualTo(model.get(id).vectors());
        });
    assertThat(engine.count("c", filter, true)).as(where).isEqualTo(expected.size());
    compareSearch(where, filter);
  }

  private void compareSearch(String where, @Nullable Filter filter) {
    float[] query = {small(), small(), small()};
    record Scored(PointId id, float score) {}
    List<Scored> expected =
        model.entrySet().stream()
            .filter(entry -> entry.getValue().vectors().containsKey(""))
            .filter(entry -> matches(filter, entry.getKey()))
            .map(
                entry ->
                    new Scored(entry.getKey(), distance(query, entry.getValue().vectors().get(""))))
            .sorted(Comparator.comparing(Scored::score).thenComparing(Scored::id))
            .toList();
    List<ScoredPoint> hits =
        engine.search(
            "c",
            new SearchRequest(
                "",
                new VectorValue.Dense(query),
                filter,
                SearchParams.DEFAULT,
                IDS * 2,
                0,
                null,
                PayloadSelection.NONE,
                VectorSelection.NONE));
    assertThat(hits.stream().map(hit -> new Scored(hit.id(), hit.score())).toList())
        .as(where)
        .isEqualTo(expected);
  }

  private static float distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return (float) Math.sqrt(sum);
  }
}
