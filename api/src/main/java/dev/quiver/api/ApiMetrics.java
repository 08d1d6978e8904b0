package dev.quiver.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Counts and durations of every endpoint of REST and gRPC, under Qdrant's metric names, and the
 * place where other parts add their own metrics. Thread-safe.
 *
 * <p>Endpoints are the declared routes, never what a caller types, so the number of series is
 * bounded. Every series is there from the start, at zero.
 */
public final class ApiMetrics {
  private static final String COLLECTION = "/collections/{collection_name}";
  private static final String POINTS = COLLECTION + "/points";

  /** REST endpoints that are metrics, as in Qdrant; the others are only in the telemetry. */
  private static final List<String> REST_TIMED =
      List.of(
          "PUT " + COLLECTION + "/index",
          "POST " + POINTS,
          "PUT " + POINTS,
          "POST " + POINTS + "/batch",
          "POST " + POINTS + "/count",
          "POST " + POINTS + "/delete",
          "POST " + POINTS + "/discover",
          "POST " + POINTS + "/discover/batch",
          "POST " + POINTS + "/payload",
          "PUT " + POINTS + "/payload",
          "POST " + POINTS + "/payload/clear",
          "POST " + POINTS + "/payload/delete",
          "POST " + POINTS + "/query",
          "POST " + POINTS + "/query/batch",
          "POST " + POINTS + "/query/groups",
          "POST " + POINTS + "/recommend",
          "POST " + POINTS + "/recommend/batch",
          "POST " + POINTS + "/recommend/groups",
          "POST " + POINTS + "/scroll",
          "POST " + POINTS + "/search",
          "POST " + POINTS + "/search/batch",
          "POST " + POINTS + "/search/groups",
          "POST " + POINTS + "/search/matrix/offsets",
          "POST " + POINTS + "/search/matrix/pairs",
          "PUT " + POINTS + "/vectors",
          "POST " + POINTS + "/vectors/delete",
          "PUT " + COLLECTION + "/vectors/{vector_name}",
          "DELETE " + COLLECTION + "/vectors/{vector_name}");

  private static final List<String> GRPC_TIMED =
      List.of(
          "/qdrant.Points/ClearPayload",
          "/qdrant.Points/Count",
          "/qdrant.Points/CreateVectorName",
          "/qdrant.Points/Delete",
          "/qdrant.Points/DeletePayload",
          "/qdrant.Points/DeleteVectorName",
          "/qdrant.Points/Discover",
          "/qdrant.Points/DiscoverBatch",
          "/qdrant.Points/Facet",
          "/qdrant.Points/Get",
          "/qdrant.Points/OverwritePayload",
          "/qdrant.Points/Query",
          "/qdrant.Points/QueryBatch",
          "/qdrant.Points/QueryGroups",
          "/qdrant.Points/Recommend",
          "/qdrant.Points/RecommendBatch",
          "/qdrant.Points/RecommendGroups",
          "/qdrant.Points/Scroll",
          "/qdrant.Points/Search",
          "/qdrant.Points/SearchBatch",
          "/qdrant.Points/SearchGroups",
          "/qdrant.Points/SetPayload",
          "/qdrant.Points/UpdateBatch",
          "/qdrant.Points/UpdateVectors",
          "/qdrant.Points/Upsert");

  private static final int REST_OK = 200;
  private static final int GRPC_OK = 0;

  /**
   * A series.
   *
   * @param collection {@code ""} for that of all collections together
   */
  private record Key(String endpoint, int status, String collection) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::collection)
            .thenComparing(Key::endpoint)
            .thenComparingInt(Key::status);

    Key(String endpoint, int status) {
      this(endpoint, status, "");
    }

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private final Map<Key, Durations> rest = new ConcurrentSkipListMap<>();
  private final Map<Key, Durations> grpc = new ConcurrentSkipListMap<>();
  private final CollectionDurations restByCollection = new CollectionDurations();
  private final CollectionDurations grpcByCollection = new CollectionDurations();
  private final Issues issues = new Issues();
  private final SlowRequests slowRequests = new SlowRequests();
  private final List<Consumer<MetricsWriter>> sources = new CopyOnWriteArrayList<>();

  public ApiMetrics() {
    for (String endpoint : REST_TIMED) {
      rest.put(new Key(endpoint, REST_OK), new Durations());
    }
    for (String endpoint : GRPC_TIMED) {
      grpc.put(new Key(endpoint, GRPC_OK), new Durations());
    }
  }

  /** What slow queries lacked. */
  Issues issues() {
    return issues;
  }

  SlowRequests slowRequests() {
    return slowRequests;
  }

  /** Adds metrics of another part; called at every scrape, must be fast and never throw. */
  public void addSource(Consumer<MetricsWriter> source) {
    sources.add(source);
  }

  /**
   * Counts an answer.
   *
   * @param endpoint method and route, as {@code PUT /collections/{collection_name}/points}
   * @param collection an existing one that the call was about; null: none
   */
  void countRest(String endpoint, int status, long nanos, @Nullable String collection) {
    rest.computeIfAbsent(new Key(endpoint, status), _ -> new Durations()).record(nanos / 1_000);
    if (collection != null && REST_TIMED.contains(endpoint)) {
      restByCollection.record(
          collection, new CollectionDurations.Answer(endpoint, status), nanos / 1_000);
    }
  }

  /**
   * Counts an answer.
   *
   * @param fullMethodName as {@code qdrant.Points/Search}
   * @param status the gRPC status code's number
   * @param collection an existing one that the call was about; null: none
   */
  void countGrpc(String fullMethodName, int status, long nanos, @Nullable String collection) {
    String endpoint = "/" + fullMethodName;
    grpc.computeIfAbsent(new Key(endpoint, status), _ -> new Durations()).record(nanos / 1_000);
    if (collection != null && GRPC_TIMED.contains(endpoint)) {
      grpcByCollection.record(
          collection, new CollectionDurations.Answer(endpoint, status), nanos / 1_000);
    }
  }

  /** All metrics in Prometheus' text format. */
  String scrape(MetricsView view) {
    MetricsWriter out = new MetricsWriter(view);
    for (Consumer<MetricsWriter> source : sources) {
      source.accept(out);
    }
    if (view.perCollection() && !view.anonymize()) {
      write(out, "rest", series(restByCollection, view), REST_TIMED::contains);
      write(out, "grpc", series(grpcByCollection, view), GRPC_TIMED::contains);
    } else {
      write(out, "rest", rest, REST_TIMED::contains);
      write(out, "grpc", grpc, GRPC_TIMED::contains);
    }
    return out.toString();
  }

  private static Map<Key, Durations> series(CollectionDurations durations, MetricsView view) {
    Map<Key, Durations> series = new TreeMap<>();
    durations
        .of(view.exists())
        .forEach(
            (collection, answers) ->
                answers.forEach(
                    (answer, counted) ->
                        series.put(
                            new Key(answer.endpoint(), answer.status(), collection), counted)));
    return series;
  }

  private static void write(
      MetricsWriter out, String prefix, Map<Key, Durations> counted, Predicate<String> timed) {
    boolean isRest = prefix.equals("rest");
    Map<Key, Durations.Snapshot> all = new TreeMap<>();
    counted.forEach(
        (key, durations) -> {
          if (timed.test(key.endpoint)) {
            all.put(key, durations.snapshot());
          }
        });
    out.family(
        prefix + "_responses_total", "total number of responses", MetricsWriter.Type.COUNTER);
    all.forEach((key, seen) -> out.sample((double) seen.count(), labels(isRest, key)));
    out.family(
        prefix + "_responses_fail_total",
        "total number of failed responses",
        MetricsWriter.Type.COUNTER);
    all.forEach(
        (key, seen) ->
            out.sample(
                failed(isRest, key.status) ? (double) seen.count() : 0.0, labels(isRest, key)));
    // Durations of failed REST calls would distort the picture: as in Qdrant, only those of 200.
    all.keySet().removeIf(key -> isRest && key.status != REST_OK);
    String duration = prefix + "_responses_";
    out.family(
        duration + "avg_duration_seconds", "average response duration", MetricsWriter.Type.GAUGE);
    all.forEach((key, seen) -> out.sample(seen.averageMicros() / 1e6, labels(isRest, key)));
    out.family(
        duration + "min_duration_seconds", "minimum response duration", MetricsWriter.Type.GAUGE);
    all.forEach((key, seen) -> out.sample(seen.minMicros() / 1e6, labels(isRest, key)));
    out.family(
        duration + "max_duration_seconds", "maximum response duration", MetricsWriter.Type.GAUGE);
    all.forEach((key, seen) -> out.sample(seen.maxMicros() / 1e6, labels(isRest, key)));
    out.family(
        duration + "duration_seconds", "response duration histogram", MetricsWriter.Type.HISTOGRAM);
    all.forEach((key, seen) -> out.histogram(seen, labels(isRest, key)));
  }

  private static boolean failed(boolean isRest, int status) {
    return isRest ? status >= 400 : status != GRPC_OK;
  }

  private static String[] labels(boolean isRest, Key key) {
    List<String> labels = new ArrayList<>(8);
    int space = key.endpoint.indexOf(' ');
    if (isRest) {
      labels.addAll(List.of("method", key.endpoint.substring(0, space)));
    }
    labels.addAll(List.of("endpoint", key.endpoint.substring(isRest ? space + 1 : 0)));
    labels.addAll(List.of("status", Integer.toString(key.status)));
    if (!key.collection.isEmpty()) {
      labels.addAll(List.of("collection", key.collection));
    }
    return labels.toArray(String[]::new);
  }

  /** What was answered, in the form of Qdrant's telemetry. */
  ObjectNode telemetry(MetricsView view) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.set("rest", telemetry(rest, restByCollection, view));
    result.set("grpc", telemetry(grpc, grpcByCollection, view));
    return result;
  }

  private static ObjectNode telemetry(
      Map<Key, Durations> counted, CollectionDurations byCollection, MetricsView view) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.set("responses", responses(counted));
    if (view.perCollection() && !view.anonymize()) {
      Map<String, Map<Key, Durations>> collections = new TreeMap<>();
      series(byCollection, view)
          .forEach(
              (key, durations) ->
                  collections
                      .computeIfAbsent(key.collection, _ -> new TreeMap<>())
                      .put(key, durations));
      ObjectNode responses = result.putObject("per_collection_responses");
      collections.forEach((name, answers) -> responses.set(name, responses(answers)));
    }
    return result;
  }

  private static ObjectNode responses(Map<Key, Durations> counted) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    counted.forEach(
        (key, durations) -> {
          Durations.Snapshot seen = durations.snapshot();
          if (seen.count() > 0) {
            result.withObjectProperty(key.endpoint).set(Integer.toString(key.status), seen.json());
          }
        });
    return result;
  }
}
