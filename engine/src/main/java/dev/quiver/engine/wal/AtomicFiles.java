package dev.quiver.engine.wal;

import java.io.IOException;
import java.nio.file.Path;

/** Small files that are always whole: the old content or the new one, never a mixture. */
public final class AtomicFiles {
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private AtomicFiles() {}

  /** Replaces {@code file} by {@code content}; durable on return. */
  public static void write(FileOps files, Path file, byte[] content) throws IOException {
    Path temporary = stage(files, file, content, true);
    files.rename(temporary, file);
    files.syncDirectory(DurableFolders.parent(file));
  }

  /**
   * Writes what is to replace {@code file} beside it, and changes nothing yet.
   *
   * @param sync whether it is to be durable on return
   * @return what to rename to {@code file}
   */
  public static Path stage(FileOps files, Path file, byte[] content, boolean sync)
      throws IOException {
    Path temporary = DurableFolders.parent(file).resolve(file.getFileName() + TEMPORARY_SUFFIX);
    try (FileOps.Appender appender = files.create(temporary)) {
      appender.write(content, 0, content.length);
      if (sync) {
        appender.sync();
      }
    }
    return temporary;
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
