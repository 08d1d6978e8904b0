package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Guard;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.QuotaConfig;
import dev.quiver.engine.Snapshots;
import dev.quiver.engine.Trash;
import dev.quiver.engine.TrashEntry;
import dev.quiver.engine.UpdateResult;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.audit.AuditEvent;
import dev.quiver.engine.audit.AuditLog;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one caller changes: the only way of a call to the changing methods of a {@link Database}.
 * Each change goes the same way: may the caller destroy, is it confirmed, the audit record, the
 * change itself, the record of its end.
 */
final class Changes {
  private final Database database;
  private final Guard guard;
  private final AuditLog log;
  private final Caller caller;

  Changes(Database database, Caller caller) {
    this.database = database;
    this.guard = database.guard();
    this.log = database.auditLog();
    this.caller = caller;
  }

  void createCollection(String name, CollectionConfig config) {
    log.audited(
        AuditEvent.started("create_collection", caller.actor(), name, null),
        () -> {
          database.createCollection(name, config);
          return true;
        });
  }

  /**
   * @param body what is to change, for the audit log
   */
  boolean updateCollection(String name, ObjectNode body, UnaryOperator<CollectionConfig> change) {
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.set("change", body);
    return log.audited(
        AuditEvent.started("update_collection", caller.actor(), name, detail),
        () -> database.updateCollection(name, change));
  }

  boolean deleteCollection(String name) {
    AuditEvent event = AuditEvent.started("delete_collection", caller.actor(), name, null);
    admit(event, "dropping collection `" + name + "`", name);
    return log.audited(event, () -> database.deleteCollection(name));
  }

  void updateAliases(List<Alias.Action> actions) {
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    ArrayNode list = detail.putArray("actions");
    for (Alias.Action action : actions) {
      list.add(
          switch (action) {
            case Alias.Action.Create(String collection, String alias) ->
                "create " + alias + " for " + collection;
            case Alias.Action.Delete(String alias) -> "delete " + alias;
            case Alias.Action.Rename(String from, String to) -> "rename " + from + " to " + to;
          });
    }
    log.audited(
        AuditEvent.started("update_aliases", caller.actor(), null, detail),
        () -> {
          database.updateAliases(actions);
          return true;
        });
  }

  List<UpdateResult> write(
      String collection, List<WriteOp> operations, boolean wait, @Nullable Duration timeout) {
    ObjectNode detail = WriteAudit.of(operations);
    String destruction = null;
    if (WriteAudit.mayDestroy(operations)
        && (guard.isProduction() || caller.identity().destroying() == Identity.Destroying.NEVER)) {
      destruction = guard.destruction(collection, operations);
    }
    if (detail == null && destruction == null) {
      return database.write(collection, operations, wait, timeout);
    }
    String real = guard.realName(collection);
    if (!real.equals(collection)) {
      detail = detail == null ? JsonNodeFactory.instance.objectNode() : detail;
      detail.put("alias", collection);
    }
    AuditEvent event = AuditEvent.started("update_points", caller.actor(), real, detail);
    if (destruction != null) {
      admit(event, destruction, collection);
    }
    return log.audited(event, () -> database.write(collection, operations, wait, timeout));
  }

  void updateQuotas(QuotaConfig config) {
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.set("quotas", RestAdmin.json(config));
    log.audited(
        AuditEvent.started("update_quotas", caller.actor(), null, detail),
        () -> {
          database.updateQuotas(config);
          return true;
        });
  }

  Trash.Restored restore(TrashEntry entry, @Nullable String newName) {
    ObjectNode detail = trashDetail(entry);
    if (newName != null) {
      detail.put("as", newName);
    }
    return log.audited(
        AuditEvent.started("restore_from_trash", caller.actor(), entry.collection(), detail),
        () -> database.trash().restore(entry.id(), newName));
  }

  boolean purge(TrashEntry entry) {
    AuditEvent event =
        AuditEvent.started(
            "purge_from_trash", caller.actor(), entry.collection(), trashDetail(entry));
    admit(event, "purging the dropped collection `" + entry.collection() + "`", entry.collection());
    return log.audited(event, () -> database.trash().purge(entry.id()));
  }

  /**
   * A restore that is admitted and not begun yet.
   *
   * @param method for the audit log
   * @param collection null: the whole store
   * @param inPlace whether it replaces what there is
   */
  <T> Supplier<T> restoring(
      String method,
      @Nullable String collection,
      boolean inPlace,
      ObjectNode detail,
      Supplier<T> restore) {
    AuditEvent event = AuditEvent.started(method, caller.actor(), collection, detail);
    if (inPlace) {
      admit(
          event,
          collection == null
              ? "restoring the whole store in place"
              : "restoring collection `" + collection + "` in place",
          collection == null ? "all" : collection);
    }
    return () -> log.audited(event, restore);
  }

  /** A removal of backups that is admitted and not begun yet. */
  <T> Supplier<T> removingBackups(ObjectNode detail, Supplier<T> removal) {
    AuditEvent event = AuditEvent.started("prune_backups", caller.actor(), null, detail);
    admit(event, "removing backups", "backups");
    return () -> log.audited(event, removal);
  }

  boolean deleteSnapshot(Snapshots.Scope scope, String name) {
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.put("snapshot", name);
    AuditEvent event =
        AuditEvent.started("delete_snapshot", caller.actor(), scope.collection(), detail);
    admit(event, "deleting snapshot `" + name + "`", name);
    return log.audited(
        event,
        () -> {
          database.snapshots().delete(scope, name);
          return true;
        });
  }

  private static ObjectNode trashDetail(TrashEntry entry) {
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.put("id", entry.id());
    detail.put("dropped_at", entry.droppedAt().toString());
    return detail;
  }

  void label(String environment) {
    String before = guard.environment();
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.put("from", before);
    detail.put("to", environment);
    AuditEvent event = AuditEvent.started("set_environment", caller.actor(), null, detail);
    admit(event, "changing the environment `" + before + "`", before);
    log.audited(
        event,
        () -> {
          guard.label(environment);
          return true;
        });
  }

  /** Refuses what destroys, unless the caller may and confirms it. */
  private void admit(AuditEvent event, String what, String name) {
    try {
      Identity.Destroying destroying = caller.identity().destroying();
      if (destroying == Identity.Destroying.NEVER
          || (destroying == Identity.Destroying.UNLESS_PRODUCTION && guard.isProduction())) {
        throw new QuiverException(
            ErrorCode.FORBIDDEN,
            what
                + " needs a key with the right destroy; the key `"
                + caller.identity().key()
                + "` lacks it"
                + (guard.isProduction() ? " in a store labelled `production`" : ""));
      }
      guard.confirm(what, name, caller.confirmationOf(name));
    } catch (QuiverException e) {
      log.append(
          new AuditEvent(
              event.method(),
              event.actor(),
              event.collection(),
              AuditEvent.DENIED,
              null,
              e.getMessage(),
              event.detail()));
      throw e;
    }
  }
}
