package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes what a {@link Catalog} changes, and remembers where the disk may have something else than
 * it should: what a failing disk neither confirmed nor refused is made sure of before the next
 * change. Not thread-safe: the lock of the {@link CatalogState} guards it.
 */
final class CatalogDisk {
  private final StoreFiles documents;
  private final FileOps files;
  private final StoreJournal journal;

  /** Folders that may hold a collection's document, and must not. */
  private final Deque<CollectionFolder> doubtful = new ArrayDeque<>();

  /** Folders whose configuration may be another than their slots have. */
  private final Set<CollectionFolder> configsDoubtful = new HashSet<>();

  /** Whether the file of the aliases may hold others than there are. */
  private boolean aliasesDoubtful;

  /** Whether an installation was announced and could not be completed. */
  private boolean unfinished;

  /** Whether an announcement failed that may be on disk all the same. */
  private boolean withdrawing;

  CatalogDisk(StoreFiles documents, StoreJournal journal) {
    this.documents = documents;
    this.files = documents.files();
    this.journal = journal;
  }

  /** A change that the journal has already. */
  interface Change {
    void make() throws IOException;
  }

  /** Makes a change that the journal has already. */
  void journaled(Change change) throws IOException {
    try {
      change.make();
    } catch (IOException | RuntimeException e) {
      journal.doubtful();
      throw e;
    }
  }

  /** Folders that may be a collection on the disk, and are none. */
  void doubt(CollectionFolder folder) {
    doubtful.add(folder);
  }

  void doubtAliases() {
    aliasesDoubtful = true;
  }

  boolean aliasesDoubtful() {
    return aliasesDoubtful;
  }

  void writeAliases(Map<String, String> all) throws IOException {
    Documents.Staged staged = documents.stageAliases(all);
    aliasesDoubtful = true;
    staged.publish();
    aliasesDoubtful = false;
  }

  void writeConfig(Slot slot, CollectionConfig config) throws IOException {
    Documents.Staged staged =
        documents.stageCollection(slot.name(), slot.folder(), slot.number(), config.document());
    configsDoubtful.add(slot.folder());
    staged.publish();
    configsDoubtful.remove(slot.folder());
  }

  /**
   * Takes away, durably, what makes collections of folders whose creation failed or whose drop the
   * disk did not confirm, writes aliases again that it did not, and ends what a restore began. As
   * long as that cannot be done, no collection is made or dropped: a later one of the same name,
   * made and dropped, would bring the older one back, or get its aliases.
   *
   * @param aliases that there are
   * @param slots of the collections that there are
   */
  void settleDoubts(Map<String, String> aliases, Collection<Slot> slots) throws IOException {
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
    settleContents(aliases, slots);
  }

  private void settleContents(Map<String, String> aliases, Collection<Slot> slots)
      throws IOException {
    if (aliasesDoubtful) {
      writeAliases(aliases);
    }
    for (Slot slot : configsDoubtful.isEmpty() ? List.<Slot>of() : slots) {
      if (configsDoubtful.contains(slot.folder())) {
        writeConfig(slot, slot.config());
      }
    }
    configsDoubtful.clear();
  }

  /**
   * Writes again what there was before a change that the disk did not confirm, lest the next start
   * find what was refused. What cannot be put back now is before the next creation or drop.
   */
  void putBack(Exception cause, Map<String, String> aliases, Collection<Slot> slots) {
    try {
      settleContents(aliases, slots);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Does what an earlier installation left to be done. */
  void finishInstallation() throws IOException {
    if (withdrawing) {
      documents.withdrawInstallation();
      withdrawing = false;
    }
    if (unfinished) {
      documents.completeInstallation();
      unfinished = false;
    }
  }

  /** Whether collections that there are may lack their documents, which the announcement has. */
  boolean unfinished() {
    return unfinished;
  }

  /** An installation is announced and could not be completed; the next change completes it. */
  void leaveUnfinished() {
    unfinished = true;
  }

  /** Announces an installation, or takes back what a failing disk may have of it. */
  void announce(StoreFiles.Installing installing) throws IOException {
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
}
