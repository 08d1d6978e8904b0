package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.AtomicFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which collections and aliases a data folder has:
 *
 * <pre>
 * quiver.lock               see {@link DataFolderLock}
 * aliases.json              {"format": 1, "aliases": {alias: collection, ...}}
 * collections/&lt;id&gt;/    see {@link CollectionFolder}
 * </pre>
 *
 * <p>Every file is replaced atomically. A collection exists when its document does: a crash while
 * one is created or dropped leaves a folder without it, which is deleted at the next start.
 * Thread-safe: changes under one lock, reads of immutable snapshots.
 */
final class Catalog {
  private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);
  private static final int FORMAT = 1;
  private static final String ALIASES = "aliases.json";

  private final Path root;
  private final FileOps files;
  private final Background background;
  private final SlotFactory slots;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile Map<String, Slot> collections = Map.of();
  private volatile Map<String, String> aliases = Map.of();

  interface SlotFactory {
    Slot create(String name, CollectionFolder folder, CollectionConfig config);
  }

  private Catalog(Path root, EngineOptions options, SlotFactory slots) {
    this.root = root;
    this.files = options.files();
    this.background = options.background();
    this.slots = slots;
  }

  static Catalog open(Path root, EngineOptions options, SlotFactory slots) throws IOException {
    Catalog catalog = new Catalog(root, options, slots);
    catalog.load();
    return catalog;
  }

  private Path collectionsFolder() {
    return root.resolve("collections");
  }

  private void load() throws IOException {
    lock.lock();
    try {
      files.createDirectories(collectionsFolder());
      files.syncDirectory(root);
      Map<String, Slot> found = new TreeMap<>();
      for (String id : files.list(collectionsFolder())) {
        CollectionFolder folder = new CollectionFolder(collectionsFolder().resolve(id));
        if (!files.exists(folder.document())) {
          LOG.info(
              "deleting {}: a collection that was never complete or was dropped", folder.path());
          folder.delete(files);
          continue;
        }
        ObjectNode document = readDocument(folder.document());
        String name = document.path("name").asText();
        if (!(document.get("config") instanceof ObjectNode config)) {
          throw new QuiverException(ErrorCode.CORRUPT, folder.document() + ": no config");
        }
        Slot before =
            found.put(name, slots.create(name, folder, CollectionConfig.fromDocument(config)));
        if (before != null) {
          throw new QuiverException(
              ErrorCode.CORRUPT,
              "collection `"
                  + name
                  + "` is in two folders: "
                  + before.folder().path()
                  + " and "
                  + folder.path()
                  + "; move one away");
        }
      }
      collections = found;
      aliases = loadAliases(found);
    } finally {
      lock.unlock();
    }
  }

  private Map<String, String> loadAliases(Map<String, Slot> known) throws IOException {
    Path file = root.resolve(ALIASES);
    Map<String, String> loaded = new TreeMap<>();
    if (files.exists(file)) {
      for (Map.Entry<String, JsonNode> entry : readDocument(file).path("aliases").properties()) {
        if (known.containsKey(entry.getValue().asText())) {
          loaded.put(entry.getKey(), entry.getValue().asText());
        } else {
          // A collection is dropped before its aliases are.
          LOG.info("alias {} is dropped: its collection does not exist", entry.getKey());
        }
      }
    }
    return loaded;
  }

  private ObjectNode readDocument(Path file) throws IOException {
    JsonNode document;
    try {
      document = Payload.JSON.readTree(AtomicFiles.read(files, file));
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new QuiverException(ErrorCode.CORRUPT, file + " is not JSON: " + e.getMessage(), e);
    }
    if (!(document instanceof ObjectNode object) || object.path("format").asInt() != FORMAT) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          file + ": format " + document.path("format") + " (expected: " + FORMAT + ")");
    }
    return object;
  }

  List<Slot> slots() {
    return List.copyOf(collections.values());
  }

  List<String> names() {
    return List.copyOf(collections.keySet());
  }

  @Nullable Slot findOrNull(String nameOrAlias) {
    Slot slot = collections.get(nameOrAlias);
    if (slot == null) {
      String target = aliases.get(nameOrAlias);
      slot = target == null ? null : collections.get(target);
    }
    return slot;
  }

  /**
   * @throws QuiverException {@link ErrorCode#NOT_FOUND}
   */
  Slot find(String nameOrAlias) {
    Slot slot = findOrNull(nameOrAlias);
    if (slot == null) {
      throw CollectionNames.missing(nameOrAlias);
    }
    return slot;
  }

  void create(String name, CollectionConfig config) throws IOException {
    CollectionNames.checkNew(name);
    lock.lock();
    try {
      if (collections.containsKey(name)) {
        throw new QuiverException(
            ErrorCode.ALREADY_EXISTS, "Collection `" + name + "` already exists!");
      }
      if (aliases.containsKey(name)) {
        throw QuiverException.wrongInput(
            "Can't create collection with name "
                + name
                + ". Alias with the same name already exists");
      }
      CollectionFolder folder =
          new CollectionFolder(
              collectionsFolder().resolve(background.randomId().toString().replace("-", "")));
      folder.create(files);
      writeDocument(name, folder, config);
      files.syncDirectory(collectionsFolder());
      Map<String, Slot> changed = new TreeMap<>(collections);
      changed.put(name, slots.create(name, folder, config));
      collections = changed;
    } finally {
      lock.unlock();
    }
  }

  private void writeDocument(String name, CollectionFolder folder, CollectionConfig config)
      throws IOException {
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", FORMAT);
    document.put("name", name);
    document.set("config", config.document());
    AtomicFiles.write(files, folder.document(), Payload.JSON.writeValueAsBytes(document));
  }

  boolean update(String name, UnaryOperator<CollectionConfig> change) throws IOException {
    lock.lock();
    try {
      Slot slot = findOrNull(name);
      if (slot == null) {
        return false;
      }
      CollectionConfig changed = change.apply(slot.config());
      writeDocument(slot.name(), slot.folder(), changed);
      slot.config(changed);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes a collection's configuration follow the vectors that its log made and dropped: at once
   * after such an operation, and after a crash between the two when the shard is next used.
   */
  void follow(Slot slot, Shard shard) throws IOException {
    if (shard.declared().vectors().equals(slot.followed())) {
      return;
    }
    shard.commitVectors();
    lock.lock();
    try {
      if (collections.get(slot.name()) != slot) {
        // It is being dropped.
        return;
      }
      VectorFields vectors = shard.committedVectors();
      CollectionConfig before = slot.config();
      CollectionConfig changed = vectors.in(before, slot.followed());
      if (!changed.equals(before)) {
        writeDocument(slot.name(), slot.folder(), changed);
        slot.config(changed);
      }
      slot.followed(vectors);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a collection out, durably; returns its slot, which is to be dropped, or null. */
  @Nullable Slot remove(String name) throws IOException {
    lock.lock();
    try {
      Slot slot = collections.get(name);
      if (slot == null) {
        return null;
      }
      files.delete(slot.folder().document());
      files.syncDirectory(slot.folder().path());
      Map<String, Slot> changed = new TreeMap<>(collections);
      changed.remove(name);
      Map<String, String> left = new TreeMap<>(aliases);
      left.values().removeIf(name::equals);
      collections = changed;
      if (left.size() != aliases.size()) {
        aliases = left;
        writeAliases(left);
      }
      return slot;
    } finally {
      lock.unlock();
    }
  }

  List<Alias> aliases() {
    List<Alias> all = new ArrayList<>();
    aliases.forEach((alias, collection) -> all.add(new Alias(alias, collection)));
    return all;
  }

  void updateAliases(List<Alias.Action> actions) throws IOException {
    lock.lock();
    try {
      Map<String, String> changed = new TreeMap<>(aliases);
      try {
        for (Alias.Action action : actions) {
          apply(action, changed);
        }
      } finally {
        // The steps before a failing one stay done.
        if (!changed.equals(aliases)) {
          writeAliases(changed);
          aliases = changed;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void apply(Alias.Action action, Map<String, String> changed) {
    switch (action) {
      case Alias.Action.Create(String collection, String alias) -> {
        if (!collections.containsKey(collection)) {
          throw CollectionNames.missing(collection);
        }
        if (collections.containsKey(alias)) {
          throw new QuiverException(
              ErrorCode.ALREADY_EXISTS, "Collection `" + alias + "` already exists!");
        }
        changed.put(alias, collection);
      }
      case Alias.Action.Delete(String alias) -> changed.remove(alias);
      case Alias.Action.Rename(String from, String to) -> {
        String target = changed.get(from);
        if (target == null) {
          throw QuiverException.notFound("Alias " + from + " does not exists!");
        }
        if (collections.containsKey(to)) {
          throw new QuiverException(
              ErrorCode.ALREADY_EXISTS, "Collection `" + to + "` already exists!");
        }
        changed.remove(from);
        changed.put(to, target);
      }
    }
  }

  private void writeAliases(Map<String, String> all) throws IOException {
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", FORMAT);
    ObjectNode object = document.putObject("aliases");
    all.forEach(object::put);
    AtomicFiles.write(files, root.resolve(ALIASES), Payload.JSON.writeValueAsBytes(document));
  }
}
