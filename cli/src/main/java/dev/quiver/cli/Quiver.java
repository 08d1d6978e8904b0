package dev.quiver.cli;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.PrintWriter;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root command: knows its subcommands and turns what they throw into messages and codes. */
@Command(
    name = "quiver",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    description = "Vector search: text or vectors in, nearest neighbours out.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "First steps:  quiver quickstart",
      "Exit codes:   0 done, 1 failed, 2 usage, 3 no server, 4 not found, 5 key refused,",
      "              6 import with bad rows or incomplete migration, 130 interrupted"
    })
final class Quiver implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  static int run(String[] arguments, Context context) {
    return commandLine(context).execute(arguments);
  }

  /** The whole command with all its subcommands. */
  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new Quiver());
    line.addSubcommand("serve", ServeCommand.commandLine(context));
    line.addSubcommand("quickstart", new QuickstartCommand(context));
    line.addSubcommand("import", new ImportCommand(context));
    line.addSubcommand("search", new SearchCommand(context));
    line.addSubcommand("collection", CollectionCommand.commandLine(context));
    line.addSubcommand("verify", new VerifyCommand(context));
    line.addSubcommand("environment", EnvironmentCommand.commandLine(context));
    line.addSubcommand("trash", TrashCommand.commandLine(context));
    line.addSubcommand("audit", AuditCommand.commandLine(context));
    line.addSubcommand("migrate", new MigrateCommand(context));
    line.addSubcommand("backup", BackupCommand.commandLine(context));
    line.addSubcommand("log", LogCommand.commandLine(context));
    line.addSubcommand("config", ConfigCommand.commandLine(context));
    line.addSubcommand("version", new VersionCommand(context));
    line.addSubcommand("completion", new CompletionCommand(context));
    line.addSubcommand("warm-up", new WarmUpCommand(context));
    addProvided(line);
    line.setOut(context.out());
    line.setErr(context.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setExpandAtFiles(false);
    line.setExecutionExceptionHandler(
        (error, failed, _) -> report(error, failed.getErr()).number());
    line.setParameterExceptionHandler(
        (error, _) -> {
          PrintWriter err = context.err();
          err.println("quiver: " + usageText(error));
          UnmatchedArgumentException.printSuggestions(error, err);
          err.println(
              "See `" + error.getCommandLine().getCommandSpec().qualifiedName() + " --help`.");
          return ExitCode.USAGE.number();
        });
    return line;
  }

  private static void addProvided(CommandLine line) {
    try {
      for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
        line.addSubcommand(provider.name(), provider.command());
      }
    } catch (ServiceConfigurationError e) {
      throw new CliException(ExitCode.FAILED, "a command provider cannot be loaded: " + e, e);
    }
  }

  /** The parser counts arguments from 0; people look for the word. */
  private static String usageText(ParameterException error) {
    if (error instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      String word = unmatched.getUnmatched().getFirst();
      boolean group = !error.getCommandLine().getSubcommands().isEmpty();
      return (group ? "there is no command `" : "there is one argument too many: `") + word + "`";
    }
    return String.valueOf(error.getMessage());
  }

  /** The text without the kind of error, which is for programs that compare answers of the API. */
  private static String plain(QuiverException error) {
    String text = String.valueOf(error.getMessage());
    String prefix = error.code().prefix();
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  /** Prints what went wrong, without a stack trace unless it is a bug of ours. */
  private static ExitCode report(Exception error, PrintWriter err) {
    return switch (error) {
      case CliException e -> {
        err.println("quiver: " + e.getMessage());
        yield e.exitCode();
      }
      case QuiverException e -> {
        err.println("quiver: " + plain(e));
        if (e.code() == ErrorCode.NOT_FOUND) {
          yield ExitCode.NOT_FOUND;
        }
        yield e.code().number() < 2000 ? ExitCode.USAGE : ExitCode.FAILED;
      }
      case InterruptedException _ -> {
        err.println("quiver: interrupted");
        yield ExitCode.INTERRUPTED;
      }
      default -> {
        err.println("quiver: this is a bug in Quiver; please report it with what follows.");
        error.printStackTrace(err);
        yield ExitCode.FAILED;
      }
    };
  }
}
