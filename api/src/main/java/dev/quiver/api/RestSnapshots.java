package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SnapshotInfo;
import dev.quiver.engine.Snapshots;
import java.io.IOException;
import java.io.InputStream;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of a collection, of its only shard, and of everything: made, listed, loaded down and
 * up, restored from.
 */
final class RestSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(RestSnapshots.class);
  private static final String COLLECTION = "/collections/{collection_name}";
  private static final String SHARD = COLLECTION + "/shards/{shard_id}";
  private static final String ONE = "/snapshots/{snapshot_name}";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

  private static final Shape RECOVER =
      Shape.struct("SnapshotRecover")
          .required(Shape.string(), "location")
          .optional(Shape.word("no_sync", "snapshot", "replica"), "priority")
          .optional(Shape.string(), "checksum")
          .optional(Shape.string(), "api_key");

  private final Database database;
  private final SnapshotLocations locations;

  RestSnapshots(Database database) {
    this.database = database;
    this.locations = new SnapshotLocations(database.snapshots());
  }

  void register(RestRouter router) {
    for (String base : List.of(COLLECTION, SHARD)) {
      router
          .add("GET", base + "/snapshots", this::list)
          .add("POST", base + "/snapshots", this::create)
          .add("PUT", base + "/snapshots/recover", this::recover)
          .add("POST", base + "/snapshots/upload", this::upload)
          .add("GET", base + ONE, this::download)
          .add("DELETE", base + ONE, this::delete);
    }
    router
        .add("GET", SHARD + "/snapshot", this::stream)
        .add("GET", "/snapshots", this::list)
        .add("POST", "/snapshots", this::create)
        .add("GET", ONE, this::download)
        .add("DELETE", ONE, this::delete);
  }

  private static Snapshots.Scope scope(RestExchange exchange) {
    if (!exchange.hasPathParameter("collection_name")) {
      return Snapshots.Scope.STORE;
    }
    String collection = exchange.collection();
    if (!exchange.hasPathParameter("shard_id")) {
      return Snapshots.Scope.of(collection);
    }
    String shard = exchange.pathParameter("shard_id");
    if (!shard.equals("0")) {
      throw QuiverException.notFound("Shard " + Shape.abbreviate(shard) + " is not found");
    }
    return Snapshots.Scope.ofShard(collection);
  }

  private static ObjectNode json(SnapshotInfo snapshot) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", snapshot.name())
        .put("creation_time", TIME.format(snapshot.created()))
        .put("size", snapshot.size())
        .put("checksum", snapshot.sha256());
  }

  private void list(RestExchange exchange) {
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    database.snapshots().list(scope(exchange)).forEach(each -> result.add(json(each)));
    exchange.ok(out -> out.tree(result));
  }

  private void create(RestExchange exchange) {
    Snapshots.Scope scope = scope(exchange);
    exchange.ignoreBody();
    requireCollection(scope);
    if (exchange.flag("wait", true)) {
      ObjectNode result = json(database.snapshots().create(scope));
      exchange.ok(out -> out.tree(result));
    } else {
      later(exchange, "snapshot", () -> database.snapshots().create(scope));
    }
  }

  private void requireCollection(Snapshots.Scope scope) {
    String collection = scope.collection();
    if (collection != null) {
      database.collectionConfig(collection);
    }
  }

  private void download(RestExchange exchange) {
    String name = exchange.pathParameter("snapshot_name");
    exchange.file(database.snapshots().file(scope(exchange), name), name);
  }

  /** A snapshot that is made for this call alone. */
  private void stream(RestExchange exchange) {
    Snapshots.Scope scope = scope(exchange);
    SnapshotInfo made = database.snapshots().create(scope);
    try {
      exchange.file(database.snapshots().file(scope, made.name()), made.name());
    } finally {
      database.snapshots().delete(scope, made.name());
    }
  }

  private void delete(RestExchange exchange) {
    Snapshots.Scope scope = scope(exchange);
    String name = exchange.pathParameter("snapshot_name");
    database.snapshots().file(scope, name);
    Changes changes = new Changes(database, exchange.caller());
    if (exchange.flag("wait", true)) {
      boolean deleted = changes.deleteSnapshot(scope, name);
      exchange.ok(out -> out.bool(deleted));
    } else {
      later(exchange, "deleting a snapshot", () -> changes.deleteSnapshot(scope, name));
    }
  }

  private void recover(RestExchange exchange) {
    Snapshots.Scope scope = scope(exchange);
    JsonNode body = exchange.bodyTree();
    RECOVER.check(body, "", new Problems(Problems.JSON_BODY));
    String location = body.get("location").textValue();
    String checksum = text(body, "checksum");
    String apiKey = text(body, "api_key");
    locations.check(scope, location);
    ObjectNode detail = JsonNodeFactory.instance.objectNode().put("location", location);
    Supplier<Boolean> recovering =
        recovering(
            exchange,
            detail,
            () -> {
              locations.recover(scope, location, checksum, apiKey);
              return true;
            });
    if (exchange.flag("wait", true)) {
      boolean done = recovering.get();
      exchange.ok(out -> out.bool(done));
    } else {
      later(exchange, "recovering from a snapshot", recovering);
    }
  }

  /** Admits what replaces a collection, if there is one. */
  private Supplier<Boolean> recovering(
      RestExchange exchange, ObjectNode detail, Supplier<Boolean> recovery) {
    String collection = exchange.collection();
    return new Changes(database, exchange.caller())
        .restoring(
            "recover_snapshot",
            collection,
            database.collectionExists(collection),
            detail,
            recovery);
  }

  private static @Nullable String text(JsonNode body, String member) {
    return body.hasNonNull(member) ? body.get(member).textValue() : null;
  }

  private void upload(RestExchange exchange) {
    Snapshots.Scope scope = scope(exchange);
    String collection = scope.collection();
    if (collection == null) {
      throw new IllegalStateException("only a collection is uploaded");
    }
    String checksum = exchange.text("checksum");
    priority(exchange.text("priority"));
    boolean waits = exchange.flag("wait", true);
    ObjectNode detail = JsonNodeFactory.instance.objectNode().put("location", "upload");
    boolean done =
        exchange.upload(
            "snapshot",
            in ->
                recovering(
                        exchange,
                        detail,
                        () -> {
                          database.snapshots().recover(collection, in, checksum);
                          return true;
                        })
                    .get());
    if (waits) {
      exchange.ok(out -> out.bool(done));
    } else {
      exchange.accepted();
    }
  }

  private static void priority(@Nullable String value) {
    if (value != null && !List.of("no_sync", "snapshot", "replica").contains(value)) {
      throw Problems.format(
          Problems.QUERY,
          "",
          "unknown variant `"
              + Shape.abbreviate(value)
              + "`, expected one of `no_sync`, `snapshot`, `replica`");
    }
  }

  /** Answers at once; what goes wrong is in the log. */
  private static void later(RestExchange exchange, String what, Supplier<?> work) {
    Thread.ofVirtual()
        .name("snapshots")
        .start(
            () -> {
              try {
                LOG.debug("{} ended: {}", what, work.get());
              } catch (RuntimeException e) {
                LOG.error("{} failed after the call had been answered", what, e);
              }
            });
    exchange.accepted();
  }

  /** Reads what is uploaded. */
  interface Upload<T> {
    T read(InputStream in) throws IOException;
  }
}
