package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Payload;
import io.qdrant.client.ValueFactory;
import io.qdrant.client.grpc.JsonWithInt.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Payloads between the wire and JSON. Replay random ones with {@code -Dquiver.seed=...}. */
final class GrpcValuesTest {
  @Test
  void randomPayloadsSurviveTheWayToStoredJsonAndBack() throws IOException {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("GrpcValuesTest: -Dquiver.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      Map<String, Value> fields = fields(random, 0);

      byte[] stored = GrpcValues.payload(fields).bytes();
      JsonNode reread = Payload.JSON.readTree(stored);

      assertThat(GrpcValues.write(reread).getStructValue().getFieldsMap()).isEqualTo(fields);
    }
  }

  private static Map<String, Value> fields(Random random, int depth) {
    Map<String, Value> fields = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      fields.put(text(random), value(random, depth + 1));
    }
    return fields;
  }

  private static Value value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 6 : 8)) {
      case 0 -> ValueFactory.nullValue();
      case 1 -> ValueFactory.value(random.nextBoolean());
      case 2 -> ValueFactory.value(random.nextLong());
      case 3 -> ValueFactory.value((long) random.nextInt(10));
      case 4 ->
          ValueFactory.value(
              random.nextBoolean() ? random.nextGaussian() : 1.0 * random.nextInt(10));
      case 5 -> ValueFactory.value(text(random));
      case 6 -> {
        List<Value> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth + 1));
        }
        yield ValueFactory.value(list);
      }
      default -> ValueFactory.value(fields(random, depth));
    };
  }

  private static String text(Random random) {
    int[] codePoints = random.ints(random.nextInt(6), 1, 0x2_0000).toArray();
    for (int i = 0; i < codePoints.length; i++) {
      if (codePoints[i] >= Character.MIN_SURROGATE && codePoints[i] <= Character.MAX_SURROGATE) {
        codePoints[i] = 'ß';
      }
    }
    return new String(codePoints, 0, codePoints.length);
  }

  @Test
  void integersAndDoublesStayApart() {
    ObjectNode json =
        GrpcValues.object(
            Map.of(
                "i",
                ValueFactory.value(1L),
                "d",
                ValueFactory.value(1.0),
                "n",
                Value.newBuilder().build()));

    assertThat(json.get("i").isIntegralNumber()).isTrue();
    assertThat(json.get("d").isFloatingPointNumber()).isTrue();
    assertThat(json.get("n").isNull()).isTrue();
  }

  @Test
  void anIntegerBeyondSixtyFourBitsIsWrittenAsADouble() {
    ObjectNode json = Payload.JSON.createObjectNode();
    json.put("large", BigInteger.ONE.shiftLeft(70));

    assertThat(GrpcValues.write(json).getStructValue().getFieldsOrThrow("large"))
        .isEqualTo(ValueFactory.value(Math.pow(2, 70)));
  }
}
