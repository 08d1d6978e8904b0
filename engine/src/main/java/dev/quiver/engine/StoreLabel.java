package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment that a store says it belongs to.
 *
 * <pre>
 * store.json   {"format": 2, "environment": label, ...}; a store without it is {@code development}
 * </pre>
 *
 * <p>It is one of the {@link Documents}. Thread-safe.
 */
final class StoreLabel {
  static final String FILE = "store.json";
  private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  private final FileOps files;
  private final Path file;
  private volatile String environment;

  private StoreLabel(FileOps files, Path file, String environment) {
    this.files = files;
    this.file = file;
    this.environment = environment;
  }

  /**
   * Reads the label, or gives a new store its own.
   *
   * @param wanted null: whatever the store says
   * @param isNew whether the store has just been made
   * @throws QuiverException {@link ErrorCode#WRONG_ENVIRONMENT} when the store has another label
   */
  static StoreLabel open(Path root, FileOps files, @Nullable String wanted, boolean isNew)
      throws IOException {
    Path file = root.resolve(FILE);
    if (wanted != null) {
      check(wanted);
    }
    String found =
        files.exists(file)
            ? Documents.read(files, file).path("environment").asText()
            : Guard.DEVELOPMENT;
    StoreLabel label = new StoreLabel(files, file, found);
    if (wanted != null && !wanted.equals(found)) {
      if (!isNew) {
        throw new QuiverException(
            ErrorCode.WRONG_ENVIRONMENT,
            "the store "
                + root
                + " is labelled `"
                + found
                + "` (expected: `"
                + wanted
                + "`); start it without naming an environment, and change its label with"
                + " `quiver environment set` if that is meant");
      }
      label.set(wanted);
    }
    return label;
  }

  String environment() {
    return environment;
  }

  /** Changes the label; durable on return. */
  synchronized void set(String label) throws IOException {
    check(label);
    ObjectNode document = Documents.create();
    document.put("environment", label);
    Documents.write(files, file, document);
    environment = label;
  }

  private static void check(String label) {
    if (!LABEL.matcher(label).matches()) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "environment: `"
              + label
              + "` (expected: up to 32 lower-case letters, digits and hyphens, a letter first,"
              + " as in production, development, test)");
    }
  }
}
