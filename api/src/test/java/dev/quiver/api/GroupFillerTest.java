package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.FilterEvaluator;
import dev.quiver.engine.filter.PayloadIndexes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Groups filled request by request against grouping all points. */
class GroupFillerTest {
  private static final int ROUNDS = 500;

  private record Ranked(ScoredPoint point, Set<Groups.Key> keys) {}

  private final List<Ranked> points = new ArrayList<>();
  private int requests;

  /** Points in rank order; every eighth has a value that no group can have. */
  private void fill(Random random, boolean descending) {
    points.clear();
    int count = random.nextInt(120);
    int values = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      ObjectNode payload = Payload.JSON.createObjectNode();
      Set<Groups.Key> keys = new LinkedHashSet<>();
      ArrayNode array = payload.putObject("o").putArray("g");
      for (int j = random.nextInt(3); j >= 0; j--) {
        int value = random.nextInt(values);
        if (random.nextInt(8) == 0) {
          array.add(0.5);
          keys.clear();
          break;
        } else if (value % 2 == 0) {
          array.add("k" + value);
          keys.add(new Groups.Key.Text("k" + value));
        } else {
          array.add(value);
          keys.add(new Groups.Key.Whole(BigInteger.valueOf(value)));
        }
      }
      float score = descending ? count - i / 3 : i / 3;
      points.add(
          new Ranked(
              new ScoredPoint(PointId.of(i), 0, score, Payload.of(payload), null, null), keys));
    }
  }

  private List<ScoredPoint> best(dev.quiver.engine.filter.Filter filter, int limit) {
    requests++;
    FilterEvaluator evaluator = new FilterEvaluator(filter, PayloadIndexes.NONE);
    return points.stream()
        .map(Ranked::point)
        .filter(point -> evaluator.matches(point.id(), point.payload().json(), Set.of()))
        .limit(limit)
        .toList();
  }

  @Test
  void groupsAreTheBestOnesWithTheirBestPoints() {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int complete = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String where = "seed " + seed + ", round " + round;
      Groups.Order order = Groups.Order.values()[random.nextInt(3)];
      fill(random, order != Groups.Order.LOWER_SCORE);
      int limit = 1 + random.nextInt(6);
      int size = 1 + random.nextInt(5);
      Groups.Request request =
          new Groups.Request(
              random.nextBoolean() ? "o.g" : "o.g[]",
              size,
              limit,
              null,
              PayloadSelection.NONE,
              VectorSelection.NONE);
      requests = 0;
      Map<Groups.Key, List<ScoredPoint>> found =
          new GroupFiller(request, order).fill((filter, most, _) -> best(filter, most));
      Map<Groups.Key, List<ScoredPoint>> expected = expected(limit, size);
      assertThat(requests).as(where).isLessThanOrEqualTo(10);
      List<Groups.Key> keys = List.copyOf(found.keySet());
      assertThat(keys).as(where).isEqualTo(List.copyOf(expected.keySet()).subList(0, keys.size()));
      found.forEach(
          (key, hits) ->
              assertThat(hits).as(where).isEqualTo(expected.get(key).subList(0, hits.size())));
      if (points.size() <= 5 * limit * size) {
        complete++;
        assertThat(found).as("%s: all were asked for", where).isEqualTo(expected);
      }
    }
    assertThat(complete).isGreaterThan(ROUNDS / 10);
  }

  private Map<Groups.Key, List<ScoredPoint>> expected(int limit, int size) {
    Map<Groups.Key, List<ScoredPoint>> all = new LinkedHashMap<>();
    for (Ranked ranked : points) {
      for (Groups.Key key : ranked.keys()) {
        all.computeIfAbsent(key, _ -> new ArrayList<>()).add(ranked.point());
      }
    }
    Map<Groups.Key, List<ScoredPoint>> best = new LinkedHashMap<>();
    all.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getValue().getFirst().id()))
        .limit(limit)
        .forEach(
            entry ->
                best.put(
                    entry.getKey(),
                    entry.getValue().subList(0, Math.min(size, entry.getValue().size()))));
    return best;
  }
}
