package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last commit in an index's folder as a process before this one left it: mended where that can
 * be done, without its damaged segments, and read. Stateless; nobody writes the index meanwhile.
 */
final class LastCommit {
  private static final Logger LOG = LoggerFactory.getLogger(LastCommit.class);

  private LastCommit() {}

  /**
   * Opens the commit; the caller closes the reader. Null when nothing was ever committed.
   *
   * @param checkedBytes segments up to this size are checked whole
   */
  static @Nullable DirectoryReader open(
      Directory directory, Path folder, FileOps files, Quarantine quarantine, long checkedBytes)
      throws IOException {
    if (!isThere(directory, folder, files)) {
      return null;
    }
    leaveOneCommit(directory);
    quarantine.admit(directory, checkedBytes);
    return reader(directory, quarantine);
  }

  /** Whether there was a commit; mends its list and its segments' descriptions if need be. */
  private static boolean isThere(Directory directory, Path folder, FileOps files)
      throws IOException {
    if (!DirectoryReader.indexExists(directory)) {
      return CommitCopy.mend(files, folder);
    }
    try {
      SegmentInfos.readLatestCommit(directory);
    } catch (CorruptIndexException
        | EOFException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | NoSuchFileException
        | FileNotFoundException e) {
      if (!CommitCopy.mend(files, folder)) {
        LOG.error("the last commit of {} cannot be read, nor mended from its copy", folder, e);
      }
    }
    return true;
  }

  /**
   * Leaves one list of segments: the newest whose files are all there. Lists before it were
   * deleted, and a list behind it belongs to a commit that failed, and whose files were deleted;
   * but it is open in which order the disk made the deletions durable.
   */
  private static void leaveOneCommit(Directory directory) throws IOException {
    List<String> lists = new ArrayList<>();
    for (String file : directory.listAll()) {
      if (file.startsWith(IndexFileNames.SEGMENTS)) {
        lists.add(file);
      }
    }
    lists.sort(Comparator.comparingLong(SegmentInfos::generationFromSegmentsFileName).reversed());
    if (lists.size() < 2) {
      return;
    }
    String kept = lists.getFirst();
    for (String list : lists) {
      if (isComplete(directory, list)) {
        kept = list;
        break;
      }
    }
    for (String list : lists) {
      if (!list.equals(kept)) {
        directory.deleteFile(list);
      }
    }
    directory.syncMetaData();
  }

  private static boolean isComplete(Directory directory, String list) throws IOException {
    Set<String> present = Set.of(directory.listAll());
    try {
      return present.containsAll(SegmentInfos.readCommit(directory, list).files(true));
    } catch (CorruptIndexException | NoSuchFileException | FileNotFoundException e) {
      // Lucene reads each segment's description with the list.
      return false;
    }
  }

  private static DirectoryReader reader(Directory directory, Quarantine quarantine)
      throws IOException {
    try {
      return DirectoryReader.open(directory);
    } catch (CorruptIndexException | EOFException | RuntimeException e) {
      // A file that is too large to be checked each time; its segment is taken out now.
      try {
        quarantine.admitAll(directory);
        return DirectoryReader.open(directory);
      } catch (IOException | RuntimeException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  /** What the commit is, as its files say. */
  record Contents(long offset, Set<String> files) {}

  /** Reads what the commit is of an index that is not open, and mends nothing. */
  static Contents contents(FileOps files, Path folder) throws IOException {
    try (Directory directory = files.directory(folder)) {
      if (!DirectoryReader.indexExists(directory)) {
        return new Contents(0, Set.of());
      }
      SegmentInfos infos = SegmentInfos.readLatestCommit(directory);
      return new Contents(CommitData.offset(infos.getUserData()), Set.copyOf(infos.files(true)));
    }
  }
}
