package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Damage;
import dev.quiver.engine.PayloadIndex;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a collection reports of itself, in Qdrant's JSON. */
final class CollectionInfos {
  private CollectionInfos() {}

  /** What is missing, in few words, for the header of every answer. */
  static String partial(List<Damage> damages) {
    Map<String, Long> pointsBySegment = new HashMap<>();
    damages.forEach(damage -> pointsBySegment.put(damage.segment(), damage.points()));
    long points = pointsBySegment.values().stream().mapToLong(Long::longValue).sum();
    return "segments=" + pointsBySegment.size() + "; points=" + points;
  }

  /** What is missing and why, for people. */
  static String error(List<Damage> damages) {
    return "the collection is partial ("
        + partial(damages)
        + "): "
        + damages.getFirst()
        + "; restore it from a backup";
  }

  static ObjectNode json(CollectionInfo info) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("status", info.status().name().toLowerCase(Locale.ROOT));
    if (info.damages().isEmpty()) {
      result.put("optimizer_status", "ok");
    } else {
      result.putObject("optimizer_status").put("error", error(info.damages()));
      ArrayNode warnings = result.putArray("warnings");
      info.damages().forEach(damage -> warnings.addObject().put("message", damage.toString()));
    }
    result.put("indexed_vectors_count", info.indexedVectors());
    result.put("points_count", info.points());
    result.put("segments_count", info.segments());
    result.set("config", info.config().document());
    ObjectNode schema = result.putObject("payload_schema");
    for (Map.Entry<String, PayloadIndex> entry : info.payloadIndexes().entrySet()) {
      PayloadIndex index = entry.getValue();
      ObjectNode field = schema.putObject(entry.getKey());
      field.put("data_type", index.type().wireName());
      ObjectNode params = index.params();
      if (params != null) {
        field.set("params", params);
      }
      field.put("points", info.pointsByIndex().getOrDefault(entry.getKey(), 0L));
    }
    result.putObject("update_queue").put("length", info.queuedOperations());
    return result;
  }
}
