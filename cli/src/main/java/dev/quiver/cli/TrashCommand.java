package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quiver trash}: lists dropped collections, brings them back, deletes them for good. */
@Command(
    name = "trash",
    mixinStandardHelpOptions = true,
    description = {
      "Lists dropped collections, brings them back, deletes them for good.",
      "Only time empties the trash, or `quiver trash purge`: never the want of space."
    },
    synopsisSubcommandLabel = "COMMAND")
final class TrashCommand implements Runnable {
  private static final String PATH = "/quiver/v1/trash";

  @Spec private CommandSpec spec = CommandSpec.create();

  private TrashCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new TrashCommand());
    line.addSubcommand("list", new ListTrash(context));
    line.addSubcommand("restore", new Restore(context));
    line.addSubcommand("purge", new Purge(context));
    return line;
  }

  private static JsonNode entries(ApiClient client) {
    return ServerOptions.result(client.get(PATH)).path("collections");
  }

  /** The entry of this id, or the last dropped one of this name. */
  private static JsonNode find(ApiClient client, String nameOrId) {
    for (String member : List.of("id", "collection")) {
      for (JsonNode entry : entries(client)) {
        if (entry.path(member).asText().equals(nameOrId)) {
          return entry;
        }
      }
    }
    throw new CliException(
        ExitCode.NOT_FOUND,
        "nothing in the trash has the name or id "
            + nameOrId
            + "; `quiver trash list` shows what is there");
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists what is there.")
  private static final class ListTrash extends ServerCommand {
    ListTrash(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      JsonNode entries = entries(client);
      if (json()) {
        print(Json.pretty(entries));
        return;
      }
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode entry : entries) {
        rows.add(
            List.of(
                entry.path("collection").asText(),
                entry.path("dropped_at").asText(),
                entry.path("purge_at").asText(),
                String.format(Locale.ROOT, "%.1f", entry.path("bytes").asLong() / 1e6),
                entry.path("id").asText()));
      }
      Table.print(
          context.out(), List.of("collection", "dropped at", "purged at", "MB", "id"), rows);
    }
  }

  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = "Brings a dropped collection back, aliases and all.")
  private static final class Restore extends ServerCommand {
    @Parameters(
        paramLabel = "NAME",
        description = "The collection, the last dropped one of that name; or an id of the list.")
    private String nameOrId = "";

    @Option(names = "--as", paramLabel = "NAME", description = "Another name for it.")
    private @Nullable String newName;

    Restore(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      String id = find(client, nameOrId).path("id").asText();
      ObjectNode body = Json.object();
      if (newName != null) {
        body.put("name", newName);
      }
      JsonNode result = ServerOptions.result(client.post(PATH + "/" + id + "/restore", body));
      if (json()) {
        print(Json.pretty(result));
        return;
      }
      print(
          "restored "
              + result.path("collection").asText()
              + texts(", aliases: ", result.path("aliases"))
              + texts(
                  ", aliases that belong to something else now: ", result.path("aliases_taken")));
    }

    private static String texts(String label, JsonNode list) {
      List<String> texts = new ArrayList<>();
      list.forEach(text -> texts.add(text.asText()));
      return texts.isEmpty() ? "" : label + String.join(", ", texts);
    }
  }

  @Command(
      name = "purge",
      mixinStandardHelpOptions = true,
      description = "Deletes a dropped collection for good.")
  private static final class Purge extends ServerCommand {
    @Parameters(
        paramLabel = "NAME",
        description = "The collection, the last dropped one of that name; or an id of the list.")
    private String nameOrId = "";

    @Option(
        names = "--confirm",
        paramLabel = "NAME",
        description = "The collection's name once more.")
    private @Nullable String confirmation;

    Purge(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      JsonNode entry = find(client, nameOrId);
      String name = entry.path("collection").asText();
      if (!name.equals(confirmation)) {
        throw new CliException(
            ExitCode.USAGE,
            "this would delete "
                + name
                + ", dropped at "
                + entry.path("dropped_at").asText()
                + ", for good; if that is meant, add --confirm "
                + name);
      }
      String path = PATH + "/" + entry.path("id").asText();
      JsonNode answer = client.confirmed("DELETE", path, null, confirmation);
      print(json() ? Json.pretty(answer) : "purged " + name);
    }
  }
}
