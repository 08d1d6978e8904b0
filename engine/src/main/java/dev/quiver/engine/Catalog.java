package dev.quiver.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
  private final ReentrantLock lock = new ReentrantLock();

  /** Of the next collection; later ones have greater numbers. */
  @GuardedBy("lock")
  private long nextNumber = 1;

  @GuardedBy("lock")
  private final Deque<CollectionFolder> doubtful = new ArrayDeque<>();

  /** Whether the file of the aliases may hold others than {@link #aliases}. */
  @GuardedBy("lock")
  private boolean aliasesDoubtful;

  /** Of collections whose document may hold another configuration than theirs. */
  @GuardedBy("lock")
  private final Set<CollectionFolder> configsDoubtful = new HashSet<>();

  /** Whether an installation was announced and could not be completed. */
  @GuardedBy("lock")
  private boolean unfinished;

  /** Whether an announcement failed that may be on disk all the same. */
  @GuardedBy("lock")
  private boolean withdrawing;

  /** Signalled when a name is free that was on its way into the trash. */
  private final Condition settled = lock.newCondition();

  private volatile Map<String, Slot> collections = Map.of();

  /** Out of sight already, and still on disk: their users are being waited for. */
  @GuardedBy("lock")
  private final Set<String> leaving = new HashSet<>();

  /** Those of them that are still collections as far as the journal and the disk are concerned. */
  private volatile Map<String, Slot> withdrawn = Map.of();

  /** Replaced by restored ones, on disk too: their users are being waited for. */
  @GuardedBy("lock")
  private final Map<Slot, DroppedCollection> replaced = new HashMap<>();

  /** Folders that may go as soon as their logs are archived. */
  private final Set<CollectionFolder> retired = ConcurrentHashMap.newKeySet();

  /** By id. */
  private volatile Map<String, DroppedCollection> dropped = Map.of();

  private volatile Map<String, String> aliases = Map.of();

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
    lock.lock();
    try {
      StoreReading reading = new StoreReading(documents);
      reading.read();
      nextNumber = reading.nextNumber();
      retired.addAll(reading.retired());
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
      collections = found;
      aliases = loadAliases(found);
      dropped = reading.trash();
      for (Slot slot : found.values()) {
        if (files.exists(slot.folder().droppedDocument())) {
          finishHalfway(slot);
        }
      }
      reconcileJournal();
    } finally {
      lock.unlock();
    }
  }

  /** What is there is served whether the journal can be written or not. */
  @GuardedBy("lock")
  private void reconcileJournal() {
    try {
      journal.reconcile(state());
    } catch (QuiverException e) {
      LOG.warn("the journal lacks what there is now; it is written before the next change", e);
      journal.doubtful();
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
      LOG.error("collection {} is there; its way out of the trash did not end", slot.name(), e);
    }
  }

  @GuardedBy("lock")
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
      writeAliases(loaded);
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
    lock.lock();
    try {
      while (!withdrawn.isEmpty()) {
        settled.awaitUninterruptibly();
      }
      return new Moment(clock.moment(), state(), journal.log().nextOffset());
    } finally {
      lock.unlock();
    }
  }

  /** What there is now, as the disk has it or soon will. */
  private StoreState state() {
    Map<String, StoreState.Entry> entries = new TreeMap<>();
    collections.forEach((name, slot) -> entries.put(name, entry(slot.folder(), slot.config())));
    withdrawn.forEach((name, slot) -> entries.put(name, entry(slot.folder(), slot.config())));
    return new StoreState(entries, aliases);
  }

  private static StoreState.Entry entry(CollectionFolder folder, CollectionConfig config) {
    return new StoreState.Entry(folder.id(), config.document());
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
    lock.lock();
    try {
      List<Slot> living = new ArrayList<>(collections.values());
      living.addAll(withdrawn.values());
      living.addAll(replaced.keySet());
      return new Logs(
          living,
          dropped.values().stream().map(DroppedCollection::folder).toList(),
          List.copyOf(retired));
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a folder that is gone otherwise until its log is archived. */
  void retire(CollectionFolder folder) {
    retired.add(folder);
  }

  /** Says that a log is archived; returns whether its folder is still to be deleted. */
  boolean unretire(CollectionFolder folder) {
    return retired.remove(folder);
  }

  private interface Change {
    void make() throws IOException;
  }

  /** Makes a change that the journal has already. */
  @GuardedBy("lock")
  private void journaled(Change change) throws IOException {
    try {
      change.make();
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      throw e;
    }
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
      CollectionFolder folder = newFolder();
      settleDoubts();
      long number = nextNumber++;
      journal.created(this::state, name, entry(folder, config));
      try {
        journaled(
            () -> {
              folder.create(files);
              documents.writeCollection(name, folder, number, config.document());
              files.syncDirectory(documents.collectionsFolder());
            });
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

  /** A folder for a collection: rubbish until it has a document. */
  CollectionFolder newFolder() {
    return documents.folder(background.randomId().toString().replace("-", ""));
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
   * disk did not confirm, writes aliases again that it did not, and ends what a restore began. As
   * long as that cannot be done, no collection is made or dropped: a later one of the same name,
   * made and dropped, would bring the older one back, or get its aliases.
   */
  @GuardedBy("lock")
  private void settleDoubts() throws IOException {
    finishInstallation();
    while (!doubtful.isEmpty()) {
      CollectionFolder folder = doubtful.getFirst();
      if (files.isDirectory(folder.path())) {
        documents.removeDocument(folder);
      } else {
        files.syncDirectory(documents.collectionsFolder());
      }
      doubtful.removeFirst();
    }
    if (aliasesDoubtful) {
      writeAliases(aliases);
    }
    settleConfigs();
  }

  @GuardedBy("lock")
  private void settleConfigs() throws IOException {
    List<Slot> all = new ArrayList<>(collections.values());
    all.addAll(withdrawn.values());
    for (Slot slot : configsDoubtful.isEmpty() ? List.<Slot>of() : all) {
      if (configsDoubtful.contains(slot.folder())) {
        writeConfig(slot, slot.config());
      }
    }
    configsDoubtful.clear();
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

  boolean update(String name, UnaryOperator<CollectionConfig> change) throws IOException {
    lock.lock();
    try {
      Slot slot = findOrNull(name);
      if (slot == null) {
        return false;
      }
      configure(slot, change.apply(slot.config()));
      return true;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void configure(Slot slot, CollectionConfig changed) throws IOException {
    finishInstallation();
    journal.configured(this::state, slot.name(), entry(slot.folder(), changed));
    try {
      writeConfig(slot, changed);
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      putBack(e);
      throw e;
    }
    slot.config(changed);
  }

  @GuardedBy("lock")
  private void writeConfig(Slot slot, CollectionConfig config) throws IOException {
    Documents.Staged staged =
        documents.stageCollection(slot.name(), slot.folder(), slot.number(), config.document());
    configsDoubtful.add(slot.folder());
    staged.publish();
    configsDoubtful.remove(slot.folder());
  }

  /**
   * Writes again what there was before a change that the disk did not confirm, lest the next start
   * find what was refused. What cannot be put back now is before the next creation or drop.
   */
  @GuardedBy("lock")
  private void putBack(Exception cause) {
    try {
      if (aliasesDoubtful) {
        writeAliases(aliases);
      }
      settleConfigs();
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
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
        configure(slot, changed);
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
        Map<String, Slot> going = new TreeMap<>(withdrawn);
        going.put(name, slot);
        withdrawn = going;
      }
      return slot;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void isGone(Slot slot) {
    Map<String, Slot> going = new TreeMap<>(withdrawn);
    going.remove(slot.name());
    withdrawn = going;
  }

  private @Nullable IOException discard(Slot slot, Duration keep, Instant now) throws IOException {
    lock.lock();
    try {
      settleDoubts();
      Map<String, String> left = new TreeMap<>(aliases);
      left.values().removeIf(slot.name()::equals);
      Map<String, DroppedCollection> trash = new TreeMap<>(dropped);
      DroppedCollection entry = entryOf(slot, aliases, keep, now);
      logDrop(slot);
      journaled(
          () -> {
            if (keep.isZero()) {
              documents.retire(slot.folder());
            } else {
              entry.write(files);
              trash.put(entry.id(), entry);
            }
            files.delete(slot.folder().document());
          });
      isGone(slot);
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

  private static DroppedCollection entryOf(
      Slot slot, Map<String, String> named, Duration keep, Instant now) {
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

  /** A full disk keeps nobody from dropping a collection, which makes room. */
  @GuardedBy("lock")
  private void logDrop(Slot slot) {
    try {
      journal.dropped(this::state, slot.name(), slot.folder().id());
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
    lock.lock();
    try {
      leaving.remove(slot.name());
      isGone(slot);
      if (!done && files.exists(slot.folder().document())) {
        Map<String, Slot> changed = new TreeMap<>(collections);
        changed.put(
            slot.name(), slots.create(slot.name(), slot.folder(), slot.number(), slot.config()));
        collections = changed;
      } else if (!done) {
        doubtful.add(slot.folder());
        if (files.exists(slot.folder().droppedDocument())) {
          Map<String, DroppedCollection> trash = new TreeMap<>(dropped);
          StoreReading.readDropped(files, slot.folder(), trash);
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
      journal.created(this::state, name, entry(entry.folder(), entry.config()));
      try {
        journaled(
            () ->
                documents.writeCollection(name, entry.folder(), number, entry.config().document()));
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
      rename(changed);
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
      finishInstallation();
      documents.retire(entry.folder());
      // There when a restore failed halfway: what is purged must not come back as a collection.
      documents.removeDocument(entry.folder());
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
    lock.lock();
    try {
      while (!leaving.isEmpty()) {
        settled.awaitUninterruptibly();
      }
      settleDoubts();
      Map<String, Slot> changed = new TreeMap<>(others ? collections : Map.of());
      Map<String, Slot> gone = new TreeMap<>(collections);
      for (Installation each : installations) {
        boolean added = newAliases == null && !collections.containsKey(each.name());
        if (!each.replacing() || added) {
          checkFree(each.name());
        }
        changed.put(
            each.name(), slots.create(each.name(), each.folder(), nextNumber++, each.config()));
      }
      gone.values().removeAll(changed.values());
      Map<String, String> named = new TreeMap<>(newAliases == null ? aliases : newAliases);
      named.values().removeIf(target -> !changed.containsKey(target));
      Map<Slot, DroppedCollection> going = new HashMap<>();
      gone.values().forEach(slot -> going.put(slot, entryOf(slot, aliases, keep, now)));
      StoreFiles.Installing installing = installing(changed, named, going.values(), keep);
      journal.reconcile(installing.after());
      announce(installing);
      collections = changed;
      aliases = named;
      replaced.putAll(going);
      try {
        documents.completeInstallation();
      } catch (IOException e) {
        // It is announced: the next change, or the next start, completes it.
        LOG.error("what was restored could not be written down yet", e);
        unfinished = true;
      }
      return List.copyOf(gone.values());
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private StoreFiles.Installing installing(
      Map<String, Slot> changed,
      Map<String, String> named,
      Collection<DroppedCollection> going,
      Duration keep) {
    Map<String, StoreState.Entry> entries = new TreeMap<>();
    Map<String, Long> numbers = new TreeMap<>();
    changed.forEach(
        (name, slot) -> {
          entries.put(name, entry(slot.folder(), slot.config()));
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
    lock.lock();
    try {
      DroppedCollection entry = replaced.remove(slot);
      if (entry == null || !entry.purgeAt().isAfter(entry.droppedAt())) {
        return false;
      }
      Map<String, DroppedCollection> trash = new TreeMap<>(dropped);
      trash.put(entry.id(), entry);
      dropped = trash;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Does what an earlier installation left to be done. */
  @GuardedBy("lock")
  private void finishInstallation() throws IOException {
    if (withdrawing) {
      documents.withdrawInstallation();
      withdrawing = false;
    }
    if (unfinished) {
      documents.completeInstallation();
      unfinished = false;
    }
  }

  @GuardedBy("lock")
  private void announce(StoreFiles.Installing installing) throws IOException {
    try {
      documents.announce(installing);
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      withdrawing = true;
      try {
        documents.withdrawInstallation();
        withdrawing = false;
      } catch (IOException | RuntimeException again) {
        // The next change tries again before it is made.
        e.addSuppressed(again);
      }
      throw e;
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
          rename(changed);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void rename(Map<String, String> changed) throws IOException {
    finishInstallation();
    journal.aliased(this::state, changed);
    try {
      writeAliases(changed);
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      putBack(e);
      throw e;
    }
    aliases = changed;
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
    Documents.Staged staged = documents.stageAliases(all);
    aliasesDoubtful = true;
    staged.publish();
    aliasesDoubtful = false;
  }
}
