package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.BackupJob;
import dev.quiver.engine.BackupSettings;
import dev.quiver.engine.Backups;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.audit.AuditEvent;
import dev.quiver.engine.audit.AuditLog;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where a backup command works: a running server, or without one a repository and, for what needs
 * the store itself, its data folder.
 */
final class BackupTarget {
  private static final long POLL_MILLIS = 200;

  /** What the log has is archived once; the command is over long before the next time. */
  private static final Duration NOT_AGAIN = Duration.ofDays(1);

  @Mixin private ServerOptions server = new ServerOptions();

  @Option(
      names = "--repository",
      paramLabel = "FOLDER",
      description = "Work without a server, on the backups in this folder.")
  private @Nullable Path repository;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "With --repository: the data folder, which no server may have open.")
  private @Nullable Path data;

  boolean offline() {
    return repository != null;
  }

  ApiClient client(Context context) {
    return server.client(context);
  }

  interface OnStore<T> {
    T apply(BlobStore store) throws IOException;
  }

  /** Works on the repository alone. */
  <T> T onRepository(OnStore<T> work) {
    Path folder = repository;
    if (folder == null) {
      throw new CliException(ExitCode.USAGE, "--repository is missing");
    }
    checkRepository(folder);
    try (BlobStore store = DirectoryBlobStore.open(folder, DiskFiles.INSTANCE)) {
      return work.apply(store);
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, folder + " cannot be used: " + e, e);
    }
  }

  /** Opening another folder would make a repository of it. */
  static void checkRepository(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new CliException(ExitCode.NOT_FOUND, "no such folder: " + folder);
    }
    if (!DirectoryBlobStore.isStore(folder, DiskFiles.INSTANCE)) {
      throw new CliException(
          ExitCode.NOT_FOUND,
          folder + " is no backup repository (expected: the folder that backup.repository names)");
    }
  }

  interface OnBackups<T> {
    T apply(Backups backups, AuditLog audit);
  }

  /** Works on a data folder that no server has open. */
  <T> T onData(OnBackups<T> work) {
    Path folder = data;
    Path into = repository;
    if (folder == null || into == null) {
      throw new CliException(
          ExitCode.USAGE,
          "this needs the store itself: give --data FOLDER too, or leave --repository away to ask a"
              + " server");
    }
    if (!Files.isDirectory(folder)) {
      throw new CliException(ExitCode.NOT_FOUND, "no such data folder: " + folder);
    }
    EngineOptions options = EngineOptions.builder().archiving(true).build();
    try (BlobStore store = DirectoryBlobStore.open(into, DiskFiles.INSTANCE);
        Engine engine = Engine.open(folder, options);
        Backups backups =
            Backups.open(
                engine,
                store,
                BackupSettings.manual(Path.of(System.getProperty("java.io.tmpdir")))
                    .withArchiving(NOT_AGAIN, Long.MAX_VALUE))) {
      return work.apply(backups, engine.auditLog());
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, into + " cannot be used: " + e, e);
    }
  }

  /** Whoever may write to the data folder needs no key; the system knows the name. */
  static AuditEvent.Actor user() {
    return new AuditEvent.Actor(
        "none", "none", System.getProperty("user.name"), null, "local", null);
  }

  /** Sends work to the server and waits for its end, showing how far it is. */
  JsonNode job(Context context, String path, ObjectNode body) {
    return job(context, path, body, null);
  }

  /**
   * @param confirmation what a store labelled production asks for; null: nothing is confirmed
   */
  JsonNode job(Context context, String path, ObjectNode body, @Nullable String confirmation) {
    try (ApiClient client = client(context)) {
      String job =
          ServerOptions.result(client.confirmed("POST", path + "?wait=false", body, confirmation))
              .path("job")
              .asText();
      while (true) {
        JsonNode state = ServerOptions.result(client.get("/quiver/v1/backups/jobs/" + job));
        switch (state.path("state").asText()) {
          case "done" -> {
            return state.path("result");
          }
          case "failed" ->
              throw new CliException(
                  state.path("code").asInt() == ErrorCode.NOT_FOUND.number()
                      ? ExitCode.NOT_FOUND
                      : ExitCode.FAILED,
                  state.path("error").asText());
          default -> show(context, state.path("progress"));
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException(
          ExitCode.INTERRUPTED,
          "interrupted; the server works on, `quiver backup cancel` ends it",
          e);
    }
  }

  private static void show(Context context, JsonNode progress) {
    if (!progress.isObject() || !context.terminal().interactive()) {
      return;
    }
    context
        .terminal()
        .rewrite(
            String.format(
                Locale.ROOT,
                "%s: %s %d of %d, %s",
                progress.path("kind").asText(),
                progress.path("phase").asText(),
                progress.path("done").asInt(),
                progress.path("total").asInt(),
                bytes(progress.path("bytes_done").asLong())));
  }

  static BackupJob localJob(String kind) {
    return new BackupJob(kind);
  }

  /** "12.3 MB". */
  static String bytes(long count) {
    if (count < 1_000) {
      return count + " B";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = count;
    int unit = -1;
    while (value >= 1_000 && unit < units.length - 1) {
      value /= 1_000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
