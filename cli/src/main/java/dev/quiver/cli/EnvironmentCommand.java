package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
final class EnvironmentCommand implements Callable<Integer> {
  private static final String PATH = "/quiver/v1/environment";

  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOption output = new OutputOption();
  private final Context context;

  private EnvironmentCommand(Context context) {
    this.context = context;
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new EnvironmentCommand(context));
    line.addSubcommand("set", new SetEnvironment(context));
    return line;
  }

  @Override
  public Integer call() {
    try (ApiClient client = server.client(context)) {
      JsonNode result = ServerOptions.result(client.get(PATH));
      context
          .out()
          .println(output.json() ? Json.pretty(result) : result.path("environment").asText());
    }
    return ExitCode.OK.number();
  }

  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = "Gives the store another label.")
  private static final class SetEnvironment implements Callable<Integer> {
    @Parameters(paramLabel = "LABEL", description = "production, development, test, ...")
    private String label = "";

    @Option(
        names = "--confirm",
        paramLabel = "LABEL",
        description = "The label that it has now; asked for when that is production.")
    private @Nullable String confirmation;

    @Mixin private ServerOptions server = new ServerOptions();
    @Mixin private OutputOption output = new OutputOption();
    private final Context context;

    SetEnvironment(Context context) {
      this.context = context;
    }

    @Override
    public Integer call() {
      try (ApiClient client = server.client(context)) {
        JsonNode result =
            ServerOptions.result(
                client.confirmed(
                    "PUT", PATH, Json.object().put("environment", label), confirmation));
        context
            .out()
            .println(
                output.json()
                    ? Json.pretty(result)
                    : "the store is labelled " + result.path("environment").asText() + " now");
      }
      return ExitCode.OK.number();
    }
  }
}
