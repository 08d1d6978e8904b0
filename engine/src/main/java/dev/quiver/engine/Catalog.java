package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
 * aliases.json              {"format": 2, "aliases": {alias: collection, ...}, ...}
 * collections/&lt;id&gt;/    see {@link CollectionFolder}
 * </pre>
 *
 * <p>Files are {@link Documents}: whole, with a checksum and a copy. A collection exists when its
 * document does: a crash while one is created or dropped leaves a folder without it, which is
 * deleted at the next start. Thread-safe: changes under one lock, reads of immutable snapshots.
 */
final class Catalog {
  private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);
  static final String ALIASES = "aliases.json";
  static final String COLLECTIONS = "collections";

  private final Path root;
  private final FileOps files;
  private final Background background;
  private final SlotFactory slots;
  private final ReentrantLock lock = new ReentrantLock();

  /** Of the next collection; later ones have greater numbers. */
  @GuardedBy("lock")
  private long nextNumber = 1;

  @GuardedBy("lock")
  private final Deque<CollectionFolder> doubtful = new ArrayDeque<>();

  /** Whether the file of the aliases may hold others than {@link #aliases}. */
  @GuardedBy("lock")
  private boolean aliasesDoubtful;

  private volatile Map<String, Slot> collections = Map.of();
  private volatile Map<String, String> aliases = Map.of();

  interface SlotFactory {
    Slot create(String name, CollectionFolder folder, long number, CollectionConfig config)
        throws IOException;
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
    return root.resolve(COLLECTIONS);
  }

  private void load() throws IOException {
    lock.lock();
    try {
      files.createDirectories(collectionsFolder());
      files.syncDirectory(root);
      Map<String, Numbered> folders = new TreeMap<>();
      for (String id : files.list(collectionsFolder())) {
        CollectionFolder folder = new CollectionFolder(collectionsFolder().resolve(id));
        if (!files.exists(folder.document())) {
          LOG.info(
              "deleting {}: a collection that was never complete or was dropped", folder.path());
          folder.delete(files);
          continue;
        }
        ObjectNode document = Documents.read(files, folder.document());
        String name = document.path("name").asText();
        if (!(document.get("config") instanceof ObjectNode config)) {
          throw new QuiverException(ErrorCode.CORRUPT, folder.document() + ": no config");
        }
        long number = document.path("number").asLong();
        nextNumber = Math.max(nextNumber, number + 1);
        folders.merge(name, new Numbered(folder, number, config), this::newer);
      }
      Map<String, Slot> found = new TreeMap<>();
      for (Map.Entry<String, Numbered> entry : folders.entrySet()) {
        Numbered numbered = entry.getValue();
        found.put(
            entry.getKey(),
            slots.create(
                entry.getKey(),
                numbered.folder(),
                numbered.number(),
                CollectionConfig.fromDocument(numbered.config())));
      }
      files.syncDirectory(collectionsFolder());
      collections = found;
      aliases = loadAliases(found);
    } finally {
      lock.unlock();
    }
  }

  /** A folder with a collection in it; of two with the same name the later one counts. */
  private record Numbered(CollectionFolder folder, long number, ObjectNode config) {}

  /**
   * Of two folders with the same name the older one is of a collection whose drop the disk did not
   * confirm, or whose creation nobody was told of.
   */
  private Numbered newer(Numbered a, Numbered b) {
    if (a.number() == b.number()) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "a collection is in two folders: "
              + a.folder().path()
              + " and "
              + b.folder().path()
              + "; move one away");
    }
    boolean first = a.number() > b.number();
    Numbered newer = first ? a : b;
    Numbered older = first ? b : a;
    LOG.warn("deleting {}: {} has the same name", older.folder().path(), newer.folder().path());
    try {
      older.folder().delete(files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return newer;
  }

  @GuardedBy("lock")
  private Map<String, String> loadAliases(Map<String, Slot> known) throws IOException {
    Path file = root.resolve(ALIASES);
    Map<String, String> loaded = new TreeMap<>();
    boolean orphans = false;
    if (files.exists(file)) {
      for (Map.Entry<String, JsonNode> entry :
          Documents.read(files, file).path("aliases").properties()) {
        if (known.containsKey(entry.getValue().asText())) {
          loaded.put(entry.getKey(), entry.getValue().asText());
        } else {
          // A collection is dropped before its aliases are.
          LOG.info("alias {} is dropped: its collection does not exist", entry.getKey());
          orphans = true;
        }
      }
      if (orphans) {
        // Or they would come back with the next collection of that name.
        writeAliases(loaded);
      }
    }
    return loaded;
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
      settleDoubts();
      long number = nextNumber++;
      try {
        folder.create(files);
        writeDocument(name, folder, number, config);
        files.syncDirectory(collectionsFolder());
      } catch (IOException e) {
        undo(folder, e);
        throw e;
      }
      Map<String, Slot> changed = new TreeMap<>(collections);
      changed.put(name, slots.create(name, folder, number, config));
      collections = changed;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void undo(CollectionFolder folder, IOException cause) {
    doubtful.add(folder);
    try {
      settleDoubts();
      folder.delete(files);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Takes away, durably, what makes collections of folders whose creation failed or whose drop the
   * disk did not confirm, and writes aliases again that it did not. As long as that cannot be done,
   * no collection is made or dropped: a later one of the same name, made and dropped, would bring
   * the older one back, or get its aliases.
   */
  @GuardedBy("lock")
  private void settleDoubts() throws IOException {
    while (!doubtful.isEmpty()) {
      CollectionFolder folder = doubtful.getFirst();
      if (files.isDirectory(folder.path())) {
        files.delete(folder.document());
        files.syncDirectory(folder.path());
      } else {
        files.syncDirectory(collectionsFolder());
      }
      doubtful.removeFirst();
    }
    if (aliasesDoubtful) {
      writeAliases(aliases);
    }
  }

  private void writeDocument(
      String name, CollectionFolder folder, long number, CollectionConfig config)
      throws IOException {
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", Documents.FORMAT);
    document.put("name", name);
    document.put("number", number);
    document.set("config", config.document());
    Documents.write(files, folder.document(), document);
  }

  boolean update(String name, UnaryOperator<CollectionConfig> change) throws IOException {
    lock.lock();
    try {
      Slot slot = findOrNull(name);
      if (slot == null) {
        return false;
      }
      CollectionConfig changed = change.apply(slot.config());
      writeDocument(slot.name(), slot.folder(), slot.number(), changed);
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
        writeDocument(slot.name(), slot.folder(), slot.number(), changed);
        slot.config(changed);
      }
      slot.followed(vectors);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A collection that was taken out; its slot is to be dropped.
   *
   * @param doubt why the disk may still have it after a crash; null when it does not
   */
  record Removed(Slot slot, @Nullable IOException doubt) {}

  /** Takes a collection out, durably unless there is a doubt; returns null when there is none. */
  @Nullable Removed remove(String name) throws IOException {
    lock.lock();
    try {
      Slot slot = collections.get(name);
      if (slot == null) {
        return null;
      }
      settleDoubts();
      files.delete(slot.folder().document());
      // From here on it is gone for this process, whatever the disk says: what it took from now on
      // could not be found again.
      Map<String, Slot> changed = new TreeMap<>(collections);
      changed.remove(name);
      collections = changed;
      Map<String, String> left = new TreeMap<>(aliases);
      left.values().removeIf(name::equals);
      aliasesDoubtful |= left.size() != aliases.size();
      aliases = left;
      try {
        files.syncDirectory(slot.folder().path());
        if (aliasesDoubtful) {
          writeAliases(left);
        }
        return new Removed(slot, null);
      } catch (IOException e) {
        doubtful.add(slot.folder());
        return new Removed(slot, e);
      }
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

  @GuardedBy("lock")
  private void writeAliases(Map<String, String> all) throws IOException {
    aliasesDoubtful = true;
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", Documents.FORMAT);
    ObjectNode object = document.putObject("aliases");
    all.forEach(object::put);
    Documents.write(files, root.resolve(ALIASES), document);
    aliasesDoubtful = false;
  }
}
