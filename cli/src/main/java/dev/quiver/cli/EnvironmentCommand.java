package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quiver environment}: shows and changes the label of a store. */
@Command(
    name = "environment",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the environment that the store is labelled with, as development or production.",
      "In production, whatever destroys data must be confirmed by its name."
    })
final class EnvironmentCommand extends ServerCommand {
  private static final String PATH = "/quiver/v1/environment";

  private EnvironmentCommand(Context context) {
    super(context);
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new EnvironmentCommand(context));
    line.addSubcommand("set", new SetEnvironment(context));
    return line;
  }

  @Override
  void call(ApiClient client) {
    JsonNode result = ServerOptions.result(client.get(PATH));
    print(json() ? Json.pretty(result) : result.path("environment").asText());
  }

  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = "Gives the store another label.")
  private static final class SetEnvironment extends ServerCommand {
    @Parameters(paramLabel = "LABEL", description = "production, development, test, ...")
    private String label = "";

    @Option(
        names = "--confirm",
        paramLabel = "LABEL",
        description = "The label that it has now; asked for when that is production.")
    private @Nullable String confirmation;

    SetEnvironment(Context context) {
      super(context);
    }

    @Override
    void call(ApiClient client) {
      JsonNode result =
          ServerOptions.result(
              client.confirmed("PUT", PATH, Json.object().put("environment", label), confirmation));
      print(
          json()
              ? Json.pretty(result)
              : "the store is labelled " + result.path("environment").asText() + " now");
    }
  }
}
