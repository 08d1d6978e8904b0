package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PointId;
import dev.quiver.engine.filter.Condition.GeoPoint;
import dev.quiver.engine.filter.Condition.Match;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Filters over what {@link RandomPayloads} makes: every form of condition, well nested. */
final class RandomFilters {
  /** The keys that a path can name: no quotes inside. */
  private static final List<String> RAW =
      List.of("a", "b", "\"a.b\"", "\"c[0]\"", "键", "t", "\"\u0001\u0003\"");

  private static final List<String> NEEDLES =
      List.of(
          "red",
          "green",
          "e",
          "",
          " ",
          "界",
          "世界",
          "apple red",
          "Red",
          "hi",
          "dogs",
          "😀",
          "red apple ".repeat(30),
          "和平世界",
          "x",
          "\u0000",
          "run",
          "cafe",
          "the");

  private final Random random;
  private final boolean writable;
  private final RandomPayloads payloads;

  RandomFilters(Random random) {
    this(random, false);
  }

  /**
   * @param writable leaves out what only gRPC can say: bounds that are no number, a range of
   *     numbers and one of times in one condition, ...
   */
  RandomFilters(Random random, boolean writable) {
    this.random = random;
    this.writable = writable;
    this.payloads = new RandomPayloads(random);
  }

  Filter filter(int depth) {
    return new Filter(
        conditions(depth, 3), conditions(depth, 3), conditions(depth, 2), minShould(depth));
  }

  private Filter.@Nullable MinShould minShould(int depth) {
    if (random.nextInt(5) > 0) {
      return null;
    }
    List<Condition> list = new ArrayList<>(conditions(depth, 5));
    if (!list.isEmpty() && random.nextInt(4) == 0) {
      list.add(list.getFirst());
    }
    return new Filter.MinShould(list, 1 + random.nextInt(3));
  }

  private List<Condition> conditions(int depth, int most) {
    if (random.nextBoolean()) {
      return List.of();
    }
    return Stream.generate(() -> condition(depth)).limit(random.nextInt(most + 1)).toList();
  }

  Condition condition(int depth) {
    return switch (random.nextInt(depth >= 3 ? 14 : 17)) {
      case 0 -> new Condition.IsEmpty(path());
      case 1 -> new Condition.IsNull(path());
      case 2 -> new Condition.HasId(ids());
      case 3 ->
          random.nextBoolean()
              ? new Condition.HasVector(payloads.one(List.of("", "image", "nope")))
              : slice();
      case 14 -> filter(depth + 1);
      case 15, 16 -> new Condition.Nested(path(), filter(depth + 1));
      default -> field();
    };
  }

  private Condition slice() {
    int total = 1 + random.nextInt(5);
    return new Condition.Slice(total, random.nextInt(total));
  }

  private Set<PointId> ids() {
    Set<PointId> ids = new HashSet<>();
    for (int i = random.nextInt(30); i > 0; i--) {
      ids.add(payloads.id(random.nextInt(3_000)));
    }
    return ids;
  }

  /** Where arrays and objects of {@link RandomPayloads} often have something. */
  private static final List<String> COMMON =
      List.of("a", "b", "t", "a[]", "a.b", "a[].b", "b[].a", "a[].a", "t[]", "a[].t");

  String path() {
    if (random.nextBoolean()) {
      return payloads.one(COMMON);
    }
    StringBuilder path = new StringBuilder(payloads.one(RAW));
    while (random.nextInt(5) < 2) {
      switch (random.nextInt(4)) {
        case 0 -> path.append("[]");
        case 1 -> path.append('[').append(random.nextInt(3)).append(']');
        default -> path.append('.').append(payloads.one(RAW));
      }
    }
    return path.toString();
  }

  private Condition.Field field() {
    boolean both = random.nextInt(10) == 0;
    int form = random.nextInt(18);
    return new Condition.Field(
        path(),
        both || form < 9 ? match() : null,
        (both && form != 11) || form == 9 || form == 10 ? range() : null,
        (both && !writable) || form == 11 ? times() : null,
        form == 16 || (form == 12 && random.nextInt(3) == 0) ? box() : null,
        form == 12 || both ? radius() : null,
        form == 17 || (form == 12 && random.nextInt(3) == 0) ? polygon() : null,
        form == 13 ? count() : null,
        form == 14 || (both && random.nextInt(4) == 0) ? (Boolean) random.nextBoolean() : null,
        form == 15 ? (Boolean) random.nextBoolean() : null);
  }

  private Match match() {
    List<String> words = Stream.generate(payloads::text).limit(random.nextInt(5)).toList();
    List<Long> numbers =
        Stream.generate(this::integer).limit(writable ? 2 : random.nextInt(5)).toList();
    return switch (random.nextInt(13)) {
      case 11 -> new Match.Phrase(needle());
      case 12 -> new Match.ExceptInt(numbers);
      case 0 -> new Match.Keyword(payloads.text());
      case 1 -> new Match.Int(integer());
      case 2 -> new Match.Bool(random.nextBoolean());
      case 3 -> new Match.Text(needle());
      case 4 -> new Match.TextAny(needle() + " " + needle());
      case 5 -> new Match.Phrase(needle());
      case 6 -> new Match.Prefix(prefix());
      case 7 -> new Match.AnyKeyword(words);
      case 8 -> new Match.AnyInt(numbers);
      case 9 -> new Match.ExceptKeyword(words);
      default -> new Match.ExceptInt(numbers);
    };
  }

  private String needle() {
    return random.nextInt(3) == 0 ? payloads.one(RandomPayloads.WORDS) : payloads.one(NEEDLES);
  }

  private String prefix() {
    String text = payloads.text();
    int points = text.codePointCount(0, text.length());
    return text.substring(0, text.offsetByCodePoints(0, random.nextInt(points + 1)));
  }

  private Long integer() {
    return random.nextBoolean()
        ? random.nextInt(6)
        : RandomPayloads.LONGS[random.nextInt(RandomPayloads.LONGS.length)];
  }

  private @Nullable Double bound() {
    return switch (random.nextInt(writable ? 5 : 8)) {
      case 0, 1, 2 -> null;
      case 3 -> (double) integer();
      case 4 -> Math.nextUp((double) integer());
      case 5 -> random.nextInt(6) == 0 ? Double.NaN : Double.POSITIVE_INFINITY;
      case 6 -> Double.NEGATIVE_INFINITY;
      default -> RandomPayloads.DOUBLES[random.nextInt(RandomPayloads.DOUBLES.length)];
    };
  }

  private Condition.Range range() {
    return new Condition.Range(bound(), bound(), bound(), bound());
  }

  private @Nullable Long time() {
    return switch (random.nextInt(6)) {
      case 0, 1, 2 -> null;
      case 3 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
      default ->
          Datetimes.parseMicros(
                      payloads.one(
                          List.of("2020-01-01", "2021-06-01T10:00:00.000001", "2019-06-01")))
                  .getAsLong()
              + random.nextInt(3)
              - 1;
    };
  }

  private Condition.DatetimeRange times() {
    if (writable) {
      return new Condition.DatetimeRange(null, random.nextInt(1 << 30) - 1_000L, null, null);
    }
    return new Condition.DatetimeRange(time(), time(), time(), time());
  }

  private GeoPoint point() {
    double[] lons = {-180, 180, 179, -179, 0, 10, 13.4, 14};
    double[] lats = {-90, 90, 0, 10, 52.5, 53, -10};
    return new GeoPoint(lons[random.nextInt(lons.length)], lats[random.nextInt(lats.length)]);
  }

  private Condition.GeoBox box() {
    return new Condition.GeoBox(point(), point());
  }

  private Condition.GeoRadius radius() {
    double[] metres = {0, 1, 1_000, 100_000, 2_000_000, 15_000_000, 30_000_000, -1};
    return new Condition.GeoRadius(point(), metres[random.nextInt(metres.length)]);
  }

  private Condition.GeoPolygon polygon() {
    List<List<GeoPoint>> holes = random.nextBoolean() ? List.of() : List.of(ring());
    return new Condition.GeoPolygon(ring(), holes);
  }

  private List<GeoPoint> ring() {
    List<GeoPoint> ring = new ArrayList<>();
    for (int i = 3 + random.nextInt(3); i > 0; i--) {
      ring.add(point());
    }
    ring.add(ring.getFirst());
    return ring;
  }

  private @Nullable Long whole() {
    return random.nextBoolean() ? null : (Long) (long) random.nextInt(5);
  }

  private Condition.ValuesCount count() {
    return new Condition.ValuesCount(whole(), whole(), whole(), whole());
  }

  /** Declared indexes; of texts with many analyses. */
  PayloadIndexes indexes() {
    List<PayloadIndex> declared = new ArrayList<>();
    for (int i = random.nextInt(10); i > 0; i--) {
      PayloadIndex.Type type =
          random.nextBoolean()
              ? PayloadIndex.Type.TEXT
              : PayloadIndex.Type.values()[random.nextInt(PayloadIndex.Type.values().length)];
      boolean text = type == PayloadIndex.Type.TEXT;
      declared.add(
          new PayloadIndex(text ? payloads.one(COMMON) : path(), type, text ? text() : null));
    }
    return new PayloadIndexes(declared);
  }

  private ObjectNode text() {
    ObjectNode params = JsonNodeFactory.instance.objectNode().put("type", "text");
    params.put("tokenizer", payloads.one(List.of("word", "whitespace", "prefix", "multilingual")));
    params.put("lowercase", random.nextBoolean());
    params.put("phrase_matching", random.nextInt(3) > 0);
    params.put("ascii_folding", random.nextBoolean());
    if (random.nextInt(3) == 0) {
      params.put("min_token_len", random.nextInt(4));
      params.put("max_token_len", 4 + random.nextInt(4));
    }
    if (random.nextInt(4) == 0) {
      params.put("stopwords", "english");
      params.putObject("stemmer").put("type", "snowball").put("language", "english");
    }
    return Objects.requireNonNull(PayloadIndexes.parse("x", params).params());
  }
}
