package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collections, aliases and points in plain maps, and how an engine's are the same. */
final class StoreModel {
  record Known(float[] vector, String payload) {}

  final Map<String, Map<PointId, Known>> collections = new TreeMap<>();
  final Map<String, String> aliases = new TreeMap<>();

  StoreModel copy() {
    StoreModel copy = new StoreModel();
    collections.forEach((name, points) -> copy.collections.put(name, new TreeMap<>(points)));
    copy.aliases.putAll(aliases);
    return copy;
  }

  void assertSame(Engine engine, String where) {
    assertThat(engine.collections()).as(where).containsExactlyElementsOf(collections.keySet());
    Map<String, String> actual = new TreeMap<>();
    engine.aliases().forEach(alias -> actual.put(alias.alias(), alias.collection()));
    assertThat(actual).as(where).isEqualTo(aliases);
    collections.forEach(
        (name, points) -> assertPoints(engine, name, points, where + ", collection " + name));
  }

  static void assertPoints(Engine engine, String name, Map<PointId, Known> points, String where) {
    Map<String, String> expected = new LinkedHashMap<>();
    new TreeMap<>(points).forEach((id, known) -> expected.put(id.toString(), text(known)));
    Map<String, String> found = new HashMap<>();
    for (PointRecord record : all(engine, name)) {
      Map<String, VectorValue> vectors = record.vectors();
      float[] vector =
          vectors != null && vectors.get("") instanceof VectorValue.Dense(float[] values)
              ? values
              : new float[0];
      Payload payload = record.payload();
      found.put(
          record.id().toString(),
          text(new Known(vector, payload == null ? "{}" : payload.json().toString())));
    }
    assertThat(found).as(where).isEqualTo(expected);
    assertThat(engine.count(name, null, true)).as(where).isEqualTo(points.size());
  }

  private static String text(Known known) {
    return Arrays.toString(known.vector()) + known.payload();
  }

  private static List<PointRecord> all(Engine engine, String name) {
    List<PointRecord> all = new ArrayList<>();
    PointId next = null;
    do {
      ScrollPage page = page(engine, name, next);
      all.addAll(page.points());
      next = page.nextOffset();
    } while (next != null);
    return all;
  }

  private static ScrollPage page(Engine engine, String name, @Nullable PointId from) {
    return engine.scroll(
        name, new ScrollRequest(from, 100, null, null, PayloadSelection.ALL, VectorSelection.ALL));
  }
}
