package dev.quiver.engine.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What an audit record says, before the log gives it a number, a time and its place in the chain.
 * Members are named as in Qdrant's audit log where that has them.
 *
 * @param method what was called, as in {@code delete_collection}
 * @param actor who called it
 * @param collection null when it is not of one collection
 * @param result {@code started} before a change, then {@code ok} or {@code failed}; {@code denied}
 *     for one that was refused
 * @param of the number of the record that says {@code started}; null when there is none
 * @param error null unless failed or denied
 * @param detail what was changed, to be read by people; null: the method says it all
 */
public record AuditEvent(
    String method,
    Actor actor,
    @Nullable String collection,
    String result,
    @Nullable Long of,
    @Nullable String error,
    @Nullable ObjectNode detail) {
  public static final String STARTED = "started";
  public static final String OK = "ok";
  public static final String FAILED = "failed";
  public static final String DENIED = "denied";

  /**
   * Who makes a change.
   *
   * @param authType how the caller was known: {@code none}, {@code api_key}, {@code jwt}, or {@code
   *     system} for what the store does by itself
   * @param key the id of the key
   * @param subject whom a token was made for; null: it does not say
   * @param remote address of the caller; null: there is none
   * @param via {@code rest}, {@code grpc} or {@code local}
   * @param requestId null: none
   */
  public record Actor(
      String authType,
      String key,
      @Nullable String subject,
      @Nullable String remote,
      String via,
      @Nullable String requestId) {
    /** The store itself. */
    public static final Actor SYSTEM = new Actor("system", "system", null, null, "local", null);
  }

  /** A change that is about to be made. */
  public static AuditEvent started(
      String method, Actor actor, @Nullable String collection, @Nullable ObjectNode detail) {
    return new AuditEvent(method, actor, collection, STARTED, null, null, detail);
  }

  /** How the change ended that the record {@code of} announced. */
  public AuditEvent ended(long of, @Nullable String error) {
    return new AuditEvent(method, actor, collection, error == null ? OK : FAILED, of, error, null);
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("method", method);
    json.put("auth_type", actor.authType);
    json.put("key", actor.key);
    put(json, "subject", actor.subject);
    put(json, "remote", actor.remote);
    json.put("via", actor.via);
    put(json, "request_id", actor.requestId);
    put(json, "collection", collection);
    json.put("result", result);
    if (of != null) {
      json.put("of", of);
    }
    put(json, "error", error);
    if (detail != null) {
      json.set("detail", detail);
    }
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
