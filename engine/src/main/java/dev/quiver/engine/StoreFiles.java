package dev.quiver.engine;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.AtomicFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The documents of a data folder, each of which is replaced atomically: what collections there are,
 * and their aliases. Which folders have a document is changed one by one when collections are made
 * or dropped, and together when restored ones take the place of others: then {@code install.json}
 * says first what there is to be, and the next start completes it if need be.
 *
 * @param archiving whether what is dropped is marked, for its log to be archived
 */
record StoreFiles(Path root, FileOps files, boolean archiving) {
  static final int FORMAT = 1;
  private static final String ALIASES = "aliases.json";
  private static final String INSTALLATION = "install.json";

  /** A collection's document. */
  record Described(String name, ObjectNode config) {}

  Path collectionsFolder() {
    return root.resolve("collections");
  }

  CollectionFolder folder(String id) {
    return new CollectionFolder(collectionsFolder().resolve(id));
  }

  List<CollectionFolder> folders() throws IOException {
    files.createDirectories(collectionsFolder());
    List<CollectionFolder> folders = new ArrayList<>();
    for (String id : files.list(collectionsFolder())) {
      folders.add(folder(id));
    }
    return folders;
  }

  Described readCollection(CollectionFolder folder) throws IOException {
    ObjectNode document = readDocument(folder.document());
    if (!(document.get("config") instanceof ObjectNode config)) {
      throw new QuiverException(ErrorCode.CORRUPT, folder.document() + ": no config");
    }
    return new Described(document.path("name").asText(), config);
  }

  void writeCollection(String name, CollectionFolder folder, ObjectNode config) throws IOException {
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", FORMAT);
    document.put("name", name);
    document.set("config", config);
    AtomicFiles.write(files, folder.document(), Payload.JSON.writeValueAsBytes(document));
  }

  /** Takes a collection out: what is left in its folder is rubbish, its log apart. */
  void removeCollection(CollectionFolder folder) throws IOException {
    if (archiving) {
      AtomicFiles.write(files, folder.retired(), new byte[0]);
    }
    files.delete(folder.document());
    files.syncDirectory(folder.path());
  }

  /** As they were written; their collections may be gone. */
  Map<String, String> readAliases() throws IOException {
    Path file = root.resolve(ALIASES);
    Map<String, String> aliases = new TreeMap<>();
    if (files.exists(file)) {
      for (Map.Entry<String, JsonNode> entry : readDocument(file).path("aliases").properties()) {
        aliases.put(entry.getKey(), entry.getValue().asText());
      }
    }
    return aliases;
  }

  void writeAliases(Map<String, String> all) throws IOException {
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", FORMAT);
    ObjectNode object = document.putObject("aliases");
    all.forEach(object::put);
    AtomicFiles.write(files, root.resolve(ALIASES), Payload.JSON.writeValueAsBytes(document));
  }

  /**
   * Says what the store is to be: from here on it is, and {@link #completeInstallation} follows.
   */
  void announceInstallation(StoreState after, List<CollectionFolder> gone) throws IOException {
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", FORMAT);
    after.toJson(document);
    ArrayNode ids = document.putArray("gone");
    gone.forEach(folder -> ids.add(folder.id()));
    AtomicFiles.write(files, root.resolve(INSTALLATION), Payload.JSON.writeValueAsBytes(document));
  }

  /** Takes an announcement back that may or may not have been written. */
  void withdrawInstallation() throws IOException {
    files.delete(root.resolve(INSTALLATION));
    files.syncDirectory(root);
  }

  /** Completes what was announced, if anything. */
  void completeInstallation() throws IOException {
    Path file = root.resolve(INSTALLATION);
    if (!files.exists(file)) {
      return;
    }
    ObjectNode document = readDocument(file);
    for (JsonNode id : document.path("gone")) {
      CollectionFolder folder = folder(id.asText());
      if (files.exists(folder.document())) {
        removeCollection(folder);
      }
    }
    StoreState after = StoreState.fromJson(document);
    for (Map.Entry<String, StoreState.Entry> each : after.collections().entrySet()) {
      CollectionFolder folder = folder(each.getValue().id());
      if (!files.exists(folder.document())) {
        writeCollection(each.getKey(), folder, each.getValue().config());
      }
    }
    files.syncDirectory(collectionsFolder());
    writeAliases(after.aliases());
    files.delete(file);
    files.syncDirectory(root);
  }

  private ObjectNode readDocument(Path file) throws IOException {
    JsonNode document;
    try {
      document = Payload.JSON.readTree(AtomicFiles.read(files, file));
    } catch (JacksonException e) {
      throw new QuiverException(ErrorCode.CORRUPT, file + " is not JSON: " + e.getMessage(), e);
    }
    if (!(document instanceof ObjectNode object) || object.path("format").asInt() != FORMAT) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          file + ": format " + document.path("format") + " (expected: " + FORMAT + ")");
    }
    return object;
  }
}
