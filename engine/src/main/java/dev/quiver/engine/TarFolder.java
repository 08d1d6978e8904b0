package dev.quiver.engine;

import dev.quiver.engine.blob.Sha256;
import dev.quiver.engine.wal.FileOps;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/** A folder as one tar file, and back. */
final class TarFolder {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final String SAFE_NAME =
      "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";

  private TarFolder() {}

  /**
   * Writes the files below {@code folder} to a file; durable on return, its name apart.
   *
   * @param made what the tar says of when its files were written, to the second
   * @return the file's SHA-256
   */
  static String pack(Path folder, FileOps files, Path target, Instant made, BackupJob job)
      throws IOException {
    // Fractions of a second would cost a header of their own for each file.
    FileTime time = FileTime.from(made.truncatedTo(ChronoUnit.SECONDS));
    MessageDigest digest = Sha256.digest();
    List<Path> all = new ArrayList<>();
    collect(folder, files, all);
    // Not by name: names are made of contents, and tars of equal stores should be alike.
    Map<Path, Long> sizes = new HashMap<>();
    for (Path each : all) {
      sizes.put(each, files.size(each));
    }
    all.sort(Comparator.<Path, Long>comparing(sizes::get).thenComparing(Comparator.naturalOrder()));
    try (FileOps.Appender appender = files.create(target)) {
      TarArchiveOutputStream tar =
          new TarArchiveOutputStream(new DigestOutputStream(new AppenderStream(appender), digest));
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      byte[] buffer = new byte[BUFFER_BYTES];
      for (Path each : all) {
        String name = folder.relativize(each).toString().replace('\\', '/');
        if (!name.matches(SAFE_NAME)) {
          // Lock files.
          continue;
        }
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setLastModifiedTime(time);
        try (FileOps.Reader in = files.read(each)) {
          entry.setSize(in.size());
          tar.putArchiveEntry(entry);
          for (long position = 0; position < in.size(); ) {
            job.check();
            int read = in.read(position, buffer, 0, buffer.length);
            tar.write(buffer, 0, read);
            position += read;
          }
        }
        tar.closeArchiveEntry();
      }
      tar.finish();
      tar.flush();
      appender.sync();
    }
    return Sha256.hex(digest.digest());
  }

  private static void collect(Path folder, FileOps files, List<Path> all) throws IOException {
    for (String name : files.list(folder)) {
      Path each = folder.resolve(name);
      if (files.isDirectory(each)) {
        collect(each, files, all);
      } else {
        all.add(each);
      }
    }
  }

  /**
   * Writes a tar's files below {@code folder}.
   *
   * @throws QuiverException {@link ErrorCode#BAD_REQUEST} when it is no tar, breaks off, or would
   *     write elsewhere
   */
  static void unpack(InputStream in, FileOps files, Path folder, BackupJob job) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    int count = 0;
    Source source = new Source(in);
    TarArchiveInputStream tar = new TarArchiveInputStream(new BufferedInputStream(source));
    for (TarArchiveEntry entry = next(tar, source); entry != null; entry = next(tar, source)) {
      if (entry.isDirectory()) {
        continue;
      }
      if (!entry.isFile() || !entry.getName().matches(SAFE_NAME)) {
        throw notOurs("it has the entry `" + entry.getName() + "`", null);
      }
      Path target = folder.resolve(entry.getName());
      Path parent = target.getParent();
      if (parent != null) {
        files.createDirectories(parent);
      }
      long size = 0;
      try (FileOps.Appender out = files.create(target)) {
        for (int read = read(tar, source, buffer); read >= 0; read = read(tar, source, buffer)) {
          job.check();
          out.write(buffer, 0, read);
          size += read;
        }
      }
      if (size != entry.getSize()) {
        throw notOurs("it breaks off within `" + entry.getName() + "`", null);
      }
      count++;
    }
    if (count == 0) {
      throw notOurs("it is empty", null);
    }
  }

  private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar, Source source)
      throws IOException {
    try {
      return tar.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      source.check();
      throw notOurs(String.valueOf(e.getMessage()), e);
    }
  }

  private static int read(TarArchiveInputStream tar, Source source, byte[] buffer)
      throws IOException {
    try {
      return tar.read(buffer);
    } catch (IOException e) {
      source.check();
      throw notOurs(String.valueOf(e.getMessage()), e);
    }
  }

  /** Where a tar comes from: that it cannot be read is not the tar's fault. */
  private static final class Source extends FilterInputStream {
    private @Nullable IOException failure;

    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return super.read(target, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    void check() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static QuiverException notOurs(String why, @Nullable Exception cause) {
    String text = "this is no snapshot that Quiver made: " + why;
    return cause == null
        ? new QuiverException(ErrorCode.BAD_REQUEST, text)
        : new QuiverException(ErrorCode.BAD_REQUEST, text, cause);
  }

  /** A file that grows as a stream. */
  private static final class AppenderStream extends OutputStream {
    private final FileOps.Appender appender;

    AppenderStream(FileOps.Appender appender) {
      this.appender = appender;
    }

    @Override
    public void write(int value) throws IOException {
      appender.write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      appender.write(bytes, offset, length);
    }
  }
}
