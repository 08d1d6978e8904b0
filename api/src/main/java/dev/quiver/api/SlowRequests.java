package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slowest requests to collections: of each kind of call the {@link #KEPT} slowest ones that are
 * different. Requests that take less than {@link #LEAST} cost nothing here. Thread-safe.
 */
final class SlowRequests {
  static final Duration LEAST = Duration.ofMillis(50);
  private static final int KEPT = 16;

  private final Map<String, List<Entry>> byRequest = new HashMap<>();

  /**
   * A request.
   *
   * @param request method and route, or gRPC's method
   * @param body null when it is too long to keep, or has none
   * @param count how often it was among the slow ones, about
   */
  record Entry(
      String collection,
      String request,
      long nanos,
      Instant at,
      @Nullable JsonNode body,
      int count) {
    private boolean isLike(Entry other) {
      return collection.equals(other.collection)
          && (body == null ? other.body == null : body.equals(other.body));
    }

    private Entry and(Entry earlier) {
      Entry slower = nanos >= earlier.nanos ? this : earlier;
      return new Entry(collection, request, slower.nanos, slower.at, body, earlier.count + count);
    }
  }

  /**
   * @param body asked for only when the request was slow
   */
  void observe(String collection, String request, long nanos, Supplier<@Nullable JsonNode> body) {
    if (nanos >= LEAST.toNanos()) {
      add(new Entry(collection, request, nanos, Instant.now(), body.get(), 1));
    }
  }

  private synchronized void add(Entry entry) {
    List<Entry> kept = byRequest.computeIfAbsent(entry.request, _ -> new ArrayList<>());
    Entry merged = entry;
    for (int i = 0; i < kept.size(); i++) {
      if (kept.get(i).isLike(entry)) {
        merged = entry.and(kept.remove(i));
        break;
      }
    }
    kept.add(merged);
    kept.sort(bySlowness());
    if (kept.size() > KEPT) {
      kept.removeLast();
    }
  }

  private static Comparator<Entry> bySlowness() {
    return Comparator.comparingLong(Entry::nanos).reversed();
  }

  /** The slowest first, of the kinds whose name contains {@code part}. */
  @GuardedBy("this")
  private List<Entry> all(String part) {
    List<Entry> all = new ArrayList<>();
    byRequest.forEach(
        (request, kept) -> {
          if (request.contains(part)) {
            all.addAll(kept);
          }
        });
    all.sort(bySlowness());
    return all;
  }

  synchronized List<Entry> slowest(String part, int most) {
    List<Entry> all = all(part);
    return List.copyOf(all.subList(0, Math.min(most, all.size())));
  }
}
