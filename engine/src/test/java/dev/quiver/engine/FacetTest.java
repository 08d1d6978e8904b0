package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.FacetHit.Value;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterEvaluator;
import dev.quiver.engine.filter.PayloadIndexes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Facets against counting by hand. {@code -Dquiver.seed=S} replays a run. */
class FacetTest {
  private static final Map<String, String> KEYS =
      Map.of(
          "word", "keyword",
          "o.words[]", "keyword",
          "number", "integer",
          "flag", "bool",
          "uuid", "uuid",
          "o.words[1]", "keyword");

  @TempDir Path folder;
  private Random random = new Random();

  private String word() {
    return switch (random.nextInt(4)) {
      case 0 -> "w" + random.nextInt(5);
      case 1 -> List.of("東京", "Köln", "🙂", "\uFFFD", "").get(random.nextInt(5));
      // Too long to be a term as it is, with equal heads.
      case 2 -> "long ".repeat(60) + random.nextInt(3);
      default -> "v" + random.nextInt(200);
    };
  }

  private JsonNode value() {
    return switch (random.nextInt(7)) {
      case 0 -> Payload.JSON.getNodeFactory().numberNode(random.nextInt(9) - 4);
      case 1 -> Payload.JSON.getNodeFactory().numberNode(1.0);
      case 2 -> Payload.JSON.getNodeFactory().booleanNode(random.nextBoolean());
      case 3 -> Payload.JSON.getNodeFactory().nullNode();
      case 4 -> {
        String text = new UUID(random.nextInt(2), random.nextInt(20)).toString();
        yield Payload.JSON
            .getNodeFactory()
            .textNode(
                random.nextInt(upperCase) == 0 ? text.toUpperCase(java.util.Locale.ROOT) : text);
      }
      default -> Payload.JSON.getNodeFactory().textNode(word());
    };
  }

  private int upperCase = 1;

  private JsonNode values() {
    if (random.nextBoolean()) {
      return value();
    }
    ArrayNode array = Payload.JSON.createArrayNode();
    for (int i = random.nextInt(4); i > 0; i--) {
      array.add(random.nextInt(8) == 0 ? Payload.JSON.createArrayNode().add(value()) : value());
    }
    return array;
  }

  private ObjectNode payload() {
    ObjectNode payload = Payload.JSON.createObjectNode();
    for (String key : List.of("word", "number", "flag", "uuid")) {
      if (random.nextInt(5) > 0) {
        payload.set(key, values());
      }
    }
    payload.putObject("o").set("words", values());
    payload.put("n", random.nextInt(1000));
    return payload;
  }

  private static Filter below(double bound) {
    return Filter.must(
        new Condition.Field(
            "n",
            null,
            new Condition.Range(bound, null, null, null),
            null,
            null,
            null,
            null,
            null,
            null,
            null));
  }

  @Test
  void countsArePointsThatHaveTheValue() {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("seed " + seed);
    random = new Random(seed);
    // With and without UUIDs that are written in several forms.
    upperCase = random.nextBoolean() ? 3 : Integer.MAX_VALUE;
    EngineOptions options = EngineOptions.builder().fullScanThreshold(60).build();
    try (Engine engine = Engine.open(folder, options)) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      KEYS.forEach(
          (key, type) ->
              engine.write(
                  "c",
                  List.of(
                      new WriteOp.CreateFieldIndex(
                          PayloadIndexes.parse(key, Payload.JSON.getNodeFactory().textNode(type)))),
                  true,
                  null));
      Map<PointId, ObjectNode> model = new TreeMap<>();
      for (int round = 0; round < 12; round++) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          PointId id = PointId.of(random.nextInt(450));
          ObjectNode payload = payload();
          model.put(id, payload);
          points.add(new Point(id, Map.of("", VectorValue.dense(i)), Payload.of(payload)));
        }
        engine.write(
            "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
        for (String key : KEYS.keySet()) {
          for (Filter filter :
              java.util.Arrays.asList(null, below(500), below(random.nextInt(10)), below(-1))) {
            int limit = 1 + random.nextInt(30);
            assertThat(engine.facet("c", new FacetRequest(key, filter, limit)))
                .as("seed %d, round %d, key %s, filter %s", seed, round, key, filter)
                .isEqualTo(expected(model, key, filter, limit));
          }
        }
      }
    }
  }

  private static List<FacetHit> expected(
      Map<PointId, ObjectNode> model, String key, @Nullable Filter filter, int limit) {
    Map<Value, Long> counts = new HashMap<>();
    model.forEach(
        (id, payload) -> {
          if (filter == null
              || new FilterEvaluator(filter, PayloadIndexes.NONE)
                  .matches(id, payload, Set.of(""))) {
            values(payload, key).forEach(value -> counts.merge(value, 1L, Long::sum));
          }
        });
    Comparator<FacetHit> order =
        Comparator.comparingLong(FacetHit::count).reversed().thenComparing(FacetTest::sortKey);
    return counts.entrySet().stream()
        .map(entry -> new FacetHit(entry.getKey(), entry.getValue()))
        .sorted(order)
        .limit(limit)
        .toList();
  }

  private static BytesRef sortKey(FacetHit hit) {
    return new BytesRef(
        switch (hit.value()) {
          case Value.Keyword(String text) -> text;
          case Value.Int(long number) -> "%020d".formatted(number + 1000);
          case Value.Bool(boolean flag) -> flag ? "1" : "0";
        });
  }

  private static Set<Value> values(ObjectNode payload, String key) {
    List<JsonNode> found = new ArrayList<>();
    JsonNode words = payload.path("o").path("words");
    switch (key) {
      case "o.words[]" -> words.forEach(found::add);
      case "o.words[1]" -> found.add(words.isArray() ? words.path(1) : words.path("no"));
      default -> found.add(payload.path(key));
    }
    Set<Value> values = new HashSet<>();
    for (JsonNode node : found) {
      if (node.isArray()) {
        node.forEach(element -> add(element, KEYS.get(key), values));
      } else {
        add(node, KEYS.get(key), values);
      }
    }
    return values;
  }

  private static void add(JsonNode node, @Nullable String type, Set<Value> values) {
    switch (String.valueOf(type)) {
      case "keyword" -> {
        if (node.isTextual()) {
          values.add(new Value.Keyword(node.textValue()));
        }
      }
      case "uuid" -> {
        if (node.isTextual() && node.textValue().length() == 36) {
          values.add(new Value.Keyword(node.textValue().toLowerCase(java.util.Locale.ROOT)));
        }
      }
      case "integer" -> {
        if (node.isIntegralNumber()) {
          values.add(new Value.Int(node.longValue()));
        }
      }
      default -> {
        if (node.isBoolean()) {
          values.add(new Value.Bool(node.booleanValue()));
        }
      }
    }
  }

  @Test
  void aKeyWithoutAnIndexThatKnowsValuesIsRefused() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      ObjectNode schema = Payload.JSON.createObjectNode().put("type", "integer");
      for (PayloadIndex index :
          List.of(
              PayloadIndexes.parse("number", schema.put("lookup", false).put("range", true)),
              PayloadIndexes.parse("word", Payload.JSON.getNodeFactory().textNode("text")))) {
        engine.write("c", List.of(new WriteOp.CreateFieldIndex(index)), true, null);
      }
      for (String key : List.of("number", "word", "none")) {
        assertThatThrownBy(() -> engine.facet("c", new FacetRequest(key, null, 10)))
            .hasMessage(
                "Wrong input: No appropriate index for faceting: `%s`. Please create one to facet"
                        .formatted(key)
                    + " on this field. Check"
                    + " https://qdrant.tech/documentation/concepts/indexing/#payload-index to see"
                    + " which payload schemas support Match conditions");
      }
    }
  }
}
