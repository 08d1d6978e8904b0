package dev.quiver.engine.wal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/** Folders whose names outlive a loss of power, or what comes into them would go with them. */
public final class DurableFolders {
  private DurableFolders() {}

  /**
   * Makes a folder with all that are missing above it, and their names durable; its own also when
   * it is there already.
   */
  public static void create(FileOps files, Path folder) throws IOException {
    boolean existed = files.exists(folder);
    Path above = parent(folder);
    while (!files.exists(above)) {
      above = parent(above);
    }
    try {
      create(files, above, folder);
    } catch (AccessDeniedException e) {
      // What we may enter but not read was made by another, who has seen to it.
      if (!existed) {
        throw e;
      }
    }
  }

  /**
   * Makes a folder with those above it, and the names of all that are below {@code above} durable:
   * also of those that are there already, since who made them may have failed before that.
   *
   * @param above is there, and its name is durable
   */
  public static void create(FileOps files, Path above, Path folder) throws IOException {
    files.createDirectories(folder);
    Path end = above.toAbsolutePath();
    for (Path each = folder.toAbsolutePath(); !each.equals(end); each = parent(each)) {
      files.syncDirectory(parent(each));
    }
  }

  /**
   * The folder that something lies in.
   *
   * @throws IOException when it is the root of a file system
   */
  public static Path parent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("no parent folder: " + path);
    }
    return parent;
  }
}
