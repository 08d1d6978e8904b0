package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.Verification;
import dev.quiver.engine.wal.DiskFiles;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quiver verify}: compares what is stored with its checksums. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Compares everything that is stored with its checksums.",
      "With --data: a data folder that no server uses; nothing in it is changed. Without: asks a"
          + " running server, which takes damaged segments out and serves the rest.",
      "Exits with 1 when something is damaged."
    })
final class VerifyCommand implements Callable<Integer> {
  private static final String PATH = "/quiver/v1/verification";
  private static final long LOOK_MILLIS = 200;
  private static final long BYTES_PER_MB = 1 << 20;

  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--data", paramLabel = "FOLDER", description = "Data folder of a stopped server.")
  private @Nullable Path data;

  @Option(names = "--collection", paramLabel = "NAME", description = "Only this one.")
  private @Nullable String collection;

  @Option(
      names = "--mb-per-second",
      paramLabel = "N",
      description = "How fast to read at most; 0, the default: as fast as possible.")
  private int megabytesPerSecond;

  @Option(names = "--cancel", description = "End the verification that the server runs.")
  private boolean cancel;

  private final Context context;

  VerifyCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    JsonNode result = data == null ? online() : offline(data);
    if (output.json()) {
      context.out().println(result);
    } else {
      print(result);
    }
    boolean whole =
        result.path("state").asText().equals("done") && result.path("damages").isEmpty();
    return (whole || cancel ? ExitCode.OK : ExitCode.FAILED).number();
  }

  private JsonNode online() throws InterruptedException {
    try (ApiClient client = server.client(context)) {
      if (cancel) {
        return ServerOptions.result(client.delete(PATH));
      }
      String parameters = "?bytes_per_second=" + megabytesPerSecond * BYTES_PER_MB;
      if (collection != null) {
        parameters += "&collection=" + URLEncoder.encode(collection, StandardCharsets.UTF_8);
      }
      JsonNode progress =
          ServerOptions.result(client.post(PATH + parameters, Json.MAPPER.createObjectNode()));
      Progress shown = progress();
      while (progress.path("state").asText().equals("running")) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        progress = ServerOptions.result(client.get(PATH));
        show(shown, progress.path("bytes").asLong(), progress.path("total_bytes").asLong());
      }
      return progress;
    }
  }

  private Progress progress() {
    return new Progress(context.terminal(), "verify", System::nanoTime);
  }

  private static void show(Progress shown, long bytes, long total) {
    shown.update(bytes, total, total == 0 ? 1 : Math.min(1.0, (double) bytes / total));
  }

  private JsonNode offline(Path folder) throws InterruptedException {
    AtomicReference<@Nullable Verification> running = new AtomicReference<>();
    AtomicReference<Verification.@Nullable Progress> done = new AtomicReference<>();
    AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    Thread worker =
        Thread.ofPlatform()
            .name("verify")
            .start(
                () -> {
                  try {
                    done.set(
                        Verification.offline(
                            folder,
                            collection,
                            megabytesPerSecond * BYTES_PER_MB,
                            DiskFiles.INSTANCE,
                            running::set));
                  } catch (RuntimeException e) {
                    failure.set(e);
                  }
                });
    Progress shown = progress();
    try {
      while (!worker.join(Duration.ofMillis(LOOK_MILLIS))) {
        Verification run = running.get();
        if (run != null) {
          show(shown, run.progress().bytes(), run.progress().totalBytes());
        }
      }
    } catch (InterruptedException e) {
      Verification run = running.get();
      if (run != null) {
        run.cancel();
      }
      throw e;
    }
    RuntimeException failed = failure.get();
    Verification.Progress end = done.get();
    if (failed != null || end == null) {
      throw failed == null ? new IllegalStateException("the verification did not end") : failed;
    }
    return end.toJson();
  }

  private void print(JsonNode result) {
    for (JsonNode damage : result.path("damages")) {
      context
          .out()
          .println(
              "damaged: "
                  + (damage.hasNonNull("collection")
                      ? "collection `" + damage.get("collection").asText() + "`: "
                      : "")
                  + damage.path("file").asText()
                  + (damage.hasNonNull("section")
                      ? ", section " + damage.get("section").asText()
                      : "")
                  + ": "
                  + damage.path("what").asText()
                  + (damage.hasNonNull("segment")
                      ? "; segment "
                          + damage.get("segment").asText()
                          + " of "
                          + damage.path("points").asLong()
                          + " points"
                      : ""));
    }
    context
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%s: %,d bytes compared with their checksums in %.1f s, damaged places: %d%s",
                result.path("state").asText(),
                result.path("bytes").asLong(),
                result.path("seconds").asDouble(),
                result.path("damages").size(),
                result.hasNonNull("error") ? "; " + result.get("error").asText() : ""));
  }
}
