package dev.quiver.engine.wal;

import java.io.IOException;
import java.nio.file.Path;

/** Small files that are always whole: the old content or the new one, never a mixture. */
public final class AtomicFiles {
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private AtomicFiles() {}

  /** Replaces {@code file} by {@code content}; durable on return. */
  public static void write(FileOps files, Path file, byte[] content) throws IOException {
    Path directory = replace(files, file, content, true);
    files.syncDirectory(directory);
  }

  /** The same, but what a loss of power leaves of it is open, and may be neither. */
  public static void replace(FileOps files, Path file, byte[] content) throws IOException {
    replace(files, file, content, false);
  }

  private static Path replace(FileOps files, Path file, byte[] content, boolean sync)
      throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IOException("no parent folder: " + file);
    }
    Path temporary = directory.resolve(file.getFileName() + TEMPORARY_SUFFIX);
    try (FileOps.Appender appender = files.create(temporary)) {
      appender.write(content, 0, content.length);
      if (sync) {
        appender.sync();
      }
    }
    files.rename(temporary, file);
    return directory;
  }

  public static byte[] read(FileOps files, Path file) throws IOException {
    try (FileOps.Reader reader = files.read(file)) {
      byte[] content = new byte[Math.toIntExact(reader.size())];
      int read = reader.read(0, content, 0, content.length);
      if (read != content.length) {
        throw new IOException(file + ": read " + read + " of " + content.length + " bytes");
      }
      return content;
    }
  }
}
