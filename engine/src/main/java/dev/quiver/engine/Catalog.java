package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
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
 * store.json                see {@link StoreLabel}
 * audit/                    see {@link dev.quiver.engine.audit.AuditLog}
 * collections/&lt;id&gt;/    see {@link CollectionFolder}
 * </pre>
 *
 * <p>Files are {@link Documents}: whole, with a checksum and a copy. A collection exists when its
 * document does: a crash while one is created leaves a folder without it, which is deleted at the
 * next start. A dropped one has the document of the trash instead; a crash on the way in or out
 * leaves the one or the other. Thread-safe: changes under one lock, reads of immutable snapshots.
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

  /** Signalled when a name is free that was on its way into the trash. */
  private final Condition settled = lock.newCondition();

  private volatile Map<String, Slot> collections = Map.of();

  /** Out of sight already, and still on disk: their users are being waited for. */
  @GuardedBy("lock")
  private final Set<String> leaving = new HashSet<>();

  /** By id. */
  private volatile Map<String, DroppedCollection> dropped = Map.of();

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
      Map<String, DroppedCollection> trash = new TreeMap<>();
      for (String id : files.list(collectionsFolder())) {
        CollectionFolder folder = new CollectionFolder(collectionsFolder().resolve(id));
        if (!files.exists(folder.document())) {
          if (files.exists(folder.droppedDocument())) {
            loadDropped(folder, trash);
          } else {
            LOG.info(
                "deleting {}: a collection that was never complete or was purged", folder.path());
            folder.delete(files);
          }
          continue;
        }
        ObjectNode document = Documents.read(files, folder.document());
        String name = document.path("name").asText();
        if (!(document.get("config") instanceof ObjectNode config)) {
          throw new QuiverException(ErrorCode.CORRUPT, folder.document() + ": no config");
        }
        long number = document.path("number").asLong();
        nextNumber = Math.max(nextNumber, number + 1);
        Numbered each = new Numbered(folder, number, config);
        Numbered other = folders.putIfAbsent(name, each);
        if (other != null) {
          CollectionFolder older = older(each, other);
          takeOut(older, trash);
          folders.put(name, older.equals(folder) ? other : each);
        }
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
      dropped = trash;
      for (Slot slot : found.values()) {
        if (files.exists(slot.folder().droppedDocument())) {
          finishHalfway(slot);
        }
      }
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
  private static CollectionFolder older(Numbered a, Numbered b) {
    if (a.number() == b.number()) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "a collection is in two folders: "
              + a.folder().path()
              + " and "
              + b.folder().path()
              + "; move one away");
    }
    return (a.number() < b.number() ? a : b).folder();
  }

  @GuardedBy("lock")
  private void takeOut(CollectionFolder folder, Map<String, DroppedCollection> trash)
      throws IOException {
    if (files.exists(folder.droppedDocument())) {
      LOG.warn("{} goes on into the trash: a later collection has its name", folder.path());
      removeDocument(folder);
      loadDropped(folder, trash);
    } else {
      LOG.warn("deleting {}: a later collection has its name", folder.path());
      folder.delete(files);
    }
  }

  /** A crash or a failing disk kept a collection from going into the trash, or from coming out. */
  @GuardedBy("lock")
  private void finishHalfway(Slot slot) throws IOException {
    try {
      DroppedCollection entry = DroppedCollection.read(files, slot.folder());
      if (entry.number() < slot.number()) {
        finishRestore(entry, slot.name());
      } else {
        Documents.delete(files, slot.folder().droppedDocument());
        files.syncDirectory(slot.folder().path());
      }
    } catch (QuiverException e) {
      LOG.error("collection {} is there; what is left of its drop is damaged", slot.name(), e);
    }
  }

  private void loadDropped(CollectionFolder folder, Map<String, DroppedCollection> trash)
      throws IOException {
    try {
      DroppedCollection entry = DroppedCollection.read(files, folder);
      trash.put(entry.id(), entry);
    } catch (QuiverException e) {
      // Nobody shall be kept from the collections that live by one that was thrown away.
      LOG.error("{} stays where it is, but cannot be restored", folder.path(), e);
    }
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
      awaitSettled(name);
      checkFree(name);
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

  @GuardedBy("lock")
  private void awaitSettled(String name) {
    while (leaving.contains(name)) {
      settled.awaitUninterruptibly();
    }
  }

  private void checkFree(String name) {
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
  }

  private void writeDocument(
      String name, CollectionFolder folder, long number, CollectionConfig config)
      throws IOException {
    ObjectNode document = Documents.create();
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
   * A collection that was dropped.
   *
   * @param doubt why the disk may still have it as it was after a crash; null when it does not
   */
  record Removed(Slot slot, @Nullable IOException doubt) {}

  /**
   * Drops a collection, after its users are done, durably unless there is a doubt: into the trash,
   * or with no time to keep it for good; then its folder is the caller's to delete.
   *
   * @return null when there was none
   */
  @Nullable Removed drop(String name, Duration keep, Instant now) throws IOException {
    Slot slot = withdraw(name);
    if (slot == null) {
      return null;
    }
    boolean done = false;
    try {
      slot.drop();
      IOException doubt = discard(slot, keep, now);
      done = true;
      return new Removed(slot, doubt);
    } finally {
      settle(slot, done);
    }
  }

  private @Nullable Slot withdraw(String name) {
    lock.lock();
    try {
      Slot slot = collections.get(name);
      if (slot != null) {
        Map<String, Slot> changed = new TreeMap<>(collections);
        changed.remove(name);
        collections = changed;
        leaving.add(name);
      }
      return slot;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable IOException discard(Slot slot, Duration keep, Instant now) throws IOException {
    lock.lock();
    try {
      settleDoubts();
      Map<String, String> left = new TreeMap<>(aliases);
      left.values().removeIf(slot.name()::equals);
      Map<String, DroppedCollection> trash = new TreeMap<>(dropped);
      if (!keep.isZero()) {
        List<String> own = new ArrayList<>(aliases.keySet());
        own.removeAll(left.keySet());
        DroppedCollection entry =
            new DroppedCollection(
                slot.folder(), slot.name(), slot.number(), slot.config(), own, now, now.plus(keep));
        entry.write(files);
        trash.put(entry.id(), entry);
      }
      files.delete(slot.folder().document());
      // From here on it is gone for this process, whatever the disk says: what it took from now on
      // could not be found again.
      aliasesDoubtful |= left.size() != aliases.size();
      aliases = left;
      dropped = trash;
      try {
        files.syncDirectory(slot.folder().path());
        if (aliasesDoubtful) {
          writeAliases(left);
        }
        return null;
      } catch (IOException e) {
        doubtful.add(slot.folder());
        return e;
      }
    } finally {
      lock.unlock();
    }
  }

  private void removeDocument(CollectionFolder folder) throws IOException {
    files.delete(folder.document());
    files.syncDirectory(folder.path());
  }

  /** Frees the name of a dropped collection, or brings back one that could not be dropped. */
  private void settle(Slot slot, boolean done) throws IOException {
    lock.lock();
    try {
      leaving.remove(slot.name());
      if (!done && files.exists(slot.folder().document())) {
        Map<String, Slot> changed = new TreeMap<>(collections);
        changed.put(
            slot.name(), slots.create(slot.name(), slot.folder(), slot.number(), slot.config()));
        collections = changed;
      } else if (!done) {
        doubtful.add(slot.folder());
        if (files.exists(slot.folder().droppedDocument())) {
          Map<String, DroppedCollection> trash = new TreeMap<>(dropped);
          loadDropped(slot.folder(), trash);
          dropped = trash;
        }
      }
    } finally {
      settled.signalAll();
      lock.unlock();
    }
  }

  /** What is in the trash, in no order. */
  List<DroppedCollection> dropped() {
    return List.copyOf(dropped.values());
  }

  /** See {@link Trash#restore}. */
  Trash.Restored restore(String id, @Nullable String newName) throws IOException {
    lock.lock();
    try {
      DroppedCollection entry = dropped.get(id);
      if (entry == null) {
        throw QuiverException.notFound("no dropped collection " + id + " is in the trash");
      }
      String name = newName == null ? entry.name() : newName;
      CollectionNames.checkNew(name);
      awaitSettled(name);
      checkFree(name);
      settleDoubts();
      long number = nextNumber++;
      try {
        writeDocument(name, entry.folder(), number, entry.config());
      } catch (IOException e) {
        // It stays in the trash, and must not come back by itself.
        doubtful.add(entry.folder());
        throw e;
      }
      Map<String, Slot> changed = new TreeMap<>(collections);
      changed.put(name, slots.create(name, entry.folder(), number, entry.config()));
      collections = changed;
      Map<String, DroppedCollection> trash = new TreeMap<>(dropped);
      trash.remove(id);
      dropped = trash;
      return finishRestore(entry, name);
    } finally {
      lock.unlock();
    }
  }

  /** The steps after a collection has its document again; the same ones after a crash. */
  @GuardedBy("lock")
  private Trash.Restored finishRestore(DroppedCollection entry, String name) throws IOException {
    List<String> back = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    Map<String, String> changed = new TreeMap<>(aliases);
    for (String alias : entry.aliases()) {
      boolean free = !collections.containsKey(alias) && !leaving.contains(alias);
      if (free && changed.getOrDefault(alias, name).equals(name)) {
        changed.put(alias, name);
        back.add(alias);
      } else {
        taken.add(alias);
      }
    }
    if (!changed.equals(aliases)) {
      writeAliases(changed);
      aliases = changed;
    }
    Documents.delete(files, entry.folder().droppedDocument());
    files.syncDirectory(entry.folder().path());
    return new Trash.Restored(name, back, taken);
  }

  /** Takes an entry out of the trash for good; its folder is the caller's to delete. */
  @Nullable CollectionFolder purge(String id) throws IOException {
    lock.lock();
    try {
      DroppedCollection entry = dropped.get(id);
      if (entry == null) {
        return null;
      }
      // There when a restore failed halfway: what is purged must not come back as a collection.
      removeDocument(entry.folder());
      Documents.delete(files, entry.folder().droppedDocument());
      files.syncDirectory(entry.folder().path());
      Map<String, DroppedCollection> trash = new TreeMap<>(dropped);
      trash.remove(id);
      dropped = trash;
      return entry.folder();
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
        if (collections.containsKey(alias) || leaving.contains(alias)) {
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
        if (collections.containsKey(to) || leaving.contains(to)) {
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
    ObjectNode document = Documents.create();
    ObjectNode object = document.putObject("aliases");
    all.forEach(object::put);
    Documents.write(files, root.resolve(ALIASES), document);
    aliasesDoubtful = false;
  }
}
