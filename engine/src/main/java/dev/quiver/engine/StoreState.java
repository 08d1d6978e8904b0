package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which collections and aliases a store has at one moment. Immutable.
 *
 * @param collections by name
 * @param aliases collection by alias
 */
record StoreState(Map<String, Entry> collections, Map<String, String> aliases) {
  static final StoreState EMPTY = new StoreState(Map.of(), Map.of());

  /**
   * @param id the name of its folder: another one for each collection that ever existed
   * @param config the effective document, see {@link CollectionConfig}
   */
  record Entry(String id, ObjectNode config) {}

  StoreState {
    // Sorted, so that what is done for each of them is done in the same order by every process.
    collections = Collections.unmodifiableMap(new TreeMap<>(collections));
    aliases = Collections.unmodifiableMap(new TreeMap<>(aliases));
  }

  /** The state after an event; see {@link StoreJournal} for its form. */
  StoreState after(ObjectNode event) {
    String kind = event.path("kind").asText();
    return switch (kind) {
      case "state" -> fromJson(event);
      case "create", "config" -> {
        Map<String, Entry> changed = new TreeMap<>(collections);
        changed.put(event.path("name").asText(), entry(event));
        yield new StoreState(changed, aliases);
      }
      case "drop" -> {
        String name = event.path("name").asText();
        Map<String, Entry> changed = new TreeMap<>(collections);
        changed.remove(name);
        Map<String, String> left = new TreeMap<>(aliases);
        left.values().removeIf(name::equals);
        yield new StoreState(changed, left);
      }
      case "aliases" -> new StoreState(collections, aliasesOf(event));
      default ->
          throw new QuiverException(
              ErrorCode.CORRUPT,
              "event of kind `"
                  + kind
                  + "` in the store's journal (expected: state, create, config, drop or aliases);"
                  + " was it written by a newer Quiver?");
    };
  }

  private static Entry entry(JsonNode json) {
    if (!(json.get("config") instanceof ObjectNode config) || !json.path("id").isTextual()) {
      throw new QuiverException(ErrorCode.CORRUPT, "the store's journal: no id or config: " + json);
    }
    return new Entry(json.path("id").asText(), config);
  }

  private static Map<String, String> aliasesOf(JsonNode json) {
    Map<String, String> aliases = new TreeMap<>();
    for (Map.Entry<String, JsonNode> alias : json.path("aliases").properties()) {
      aliases.put(alias.getKey(), alias.getValue().asText());
    }
    return aliases;
  }

  static StoreState fromJson(JsonNode json) {
    Map<String, Entry> collections = new TreeMap<>();
    for (JsonNode collection : json.path("collections")) {
      collections.put(collection.path("name").asText(), entry(collection));
    }
    return new StoreState(collections, aliasesOf(json));
  }

  /** Adds the members {@code collections} and {@code aliases}. */
  ObjectNode toJson(ObjectNode target) {
    ArrayNode array = target.putArray("collections");
    new TreeMap<>(collections)
        .forEach(
            (name, entry) -> {
              ObjectNode object = array.addObject();
              object.put("name", name);
              object.put("id", entry.id());
              object.set("config", entry.config());
            });
    ObjectNode named = target.putObject("aliases");
    new TreeMap<>(aliases).forEach(named::put);
    return target;
  }
}
