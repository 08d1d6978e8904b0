package dev.quiver.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
 * journal/                  see {@link StoreJournal}
 * collections/&lt;id&gt;/    see {@link CollectionFolder}
 * </pre>
 *
 * <p>Every file is replaced atomically. A collection exists when its document does: a crash while
 * one is created or dropped leaves a folder without it, which is deleted at the next start.
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

  /** Whether an installation was announced and could not be completed. */
  @GuardedBy("lock")
  private boolean unfinished;

  /** Whether an announcement failed that may be on disk all the same. */
  @GuardedBy("lock")
  private boolean withdrawing;

  private final Set<CollectionFolder> retired = ConcurrentHashMap.newKeySet();

  private volatile Map<String, Slot> collections = Map.of();
  private volatile Map<String, String> aliases = Map.of();

  interface SlotFactory {
    Slot create(String name, CollectionFolder folder, CollectionConfig config);
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

  /**
   * A moment and what there is at it: every change of collections and aliases up to it is in the
   * state, none after it.
   *
   * @param micros since 1970
   * @param journalOffset behind the last event before it
   */
  record Moment(long micros, StoreState state, long journalOffset) {}

  /** Takes a moment for the whole store. */
  Moment moment() {
    lock.lock();
    try {
      return new Moment(clock.moment(), state(), journal.log().nextOffset());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    journal.close();
  }

  private void load() throws IOException {
    lock.lock();
    try {
      files.createDirectories(documents.collectionsFolder());
      files.syncDirectory(documents.root());
      documents.completeInstallation();
      Map<String, Slot> found = new TreeMap<>();
      for (CollectionFolder folder : documents.folders()) {
        if (!files.exists(folder.document())) {
          discard(folder);
          continue;
        }
        StoreFiles.Described described = documents.readCollection(folder);
        String name = described.name();
        Slot before =
            found.put(
                name,
                slots.create(name, folder, CollectionConfig.fromDocument(described.config())));
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
      journal.reconcile(state());
    } finally {
      lock.unlock();
    }
  }

  /** What there is now. */
  private StoreState state() {
    Map<String, StoreState.Entry> entries = new TreeMap<>();
    collections.forEach((name, slot) -> entries.put(name, entry(slot.folder(), slot.config())));
    return new StoreState(entries, aliases);
  }

  private static StoreState.Entry entry(CollectionFolder folder, CollectionConfig config) {
    return new StoreState.Entry(folder.id(), config.document());
  }

  private interface Change {
    void make() throws IOException;
  }

  /** Makes a change that the journal has already. */
  @GuardedBy("lock")
  private void journaled(Change change) throws IOException {
    try {
      finishInstallation();
      change.make();
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      throw e;
    }
  }

  /** Takes a folder without a document away, unless its log is still to be archived. */
  private void discard(CollectionFolder folder) throws IOException {
    if (documents.archiving() && files.exists(folder.retired())) {
      retired.add(folder);
    } else {
      LOG.info("deleting {}: a collection that was never complete or was dropped", folder.path());
      folder.delete(files);
    }
  }

  /** Folders of dropped collections whose logs are still to be archived. */
  Set<CollectionFolder> retired() {
    return retired;
  }

  private Map<String, String> loadAliases(Map<String, Slot> known) throws IOException {
    Map<String, String> loaded = documents.readAliases();
    loaded
        .entrySet()
        .removeIf(
            entry -> {
              boolean lost = !known.containsKey(entry.getValue());
              if (lost) {
                // A collection is dropped before its aliases are.
                LOG.info("alias {} is dropped: its collection does not exist", entry.getKey());
              }
              return lost;
            });
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
      checkFree(name);
      CollectionFolder folder = newFolder();
      journal.created(this::state, name, entry(folder, config));
      journaled(
          () -> {
            folder.create(files);
            documents.writeCollection(name, folder, config.document());
            files.syncDirectory(documents.collectionsFolder());
          });
      Map<String, Slot> changed = new TreeMap<>(collections);
      changed.put(name, slots.create(name, folder, config));
      collections = changed;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
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
    journal.configured(this::state, slot.name(), entry(slot.folder(), changed));
    journaled(() -> documents.writeCollection(slot.name(), slot.folder(), changed.document()));
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

  /** Takes a collection out, durably; returns its slot, which is to be dropped, or null. */
  @Nullable Slot remove(String name) throws IOException {
    lock.lock();
    try {
      Slot slot = collections.get(name);
      if (slot == null) {
        return null;
      }
      journal.dropped(this::state, name, slot.folder().id());
      journaled(() -> documents.removeCollection(slot.folder()));
      Map<String, Slot> changed = new TreeMap<>(collections);
      changed.remove(name);
      Map<String, String> left = new TreeMap<>(aliases);
      left.values().removeIf(name::equals);
      collections = changed;
      if (left.size() != aliases.size()) {
        // The journal knows that a collection takes its aliases along.
        aliases = left;
        documents.writeAliases(left);
      }
      return slot;
    } finally {
      lock.unlock();
    }
  }

  /** A folder for a collection that is being restored: rubbish until {@link #install} lists it. */
  CollectionFolder newFolder() {
    return documents.folder(background.randomId().toString().replace("-", ""));
  }

  /**
   * A collection whose files are complete.
   *
   * @param replaced whether one of its name may be there, which goes then
   */
  record Installation(
      String name, CollectionFolder folder, CollectionConfig config, boolean replaced) {}

  /**
   * Makes restored collections a part of the store, all or, after a crash too, none of them.
   *
   * @param others whether the collections that are not among them stay
   * @param newAliases all aliases from now on; null: they stay
   * @return the slots of the collections that went, to be dropped
   */
  List<Slot> install(
      List<Installation> installations, boolean others, @Nullable Map<String, String> newAliases)
      throws IOException {
    lock.lock();
    try {
      Map<String, Slot> changed = new TreeMap<>(others ? collections : Map.of());
      Map<String, Slot> gone = new TreeMap<>(collections);
      for (Installation each : installations) {
        boolean added = newAliases == null && !collections.containsKey(each.name());
        if (!each.replaced() || added) {
          checkFree(each.name());
        }
        changed.put(each.name(), slots.create(each.name(), each.folder(), each.config()));
      }
      gone.values().removeAll(changed.values());
      Map<String, String> named = new TreeMap<>(newAliases == null ? aliases : newAliases);
      named.values().removeIf(target -> !changed.containsKey(target));
      Map<String, StoreState.Entry> entries = new TreeMap<>();
      changed.forEach((name, slot) -> entries.put(name, entry(slot.folder(), slot.config())));
      StoreState after = new StoreState(entries, named);
      finishInstallation();
      journal.reconcile(after);
      announce(after, gone.values().stream().map(Slot::folder).toList());
      collections = changed;
      aliases = named;
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
  private void announce(StoreState after, List<CollectionFolder> gone) throws IOException {
    try {
      documents.announceInstallation(after, gone);
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
          journal.aliased(this::state, changed);
          journaled(() -> documents.writeAliases(changed));
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
}
