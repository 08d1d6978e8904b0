package dev.quiver.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

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

  private record Key(String endpoint, int status) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byEndpoint = endpoint.compareTo(other.endpoint);
      return byEndpoint != 0 ? byEndpoint : Integer.compare(status, other.status);
    }
  }

  private final Map<Key, Durations> rest = new ConcurrentSkipListMap<>();
  private final Map<Key, Durations> grpc = new ConcurrentSkipListMap<>();
  private final List<Consumer<MetricsWriter>> sources = new CopyOnWriteArrayList<>();

  public ApiMetrics() {
    for (String endpoint : REST_TIMED) {
      rest.put(new Key(endpoint, REST_OK), new Durations());
    }
    for (String endpoint : GRPC_TIMED) {
      grpc.put(new Key(endpoint, GRPC_OK), new Durations());
    }
  }

  /** Adds metrics of another part; called at every scrape, must be fast and never throw. */
  public void addSource(Consumer<MetricsWriter> source) {
    sources.add(source);
  }

  /**
   * Counts an answer.
   *
   * @param endpoint method and route, as {@code PUT /collections/{collection_name}/points}
   */
  void countRest(String endpoint, int status, long nanos) {
    rest.computeIfAbsent(new Key(endpoint, status), _ -> new Durations()).record(nanos / 1_000);
  }

  /**
   * Counts an answer.
   *
   * @param fullMethodName as {@code qdrant.Points/Search}
   * @param status the gRPC status code's number
   */
  void countGrpc(String fullMethodName, int status, long nanos) {
    grpc.computeIfAbsent(new Key("/" + fullMethodName, status), _ -> new Durations())
        .record(nanos / 1_000);
  }

  /** All metrics in Prometheus' text format. */
  String scrape() {
    MetricsWriter out = new MetricsWriter();
    for (Consumer<MetricsWriter> source : sources) {
      source.accept(out);
    }
    write(out, "rest", rest, REST_TIMED::contains);
    write(out, "grpc", grpc, GRPC_TIMED::contains);
    return out.toString();
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
    String status = Integer.toString(key.status);
    if (!isRest) {
      return new String[] {"endpoint", key.endpoint, "status", status};
    }
    int space = key.endpoint.indexOf(' ');
    return new String[] {
      "method", key.endpoint.substring(0, space),
      "endpoint", key.endpoint.substring(space + 1),
      "status", status
    };
  }

  /** What was answered, in the form of Qdrant's telemetry. */
  ObjectNode telemetry() {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.putObject("rest").set("responses", responses(rest));
    result.putObject("grpc").set("responses", responses(grpc));
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
