package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.audit.AuditLog;
import dev.quiver.engine.audit.AuditReport;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quiver audit}: shows and checks the log of who changed what. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Shows who changed what: the newest records of the audit log, the newest last.")
final class AuditCommand extends ServerCommand {
  private static final String PATH = "/quiver/v1/audit";

  @Option(names = "--limit", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int limit = 50;

  @Option(names = "--from", paramLabel = "TIME", description = "As 2026-11-26T12:34:56Z.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Exclusive.")
  private @Nullable String to;

  @Option(names = "--collection", paramLabel = "NAME", description = "Of this collection only.")
  private @Nullable String collection;

  @Option(names = "--key", paramLabel = "ID", description = "Of this key only.")
  private @Nullable String key;

  @Option(names = "--method", paramLabel = "NAME", description = "As delete_collection.")
  private @Nullable String method;

  @Option(names = "--result", paramLabel = "NAME", description = "started, ok, failed or denied.")
  private @Nullable String result;

  private AuditCommand(Context context) {
    super(context);
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new AuditCommand(context));
    line.addSubcommand("verify", new Verify(context));
    return line;
  }

  @Override
  void call(ApiClient client) {
    Map<String, @Nullable String> parameters = new LinkedHashMap<>();
    parameters.put("time_from", from);
    parameters.put("time_to", to);
    parameters.put("collection", collection);
    parameters.put("key", key);
    parameters.put("method", method);
    parameters.put("result", result);
    StringBuilder path = new StringBuilder(PATH).append("?limit=").append(limit);
    parameters.forEach(
        (name, value) -> {
          if (value != null) {
            path.append('&').append(name).append('=').append(ApiClient.encoded(value));
          }
        });
    JsonNode entries = ServerOptions.result(client.get(path.toString())).path("entries");
    if (json()) {
      print(Json.pretty(entries));
    } else {
      print(entries);
    }
  }

  private void print(JsonNode entries) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode entry : entries) {
      String detail =
          entry.has("error") ? entry.path("error").asText() : entry.path("detail").toString();
      rows.addFirst(
          List.of(
              entry.path("seq").asText(),
              entry.path("timestamp").asText(),
              entry.path("key").asText()
                  + (entry.has("subject") ? " " + entry.path("subject").asText() : ""),
              entry.path("remote").asText("-"),
              entry.path("method").asText(),
              entry.path("collection").asText("-"),
              entry.path("result").asText(),
              detail));
    }
    Table.print(
        context.out(),
        List.of("seq", "time", "key", "from", "method", "collection", "result", "detail"),
        rows);
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Checks every record and the chain that binds them; exit code 1 when it is broken.",
        "The head that it prints, noted elsewhere, shows later that nothing was cut off."
      })
  private static final class Verify implements Callable<Integer> {
    @Option(
        names = "--data",
        paramLabel = "FOLDER",
        description = "A data folder that no server has open, instead of a server.")
    private @Nullable Path data;

    @Mixin private ServerOptions server = new ServerOptions();
    @Mixin private OutputOption output = new OutputOption();
    private final Context context;

    Verify(Context context) {
      this.context = context;
    }

    @Override
    public Integer call() throws IOException {
      JsonNode report = data == null ? ofServer() : ofFolder(data);
      boolean intact = report.path("intact").asBoolean();
      if (output.json()) {
        context.out().println(Json.pretty(report));
      } else {
        report.path("problems").forEach(problem -> context.out().println(problem.asText()));
        context
            .out()
            .println(
                (intact ? "intact: " : "NOT INTACT: ")
                    + report.path("records").asText()
                    + " records in "
                    + report.path("files").asText()
                    + " files, head "
                    + report.path("head").asText());
      }
      return (intact ? ExitCode.OK : ExitCode.FAILED).number();
    }

    private JsonNode ofServer() {
      try (ApiClient client = server.client(context)) {
        return ServerOptions.result(client.get(PATH + "/verification"));
      }
    }

    private static JsonNode ofFolder(Path data) throws IOException {
      Path folder = data.resolve(AuditLog.FOLDER);
      if (!Files.isDirectory(folder)) {
        throw new CliException(ExitCode.USAGE, "there is no audit log in " + data);
      }
      AuditReport report = AuditLog.verify(folder, DiskFiles.INSTANCE);
      ObjectNode json = Json.object();
      json.put("intact", report.isIntact());
      json.put("records", report.records());
      json.put("files", report.files());
      json.put("head", report.head());
      ArrayNode problems = json.putArray("problems");
      report.problems().forEach(problem -> problems.add(problem.toString()));
      return json;
    }
  }
}
