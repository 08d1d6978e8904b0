package dev.quiver.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.api.NamedKey;
import dev.quiver.engine.Engine;
import dev.quiver.engine.audit.AuditEvent;
import dev.quiver.engine.audit.AuditQuery;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys and what protects the data are changed by a restart with another configuration: the audit
 * log gets a record of what is in force whenever that differs from its last such record. Of a key
 * it shows the id, the rights and a mark by which a changed secret shows, never the secret.
 */
final class AuditedStart {
  private static final Logger LOG = LoggerFactory.getLogger(AuditedStart.class);
  private static final String METHOD = "settings";

  private AuditedStart() {}

  static void record(Engine engine, ServerConfig config) {
    if (engine.guard().isProduction() && config.apiKey() == null && config.apiKeys().isEmpty()) {
      LOG.warn("the store is labelled production and no API key is set (auth.keys, auth.api-key)");
    }
    ObjectNode now = describe(config);
    List<ObjectNode> last =
        engine.auditLog().query(new AuditQuery(null, null, 1, Map.of("method", METHOD)));
    JsonNode before = last.isEmpty() ? null : last.getFirst().path("detail");
    if (!now.equals(before)) {
      engine
          .auditLog()
          .append(
              new AuditEvent(
                  METHOD, AuditEvent.Actor.SYSTEM, null, AuditEvent.OK, null, null, now));
    }
  }

  private static ObjectNode describe(ServerConfig config) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    ObjectNode keys = all.putObject("keys");
    put(keys, "api-key", config.apiKey(), "read+write+manage");
    put(keys, "alternate-api-key", config.alternateApiKey(), "read+write+manage");
    put(keys, "read-only-api-key", config.readOnlyApiKey(), "read");
    for (NamedKey key : config.apiKeys()) {
      putKey(keys, key.id(), key.rightsText(), key.fingerprint());
    }
    all.put("tokens", config.tokens());
    all.put("tls", config.tlsCertificate() != null);
    all.put("trash_retention", config.trashRetention().toString());
    all.put("audit_retention", config.auditRetention().toString());
    return all;
  }

  private static void put(ObjectNode keys, String id, @Nullable String secret, String rights) {
    if (secret != null) {
      putKey(keys, id, rights, NamedKey.fingerprint(id, secret));
    }
  }

  private static void putKey(ObjectNode keys, String id, String rights, String mark) {
    keys.putObject(id).put("rights", rights).put("mark", mark);
  }
}
