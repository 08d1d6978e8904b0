package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.quiver.engine.LogHistory;
import dev.quiver.engine.LoggedOperation;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quiver log}: shows what was logged, to find the moment before an accident. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description = "Shows what was written, and when.",
    synopsisSubcommandLabel = "COMMAND")
final class LogCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private LogCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new LogCommand());
    line.addSubcommand("show", new Show(context));
    return line;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Prints the operations of a collection, or without one what happened to collections and"
            + " aliases: number, time, kind, how many points, the first ids.",
        "The number and the time are what `quiver backup restore` takes."
      })
  private static final class Show implements Callable<Integer> {
    private static final int PAGE = 1_000;
    private static final long POLL_MILLIS = 500;

    @Mixin private ServerOptions server = new ServerOptions();
    @Mixin private OutputOption output = new OutputOption();

    @Parameters(
        paramLabel = "COLLECTION",
        arity = "0..1",
        description = "The collection, also one that was dropped.")
    private @Nullable String collection;

    @Option(names = "--from", paramLabel = "TIME", description = "As 2026-11-20T12:34:56Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "As 2026-11-20T12:34:56Z.")
    private @Nullable String to;

    @Option(names = "--follow", description = "Go on with what is written from now on.")
    private boolean follow;

    @Option(
        names = "--data",
        paramLabel = "FOLDER",
        description = "Read this data folder instead of asking a server; one may be using it.")
    private @Nullable Path data;

    @Option(
        names = "--repository",
        paramLabel = "FOLDER",
        description = "With --data: also read the logs that are archived there.")
    private @Nullable Path repository;

    private final Context context;

    Show(Context context) {
      this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
      long after = -1;
      while (true) {
        JsonNode page = data == null ? remote(after) : local(data, after);
        for (JsonNode operation : page) {
          print(operation);
          after = operation.path("number").asLong();
        }
        context.out().flush();
        if (page.size() < PAGE) {
          if (!follow) {
            return ExitCode.OK.number();
          }
          TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
      }
    }

    private JsonNode remote(long after) {
      StringBuilder path =
          new StringBuilder(
              collection == null
                  ? "/quiver/v1/log"
                  : "/quiver/v1" + ApiClient.collection(collection) + "/log");
      path.append("?limit=").append(PAGE);
      if (after >= 0) {
        path.append("&after=").append(after);
      }
      add(path, "from", from);
      add(path, "to", to);
      try (ApiClient client = server.client(context)) {
        return ServerOptions.result(client.get(path.toString()));
      }
    }

    private static void add(StringBuilder path, String name, @Nullable String time) {
      if (time != null) {
        RestoreCommand.time(time);
        path.append('&')
            .append(name)
            .append('=')
            .append(URLEncoder.encode(time, StandardCharsets.UTF_8));
      }
    }

    private JsonNode local(Path folder, long after) {
      if (!Files.isDirectory(folder)) {
        throw new CliException(ExitCode.NOT_FOUND, "no such data folder: " + folder);
      }
      LogHistory.Range range =
          new LogHistory.Range(
              from == null ? Instant.EPOCH : RestoreCommand.time(from),
              to == null ? Instant.now().plusSeconds(1) : RestoreCommand.time(to),
              after,
              PAGE);
      Path archive = repository;
      if (archive == null) {
        return json(read(new LogHistory(folder, DiskFiles.INSTANCE, null), range));
      }
      BackupTarget.checkRepository(archive);
      try (BlobStore store = DirectoryBlobStore.open(archive, DiskFiles.INSTANCE)) {
        return json(read(new LogHistory(folder, DiskFiles.INSTANCE, store), range));
      } catch (IOException e) {
        throw new CliException(ExitCode.FAILED, archive + " cannot be read: " + e, e);
      }
    }

    private List<LoggedOperation> read(LogHistory history, LogHistory.Range range) {
      return collection == null ? history.events(range) : history.operations(collection, range);
    }

    private static JsonNode json(List<LoggedOperation> operations) {
      ArrayNode array = Json.object().putArray("operations");
      for (LoggedOperation each : operations) {
        var json = array.addObject().put("number", each.number());
        json.put("time", each.time() == null ? null : each.time().toString());
        json.put("kind", each.kind());
        if (each.count() >= 0) {
          json.put("count", each.count());
        }
        ArrayNode ids = json.putArray("ids");
        each.ids().forEach(ids::add);
        json.put("what", each.what());
      }
      return array;
    }

    private void print(JsonNode operation) {
      if (output.json()) {
        context.out().println(operation);
        return;
      }
      StringBuilder line = new StringBuilder();
      line.append(operation.path("number").asText()).append("  ");
      line.append(operation.path("time").asText("before there were times")).append("  ");
      line.append(operation.path("kind").asText());
      if (operation.has("count")) {
        line.append("  ").append(operation.path("count").asInt());
      }
      int shown = operation.path("ids").size();
      for (JsonNode id : operation.path("ids")) {
        line.append(' ').append(id.asText());
      }
      if (shown < operation.path("count").asInt()) {
        line.append(" ...");
      }
      if (operation.hasNonNull("what")) {
        line.append("  ").append(operation.path("what").asText());
      }
      context.out().println(line);
    }
  }
}
