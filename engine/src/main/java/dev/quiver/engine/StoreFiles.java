package dev.quiver.engine;

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
 * The {@link Documents} of a data folder: what collections there are, and their aliases. Which
 * folders have a document is changed one by one when collections are made or dropped, and together
 * when restored ones take the place of others: then {@code install.json} says first what there is
 * to be, and the next start completes it if need be.
 *
 * <pre>
 * install.json   {"format": 2, "collections": [{"name", "id", "config"}, ...], "aliases": {...},
 *                 "numbers": {name: number, ...}, "to_trash": whether those that are gone go there,
 *                 "gone": [{"id", and what {@link DroppedCollection} says}, ...], ...}
 * </pre>
 *
 * @param archiving whether what is dropped is marked, for its log to be archived
 */
record StoreFiles(Path root, FileOps files, boolean archiving) {
  static final String ALIASES = "aliases.json";
  static final String COLLECTIONS = "collections";
  static final String INSTALLATION = "install.json";

  /**
   * A collection's document.
   *
   * @param number collections that were made later have greater ones
   */
  record Described(CollectionFolder folder, String name, long number, ObjectNode config) {}

  Path collectionsFolder() {
    return root.resolve(COLLECTIONS);
  }

  CollectionFolder folder(String id) {
    return new CollectionFolder(collectionsFolder().resolve(id));
  }

  List<CollectionFolder> folders() throws IOException {
    List<CollectionFolder> folders = new ArrayList<>();
    for (String id : files.list(collectionsFolder())) {
      folders.add(folder(id));
    }
    return folders;
  }

  Described readCollection(CollectionFolder folder) throws IOException {
    ObjectNode document = Documents.read(files, folder.document());
    if (!(document.get("config") instanceof ObjectNode config)) {
      throw new QuiverException(ErrorCode.CORRUPT, folder.document() + ": no config");
    }
    return new Described(
        folder, document.path("name").asText(), document.path("number").asLong(), config);
  }

  void writeCollection(String name, CollectionFolder folder, long number, ObjectNode config)
      throws IOException {
    stageCollection(name, folder, number, config).publish();
  }

  Documents.Staged stageCollection(
      String name, CollectionFolder folder, long number, ObjectNode config) throws IOException {
    ObjectNode document = Documents.create();
    document.put("name", name);
    document.put("number", number);
    document.set("config", config);
    return Documents.stage(files, folder.document(), document);
  }

  /** Takes a collection out, durably: what is left in its folder is trash, or rubbish. */
  void removeDocument(CollectionFolder folder) throws IOException {
    files.delete(folder.document());
    files.syncDirectory(folder.path());
  }

  /** Says, if that is wanted, that a log is to be archived before its folder goes. */
  void retire(CollectionFolder folder) throws IOException {
    if (archiving) {
      AtomicFiles.write(files, folder.retired(), new byte[0]);
    }
  }

  /** As they were written; their collections may be gone. */
  Map<String, String> readAliases() throws IOException {
    Path file = root.resolve(ALIASES);
    Map<String, String> aliases = new TreeMap<>();
    if (files.exists(file)) {
      for (Map.Entry<String, JsonNode> entry :
          Documents.read(files, file).path("aliases").properties()) {
        aliases.put(entry.getKey(), entry.getValue().asText());
      }
    }
    return aliases;
  }

  void writeAliases(Map<String, String> all) throws IOException {
    stageAliases(all).publish();
  }

  Documents.Staged stageAliases(Map<String, String> all) throws IOException {
    ObjectNode document = Documents.create();
    ObjectNode object = document.putObject("aliases");
    all.forEach(object::put);
    return Documents.stage(files, root.resolve(ALIASES), document);
  }

  /**
   * What the store is to be when restored collections are in it.
   *
   * @param numbers of the collections, by name
   * @param gone collections that are replaced
   * @param toTrash whether these go into the trash
   */
  record Installing(
      StoreState after, Map<String, Long> numbers, List<DroppedCollection> gone, boolean toTrash) {}

  /**
   * Says what the store is to be: from here on it is, and {@link #completeInstallation} follows.
   */
  void announce(Installing installing) throws IOException {
    ObjectNode document = installing.after().toJson(Documents.create());
    ObjectNode numbered = document.putObject("numbers");
    installing.numbers().forEach(numbered::put);
    document.put("to_trash", installing.toTrash());
    ArrayNode array = document.putArray("gone");
    for (DroppedCollection each : installing.gone()) {
      each.toJson(array.addObject().put("id", each.id()));
    }
    // Or a loss of power could leave the announcement without the folders that it speaks of.
    files.syncDirectory(collectionsFolder());
    Documents.write(files, root.resolve(INSTALLATION), document);
  }

  /** Takes an announcement back that may or may not have been written. */
  void withdrawInstallation() throws IOException {
    Documents.delete(files, root.resolve(INSTALLATION));
    files.syncDirectory(root);
  }

  /** Completes what was announced, if anything. */
  void completeInstallation() throws IOException {
    Path file = root.resolve(INSTALLATION);
    if (!files.exists(file)) {
      return;
    }
    ObjectNode document = Documents.read(files, file);
    for (JsonNode each : document.path("gone")) {
      takeOut(each, document.path("to_trash").asBoolean());
    }
    StoreState after = StoreState.fromJson(document);
    for (Map.Entry<String, StoreState.Entry> each : after.collections().entrySet()) {
      CollectionFolder folder = folder(each.getValue().id());
      if (!files.exists(folder.document())) {
        writeCollection(
            each.getKey(),
            folder,
            document.path("numbers").path(each.getKey()).asLong(),
            each.getValue().config());
      }
    }
    files.syncDirectory(collectionsFolder());
    writeAliases(after.aliases());
    withdrawInstallation();
  }

  private void takeOut(JsonNode gone, boolean toTrash) throws IOException {
    CollectionFolder folder = folder(gone.path("id").asText());
    if (!files.exists(folder.document())) {
      return;
    }
    if (toTrash) {
      DroppedCollection.fromJson(folder, gone).write(files);
    } else {
      retire(folder);
    }
    removeDocument(folder);
  }
}
