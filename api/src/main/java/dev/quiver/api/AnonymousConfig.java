package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** A collection's configuration without what its owner named or noted in it. */
final class AnonymousConfig {
  private AnonymousConfig() {}

  static ObjectNode of(ObjectNode config) {
    ObjectNode copy = config.deepCopy();
    copy.remove("metadata");
    JsonNode params = copy.path("params");
    if (!CollectionShapes.isSingleVector(params.path("vectors"))) {
      hideKeys(params, "vectors");
    }
    hideKeys(params, "sparse_vectors");
    hideKeys(copy.path("strict_mode_config"), "multivector_config");
    hideKeys(copy.path("strict_mode_config"), "sparse_config");
    return copy;
  }

  private static void hideKeys(JsonNode parent, String member) {
    if (parent instanceof ObjectNode object && object.get(member) instanceof ObjectNode named) {
      ObjectNode hidden = object.putObject(member);
      for (Map.Entry<String, JsonNode> entry : named.properties()) {
        hidden.set(MetricsView.hidden(entry.getKey()), entry.getValue());
      }
    }
  }
}
