package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Database;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** What the server says of itself: version, health, metrics, telemetry, issues, cluster status. */
final class RestService {
  /** From this level on the telemetry names features and system, then collections. */
  private static final long FEATURES_LEVEL = 1;

  private static final long COLLECTIONS_LEVEL = 2;

  private final Database database;
  private final ApiMetrics metrics;
  private final VersionInfo version;
  private final BooleanSupplier ready;
  private final String instanceId = UUID.randomUUID().toString();
  private final Instant started = Instant.now();

  RestService(Database database, ApiMetrics metrics, VersionInfo version, BooleanSupplier ready) {
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
        .add("GET", "/cluster", RestService::cluster)
        .add("GET", "/issues", RestService::issues)
        .add("DELETE", "/issues", RestService::clearIssues);
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
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("id", instanceId);
    ObjectNode app = result.putObject("app");
    app.put("name", "qdrant");
    app.put("version", version.version());
    if (level >= FEATURES_LEVEL) {
      features(app);
    }
    app.put("startup", started.toString());
    Access access = exchange.access();
    List<String> names = database.collections().stream().filter(access::sees).toList();
    ObjectNode collections = result.putObject("collections");
    collections.put("number_of_collections", names.size());
    if (level >= COLLECTIONS_LEVEL) {
      ArrayNode list = collections.putArray("collections");
      for (String name : names) {
        ObjectNode collection = list.addObject();
        ObjectNode config = database.collectionConfig(name).document();
        collection.put("id", view.name(name));
        collection.set("config", view.anonymize() ? AnonymousConfig.of(config) : config);
      }
    }
    if (access instanceof Access.Global) {
      result.putObject("cluster").put("enabled", false);
      result.set("requests", metrics.telemetry(view));
    }
    exchange.ok(out -> out.tree(result));
  }

  private static void features(ObjectNode app) {
    ObjectNode features = app.putObject("features");
    features.put("debug", false);
    features.put("service_debug_feature", false);
    features.put("recovery_mode", false);
    features.put("gpu", false);
    features.put("rocksdb", false);
    features.put("staging", false);
    ObjectNode system = app.putObject("system");
    system.put("distribution", System.getProperty("os.name"));
    system.put("distribution_version", System.getProperty("os.version"));
    system.put("is_docker", false);
    system.put("cores", Runtime.getRuntime().availableProcessors());
    system.put("ram_size", Runtime.getRuntime().maxMemory() >> 10);
    system.put("cpu_flags", "");
    system.put("cpu_endian", ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "little" : "big");
  }

  private static void cluster(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode().put("status", "disabled");
    exchange.ok(out -> out.tree(result));
  }

  private static void issues(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.putArray("issues");
    exchange.ok(out -> out.tree(result));
  }

  private static void clearIssues(RestExchange exchange) {
    exchange.ok(out -> out.bool(true));
  }
}
