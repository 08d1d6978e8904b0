package dev.quiver.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Small files in the user's cache folder that remember how far a command is. */
final class StateFile {
  private StateFile() {}

  /**
   * Where the state of a piece of work is kept.
   *
   * @param kind what kind of work it is: the folder's name
   * @param identity everything that tells it from other work of the kind
   */
  static Path of(Map<String, String> environment, String kind, String identity) {
    String cache = environment.get("XDG_CACHE_HOME");
    Path folder =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return folder.resolve("quiver").resolve(kind).resolve(Checkpoint.digest(identity) + ".json");
  }

  /** Replaces the file as a whole: a kill at any moment leaves the old content or the new one. */
  static void replace(Path file, String content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, content);
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
