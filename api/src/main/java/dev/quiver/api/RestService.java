package dev.quiver.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Database;
import java.util.function.BooleanSupplier;

/** What the server says of itself: version, health, metrics, telemetry, cluster status. */
final class RestService {
  private final Database database;
  private final ApiMetrics metrics;
  private final VersionInfo version;
  private final BooleanSupplier ready;
  private final RestTelemetry telemetry;

  RestService(
      Database database,
      ApiMetrics metrics,
      VersionInfo version,
      SearchPool pool,
      BooleanSupplier ready) {
    this.telemetry = new RestTelemetry(database, metrics, version, pool);
    this.database = database;
    this.metrics = metrics;
    this.version = version;
    this.ready = ready;
  }

  void register(RestRouter router) {
    router
        .add("GET", "/", this::root)
        .add("GET", "/healthz", exchange -> exchange.text(200, "healthz check passed"))
        .add("GET", "/livez", exchange -> exchange.text(200, "healthz check passed"))
        .add("GET", "/readyz", this::readyz)
        .add("GET", "/metrics", this::metrics)
        .add("GET", "/telemetry", this::telemetry)
        .add("GET", "/cluster", RestService::cluster);
  }

  private void root(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("title", version.title());
    result.put("version", version.version());
    result.put("commit", version.commit());
    exchange.json(200, RestOut.plain(result));
  }

  private void readyz(RestExchange exchange) {
    if (ready.getAsBoolean()) {
      exchange.text(200, "all shards are ready");
    } else {
      exchange.text(503, "some shards are not ready");
    }
  }

  private void metrics(RestExchange exchange) {
    exchange.text(200, metrics.scrape(view(exchange)));
  }

  /** The parameters of metrics and telemetry. */
  private MetricsView view(RestExchange exchange) {
    exchange.updateTimeout();
    return new MetricsView(
        exchange.flag("per_collection", false),
        exchange.flag("anonymize", false),
        database::collectionExists);
  }

  private void telemetry(RestExchange exchange) {
    MetricsView view = view(exchange);
    long level = exchange.number("details_level", 0);
    ObjectNode result = telemetry.report(exchange.access(), view, level);
    exchange.ok(out -> out.tree(result));
  }

  private static void cluster(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode().put("status", "disabled");
    exchange.ok(out -> out.tree(result));
  }
}
