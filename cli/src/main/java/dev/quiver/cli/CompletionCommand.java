package dev.quiver.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quiver completion}: a script that completes the command in a shell. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script that completes `quiver` in a shell.",
      "bash:  source <(quiver completion bash)",
      "zsh:   source <(quiver completion zsh)",
      "fish:  quiver completion fish | source"
    })
final class CompletionCommand implements Callable<Integer> {
  enum Shell {
    bash,
    zsh,
    fish
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  private @Nullable Shell shell;

  private final Context context;

  CompletionCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    context.out().print(shell == Shell.fish ? fish(root) : AutoComplete.bash("quiver", root));
    context.out().flush();
    return ExitCode.OK.number();
  }

  /** One line per subcommand and option, in the form of fish's own completions. */
  private static String fish(CommandLine root) {
    StringBuilder script = new StringBuilder("complete -c quiver -f\n");
    for (CommandLine command : root.getSubcommands().values()) {
      CommandSpec sub = command.getCommandSpec();
      if (sub.usageMessage().hidden()) {
        continue;
      }
      line(script, "__fish_use_subcommand", "-a " + sub.name(), description(sub));
      String within = "__fish_seen_subcommand_from " + sub.name();
      for (CommandLine nested : command.getSubcommands().values()) {
        line(script, within, "-a " + nested.getCommandName(), description(nested.getCommandSpec()));
        nested.getCommandSpec().options().forEach(option -> option(script, within, option));
      }
      sub.options().forEach(option -> option(script, within, option));
    }
    return script.toString();
  }

  private static void option(StringBuilder script, String condition, OptionSpec option) {
    String name = option.longestName().substring(2);
    String value = option.arity().max() > 0 ? " -r" : "";
    String[] described = option.description();
    line(script, condition, "-l " + name + value, described.length == 0 ? "" : described[0]);
  }

  private static void line(StringBuilder script, String condition, String what, String text) {
    script
        .append("complete -c quiver -n '")
        .append(condition)
        .append("' ")
        .append(what)
        .append(" -d '")
        .append(text.replace("\\", "\\\\").replace("'", "\\'"))
        .append("'\n");
  }

  private static String description(CommandSpec spec) {
    String[] lines = spec.usageMessage().description();
    return lines.length == 0 ? "" : lines[0];
  }
}
