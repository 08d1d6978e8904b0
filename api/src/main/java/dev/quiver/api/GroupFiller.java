package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.PayloadPath;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills groups, much as Qdrant does: asks for candidates without the points that it has and without
 * groups that are full, until there are as many groups as are wanted; then for candidates of the
 * best groups that are not full. Each a bounded number of times. One use, one thread.
 *
 * <p>Candidates come in the order of the ranking. So the first groups that are found are the best
 * ones, whatever else would be collected; Qdrant goes on until these are full.
 */
final class GroupFiller {
  private static final int MOST_COLLECTING = 5;
  private static final int MOST_FILLING = 5;

  private final Groups.Request request;
  private final PayloadPath path;
  private final PayloadSelection candidatePayload;
  private final Comparator<Hit> order;
  private final Map<Groups.Key, Map<PointId, Hit>> groups = new LinkedHashMap<>();
  private final Set<PointId> seen = new HashSet<>();

  /**
   * @param arrival how many hits came before
   */
  private record Hit(ScoredPoint point, int arrival) {}

  GroupFiller(Groups.Request request, Groups.Order order) {
    this.request = request;
    this.path = PayloadPath.parse(request.groupBy());
    // The member that the path begins with: a part of it would move elements of arrays.
    PayloadPath member = new PayloadPath(List.of(path.steps().getFirst()));
    this.candidatePayload = new PayloadSelection.Include(List.of(member.toString()));
    Comparator<Hit> byScore = (a, b) -> Float.compare(a.point().score(), b.point().score());
    Comparator<Hit> byArrival = Comparator.comparingInt(Hit::arrival);
    this.order =
        switch (order) {
          case HIGHER_SCORE -> byScore.reversed().thenComparing(byArrival);
          case LOWER_SCORE -> byScore.thenComparing(byArrival);
          case ARRIVAL -> byArrival;
        };
  }

  /** The best groups in order, each with its best hits in order. */
  Map<Groups.Key, List<ScoredPoint>> fill(Groups.Source source) {
    boolean more = true;
    for (int i = 0; i < MOST_COLLECTING && more && groups.size() < request.limit(); i++) {
      more = add(source.best(unseen(notFull()), candidates(), candidatePayload));
    }
    more = true;
    for (int i = 0; i < MOST_FILLING && more && !isDone(); i++) {
      List<Groups.Key> unfilled = bestKeys().stream().filter(key -> !isFull(key)).toList();
      Condition wanted = unfilled.isEmpty() ? notFull() : oneOf(unfilled);
      more = add(source.best(unseen(wanted), candidates(), candidatePayload));
    }
    Map<Groups.Key, List<ScoredPoint>> best = new LinkedHashMap<>();
    for (Groups.Key key : bestKeys()) {
      best.put(
          key,
          groups.getOrDefault(key, Map.of()).values().stream()
              .sorted(order)
              .limit(request.groupSize())
              .map(Hit::point)
              .toList());
    }
    return best;
  }

  private int candidates() {
    return Math.multiplyExact(request.limit(), request.groupSize());
  }

  private boolean isDone() {
    return bestKeys().stream().filter(this::isFull).count() >= request.limit();
  }

  private boolean isFull(Groups.Key key) {
    return groups.getOrDefault(key, Map.of()).size() >= request.groupSize();
  }

  private List<Groups.Key> bestKeys() {
    record Ranked(Groups.Key key, Hit best) {}
    List<Ranked> ranked = new ArrayList<>(groups.size());
    groups.forEach(
        (key, hits) ->
            hits.values().stream().min(order).ifPresent(hit -> ranked.add(new Ranked(key, hit))));
    ranked.sort((a, b) -> order.compare(a.best(), b.best()));
    return ranked.stream().limit(request.limit()).map(Ranked::key).toList();
  }

  /** Returns whether there were any. */
  private boolean add(List<ScoredPoint> points) {
    for (ScoredPoint point : points) {
      Hit hit = new Hit(point, seen.size());
      if (seen.add(point.id())) {
        for (Groups.Key key : keys(point.payload())) {
          groups.computeIfAbsent(key, _ -> new LinkedHashMap<>()).put(point.id(), hit);
        }
      }
    }
    return !points.isEmpty();
  }

  /** The groups that a point belongs to; none when one of its values cannot be a group's. */
  private Set<Groups.Key> keys(@Nullable Payload payload) {
    Set<Groups.Key> keys = new LinkedHashSet<>();
    if (payload == null) {
      return keys;
    }
    for (JsonNode value : path.valuesIn(payload.json())) {
      List<JsonNode> elements = new ArrayList<>();
      if (value.isArray()) {
        value.forEach(elements::add);
      } else {
        elements.add(value);
      }
      for (JsonNode element : elements) {
        if (element.isTextual()) {
          keys.add(new Groups.Key.Text(element.textValue()));
        } else if (element.isIntegralNumber()) {
          keys.add(new Groups.Key.Whole(element.bigIntegerValue()));
        } else {
          return Set.of();
        }
      }
    }
    return keys;
  }

  // Filters.

  /** Points that have the value, are not known yet, and match. */
  private Filter unseen(@Nullable Condition wanted) {
    List<Condition> mustNot = new ArrayList<>();
    mustNot.add(new Condition.IsEmpty(request.groupBy()));
    if (!seen.isEmpty()) {
      mustNot.add(new Condition.HasId(Set.copyOf(seen)));
    }
    return new Filter(wanted == null ? List.of() : List.of(wanted), List.of(), mustNot, null);
  }

  /** Points with a value of another group than the full ones; null when none is full. */
  private @Nullable Condition notFull() {
    List<Groups.Key> full = groups.keySet().stream().filter(this::isFull).toList();
    List<Condition> conditions =
        conditions(full, Condition.Match.ExceptKeyword::new, Condition.Match.ExceptInt::new);
    return conditions.isEmpty() ? null : new Filter(conditions, List.of(), List.of(), null);
  }

  private Condition oneOf(List<Groups.Key> keys) {
    List<Condition> conditions =
        conditions(keys, Condition.Match.AnyKeyword::new, Condition.Match.AnyInt::new);
    return new Filter(List.of(), conditions, List.of(), null);
  }

  /**
   * One condition for the texts among the keys and one for the numbers, as far as there are any.
   */
  private List<Condition> conditions(
      List<Groups.Key> keys,
      Function<List<String>, Condition.Match> ofTexts,
      Function<List<Long>, Condition.Match> ofNumbers) {
    List<Condition> conditions = new ArrayList<>(2);
    List<String> texts = texts(keys);
    if (!texts.isEmpty()) {
      conditions.add(match(ofTexts.apply(texts)));
    }
    List<Long> numbers = numbers(keys);
    if (!numbers.isEmpty()) {
      conditions.add(match(ofNumbers.apply(numbers)));
    }
    return conditions;
  }

  private Condition match(Condition.Match match) {
    return new Condition.Field(
        request.groupBy(), match, null, null, null, null, null, null, null, null);
  }

  private static List<String> texts(List<Groups.Key> keys) {
    return keys.stream()
        .filter(Groups.Key.Text.class::isInstance)
        .map(key -> ((Groups.Key.Text) key).value())
        .toList();
  }

  /** Numbers that a filter can name: signed 64-bit ones. */
  private static List<Long> numbers(List<Groups.Key> keys) {
    return keys.stream()
        .filter(Groups.Key.Whole.class::isInstance)
        .map(key -> ((Groups.Key.Whole) key).value())
        .filter(value -> value.bitLength() < Long.SIZE)
        .map(BigInteger::longValue)
        .toList();
  }
}
