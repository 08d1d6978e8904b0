package dev.quiver.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * journal/                  see {@link StoreJournal}
 * install.json              see {@link StoreFiles}; only while restored collections are taken in
 * collections/&lt;id&gt;/    see {@link CollectionFolder}
 * </pre>
 *
 * <p>Files are {@link Documents}: whole, with a checksum and a copy. A collection exists when its
 * document does: a crash while one is created leaves a folder without it, which is deleted at the
 * next start. A dropped one has the document of the trash instead; a crash on the way in or out
 * leaves the one or the other. Every change is written to the journal before it is made.
 * Thread-safe: changes under one lock, reads of immutable snapshots.
 */
final class Catalog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

  private final StoreFiles documents;
  private final FileOps files;
  private final Background background;
  private final LogClock clock;
  private final SlotFactory slots;
  private final StoreJournal journal;
  private final CatalogState state = new CatalogState();
  private final CatalogDisk disk;

  interface SlotFactory {
    Slot create(String name, CollectionFolder folder, long number, CollectionConfig config)
        throws IOException;
  }

  private Catalog(
      StoreFiles documents,
      Background background,
      LogClock clock,
      SlotFactory slots,
      StoreJournal journal) {
    this.documents = documents;
    this.files = documents.files();
    this.background = background;
    this.clock = clock;
    this.slots = slots;
    this.journal = journal;
    this.disk = new CatalogDisk(documents, journal);
  }

  static Catalog open(
      StoreFiles documents, Background background, LogClock clock, SlotFactory slots)
      throws IOException {
    Catalog catalog =
        new Catalog(
            documents,
            background,
            clock,
            slots,
            StoreJournal.open(documents.root(), documents.files(), background, clock));
    try {
      catalog.load();
      return catalog;
    } catch (IOException | RuntimeException e) {
      catalog.close();
      throw e;
    }
  }

  Path root() {
    return documents.root();
  }

  StoreJournal journal() {
    return journal;
  }

  @Override
  public void close() {
    journal.close();
  }

  private void load() throws IOException {
    state.lock.lock();
    try {
      StoreReading reading = new StoreReading(documents);
      reading.read();
      state.numbersFrom(reading.nextNumber());
      state.retireAll(reading.retired());
      Map<String, Slot> found = new TreeMap<>();
      for (StoreFiles.Described each : reading.collections().values()) {
        found.put(
            each.name(),
            slots.create(
                each.name(),
                each.folder(),
                each.number(),
                CollectionConfig.fromDocument(each.config())));
      }
      state.collections(found);
      state.aliases(loadAliases(found));
      state.dropped(reading.trash());
      for (Slot slot : found.values()) {
        if (files.exists(slot.folder().droppedDocument())) {
          finishHalfway(slot);
        }
      }
      reconcileJournal();
    } finally {
      state.lock.unlock();
    }
  }

  /** What is there is served whether the journal can be written or not. */
  @GuardedBy("state.lock")
  private void reconcileJournal() {
    try {
      journal.reconcile(state.onDisk());
    } catch (QuiverException e) {
      LOG.warn("the journal lacks what there is now; it is written before the next change", e);
      journal.doubtful();
    }
  }

  /** A crash or a failing disk kept a collection from going into the trash, or from coming out. */
  @GuardedBy("state.lock")
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
      LOG.error("collection {} is there; its way out of the trash did not end", slot.name(), e);
    }
  }

  @GuardedBy("state.lock")
  private Map<String, String> loadAliases(Map<String, Slot> known) throws IOException {
    Map<String, String> loaded = documents.readAliases();
    boolean orphans = false;
    for (String alias : List.copyOf(loaded.keySet())) {
      if (!known.containsKey(loaded.get(alias))) {
        // A collection is dropped before its aliases are.
        LOG.info("alias {} is dropped: its collection does not exist", alias);
        loaded.remove(alias);
        orphans = true;
      }
    }
    if (orphans) {
      // Or they would come back with the next collection of that name.
      disk.writeAliases(loaded);
    }
    return loaded;
  }

  /**
   * A moment and what there is at it: every change of collections and aliases up to it is in the
   * state, none after it.
   *
   * @param micros since 1970
   * @param journalOffset behind the last event before it
   */
  record Moment(long micros, StoreState state, long journalOffset) {}

  /**
   * Takes a moment for the whole store, when no collection is just being dropped. Whoever asks must
   * not use one.
   */
  Moment moment() {
    return state.moment(clock, journal);
  }

  /**
   * Where the store's logs are.
   *
   * @param slots of collections, also of those that are just going
   * @param trash folders that nobody writes to, and that may become collections again
   * @param retired folders that may go as soon as their logs are archived
   */
  record Logs(List<Slot> slots, List<CollectionFolder> trash, List<CollectionFolder> retired) {}

  /** All logs that there are at one time. */
  Logs logs() {
    return state.logs();
  }

  /** Keeps a folder that is gone otherwise until its log is archived. */
  void retire(CollectionFolder folder) {
    state.retire(folder);
  }

  /** Says that a log is archived; returns whether its folder is still to be deleted. */
  boolean unretire(CollectionFolder folder) {
    return state.unretire(folder);
  }

  List<Slot> slots() {
    return List.copyOf(state.collections().values());
  }

  List<String> names() {
    return List.copyOf(state.collections().keySet());
  }

  @Nullable Slot findOrNull(String nameOrAlias) {
    return state.findOrNull(nameOrAlias);
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
    state.lock.lock();
    try {
      state.awaitSettled(name);
      state.checkFree(name);
      CollectionFolder folder = newFolder();
      settleDoubts();
      long number = state.takeNumber();
      journal.created(state::onDisk, name, CatalogState.entry(folder, config));
      try {
        disk.journaled(
            () -> {
              folder.create(files);
              documents.writeCollection(name, folder, number, config.document());
              files.syncDirectory(documents.collectionsFolder());
            });
      } catch (IOException e) {
        undo(folder, e);
        throw e;
      }
      state.put(slots.create(name, folder, number, config));
    } finally {
      state.lock.unlock();
    }
  }

  /** A folder for a collection: rubbish until it has a document. */
  CollectionFolder newFolder() {
    return documents.folder(background.randomId().toString().replace("-", ""));
  }

  @GuardedBy("state.lock")
  private void undo(CollectionFolder folder, IOException cause) {
    disk.doubt(folder);
    try {
      settleDoubts();
      folder.delete(files);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @GuardedBy("state.lock")
  private void settleDoubts() throws IOException {
    disk.settleDoubts(state.aliases(), state.collectionsOnDisk().values());
  }

  @GuardedBy("state.lock")
  private void putBack(Exception cause) {
    disk.putBack(cause, state.aliases(), state.collectionsOnDisk().values());
  }

  boolean update(String name, UnaryOperator<CollectionConfig> change) throws IOException {
    state.lock.lock();
    try {
      Slot slot = findOrNull(name);
      if (slot == null) {
        return false;
      }
      configure(slot, change.apply(slot.config()));
      return true;
    } finally {
      state.lock.unlock();
    }
  }

  @GuardedBy("state.lock")
  private void configure(Slot slot, CollectionConfig changed) throws IOException {
    disk.finishInstallation();
    journal.configured(state::onDisk, slot.name(), CatalogState.entry(slot.folder(), changed));
    try {
      disk.writeConfig(slot, changed);
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      putBack(e);
      throw e;
    }
    slot.config(changed);
  }

  /**
   * Makes a collection's configuration follow the vectors that its log made and dropped: at once
   * after such an operation, and after a crash between the two when the shard is next used.
   */
  void follow(Slot slot, Shard shard) throws IOException {
    if (shard.declared().vectors().equals(slot.followed())) {
      return;
    }
    shard.upkeep().commitVectors();
    state.lock.lock();
    try {
      if (state.collections().get(slot.name()) != slot) {
        // It is being dropped.
        return;
      }
      VectorFields vectors = shard.upkeep().committedVectors();
      CollectionConfig before = slot.config();
      CollectionConfig changed = vectors.in(before, slot.followed());
      if (!changed.equals(before)) {
        configure(slot, changed);
      }
      slot.followed(vectors);
    } finally {
      state.lock.unlock();
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
    state.lock.lock();
    try {
      return state.withdraw(name);
    } finally {
      state.lock.unlock();
    }
  }

  private @Nullable IOException discard(Slot slot, Duration keep, Instant now) throws IOException {
    state.lock.lock();
    try {
      settleDoubts();
      Map<String, String> left = new TreeMap<>(state.aliases());
      left.values().removeIf(slot.name()::equals);
      DroppedCollection entry = DroppedCollection.of(slot, state.aliases(), keep, now);
      logDrop(slot);
      disk.journaled(
          () -> {
            if (keep.isZero()) {
              documents.retire(slot.folder());
            } else {
              entry.write(files);
            }
            files.delete(slot.folder().document());
          });
      state.isGone(slot);
      // From here on it is gone for this process, whatever the disk says: what it took from now on
      // could not be found again.
      if (left.size() != state.aliases().size()) {
        disk.doubtAliases();
      }
      state.aliases(left);
      if (!keep.isZero()) {
        state.putDropped(entry);
      }
      try {
        files.syncDirectory(slot.folder().path());
        if (disk.aliasesDoubtful()) {
          disk.writeAliases(left);
        }
        return null;
      } catch (IOException e) {
        disk.doubt(slot.folder());
        return e;
      }
    } finally {
      state.lock.unlock();
    }
  }

  /** A full disk keeps nobody from dropping a collection, which makes room. */
  @GuardedBy("state.lock")
  private void logDrop(Slot slot) {
    try {
      journal.dropped(state::onDisk, slot.name(), slot.folder().id());
    } catch (QuiverException e) {
      if (e.code() != ErrorCode.INSUFFICIENT_STORAGE) {
        throw e;
      }
      LOG.warn("the journal learns later that {} was dropped", slot.name(), e);
      journal.doubtful();
    }
  }

  /** Frees the name of a dropped collection, or brings back one that could not be dropped. */
  private void settle(Slot slot, boolean done) throws IOException {
    state.lock.lock();
    try {
      state.settle(slot);
      if (!done && (disk.unfinished() || files.exists(slot.folder().document()))) {
        state.put(slots.create(slot.name(), slot.folder(), slot.number(), slot.config()));
      } else if (!done) {
        disk.doubt(slot.folder());
        if (files.exists(slot.folder().droppedDocument())) {
          Map<String, DroppedCollection> trash = new TreeMap<>(state.dropped());
          StoreReading.readDropped(files, slot.folder(), trash);
          state.dropped(trash);
        }
      }
    } finally {
      state.lock.unlock();
    }
  }

  /** What is in the trash, in no order. */
  List<DroppedCollection> dropped() {
    return List.copyOf(state.dropped().values());
  }

  /** See {@link Trash#restore}. */
  Trash.Restored restore(String id, @Nullable String newName) throws IOException {
    state.lock.lock();
    try {
      DroppedCollection entry = state.dropped().get(id);
      if (entry == null) {
        throw QuiverException.notFound("no dropped collection " + id + " is in the trash");
      }
      String name = newName == null ? entry.name() : newName;
      CollectionNames.checkNew(name);
      state.awaitSettled(name);
      state.checkFree(name);
      settleDoubts();
      long number = state.takeNumber();
      journal.created(state::onDisk, name, CatalogState.entry(entry.folder(), entry.config()));
      try {
        disk.journaled(
            () ->
                documents.writeCollection(name, entry.folder(), number, entry.config().document()));
      } catch (IOException e) {
        // It stays in the trash, and must not come back by itself.
        disk.doubt(entry.folder());
        throw e;
      }
      state.put(slots.create(name, entry.folder(), number, entry.config()));
      state.removeDropped(id);
      return finishRestore(entry, name);
    } finally {
      state.lock.unlock();
    }
  }

  /** The steps after a collection has its document again; the same ones after a crash. */
  @GuardedBy("state.lock")
  private Trash.Restored finishRestore(DroppedCollection entry, String name) throws IOException {
    List<String> back = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    Map<String, String> changed = new TreeMap<>(state.aliases());
    Set<String> names = state.takenNames();
    for (String alias : entry.aliases()) {
      if (!names.contains(alias) && changed.getOrDefault(alias, name).equals(name)) {
        changed.put(alias, name);
        back.add(alias);
      } else {
        taken.add(alias);
      }
    }
    if (!changed.equals(state.aliases())) {
      rename(changed);
    }
    Documents.delete(files, entry.folder().droppedDocument());
    files.syncDirectory(entry.folder().path());
    return new Trash.Restored(name, back, taken);
  }

  /** Takes an entry out of the trash for good; its folder is the caller's to delete. */
  @Nullable CollectionFolder purge(String id) throws IOException {
    state.lock.lock();
    try {
      DroppedCollection entry = state.dropped().get(id);
      if (entry == null) {
        return null;
      }
      disk.finishInstallation();
      documents.retire(entry.folder());
      // There when a restore failed halfway: what is purged must not come back as a collection.
      documents.removeDocument(entry.folder());
      Documents.delete(files, entry.folder().droppedDocument());
      files.syncDirectory(entry.folder().path());
      state.removeDropped(id);
      return entry.folder();
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * A collection whose files are complete.
   *
   * @param replacing whether one of its name may be there, which goes then
   */
  record Installation(
      String name, CollectionFolder folder, CollectionConfig config, boolean replacing) {}

  /**
   * Makes restored collections a part of the store, all or, after a crash too, none of them. Those
   * that they replace go into the trash.
   *
   * @param others whether the collections that are not among them stay
   * @param newAliases all aliases from now on; null: they stay
   * @param keep how long what goes stays in the trash; zero: it does not go there
   * @return the slots of what went, each to be dropped and then {@link #departed}
   */
  List<Slot> install(
      List<Installation> installations,
      boolean others,
      @Nullable Map<String, String> newAliases,
      Duration keep,
      Instant now)
      throws IOException {
    state.lock.lock();
    try {
      state.awaitAllSettled();
      settleDoubts();
      Map<String, Slot> before = state.collections();
      Map<String, Slot> changed = new TreeMap<>(others ? before : Map.of());
      for (Installation each : installations) {
        boolean added = newAliases == null && !before.containsKey(each.name());
        if (!each.replacing() || added) {
          state.checkFree(each.name());
        }
        changed.put(
            each.name(),
            slots.create(each.name(), each.folder(), state.takeNumber(), each.config()));
      }
      List<Slot> gone = new ArrayList<>(before.values());
      gone.removeAll(changed.values());
      Map<String, String> named = new TreeMap<>(newAliases == null ? state.aliases() : newAliases);
      named.values().removeIf(target -> !changed.containsKey(target));
      Map<Slot, DroppedCollection> going = new HashMap<>();
      for (Slot slot : gone) {
        going.put(slot, DroppedCollection.of(slot, state.aliases(), keep, now));
      }
      StoreFiles.Installing installing = installing(changed, named, going.values(), keep);
      journal.reconcile(installing.after());
      disk.announce(installing);
      state.collections(changed);
      state.aliases(named);
      state.replace(going);
      try {
        documents.completeInstallation();
      } catch (IOException e) {
        // It is announced: the next change, or the next start, completes it.
        LOG.error("what was restored could not be written down yet", e);
        disk.leaveUnfinished();
      }
      return List.copyOf(gone);
    } finally {
      state.lock.unlock();
    }
  }

  private static StoreFiles.Installing installing(
      Map<String, Slot> changed,
      Map<String, String> named,
      Collection<DroppedCollection> going,
      Duration keep) {
    Map<String, StoreState.Entry> entries = new TreeMap<>();
    Map<String, Long> numbers = new TreeMap<>();
    changed.forEach(
        (name, slot) -> {
          entries.put(name, CatalogState.entry(slot.folder(), slot.config()));
          numbers.put(name, slot.number());
        });
    return new StoreFiles.Installing(
        new StoreState(entries, named), numbers, List.copyOf(going), !keep.isZero());
  }

  /**
   * Says that nobody uses a replaced collection any more.
   *
   * @return whether it is in the trash now; if not, its folder is the caller's to delete
   */
  boolean departed(Slot slot) {
    state.lock.lock();
    try {
      DroppedCollection entry = state.takeReplaced(slot);
      if (entry == null || !entry.purgeAt().isAfter(entry.droppedAt())) {
        return false;
      }
      state.putDropped(entry);
      return true;
    } finally {
      state.lock.unlock();
    }
  }

  List<Alias> aliases() {
    List<Alias> all = new ArrayList<>();
    state.aliases().forEach((alias, collection) -> all.add(new Alias(alias, collection)));
    return all;
  }

  void updateAliases(List<Alias.Action> actions) throws IOException {
    state.lock.lock();
    try {
      Map<String, String> changed = new TreeMap<>(state.aliases());
      Set<String> taken = state.takenNames();
      try {
        AliasChanges.apply(
            actions, changed, state.collections().keySet()::contains, taken::contains);
      } finally {
        // The steps before a failing one stay done.
        if (!changed.equals(state.aliases())) {
          rename(changed);
        }
      }
    } finally {
      state.lock.unlock();
    }
  }

  @GuardedBy("state.lock")
  private void rename(Map<String, String> changed) throws IOException {
    disk.finishInstallation();
    journal.aliased(state::onDisk, changed);
    try {
      disk.writeAliases(changed);
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      putBack(e);
      throw e;
    }
    state.aliases(changed);
  }
}
