package dev.quiver.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.server.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quiver config}: the effective configuration and where each value came from. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the effective configuration and where each value came from.",
      "It takes the same flags as `quiver serve`."
    })
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private OutputOption output = new OutputOption();

  private final Context context;

  private ConfigCommand(Context context) {
    this.context = context;
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new ConfigCommand(context));
    SettingFlags.addTo(line.getCommandSpec());
    return line;
  }

  @Override
  public Integer call() {
    Configuration configuration =
        SettingFlags.read(spec.commandLine().getParseResult(), context.environment());
    if (output.json()) {
      ObjectNode json = Json.object();
      for (Configuration.Entry entry : configuration.entries()) {
        ObjectNode value = json.putObject(entry.setting().key());
        value.put("value", entry.shown());
        value.put("from", entry.origin());
      }
      context.out().println(Json.pretty(json));
    } else {
      List<List<String>> rows = new ArrayList<>();
      for (Configuration.Entry entry : configuration.entries()) {
        rows.add(List.of(entry.setting().key(), entry.shown(), entry.origin()));
      }
      Table.print(context.out(), List.of("key", "value", "from"), rows);
    }
    return ExitCode.OK.number();
  }
}
