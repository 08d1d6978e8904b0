package dev.quiver.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.LogClock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The collections, aliases and dropped collections of a store, as its {@link Catalog} has them in
 * memory. Whoever holds {@link #lock} changes them; others read immutable snapshots.
 */
final class CatalogState {
  /** Held for every change, on the disk too. */
  final ReentrantLock lock = new ReentrantLock();

  /** Signalled when a name is free that was on its way into the trash. */
  private final Condition settled = lock.newCondition();

  /** Of the next collection; later ones have greater numbers. */
  @GuardedBy("lock")
  private long nextNumber = 1;

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

  /** By name. */
  Map<String, Slot> collections() {
    return collections;
  }

  /** By name: those that there are, and those that are just going. */
  Map<String, Slot> collectionsOnDisk() {
    Map<String, Slot> all = new TreeMap<>(collections);
    all.putAll(withdrawn);
    return all;
  }

  /** The collections' names, by alias. */
  Map<String, String> aliases() {
    return aliases;
  }

  /** What is in the trash, by id. */
  Map<String, DroppedCollection> dropped() {
    return dropped;
  }

  @Nullable Slot findOrNull(String nameOrAlias) {
    Slot slot = collections.get(nameOrAlias);
    if (slot == null) {
      String target = aliases.get(nameOrAlias);
      slot = target == null ? null : collections.get(target);
    }
    return slot;
  }

  @GuardedBy("lock")
  void collections(Map<String, Slot> changed) {
    collections = changed;
  }

  @GuardedBy("lock")
  void put(Slot slot) {
    collections = with(collections, slot.name(), slot);
  }

  @GuardedBy("lock")
  void aliases(Map<String, String> changed) {
    aliases = changed;
  }

  @GuardedBy("lock")
  void dropped(Map<String, DroppedCollection> changed) {
    dropped = changed;
  }

  @GuardedBy("lock")
  void putDropped(DroppedCollection entry) {
    dropped = with(dropped, entry.id(), entry);
  }

  @GuardedBy("lock")
  void removeDropped(String id) {
    dropped = without(dropped, id);
  }

  /** The number of the next collection, greater than all before. */
  @GuardedBy("lock")
  long takeNumber() {
    return nextNumber++;
  }

  @GuardedBy("lock")
  void numbersFrom(long first) {
    nextNumber = first;
  }

  /** Takes a collection out of sight, before its users are done with it; null: there is none. */
  @GuardedBy("lock")
  @Nullable Slot withdraw(String name) {
    Slot slot = collections.get(name);
    if (slot != null) {
      collections = without(collections, name);
      leaving.add(name);
      withdrawn = with(withdrawn, name, slot);
    }
    return slot;
  }

  /** A withdrawn collection is none any more, as far as journal and disk are concerned. */
  @GuardedBy("lock")
  void isGone(Slot slot) {
    withdrawn = without(withdrawn, slot.name());
  }

  /** The name of a withdrawn collection is free; those that wait for it learn it. */
  @GuardedBy("lock")
  void settle(Slot slot) {
    leaving.remove(slot.name());
    isGone(slot);
    settled.signalAll();
  }

  /** Waits until nobody is just dropping a collection of this name. */
  @GuardedBy("lock")
  void awaitSettled(String name) {
    while (leaving.contains(name)) {
      settled.awaitUninterruptibly();
    }
  }

  /** Waits until nobody is just dropping a collection. */
  @GuardedBy("lock")
  void awaitAllSettled() {
    while (!leaving.isEmpty()) {
      settled.awaitUninterruptibly();
    }
  }

  /** The names of collections, also of those that are just going. */
  @GuardedBy("lock")
  Set<String> takenNames() {
    Set<String> names = new HashSet<>(collections.keySet());
    names.addAll(leaving);
    return names;
  }

  /**
   * @throws QuiverException when a collection or an alias has this name
   */
  void checkFree(String name) {
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

  @GuardedBy("lock")
  void replace(Map<Slot, DroppedCollection> going) {
    replaced.putAll(going);
  }

  /** Nobody uses a replaced collection any more; null: it was not replaced. */
  @GuardedBy("lock")
  @Nullable DroppedCollection takeReplaced(Slot slot) {
    return replaced.remove(slot);
  }

  /** Keeps a folder that is gone otherwise until its log is archived. */
  void retire(CollectionFolder folder) {
    retired.add(folder);
  }

  void retireAll(Collection<CollectionFolder> folders) {
    retired.addAll(folders);
  }

  /** Says that a log is archived; returns whether its folder is still to be deleted. */
  boolean unretire(CollectionFolder folder) {
    return retired.remove(folder);
  }

  /** What there is now, as the disk has it or soon will. */
  StoreState onDisk() {
    Map<String, StoreState.Entry> entries = new TreeMap<>();
    collectionsOnDisk()
        .forEach((name, slot) -> entries.put(name, entry(slot.folder(), slot.config())));
    return new StoreState(entries, aliases);
  }

  static StoreState.Entry entry(CollectionFolder folder, CollectionConfig config) {
    return new StoreState.Entry(folder.id(), config.document());
  }

  private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
    Map<String, V> changed = new TreeMap<>(map);
    changed.put(key, value);
    return changed;
  }

  private static <V> Map<String, V> without(Map<String, V> map, String key) {
    Map<String, V> changed = new TreeMap<>(map);
    changed.remove(key);
    return changed;
  }

  /** As {@link Catalog#moment}. */
  Catalog.Moment moment(LogClock clock, StoreJournal journal) {
    lock.lock();
    try {
      while (!withdrawn.isEmpty()) {
        settled.awaitUninterruptibly();
      }
      return new Catalog.Moment(clock.moment(), onDisk(), journal.log().nextOffset());
    } finally {
      lock.unlock();
    }
  }

  /** As {@link Catalog#logs}. */
  Catalog.Logs logs() {
    lock.lock();
    try {
      List<Slot> living = new ArrayList<>(collections.values());
      living.addAll(withdrawn.values());
      living.addAll(replaced.keySet());
      return new Catalog.Logs(
          living,
          dropped.values().stream().map(DroppedCollection::folder).toList(),
          List.copyOf(retired));
    } finally {
      lock.unlock();
    }
  }
}
