package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The declared payload indexes as a commit stores them: a JSON array in order of creation. */
final class IndexDeclarations {
  private IndexDeclarations() {}

  static PayloadIndex of(String field, String wireName, @Nullable String params) {
    return new PayloadIndex(
        field,
        PayloadIndex.Type.valueOf(wireName.toUpperCase(Locale.ROOT)),
        params == null ? null : OpCodec.object(params));
  }

  static String toJson(Map<String, PayloadIndex> indexes) {
    ArrayNode array = Payload.JSON.createArrayNode();
    for (PayloadIndex index : indexes.values()) {
      ObjectNode node = array.addObject();
      node.put("field", index.field());
      node.put("type", index.type().wireName());
      if (index.params() != null) {
        node.set("params", index.params());
      }
    }
    return array.toString();
  }

  static Map<String, PayloadIndex> fromJson(String json) {
    Map<String, PayloadIndex> indexes = new LinkedHashMap<>();
    try {
      for (JsonNode node : Payload.JSON.readTree(json)) {
        PayloadIndex index =
            new PayloadIndex(
                node.path("field").asText(),
                PayloadIndex.Type.valueOf(node.path("type").asText().toUpperCase(Locale.ROOT)),
                node.get("params") instanceof ObjectNode params ? params : null);
        indexes.put(index.field(), index);
      }
    } catch (java.io.IOException e) {
      throw new QuiverException(ErrorCode.CORRUPT, "payload indexes of a commit: " + json, e);
    }
    return indexes;
  }
}
