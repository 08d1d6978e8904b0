package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.BackupCatalog;
import dev.quiver.engine.BackupDrill;
import dev.quiver.engine.BackupInfo;
import dev.quiver.engine.BackupRetention;
import dev.quiver.engine.BackupStatus;
import dev.quiver.engine.Backups;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.LogHistory;
import dev.quiver.engine.LoggedOperation;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.RestorePoint;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Quiver's own API for backups, restores and logs. */
final class RestBackups {
  private static final String BASE = "/quiver/v1/backups";
  private static final int OPERATIONS_DEFAULT = 1_000;
  private static final int OPERATIONS_MAX = 10_000;

  private static final Shape VERIFY =
      Shape.struct("Verify").optional(Shape.string(), "id").optional(Shape.bool(), "deep");
  private static final Shape PRUNE =
      Shape.struct("Prune")
          .optional(Shape.u32(0), "last")
          .optional(Shape.u32(0), "hourly")
          .optional(Shape.u32(0), "daily")
          .optional(Shape.u32(0), "weekly");
  private static final Shape RESTORE =
      Shape.struct("Restore")
          .optional(Shape.string(), "collection")
          .optional(Shape.string(), "as")
          .optional(Shape.string(), "to_time")
          .optional(Shape.bool(), "in_place")
          .optional(Shape.u64(), "to_operation")
          .optional(Shape.u64(), "before_operation");

  private final Database database;
  private final BackupJobs jobs = new BackupJobs();
  private volatile @Nullable Backups backups;

  RestBackups(Database database) {
    this.database = database;
  }

  void backups(Backups value) {
    backups = value;
  }

  void register(RestRouter router) {
    router
        .add("GET", BASE, this::list)
        .add("POST", BASE, this::create)
        .add("POST", BASE + "/verify", this::verify)
        .add("POST", BASE + "/prune", this::prune)
        .add("POST", BASE + "/restore", this::restore)
        .add("POST", BASE + "/drill", this::drill)
        .add("GET", BASE + "/jobs/{job_id}", this::job)
        .add("DELETE", BASE + "/jobs", this::cancel)
        .add("GET", BASE + "/{backup_id}", this::show)
        .add("GET", "/quiver/v1/log", this::events)
        .add("GET", "/quiver/v1/collections/{collection_name}/log", this::operations);
  }

  private Backups backups() {
    Backups configured = backups;
    if (configured == null) {
      throw QuiverException.badRequest(
          "this server makes no backups: set backup.repository to a folder and start it anew");
    }
    return configured;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private void list(RestExchange exchange) {
    Backups of = backups();
    ObjectNode result = object();
    result.put("repository", of.location());
    ArrayNode array = result.putArray("backups");
    for (BackupInfo each : of.catalog().list()) {
      array.add(each.toJson());
    }
    BackupStatus.Snapshot status = of.status();
    ObjectNode state = result.putObject("status");
    state.put("covered", text(status.covered()));
    state.put("failed_backups", status.failedBackups());
    state.put("failed_drills", status.failedDrills());
    BackupDrill.Report lastDrill = status.lastDrill();
    if (lastDrill != null) {
      state.set("last_drill", lastDrill.toJson());
    }
    result.set("running", BackupJobs.json(of.progress()));
    exchange.ok(out -> out.tree(result));
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private void show(RestExchange exchange) {
    ObjectNode manifest = backups().catalog().show(exchange.pathParameter("backup_id"));
    exchange.ok(out -> out.tree(manifest));
  }

  private void create(RestExchange exchange) {
    Backups of = backups();
    exchange.ignoreBody();
    jobs.run(exchange, () -> of.create().toJson());
  }

  private void verify(RestExchange exchange) {
    Backups of = backups();
    JsonNode body = exchange.bodyTree();
    VERIFY.check(body, "", new Problems(Problems.JSON_BODY));
    String id = body.path("id").textValue();
    boolean deep = body.path("deep").asBoolean(true);
    jobs.run(exchange, () -> of.verify(id, deep).toJson());
  }

  private void prune(RestExchange exchange) {
    Backups of = backups();
    JsonNode body = exchange.bodyTree();
    PRUNE.check(body, "", new Problems(Problems.JSON_BODY));
    BackupRetention byDefault = BackupRetention.DEFAULT;
    BackupRetention keep =
        new BackupRetention(
            kept(body, "last", byDefault.last()),
            kept(body, "hourly", byDefault.hourly()),
            kept(body, "daily", byDefault.daily()),
            kept(body, "weekly", byDefault.weekly()));
    ObjectNode detail = object();
    detail.put("last", keep.last()).put("hourly", keep.hourly());
    detail.put("daily", keep.daily()).put("weekly", keep.weekly());
    Supplier<BackupCatalog.Pruned> pruning =
        new Changes(database, exchange.caller()).removingBackups(detail, () -> of.prune(keep));
    jobs.run(
        exchange,
        () -> {
          BackupCatalog.Pruned done = pruning.get();
          ObjectNode json = object();
          ArrayNode removed = json.putArray("removed");
          done.removed().forEach(removed::add);
          return json.put("freed_bytes", done.freedBytes());
        });
  }

  private static int kept(JsonNode body, String name, int byDefault) {
    return Math.clamp(body.path(name).asLong(byDefault), 0, Integer.MAX_VALUE);
  }

  private void restore(RestExchange exchange) {
    Backups of = backups();
    JsonNode body = exchange.bodyTree();
    RESTORE.check(body, "", new Problems(Problems.JSON_BODY));
    String collection = body.path("collection").textValue();
    String as = body.path("as").textValue();
    boolean inPlace = body.path("in_place").asBoolean(false);
    RestorePoint point = point(body);
    if (collection == null && (as != null || !inPlace)) {
      throw QuiverException.badRequest(
          "the whole store is restored in place: say `in_place: true`, or name a collection");
    }
    if (collection != null && inPlace == (as != null)) {
      throw QuiverException.badRequest(
          "where is `" + collection + "` to go? Give either `as: NEW_NAME` or `in_place: true`");
    }
    ObjectNode detail = object();
    detail.set("request", body);
    Supplier<BackupCatalog.Restored> restoring =
        new Changes(database, exchange.caller())
            .restoring(
                "restore_backup",
                collection,
                inPlace,
                detail,
                () ->
                    collection == null
                        ? of.restoreStore(point)
                        : of.restoreCollection(collection, point, as));
    jobs.run(exchange, () -> restoring.get().toJson());
  }

  private static RestorePoint point(JsonNode body) {
    String time = body.path("to_time").textValue();
    int given =
        (time == null ? 0 : 1)
            + (body.hasNonNull("to_operation") ? 1 : 0)
            + (body.hasNonNull("before_operation") ? 1 : 0);
    if (given > 1) {
      throw QuiverException.badRequest(
          "only one of `to_time`, `to_operation` and `before_operation` can be the moment");
    }
    if (time != null) {
      return new RestorePoint.At(time("to_time", time));
    }
    if (body.hasNonNull("to_operation")) {
      return new RestorePoint.AfterOp(body.get("to_operation").asLong());
    }
    return body.hasNonNull("before_operation")
        ? new RestorePoint.BeforeOp(body.get("before_operation").asLong())
        : new RestorePoint.Latest();
  }

  private static Instant time(String name, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST,
          name + ": `" + Shape.abbreviate(text) + "` (expected: a time as 2026-11-20T12:34:56Z)",
          e);
    }
  }

  private void drill(RestExchange exchange) {
    Backups of = backups();
    exchange.ignoreBody();
    jobs.run(exchange, () -> of.drill().toJson());
  }

  private void job(RestExchange exchange) {
    ObjectNode state = jobs.state(exchange.pathParameter("job_id"));
    state.set("progress", BackupJobs.json(backups().progress()));
    exchange.ok(out -> out.tree(state));
  }

  private void cancel(RestExchange exchange) {
    boolean running = backups().cancel();
    exchange.ok(out -> out.bool(running));
  }

  private LogHistory history() {
    Backups configured = backups;
    return configured == null ? database.history(null) : configured.history();
  }

  private void operations(RestExchange exchange) {
    logged(exchange, history().operations(exchange.collection(), range(exchange)));
  }

  private void events(RestExchange exchange) {
    logged(exchange, history().events(range(exchange)));
  }

  private static LogHistory.Range range(RestExchange exchange) {
    String from = exchange.text("from");
    String to = exchange.text("to");
    String after = exchange.text("after");
    return new LogHistory.Range(
        from == null ? Instant.EPOCH : time("from", from),
        to == null ? Instant.now().plusSeconds(1) : time("to", to),
        after == null ? -1 : exchange.number("after", 0),
        Math.clamp(exchange.number("limit", OPERATIONS_DEFAULT), 1, OPERATIONS_MAX));
  }

  private static void logged(RestExchange exchange, List<LoggedOperation> operations) {
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    for (LoggedOperation each : operations) {
      ObjectNode json = result.addObject();
      json.put("number", each.number()).put("time", text(each.time())).put("kind", each.kind());
      if (each.count() >= 0) {
        json.put("count", each.count());
      }
      ArrayNode ids = json.putArray("ids");
      each.ids().forEach(ids::add);
      json.put("what", each.what());
    }
    exchange.ok(out -> out.tree(result));
  }
}
