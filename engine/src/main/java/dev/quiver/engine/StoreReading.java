package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lies in a data folder when it is opened: collections, those in the trash, and folders whose
 * logs are still to be archived. What is none of these is deleted. Used once.
 */
final class StoreReading {
  private static final Logger LOG = LoggerFactory.getLogger(StoreReading.class);

  private final StoreFiles documents;
  private final Map<String, StoreFiles.Described> collections = new TreeMap<>();
  private final Map<String, DroppedCollection> trash = new TreeMap<>();
  private final Set<CollectionFolder> retired = new HashSet<>();
  private long nextNumber = 1;

  StoreReading(StoreFiles documents) {
    this.documents = documents;
  }

  /** By name. */
  Map<String, StoreFiles.Described> collections() {
    return collections;
  }

  /** By id. */
  Map<String, DroppedCollection> trash() {
    return trash;
  }

  Set<CollectionFolder> retired() {
    return retired;
  }

  /** Greater than that of any collection. */
  long nextNumber() {
    return nextNumber;
  }

  void read() throws IOException {
    documents.files().createDirectories(documents.collectionsFolder());
    documents.files().syncDirectory(documents.root());
    documents.completeInstallation();
    for (CollectionFolder folder : documents.folders()) {
      if (documents.files().exists(folder.document())) {
        StoreFiles.Described each = documents.readCollection(folder);
        nextNumber = Math.max(nextNumber, each.number() + 1);
        StoreFiles.Described other = collections.putIfAbsent(each.name(), each);
        if (other != null) {
          StoreFiles.Described older = older(each, other);
          LOG.warn("{} goes: a later collection has its name", older.folder().path());
          discard(older.folder());
          collections.put(each.name(), older.equals(each) ? other : each);
        }
      } else {
        discard(folder);
      }
    }
    documents.files().syncDirectory(documents.collectionsFolder());
  }

  /**
   * Of two folders with the same name the older one is of a collection whose drop the disk did not
   * confirm, or whose creation nobody was told of.
   */
  private static StoreFiles.Described older(StoreFiles.Described a, StoreFiles.Described b) {
    if (a.number() == b.number()) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "a collection is in two folders: "
              + a.folder().path()
              + " and "
              + b.folder().path()
              + "; move one away");
    }
    return a.number() < b.number() ? a : b;
  }

  /** Makes a folder that is no collection's, or is not to be one, what it is: trash or nothing. */
  private void discard(CollectionFolder folder) throws IOException {
    boolean dropped = documents.files().exists(folder.droppedDocument());
    boolean kept = documents.archiving() && documents.files().exists(folder.retired());
    if ((dropped || kept) && documents.files().exists(folder.document())) {
      documents.removeDocument(folder);
    }
    if (dropped) {
      readDropped(documents.files(), folder, trash);
    } else if (kept) {
      retired.add(folder);
    } else {
      LOG.info("deleting {}: a collection that was never complete or was purged", folder.path());
      folder.delete(documents.files());
    }
  }

  /** Adds a dropped collection to the trash, unless its document is damaged. */
  static void readDropped(
      FileOps files, CollectionFolder folder, Map<String, DroppedCollection> trash)
      throws IOException {
    try {
      DroppedCollection entry = DroppedCollection.read(files, folder);
      trash.put(entry.id(), entry);
    } catch (QuiverException e) {
      // Nobody shall be kept from the collections that live by one that was thrown away.
      LOG.error("{} stays where it is, but cannot be restored", folder.path(), e);
    }
  }
}
