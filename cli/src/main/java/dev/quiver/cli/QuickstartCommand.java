package dev.quiver.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** placeholder. */
@Command(name = "quickstart", mixinStandardHelpOptions = true, description = "x")
final class QuickstartCommand implements Callable<Integer> {
  private final Context context;

  QuickstartCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    context.out().println();
    return 0;
  }
}
