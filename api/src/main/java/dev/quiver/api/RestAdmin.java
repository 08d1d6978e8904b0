package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Damage;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.QuotaConfig;
import dev.quiver.engine.QuotaStatus;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an operator asks of the whole process: quotas, issues, slow requests, its log, threads. */
final class RestAdmin {
  private static final int DEFAULT_SLOW_REQUESTS = 10;
  private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");
  private static final Set<String> FIXED_LOG_SETTINGS =
      Set.of("span_events", "format", "color", "on_disk");

  private static final Shape.Struct QUOTAS =
      Shape.struct("QuotaConfig")
          .optional(Shape.bool(), "enabled")
          .optional(Shape.u8(1, 100), "max_resident_memory_percent")
          .optional(Shape.u8(1, 100), "max_disk_usage_percent")
          .optional(Shape.u8(0, 100), "release_margin_percent");

  private final Database database;
  private final Issues issues;
  private final SlowRequests slowRequests;
  private final Supplier<@Nullable LogSettings> log;

  /**
   * @param log null while the process has no log to change
   */
  RestAdmin(Database database, ApiMetrics metrics, Supplier<@Nullable LogSettings> log) {
    this.database = database;
    this.issues = metrics.issues();
    this.slowRequests = metrics.slowRequests();
    this.log = log;
  }

  void register(RestRouter router) {
    router
        .add("GET", "/quotas", this::quotas)
        .add("PUT", "/quotas", this::updateQuotas)
        .add("GET", "/issues", this::issues)
        .add("DELETE", "/issues", this::clearIssues)
        .add("GET", "/profiler/slow_requests", this::slowRequests)
        .add("GET", "/logger", this::logger)
        .add("POST", "/logger", this::updateLogger)
        .add("GET", "/stacktrace", RestAdmin::stackTrace)
        .add("GET", "/debugger", RestAdmin::debugger)
        .add("PATCH", "/debugger", RestAdmin::updateDebugger)
        .add("GET", "/dashboard", RestAdmin::dashboard);
  }

  // Quotas.

  private void quotas(RestExchange exchange) {
    QuotaStatus status = database.quotas();
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.set("config", json(status.config()));
    ObjectNode usage = result.putObject("usage");
    put(usage, "resident_memory_percent", status.residentMemoryPercent());
    put(usage, "disk_usage_percent", status.diskUsagePercent());
    exchange.ok(out -> out.tree(result));
  }

  static ObjectNode json(QuotaConfig config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("enabled", config.enabled());
    put(json, "max_resident_memory_percent", config.maxResidentMemoryPercent());
    put(json, "max_disk_usage_percent", config.maxDiskUsagePercent());
    put(json, "release_margin_percent", config.releaseMarginPercent());
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable Integer value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  private void updateQuotas(RestExchange exchange) {
    exchange.flag("wait", false);
    JsonNode body = exchange.bodyTree();
    Problems problems = new Problems(Problems.JSON_BODY);
    QUOTAS.check(body, "", problems);
    problems.throwIfAny();
    new Changes(database, exchange.caller())
        .updateQuotas(
            new QuotaConfig(
                body.path("enabled").asBoolean(),
                percent(body, "max_resident_memory_percent"),
                percent(body, "max_disk_usage_percent"),
                percent(body, "release_margin_percent")));
    exchange.ok(out -> out.bool(true));
  }

  private static @Nullable Integer percent(JsonNode body, String name) {
    return body.hasNonNull(name) ? (Integer) body.get(name).intValue() : null;
  }

  // Issues.

  private void issues(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ArrayNode list = result.putArray("issues");
    damages(exchange.access(), list);
    for (Issues.Issue issue : issues.open(database, exchange.access())) {
      ObjectNode node = list.addObject();
      node.put("id", issue.id());
      node.put(
          "description",
          "Unindexed field '"
              + issue.field()
              + "' might be slowing queries down in collection '"
              + issue.collection()
              + "'");
      ObjectNode solution = node.putObject("solution");
      if (issue.indexes().size() == 1) {
        solve(issue, issue.indexes().getFirst(), solution.putObject("immediate"));
      } else {
        ArrayNode choice = solution.putArray("immediate_choice");
        issue.indexes().forEach(type -> solve(issue, type, choice.addObject()));
      }
      node.put("timestamp", issue.at().toString());
      node.put("related_collection", issue.collection());
    }
    exchange.ok(out -> out.tree(result));
  }

  /** Segments that were taken out because they are damaged. */
  private void damages(Access access, ArrayNode list) {
    for (String name : database.collections()) {
      if (access.sees(name)) {
        for (Damage damage : database.damages(name)) {
          ObjectNode node = list.addObject();
          node.put("id", "DAMAGE/" + name + "/" + damage.file());
          node.put("description", damage.toString());
          node.putObject("solution").put("message", "Restore the collection from a backup");
          node.put("related_collection", name);
        }
      }
    }
  }

  private static void solve(Issues.Issue issue, String index, ObjectNode solution) {
    // As "keyword (with prefix: true)".
    int option = index.indexOf(" (with ");
    String type = option < 0 ? index : index.substring(0, option);
    solution.put("message", "Create a payload index of type " + index + " on the field");
    ObjectNode action = solution.putObject("action");
    action.put("method", "PUT");
    action.put("uri", "/collections/" + Percent.encoded(issue.collection()) + "/index");
    action.putObject("headers").put("content-type", "application/json");
    ObjectNode body = action.putObject("body").put("field_name", issue.field());
    if (option < 0) {
      body.put("field_schema", type);
    } else {
      String name = index.substring(option + " (with ".length(), index.indexOf(':'));
      body.putObject("field_schema").put("type", type).put(name, true);
    }
  }

  private void clearIssues(RestExchange exchange) {
    issues.clear();
    exchange.ok(out -> out.bool(true));
  }

  // What the process does.

  private void slowRequests(RestExchange exchange) {
    long limit = exchange.number("limit", DEFAULT_SLOW_REQUESTS);
    String part = exchange.text("request", "");
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ArrayNode requests = result.putArray("requests");
    for (SlowRequests.Entry entry :
        slowRequests.slowest(part, (int) Math.min(limit, Integer.MAX_VALUE))) {
      ObjectNode node = requests.addObject();
      node.put("collection_name", entry.collection());
      node.put("duration", Math.round(entry.nanos() / 1e6) / 1e3);
      node.put("datetime", entry.at().toString());
      node.put("request_name", entry.request());
      node.put("approx_count", entry.count());
      node.set("request_body", entry.body());
    }
    exchange.ok(out -> out.tree(result));
  }

  private static void stackTrace(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ArrayNode threads = result.putArray("threads");
    for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
      ObjectNode thread = threads.addObject();
      thread.put("id", entry.getKey().threadId());
      thread.put("name", entry.getKey().getName());
      ArrayNode frames = thread.putArray("frames");
      for (StackTraceElement frame : entry.getValue()) {
        frames.add(frame.toString());
      }
    }
    exchange.ok(out -> out.tree(result));
  }

  // The log.

  private LogSettings settings() {
    LogSettings settings = log.get();
    if (settings == null) {
      throw new QuiverException(
          ErrorCode.NOT_IMPLEMENTED, "this process has no log whose level could be changed");
    }
    return settings;
  }

  private void logger(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("log_level", settings().level());
    result.putNull("span_events").putNull("format").putNull("color");
    result.putObject("on_disk").put("enabled", false);
    exchange.ok(out -> out.tree(result));
  }

  private void updateLogger(RestExchange exchange) {
    JsonNode body = exchange.bodyTree();
    if (!body.isObject()) {
      throw Shape.wrongType(new Problems(Problems.JSON_BODY), "", body, "struct LoggerConfig");
    }
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (FIXED_LOG_SETTINGS.contains(name) && !body.path(name).isNull()) {
        throw QuiverException.badRequest(
            name + ": is fixed when the server starts (expected here: log_level)");
      }
    }
    JsonNode level = body.path("log_level");
    if (!level.isMissingNode() && !level.isNull()) {
      if (!level.isTextual() || !LEVELS.contains(level.textValue().toLowerCase(Locale.ROOT))) {
        throw QuiverException.badRequest(
            "log_level: "
                + Shape.describe(level)
                + " (expected: "
                + String.join(", ", LEVELS)
                + ")");
      }
      settings().changeLevel(level.textValue().toLowerCase(Locale.ROOT));
    }
    exchange.ok(out -> out.bool(true));
  }

  // What Qdrant has and this process does without.

  private static void debugger(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode().putNull("pyroscope");
    exchange.ok(out -> out.tree(result));
  }

  private static void updateDebugger(RestExchange exchange) {
    if (!exchange.bodyTree().path("pyroscope").isNull()) {
      throw QuiverException.badRequest(
          "pyroscope: this server has no agent of it (expected: null); profile it with the JDK's"
              + " Flight Recorder");
    }
    debugger(exchange);
  }

  private static void dashboard(RestExchange exchange) {
    throw QuiverException.notFound("this server carries no web console");
  }
}
