package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quiver collection}: lists, shows, creates, counts and deletes collections. */
@Command(
    name = "collection",
    mixinStandardHelpOptions = true,
    description = "Lists, shows, creates, counts and deletes collections.",
    synopsisSubcommandLabel = "COMMAND")
final class CollectionCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private CollectionCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new CollectionCommand());
    line.addSubcommand("list", new ListCollections(context));
    line.addSubcommand("info", new ShowCollection(context));
    line.addSubcommand("create", new Create(context));
    line.addSubcommand("count", new Count(context));
    line.addSubcommand("delete", new Delete(context));
    return line;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the collections.")
  private static final class ListCollections extends ServerCommand {
    ListCollections(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      JsonNode collections = ServerOptions.result(client.get("/collections")).path("collections");
      if (json()) {
        print(Json.pretty(collections));
        return;
      }
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode collection : collections) {
        String name = collection.path("name").asText();
        JsonNode info = ServerOptions.result(client.get(ApiClient.collection(name)));
        rows.add(
            List.of(
                name,
                info.path("points_count").asText(),
                vectors(info.path("config").path("params").path("vectors")),
                info.path("status").asText()));
      }
      Table.print(context.out(), List.of("name", "points", "vectors", "status"), rows);
    }
  }

  private static String vectors(JsonNode declared) {
    if (declared.has("size")) {
      return describe(declared);
    }
    List<String> named = new ArrayList<>();
    declared
        .properties()
        .forEach(entry -> named.add(entry.getKey() + " " + describe(entry.getValue())));
    return String.join(", ", named);
  }

  private static String describe(JsonNode vector) {
    return vector.path("size").asText() + " " + vector.path("distance").asText();
  }

  @Command(name = "info", mixinStandardHelpOptions = true, description = "Shows one collection.")
  private static final class ShowCollection extends ServerCommand {
    @Parameters(paramLabel = "NAME", description = "The collection.")
    private String name = "";

    ShowCollection(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      JsonNode info = ServerOptions.result(client.get(ApiClient.collection(name)));
      if (json()) {
        print(Json.pretty(info));
        return;
      }
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("status", info.path("status").asText()));
      rows.add(List.of("points", info.path("points_count").asText()));
      rows.add(List.of("indexed vectors", info.path("indexed_vectors_count").asText()));
      rows.add(List.of("segments", info.path("segments_count").asText()));
      rows.add(List.of("vectors", vectors(info.path("config").path("params").path("vectors"))));
      info.path("payload_schema")
          .properties()
          .forEach(
              index ->
                  rows.add(
                      List.of(
                          "index on " + index.getKey(),
                          index.getValue().path("data_type").asText()
                              + ", "
                              + index.getValue().path("points").asText()
                              + " points")));
      Table.print(context.out(), List.of("collection", name), rows);
    }
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Creates a collection with one vector per point.")
  private static final class Create extends ServerCommand {
    @Parameters(paramLabel = "NAME", description = "The collection.")
    private String name = "";

    @Option(names = "--size", paramLabel = "N", description = "Dimensions, 1 to 65536.")
    private @Nullable Integer size;

    @Option(
        names = "--distance",
        paramLabel = "NAME",
        description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private DistanceName distance = DistanceName.Cosine;

    @Option(
        names = "--config",
        paramLabel = "JSON",
        description = "The whole request as the REST API takes it, instead of --size.")
    private @Nullable String config;

    Create(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      JsonNode body;
      if (config != null) {
        body = Json.parse(config, "--config");
      } else if (size != null) {
        ObjectNode object = Json.object();
        object.putObject("vectors").put("size", size).put("distance", distance.name());
        body = object;
      } else {
        throw new CliException(
            ExitCode.USAGE, "the vectors' size is missing: give --size N, or --config JSON");
      }
      JsonNode answer = client.put(ApiClient.collection(name), body);
      print(json() ? Json.pretty(answer) : "created " + name);
    }
  }

  @Command(name = "count", mixinStandardHelpOptions = true, description = "Counts points.")
  private static final class Count extends ServerCommand {
    @Parameters(paramLabel = "NAME", description = "The collection.")
    private String name = "";

    @Option(names = "--filter", paramLabel = "JSON", description = "Only points that match.")
    private @Nullable String filter;

    Count(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      ObjectNode body = Json.object().put("exact", true);
      if (filter != null) {
        body.set("filter", Json.parse(filter, "--filter"));
      }
      JsonNode result =
          ServerOptions.result(client.post(ApiClient.collection(name) + "/points/count", body));
      print(json() ? Json.pretty(result) : result.path("count").asText());
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Deletes a collection with everything in it.")
  private static final class Delete extends ServerCommand {
    @Parameters(paramLabel = "NAME", description = "The collection.")
    private String name = "";

    @Option(
        names = "--yes",
        paramLabel = "NAME",
        description =
            "The name once more, to show that it is meant; enough unless the store is labelled"
                + " production.")
    private @Nullable String confirmed;

    @Option(
        names = "--confirm",
        paramLabel = "NAME",
        description = "The same; also what a store labelled production asks for.")
    private @Nullable String confirmation;

    Delete(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      // Asking the server first names a missing collection before the confirmation is missed.
      JsonNode info = ServerOptions.result(client.get(ApiClient.collection(name)));
      if (!name.equals(confirmed) && !name.equals(confirmation)) {
        throw new CliException(
            ExitCode.USAGE,
            "this would delete "
                + name
                + " with its "
                + info.path("points_count").asText()
                + (info.path("points_count").asLong() == 1 ? " point" : " points")
                + "; if that is meant, add --confirm "
                + name);
      }
      JsonNode answer = client.confirmed("DELETE", ApiClient.collection(name), null, confirmation);
      print(
          json()
              ? Json.pretty(answer)
              : "deleted " + name + "; `quiver trash list` shows until when it can come back");
    }
  }
}
