package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.OrderBy;
import dev.quiver.engine.OrderBy.StartFrom;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrderedValuesTest {
  private static final int DOCUMENTS = 6_000;
  private static final List<String> PATHS = List.of("a", "b", "a[]", "t", "a.b", "b[].a");

  /** Values of a point for an index, computed from its payload. */
  private static Set<Number> values(JsonNode payload, PayloadIndex index) {
    Set<Number> values = new HashSet<>();
    for (JsonNode value : PayloadPath.parse(index.field()).valuesIn(payload)) {
      Iterable<JsonNode> elements = value.isArray() ? value : List.of(value);
      for (JsonNode element : elements) {
        switch (index.type()) {
          case INTEGER -> {
            if (ValueMatch.isInteger(element)) {
              values.add(element.longValue());
            }
          }
          case FLOAT -> {
            if (element.isNumber()) {
              values.add(element.doubleValue() + 0.0);
            }
          }
          case DATETIME -> {
            if (element.isTextual()) {
              Datetimes.parseMicros(element.textValue()).ifPresent(values::add);
            }
          }
          default -> {
            if (matchesType(element, index.type())) {
              values.add(1L);
            }
          }
        }
      }
    }
    return values;
  }

  private static boolean matchesType(JsonNode element, PayloadIndex.Type type) {
    return switch (type) {
      case KEYWORD, TEXT -> element.isTextual();
      case UUID -> element.isTextual() && FieldCompiler.isUuid(element.textValue());
      case BOOL -> element.isBoolean();
      case GEO -> {
        Condition.GeoPoint point = Geo.point(element);
        yield point != null && Geo.isLegal(point.lon(), point.lat());
      }
      case INTEGER, FLOAT, DATETIME -> throw new IllegalArgumentException(type.name());
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = PayloadIndex.Type.class,
      names = {"INTEGER", "FLOAT", "DATETIME"})
  void theFirstValuesInOrderAreThoseOfASortOverAllPayloads(PayloadIndex.Type type)
      throws IOException {
    Random random = seeded();
    List<ObjectNode> payloads = new ArrayList<>();
    try (Directory directory = new ByteBuffersDirectory();
        DirectoryReader reader = filled(directory, random, payloads)) {
      for (int i = 0; i < 150; i++) {
        PayloadIndex index = new PayloadIndex(PATHS.get(random.nextInt(PATHS.size())), type, null);
        boolean descending = random.nextBoolean();
        StartFrom start = start(random);
        FixedBitSet accepted = accepted(random, reader.maxDoc());
        List<OrderedValues.Entry> expected = new ArrayList<>();
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
          if (accepted.get(doc)) {
            for (Number value : values(payloads.get(doc), index)) {
              if (start == null || compare(value, number(start)) * (descending ? -1 : 1) >= 0) {
                expected.add(new OrderedValues.Entry(value, doc));
              }
            }
          }
        }
        Comparator<OrderedValues.Entry> order = (a, b) -> compare(a.value(), b.value());
        expected.sort(
            (descending ? order.reversed() : order).thenComparing(OrderedValues.Entry::docId));
        int limit = 1 + random.nextInt(40);
        List<OrderedValues.Entry> found =
            OrderedValues.of(
                    new OrderBy(index.field(), descending, start),
                    new PayloadIndexes(List.of(index)))
                .top(
                    reader,
                    leaf -> {
                      FixedBitSet bits = new FixedBitSet(leaf.reader().maxDoc());
                      for (int doc = 0; doc < bits.length(); doc++) {
                        if (accepted.get(leaf.docBase + doc)) {
                          bits.set(doc);
                        }
                      }
                      return bits;
                    },
                    limit);
        assertThat(found).isEqualTo(expected.subList(0, Math.min(limit, expected.size())));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(PayloadIndex.Type.class)
  void pointsWithAValueOfTheIndexAreCounted(PayloadIndex.Type type) throws IOException {
    Random random = seeded();
    List<ObjectNode> payloads = new ArrayList<>();
    try (Directory directory = new ByteBuffersDirectory();
        DirectoryReader reader = filled(directory, random, payloads)) {
      for (String path : PATHS) {
        PayloadIndex index = new PayloadIndex(path, type, null);
        long expected =
            payloads.stream().filter(payload -> !values(payload, index).isEmpty()).count();
        assertThat(new IndexSearcher(reader).count(FilterCompiler.havingValue(index)))
            .isEqualTo((int) expected);
      }
    }
  }

  @Test
  void aKeyWithoutARangeIndexIsRefused() {
    PayloadIndexes indexes =
        new PayloadIndexes(
            List.of(
                new PayloadIndex("k", PayloadIndex.Type.KEYWORD, null),
                new PayloadIndex(
                    "i",
                    PayloadIndex.Type.INTEGER,
                    Payload.JSON.createObjectNode().put("range", false))));
    for (String key : List.of("k", "i", "none")) {
      assertThatThrownBy(() -> OrderedValues.of(new OrderBy(key, false, null), indexes))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining(
              "No range index for `order_by` key: `" + key + "`. Please create one to use")
          .extracting(e -> ((QuiverException) e).code())
          .isEqualTo(ErrorCode.WRONG_INPUT);
    }
  }

  private static Random seeded() {
    long seed = Long.getLong("quiver.filter.seed", System.nanoTime());
    System.out.println("quiver.filter.seed=" + seed);
    return new Random(seed);
  }

  private static DirectoryReader filled(
      Directory directory, Random random, List<ObjectNode> payloads) throws IOException {
    RandomPayloads maker = new RandomPayloads(random);
    PayloadIndexer indexer = new PayloadIndexer(PayloadIndexes.NONE);
    IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < DOCUMENTS; i++) {
        ObjectNode payload = maker.payload();
        payloads.add(payload);
        writer.addDocument(
            FilterAgreementTest.document(
                PointId.of(i), new FilterAgreementTest.Stored(payload, Set.of()), indexer));
        if (i == DOCUMENTS / 4) {
          writer.commit();
        }
      }
    }
    return DirectoryReader.open(directory);
  }

  private static FixedBitSet accepted(Random random, int size) {
    FixedBitSet bits = new FixedBitSet(size);
    int[] oneIn = {1, 2, 50};
    int chosen = oneIn[random.nextInt(oneIn.length)];
    for (int i = 0; i < size; i++) {
      if (random.nextInt(chosen) == 0) {
        bits.set(i);
      }
    }
    return bits;
  }

  private static @Nullable StartFrom start(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> new StartFrom.Int(random.nextInt(4));
      case 1 -> new StartFrom.Real(random.nextInt(4) - 0.5);
      case 2 -> new StartFrom.Datetime(1_577_836_800_000_000L);
      default -> null;
    };
  }

  private static Number number(StartFrom start) {
    return switch (start) {
      case StartFrom.Int(long value) -> value;
      case StartFrom.Real(double value) -> value;
      case StartFrom.Datetime(long micros) -> micros;
    };
  }

  private static int compare(Number a, Number b) {
    return a instanceof Long x && b instanceof Long y
        ? Long.compare(x, y)
        : Double.compare(a.doubleValue(), b.doubleValue());
  }
}
