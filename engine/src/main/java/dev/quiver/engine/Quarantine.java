package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.FileOps;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of one collection that were found damaged and taken out, so that the others serve:
 *
 * <pre>
 * damage.json     {"format": 2, "damages": [{"file": ..., "segment": ..., ...}], ...}
 * quarantine/     their files, kept for whoever wants to look
 * </pre>
 *
 * <p>A damage is written down first, then the index gets a commit without the segment, then its
 * files are moved: whenever a crash comes between, opening goes on where it was. A segment that the
 * last commit does not name is simply forgotten: the log has all that it holds. The way out is to
 * replace the collection by a restored one. Thread-safe for readers; changed under the slot's lock.
 */
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final String DOCUMENT = "damage.json";

  private final CollectionFolder folder;
  private final FileOps files;
  private volatile List<Damage> damages;

  /** Files that were found right since the process started. */
  private final Set<String> checked = ConcurrentHashMap.newKeySet();

  private volatile boolean distrusted;

  private Quarantine(CollectionFolder folder, FileOps files, List<Damage> damages) {
    this.folder = folder;
    this.files = files;
    this.damages = damages;
  }

  static Quarantine of(CollectionFolder folder, FileOps files) throws IOException {
    Path document = folder.path().resolve(DOCUMENT);
    List<Damage> damages = new ArrayList<>();
    if (files.exists(document)) {
      for (JsonNode node : Documents.read(files, document).path("damages")) {
        damages.add(
            new Damage(
                null,
                node.path("file").asText(),
                node.hasNonNull("section") ? node.get("section").asText() : null,
                node.path("offset").asLong(),
                node.path("length").asLong(),
                node.path("what").asText(),
                node.path("segment").asText(),
                node.path("id").asText(),
                node.path("points").asLong()));
      }
    }
    return new Quarantine(folder, files, List.copyOf(damages));
  }

  /** What was taken out, in the order in which it was found. */
  List<Damage> damages() {
    return damages;
  }

  /** Writes damages down; the shard must be closed before, and opened anew to leave them out. */
  void add(List<Damage> found) throws IOException {
    List<Damage> all = new ArrayList<>(damages);
    for (Damage damage : found) {
      if (all.stream().noneMatch(known -> known.file().equals(damage.file()))) {
        all.add(damage);
      }
    }
    ObjectNode document = Payload.JSON.createObjectNode();
    document.put("format", Documents.FORMAT);
    ArrayNode array = document.putArray("damages");
    for (Damage damage : all) {
      array.add(damage.in(null, damage.file()).toJson().put("id", damage.segmentId()));
    }
    Documents.write(files, folder.path().resolve(DOCUMENT), document);
    damages = List.copyOf(all);
  }

  /**
   * Checks the files of an index that is about to be opened, and takes damaged segments out.
   *
   * @param mostBytes larger files are left to the scrubber, unless opening fails
   */
  void admit(Directory directory, long mostBytes) throws IOException {
    if (distrusted) {
      distrusted = false;
      admitAll(directory);
    } else {
      admit(
          directory,
          (segment, file, bytes) -> bytes <= mostBytes && !checked.contains(key(segment, file)));
    }
  }

  /** The same, of all files: opening failed. */
  void admitAll(Directory directory) throws IOException {
    admit(directory, SegmentChecks.Choice.ALL);
  }

  private void admit(Directory directory, SegmentChecks.Choice choice) throws IOException {
    SegmentInfos infos = read(directory);
    List<Damage> found = new ArrayList<>();
    for (SegmentCommitInfo segment : infos) {
      List<Damage> damaged =
          SegmentChecks.check(directory, segment, choice, SegmentChecks.Progress.NONE);
      found.addAll(damaged);
      if (damaged.isEmpty()) {
        for (String file : segment.files()) {
          if (choice.wants(segment, file, directory.fileLength(file))) {
            checked.add(key(segment, file));
          }
        }
      }
    }
    if (!found.isEmpty()) {
      found.forEach(damage -> LOG.error("damaged: {}: {}", folder.path(), damage));
      add(found.stream().map(Quarantine::inFolder).toList());
    }
    takeOut(directory, infos);
  }

  /** Tells where in the collection's folder a file of the index is. */
  static Damage inFolder(Damage damage) {
    return damage.in(null, CollectionFolder.INDEX + "/" + damage.file());
  }

  /** A segment's id is random: a file of another one with the same name is another file. */
  private static String key(SegmentCommitInfo segment, String file) {
    return SegmentChecks.idOf(segment) + file;
  }

  /** Forgets what was found right, as something that was read turned out wrong. */
  void distrust() {
    checked.clear();
    distrusted = true;
  }

  private SegmentInfos read(Directory directory) throws IOException {
    try {
      return SegmentInfos.readLatestCommit(directory);
    } catch (CorruptIndexException | EOFException e) {
      throw listDamaged(e);
    } catch (IndexFormatTooOldException | IndexFormatTooNewException e) {
      // Another version's file is whole; in a damaged one the version may be what is wrong.
      if (listsAreWhole(directory)) {
        throw e;
      }
      throw listDamaged(e);
    }
  }

  private QuiverException listDamaged(IOException cause) {
    return new QuiverException(
        ErrorCode.CORRUPT,
        folder.index()
            + " is damaged: "
            + cause.getMessage()
            + "; the list of segments cannot be read: restore the collection from a backup",
        cause);
  }

  private static boolean listsAreWhole(Directory directory) throws IOException {
    for (String file : directory.listAll()) {
      if (file.startsWith(IndexFileNames.SEGMENTS) || file.endsWith(".si")) {
        try (IndexInput input = directory.openInput(file, IOContext.READONCE)) {
          CodecUtil.checksumEntireFile(input);
        } catch (CorruptIndexException e) {
          LOG.debug("damaged: {}", file, e);
          return false;
        }
      }
    }
    return true;
  }

  private void takeOut(Directory directory, SegmentInfos infos) throws IOException {
    if (damages.isEmpty()) {
      return;
    }
    Set<String> names = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (Damage damage : damages) {
      names.add(String.valueOf(damage.segment()));
      ids.add(String.valueOf(damage.segmentId()));
    }
    Set<String> moved = new LinkedHashSet<>();
    List<SegmentCommitInfo> removed = new ArrayList<>();
    for (SegmentCommitInfo segment : infos) {
      if (ids.contains(SegmentChecks.idOf(segment))) {
        removed.add(segment);
      }
    }
    if (!removed.isEmpty()) {
      String before = infos.getSegmentsFileName();
      removed.forEach(infos::remove);
      infos.changed();
      infos.commit(directory);
      if (before != null) {
        directory.deleteFile(before);
        directory.syncMetaData();
      }
      removed.forEach(segment -> LOG.error("{}: {} is taken out", folder.path(), segment));
    }
    for (String file : directory.listAll()) {
      String segment = IndexFileNames.parseSegmentName(file);
      if (names.contains(segment)
          && infos.asList().stream().noneMatch(left -> left.info.name.equals(segment))) {
        moved.add(file);
      }
    }
    move(moved);
  }

  private void move(Set<String> names) throws IOException {
    if (names.isEmpty()) {
      return;
    }
    Path target = folder.path().resolve("quarantine");
    files.createDirectories(target);
    for (String name : names) {
      files.rename(folder.index().resolve(name), target.resolve(name));
    }
    files.syncDirectory(target);
    files.syncDirectory(folder.index());
  }
}
