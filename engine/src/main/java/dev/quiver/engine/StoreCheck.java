package dev.quiver.engine;

import dev.quiver.engine.audit.AuditLog;
import dev.quiver.engine.audit.AuditProblem;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * Compares everything in a data folder with its checksums: documents, the audit log, and of each
 * collection, those in the trash included, its log and the files of its index's last commit.
 * Changes nothing; the folder may be in use. Not thread-safe.
 */
final class StoreCheck {
  private static final String LIST = "list of segments";

  private final Path root;
  private final FileOps files;
  private final Watch watch;

  /** Sees how far it is; may wait, or end the check by an exception. */
  interface Watch {
    void read(long bytes);

    void found(List<Damage> damages);
  }

  StoreCheck(Path root, FileOps files, Watch watch) {
    this.root = root;
    this.files = files;
    this.watch = watch;
  }

  /** What belongs to no collection: documents, the journal, snapshots and the audit log. */
  void checkStore() throws IOException {
    for (String name :
        List.of(StoreFiles.ALIASES, StoreFiles.INSTALLATION, StoreLabel.FILE, Quotas.FILE)) {
      checkDocument(null, root.resolve(name));
    }
    Path journal = root.resolve(StoreJournal.FOLDER);
    checkDocument(null, journal.resolve(StoreJournal.ID));
    checkLog(null, journal);
    Snapshots.check(root, files, watch);
    Path audit = root.resolve(AuditLog.FOLDER);
    watch.read(StoredFiles.sizeOf(files, audit));
    for (AuditProblem problem : AuditLog.verify(audit, files).problems()) {
      watch.found(
          List.of(
              new Damage(
                  null,
                  below(audit.resolve(problem.file())),
                  "record in line " + problem.line(),
                  problem.offset(),
                  problem.length(),
                  problem.what(),
                  null,
                  null,
                  0)));
    }
  }

  void checkCollection(String name, CollectionFolder folder) throws IOException {
    checkFolder(name, folder.document(), folder);
  }

  /**
   * A collection in the trash. Damages of it name no collection: its name may be another one's by
   * now.
   */
  void checkDropped(CollectionFolder folder) throws IOException {
    checkFolder(null, folder.droppedDocument(), folder);
  }

  private void checkFolder(@Nullable String name, Path document, CollectionFolder folder)
      throws IOException {
    checkDocument(name, document);
    checkLog(name, folder.log());
    checkIndex(name, folder);
  }

  private void checkLog(@Nullable String collection, Path log) throws IOException {
    for (LogCheck.Finding finding : LogCheck.check(files, log, watch::read)) {
      watch.found(
          List.of(
              new Damage(
                  collection,
                  below(finding.file()),
                  "record",
                  finding.position(),
                  finding.length(),
                  finding.what(),
                  null,
                  null,
                  0)));
    }
  }

  private void checkDocument(@Nullable String collection, Path file) throws IOException {
    if (!files.exists(file)) {
      return;
    }
    try {
      Documents.verify(files, file);
    } catch (QuiverException e) {
      watch.found(List.of(ofFile(collection, file, null, String.valueOf(e.getMessage()))));
    }
  }

  private String below(Path file) {
    return root.relativize(file).toString();
  }

  private void checkIndex(@Nullable String name, CollectionFolder folder) throws IOException {
    if (!files.isDirectory(folder.index())) {
      return;
    }
    boolean copied = checkCopy(name, folder);
    try (Directory directory = files.directory(folder.index())) {
      if (!DirectoryReader.indexExists(directory)) {
        if (copied) {
          watch.found(List.of(ofFile(name, folder.index(), LIST, "it is missing")));
        }
        return;
      }
      SegmentInfos infos = commit(name, folder, directory);
      if (infos == null) {
        return;
      }
      for (SegmentCommitInfo segment : infos) {
        List<Damage> damages =
            SegmentChecks.check(
                directory, segment, SegmentChecks.Choice.ALL, bytes -> watch.read(bytes));
        List<Damage> real = stillThere(name, folder, directory, segment, damages);
        if (!real.isEmpty()) {
          watch.found(real);
        }
      }
    }
  }

  /** Whether a commit was copied; see {@link CommitCopy}. */
  private boolean checkCopy(@Nullable String name, CollectionFolder folder) throws IOException {
    Path copy = CommitCopy.of(folder.index());
    if (!files.exists(copy)) {
      return false;
    }
    try {
      CommitCopy.read(files, folder.index());
    } catch (QuiverException e) {
      watch.found(List.of(ofFile(name, copy, null, String.valueOf(e.getMessage()))));
    }
    return true;
  }

  private Damage ofFile(@Nullable String name, Path file, @Nullable String section, String what) {
    return new Damage(name, below(file), section, 0, 0, what, null, null, 0);
  }

  private @Nullable SegmentInfos commit(
      @Nullable String name, CollectionFolder folder, Directory directory) throws IOException {
    try {
      return SegmentInfos.readLatestCommit(directory);
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | java.io.EOFException e) {
      watch.found(List.of(ofFile(name, folder.index(), LIST, String.valueOf(e.getMessage()))));
      return null;
    }
  }

  /** Leaves out files that a later commit no longer has: they are deleted while they are read. */
  private List<Damage> stillThere(
      @Nullable String name,
      CollectionFolder folder,
      Directory directory,
      SegmentCommitInfo segment,
      List<Damage> damages)
      throws IOException {
    if (damages.isEmpty()) {
      return damages;
    }
    List<Damage> real = new ArrayList<>();
    SegmentInfos now = commit(name, folder, directory);
    if (now == null) {
      return real;
    }
    for (SegmentCommitInfo each : now) {
      if (SegmentChecks.idOf(each).equals(SegmentChecks.idOf(segment))) {
        for (Damage damage : damages) {
          if (each.files().contains(damage.file())) {
            real.add(damage.in(name, below(folder.index().resolve(damage.file()))));
          }
        }
      }
    }
    return real;
  }
}
