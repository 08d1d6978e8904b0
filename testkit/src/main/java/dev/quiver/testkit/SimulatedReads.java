package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Database;
import dev.quiver.engine.Engine;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.ScrollPage;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.SearchRequest;
import dev.quiver.engine.TrashEntry;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads all that an engine has, and asks it what the model knows too. */
final class SimulatedReads {
  private static final int PAGE = 25;
  private static final int LIMIT = 7;

  private SimulatedReads() {}

  static SimulatedState read(Engine database) {
    SimulatedState state = new SimulatedState();
    for (Alias alias : database.aliases()) {
      state.aliases.put(alias.alias(), alias.collection());
    }
    for (String name : database.collections()) {
      state.collections.put(name, read(database, name));
    }
    for (TrashEntry entry : database.trash().list()) {
      state
          .trash
          .computeIfAbsent(entry.collection(), name -> new ArrayList<>())
          .add(SimulatedState.Dropped.UNSEEN);
    }
    return state;
  }

  static SimulatedState.Contents read(Database database, String name) {
    SimulatedState.Contents contents = new SimulatedState.Contents();
    CollectionInfo info = database.collectionInfo(name);
    for (PayloadIndex index : info.payloadIndexes().values()) {
      contents.indexes.put(index.field(), index.type().wireName());
    }
    contents.vectors.addAll(info.config().vectors().keySet());
    contents.efConstruct = info.config().document().at("/hnsw_config/ef_construct").asInt();
    points(database, name, contents.points);
    if (info.points() != contents.points.size()) {
      throw new IllegalStateException(
          name + " counts " + info.points() + " points and has " + contents.points.keySet());
    }
    return contents;
  }

  private static void points(
      Database database, String name, Map<Long, SimulatedState.Point> points) {
    PointId next = null;
    do {
      ScrollPage page =
          database.scroll(
              name,
              new ScrollRequest(next, PAGE, null, null, PayloadSelection.ALL, VectorSelection.ALL));
      for (PointRecord record : page.points()) {
        points.put(
            SimulatedWrites.number(record.id()),
            new SimulatedState.Point(
                Objects.requireNonNull(record.payload()).json(),
                SimulatedWrites.floats(Objects.requireNonNull(record.vectors()))));
      }
      next = page.nextOffset();
    } while (next != null);
  }

  /** Searches and counts; every answer must be the model's. */
  static void search(
      Database database, SimulatedState state, Random random, Consumer<String> violation) {
    state.collections.forEach(
        (name, contents) -> {
          float[] query = new float[SimulatedWrites.DIMENSION];
          for (int i = 0; i < query.length; i++) {
            query[i] = random.nextInt(100);
          }
          compare(
              name,
              distances(contents, query),
              search(database, name, query, new SearchParams(null, true, false)),
              "exact search",
              violation);
          compare(
              name,
              distances(contents, query),
              search(database, name, query, new SearchParams(256, false, false)),
              "search",
              violation);
          count(database, name, contents, violation);
        });
  }

  private static void count(
      Database database,
      String name,
      SimulatedState.Contents contents,
      Consumer<String> violation) {
    ObjectNode document = Payload.JSON.createObjectNode();
    document.putArray("must").addObject().put("key", "tag").putObject("match").put("value", "a");
    Filter filter = FilterJson.parse(document);
    long expected =
        contents.points.values().stream()
            .filter(point -> "a".equals(point.payload().path("tag").textValue()))
            .count();
    long counted = database.count(name, filter, true);
    if (counted != expected) {
      violation.accept(name + ": " + counted + " points have tag a (expected: " + expected + ")");
    }
  }

  private static Map<Long, Float> distances(SimulatedState.Contents contents, float[] query) {
    Map<Long, Float> distances = new TreeMap<>();
    contents.points.forEach(
        (id, point) -> {
          List<Float> vector = point.vectors().get(SimulatedWrites.BASE);
          if (vector != null) {
            float sum = 0;
            for (int i = 0; i < query.length; i++) {
              float difference = query[i] - vector.get(i);
              sum += difference * difference;
            }
            distances.put(id, (float) Math.sqrt(sum));
          }
        });
    return distances;
  }

  private static List<ScoredPoint> search(
      Database database, String name, float[] query, SearchParams params) {
    return database.search(
        name,
        new SearchRequest(
            SimulatedWrites.BASE,
            new VectorValue.Dense(query),
            null,
            params,
            LIMIT,
            0,
            null,
            PayloadSelection.NONE,
            VectorSelection.NONE));
  }

  private static void compare(
      String name,
      Map<Long, Float> distances,
      List<ScoredPoint> hits,
      String what,
      Consumer<String> violation) {
    List<Float> best = new ArrayList<>(distances.values());
    Collections.sort(best);
    best = best.subList(0, Math.min(LIMIT, best.size()));
    List<Float> scores = new ArrayList<>();
    for (ScoredPoint hit : hits) {
      Float real = distances.get(SimulatedWrites.number(hit.id()));
      if (real == null || Math.abs(real - hit.score()) > 1e-3f) {
        violation.accept(name + ": " + what + " says " + hit + " (expected: " + real + ")");
        return;
      }
      scores.add(real);
    }
    if (!scores.equals(best)) {
      violation.accept(name + ": " + what + " finds " + scores + " (expected: " + best + ")");
    }
  }
}
