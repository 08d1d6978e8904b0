package dev.quiver.engine;

import dev.quiver.engine.blob.Sha256;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogChunk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Writes a collection's folder as a {@link RestorePlan} has it: the index's files, each checked,
 * and behind them a log that ends at the target. Opening the folder applies the log, as after a
 * crash. The folder has no document, so a crash leaves rubbish that the next start deletes.
 */
final class RestoreRun {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int SEGMENT_BYTES = 8 << 20;

  private final BackupRepository repository;
  private final FileOps files;
  private final BackupJob job;

  RestoreRun(BackupRepository repository, FileOps files, BackupJob job) {
    this.repository = repository;
    this.files = files;
    this.job = job;
  }

  /** Writes everything of one collection; what is there already is deleted when that fails. */
  void write(RestorePlan.Item item, CollectionFolder folder) throws IOException {
    try {
      folder.create(files);
      BackupManifest.Entry base = item.base();
      if (base != null) {
        for (BackupManifest.File file : base.files()) {
          try (InputStream in = repository.open(BackupRepository.fileKey(file.sha256()))) {
            copy(files, in, file, folder, job);
          }
        }
        files.syncDirectory(folder.index());
      }
      LogWriter log = new LogWriter(files, folder, item.from());
      ArchivedLog.of(repository.store(), item.id())
          .read(
              item.from(),
              item.target(),
              (offset, micros, record) -> {
                job.check();
                log.add(offset, micros, record);
              });
      log.finish();
    } catch (IOException | RuntimeException e) {
      discard(files, folder, e);
      throw e;
    }
  }

  static void discard(FileOps files, CollectionFolder folder, Exception cause) {
    try {
      folder.delete(files);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Copies one file of an index and checks it; durable on return, its name apart. */
  static void copy(
      FileOps files,
      InputStream in,
      BackupManifest.File file,
      CollectionFolder folder,
      @Nullable BackupJob job)
      throws IOException {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[Math.clamp(file.size(), 1, BUFFER_BYTES)];
    long size = 0;
    try (FileOps.Appender out = files.create(folder.index().resolve(checkedName(file.name())))) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (job != null) {
          job.check();
          job.bytes(read);
        }
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
        size += read;
      }
      out.sync();
    }
    String sha256 = Sha256.hex(digest.digest());
    if (size != file.size() || !sha256.equals(file.sha256())) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "backed up file "
              + file.name()
              + " is damaged: "
              + size
              + " bytes, SHA-256 "
              + sha256
              + " (expected: "
              + file.size()
              + " bytes, "
              + file.sha256()
              + "); restore from another backup");
    }
  }

  /** A file's name within its folder: a manifest from elsewhere must not lead out of it. */
  private static String checkedName(String name) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*") || name.equals("write.lock")) {
      throw new QuiverException(ErrorCode.BAD_REQUEST, "`" + name + "` is no index file's name");
    }
    return name;
  }

  /** Writes records as the segments of a log that is not open. */
  static final class LogWriter {
    private final FileOps files;
    private final CollectionFolder folder;
    private LogChunk chunk;

    LogWriter(FileOps files, CollectionFolder folder, long firstOffset) {
      this.files = files;
      this.folder = folder;
      this.chunk = new LogChunk(firstOffset);
    }

    void add(long offset, long micros, byte[] record) {
      chunk.add(offset, micros, record);
      if (chunk.size() >= SEGMENT_BYTES) {
        try {
          flush();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    private void flush() throws IOException {
      byte[] bytes = chunk.toByteArray();
      try (FileOps.Appender out = files.create(folder.log().resolve(chunk.fileName()))) {
        out.write(bytes, 0, bytes.length);
        out.sync();
      }
      chunk = new LogChunk(chunk.endOffset());
    }

    void finish() throws IOException {
      if (!chunk.isEmpty()) {
        flush();
      }
      files.syncDirectory(folder.log());
    }
  }
}
