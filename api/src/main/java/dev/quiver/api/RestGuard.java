package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.Trash;
import dev.quiver.engine.TrashEntry;
import dev.quiver.engine.audit.AuditQuery;
import dev.quiver.engine.audit.AuditReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The environment, the trash and the audit log; the last one also by Qdrant's route. */
final class RestGuard {
  private static final String BASE = "/quiver/v1";
  private static final int RECORDS_DEFAULT = 100;
  private static final int RECORDS_MAX = 10_000;

  /** Members that can be asked for in the address. */
  private static final List<String> FILTERS =
      List.of("collection", "method", "key", "subject", "remote", "via", "result", "request_id");

  private final Database database;

  RestGuard(Database database) {
    this.database = database;
  }

  void register(RestRouter router) {
    router
        .add("GET", BASE + "/openapi.json", RestGuard::openApi)
        .add("GET", BASE + "/environment", this::environment)
        .add("PUT", BASE + "/environment", this::setEnvironment)
        .add("GET", BASE + "/trash", this::trash)
        .add("POST", BASE + "/trash/{id}/restore", this::restore)
        .add("DELETE", BASE + "/trash/{id}", this::purge)
        .add("GET", BASE + "/audit", this::audit)
        .add("GET", BASE + "/audit/verification", this::verification)
        .add("POST", "/audit/logs", this::auditLogs);
  }

  private static void openApi(RestExchange exchange) {
    try (InputStream in =
        Objects.requireNonNull(RestGuard.class.getResourceAsStream("openapi.json"))) {
      exchange.json(200, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- environment

  private void environment(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("environment", database.guard().environment());
    result.put("guarded", database.guard().isProduction());
    exchange.ok(out -> out.tree(result));
  }

  private static final Shape SET_ENVIRONMENT =
      Shape.struct("SetEnvironment").required(Shape.string(), "environment");

  private void setEnvironment(RestExchange exchange) {
    JsonNode body = exchange.bodyTree();
    SET_ENVIRONMENT.check(body, "", new Problems(Problems.JSON_BODY));
    new Changes(database, exchange.caller()).label(body.get("environment").textValue());
    environment(exchange);
  }

  // ---- trash

  private void trash(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ArrayNode list = result.putArray("collections");
    for (TrashEntry entry : database.trash().list()) {
      ObjectNode json = list.addObject();
      json.put("id", entry.id());
      json.put("collection", entry.collection());
      texts(json.putArray("aliases"), entry.aliases());
      json.put("dropped_at", entry.droppedAt().toString());
      json.put("purge_at", entry.purgeAt().toString());
      json.put("bytes", entry.bytes());
    }
    exchange.ok(out -> out.tree(result));
  }

  private static void texts(ArrayNode target, List<String> texts) {
    texts.forEach(target::add);
  }

  private TrashEntry entry(RestExchange exchange) {
    String id = exchange.pathParameter("id");
    for (TrashEntry entry : database.trash().list()) {
      if (entry.id().equals(id)) {
        return entry;
      }
    }
    throw QuiverException.notFound(
        "no dropped collection with the id " + Shape.abbreviate(id) + " is in the trash");
  }

  private static final Shape RESTORE =
      Shape.struct("RestoreFromTrash").optional(Shape.string(), "name");

  private void restore(RestExchange exchange) {
    TrashEntry entry = entry(exchange);
    String name = null;
    JsonNode body = exchange.optionalBodyTree();
    if (body != null) {
      RESTORE.check(body, "", new Problems(Problems.JSON_BODY));
      name = body.path("name").textValue();
    }
    Trash.Restored restored = new Changes(database, exchange.caller()).restore(entry, name);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("collection", restored.collection());
    texts(result.putArray("aliases"), restored.aliases());
    texts(result.putArray("aliases_taken"), restored.aliasesTaken());
    exchange.ok(out -> out.tree(result));
  }

  private void purge(RestExchange exchange) {
    boolean purged = new Changes(database, exchange.caller()).purge(entry(exchange));
    exchange.ok(out -> out.bool(purged));
  }

  // ---- audit log

  private void audit(RestExchange exchange) {
    Map<String, String> filters = new LinkedHashMap<>();
    for (String name : FILTERS) {
      String value = exchange.parameter(name);
      if (value != null) {
        filters.put(name, value);
      }
    }
    answer(
        exchange,
        time(exchange.parameter("time_from"), "time_from"),
        time(exchange.parameter("time_to"), "time_to"),
        exchange.number("limit", RECORDS_DEFAULT),
        Problems.QUERY,
        filters);
  }

  private static final Shape AUDIT_LOGS =
      Shape.struct("AuditLogRequest")
          .optional(Shape.string(), "time_from")
          .optional(Shape.string(), "time_to")
          .optional(Shape.any(), "limit")
          .optional(Shape.any(), "filters");

  private void auditLogs(RestExchange exchange) {
    JsonNode body = exchange.bodyTree();
    AUDIT_LOGS.check(body, "", new Problems(Problems.JSON_BODY));
    Map<String, String> filters = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> filter : body.path("filters").properties()) {
      if (!filter.getValue().isTextual()) {
        throw Problems.format(
            Problems.JSON_BODY, "", "filters." + filter.getKey() + " is no string");
      }
      filters.put(filter.getKey(), filter.getValue().textValue());
    }
    JsonNode limit = body.path("limit");
    if (body.hasNonNull("limit") && !limit.canConvertToLong()) {
      throw Problems.format(Problems.JSON_BODY, "", "limit is no whole number");
    }
    answer(
        exchange,
        time(body.path("time_from").textValue(), "time_from"),
        time(body.path("time_to").textValue(), "time_to"),
        limit.asLong(RECORDS_DEFAULT),
        Problems.JSON_BODY,
        filters);
  }

  private void answer(
      RestExchange exchange,
      @Nullable Instant from,
      @Nullable Instant to,
      long limit,
      String where,
      Map<String, String> filters) {
    if (limit < 1 || limit > RECORDS_MAX) {
      throw Problems.validation(
          where, "limit", "value " + limit + " invalid, must be from 1 to " + RECORDS_MAX);
    }
    List<ObjectNode> records =
        database.auditLog().query(new AuditQuery(from, to, (int) limit, filters));
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.putArray("entries").addAll(records);
    exchange.ok(out -> out.tree(result));
  }

  private static @Nullable Instant time(@Nullable String text, String name) {
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new QuiverException(
          ErrorCode.FORMAT,
          name
              + ": "
              + Shape.abbreviate(text)
              + " is no time (expected: RFC 3339, as in 2026-11-26T12:34:56Z)",
          e);
    }
  }

  private void verification(RestExchange exchange) {
    AuditReport report = database.auditLog().verify();
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("intact", report.isIntact());
    result.put("records", report.records());
    result.put("files", report.files());
    result.put("head", report.head());
    ArrayNode problems = result.putArray("problems");
    report.problems().forEach(problem -> problems.add(problem.toString()));
    exchange.ok(out -> out.tree(result));
  }
}
