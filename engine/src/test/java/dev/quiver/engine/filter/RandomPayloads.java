package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PointId;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Payloads of few keys and few values, so that random filters meet them; every JSON type. */
final class RandomPayloads {
  static final List<String> KEYS =
      List.of(
          "a", "a", "a", "b", "b", "t", "t", "a.b", "c[0]", "say \"hi\"", "键", "t", "\u0001\u0003");
  static final List<String> WORDS =
      List.of(
          "red",
          "green",
          "Red",
          "",
          "red green",
          "green red apple",
          "1",
          "true",
          "Привет мир",
          "你好世界",
          "日本 語",
          "naïve café",
          "the running dogs",
          "世界 你好",
          "2020-01-01",
          "2020-01-01T00:00:00Z",
          "2019-12-31 23:30:00-00:30",
          "2021-06-01T12:00:00.000001+02:00",
          "2020-13-01",
          "😀 grin",
          "re\u0000d");
  static final double[] DOUBLES = {
    0.0, -0.0, 1.0, 1.5, -2.25, 1e300, 9007199254740993.0, 0.1, 1e-300, -1e18
  };
  static final long[] LONGS = {
    0, 1, 2, -1, 3, 100, 9007199254740993L, 9007199254740992L, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Random random;

  RandomPayloads(Random random) {
    this.random = random;
  }

  PointId id(int i) {
    return i % 3 == 0
        ? PointId.of(new UUID(i * 0x9E3779B97F4A7C15L, i))
        : PointId.of(i % 5 == 0 ? -i - 1L : i);
  }

  ObjectNode payload() {
    return random.nextInt(12) == 0 ? JSON.objectNode() : object(0);
  }

  <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private ObjectNode object(int depth) {
    ObjectNode node = JSON.objectNode();
    int members = random.nextInt(5);
    for (int i = 0; i < members; i++) {
      node.set(one(KEYS), node(depth + 1));
    }
    return node;
  }

  private JsonNode node(int depth) {
    int kind = random.nextInt(depth >= 4 ? 9 : 13);
    return switch (kind) {
      case 0, 1 -> JSON.textNode(text());
      case 2, 3 -> JSON.numberNode(LONGS[random.nextInt(LONGS.length)]);
      case 4 -> JSON.numberNode(DOUBLES[random.nextInt(DOUBLES.length)]);
      case 5 -> JSON.booleanNode(random.nextBoolean());
      case 6 -> JSON.nullNode();
      case 7 -> place();
      case 8 ->
          random.nextInt(4) == 0
              ? JSON.numberNode(BigInteger.TWO.pow(63).add(BigInteger.valueOf(random.nextInt(3))))
              : JSON.numberNode(random.nextInt(6));
      case 9, 10 -> array(depth);
      default -> object(depth);
    };
  }

  private ArrayNode array(int depth) {
    ArrayNode array = JSON.arrayNode();
    int size = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(3);
    boolean objects = random.nextBoolean();
    boolean texts = random.nextInt(3) == 0;
    for (int i = 0; i < size; i++) {
      array.add(
          texts
              ? JSON.textNode(text())
              : objects && depth < 4 ? object(depth + 1) : node(depth + 1));
    }
    return array;
  }

  /** Sometimes long, so that it is not a term as a whole. */
  String text() {
    String word = one(WORDS);
    if (random.nextInt(10) > 0) {
      return word;
    }
    String filler = random.nextBoolean() ? "red apple " : "世界和平";
    return filler.repeat(30) + word + (random.nextBoolean() ? " x" : "");
  }

  private ObjectNode place() {
    ObjectNode place = JSON.objectNode();
    double[] lons = {-180, 180, 179.5, -179.5, 0, 10, 13.4, 13.41, -10, 190, 400};
    double[] lats = {-90, 90, 0, 10, 52.5, 52.51, -10, 89.9, 120};
    place.put("lon", lons[random.nextInt(lons.length)] + random.nextInt(2) * random.nextDouble());
    if (random.nextInt(8) > 0) {
      place.put("lat", lats[random.nextInt(lats.length)] + random.nextInt(2) * random.nextDouble());
    } else {
      place.put("lat", random.nextInt(90));
    }
    return place;
  }
}
