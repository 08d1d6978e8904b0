package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A collection in the trash: its folder with a document in place of the collection's own.
 *
 * <pre>
 * dropped.json   {"format": 2, "name": ..., "number": n, "config": {...}, "aliases": [...],
 *                 "dropped_at": time, "purge_at": time, ...}; times in RFC 3339
 * </pre>
 *
 * <p>It is one of the {@link Documents}. Nothing is moved: the folder is the same before and after,
 * and which of the two documents it has says what it is. With both it is a collection: one that
 * never left, or when its number is greater by now one that is on its way back.
 */
record DroppedCollection(
    CollectionFolder folder,
    String name,
    long number,
    CollectionConfig config,
    List<String> aliases,
    Instant droppedAt,
    Instant purgeAt) {

  /**
   * What a collection that is dropped leaves.
   *
   * @param named the collections' names, by alias
   * @param keep how long it stays in the trash
   */
  static DroppedCollection of(Slot slot, Map<String, String> named, Duration keep, Instant now) {
    List<String> own = new ArrayList<>();
    named.forEach(
        (alias, target) -> {
          if (target.equals(slot.name())) {
            own.add(alias);
          }
        });
    return new DroppedCollection(
        slot.folder(), slot.name(), slot.number(), slot.config(), own, now, now.plus(keep));
  }

  String id() {
    return String.valueOf(folder.path().getFileName());
  }

  void write(FileOps files) throws IOException {
    Documents.write(files, folder.droppedDocument(), toJson(Documents.create()));
  }

  /** Adds its members, but for the folder. */
  ObjectNode toJson(ObjectNode document) {
    document.put("name", name);
    document.put("number", number);
    document.set("config", config.document());
    ArrayNode list = document.putArray("aliases");
    aliases.forEach(list::add);
    document.put("dropped_at", droppedAt.toString());
    document.put("purge_at", purgeAt.toString());
    return document;
  }

  static DroppedCollection read(FileOps files, CollectionFolder folder) throws IOException {
    return fromJson(folder, Documents.read(files, folder.droppedDocument()));
  }

  /**
   * @throws QuiverException {@link ErrorCode#CORRUPT} when a member is missing or no value
   */
  static DroppedCollection fromJson(CollectionFolder folder, JsonNode document) {
    if (!(document.get("config") instanceof ObjectNode config)) {
      throw new QuiverException(ErrorCode.CORRUPT, folder.droppedDocument() + ": no config");
    }
    List<String> aliases = new ArrayList<>();
    for (JsonNode alias : document.path("aliases")) {
      aliases.add(alias.asText());
    }
    try {
      return new DroppedCollection(
          folder,
          document.path("name").asText(),
          document.path("number").asLong(),
          CollectionConfig.fromDocument(config),
          List.copyOf(aliases),
          Instant.parse(document.path("dropped_at").asText()),
          Instant.parse(document.path("purge_at").asText()));
    } catch (DateTimeException e) {
      throw new QuiverException(
          ErrorCode.CORRUPT, folder.droppedDocument() + ": " + e.getMessage(), e);
    }
  }
}
