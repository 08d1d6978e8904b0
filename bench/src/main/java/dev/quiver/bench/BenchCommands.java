package dev.quiver.bench;

import dev.quiver.bench.ann.AnnCommand;
import dev.quiver.cli.CommandProvider;
import java.util.List;
import picocli.CommandLine;

/** Adds {@code bench} to the quiver command. */
public final class BenchCommands implements CommandProvider {
  @Override
  public String name() {
    return "bench";
  }

  @Override
  public CommandLine command() {
    CommandLine command =
        new CommandLine(
            new RunCommand(
                "bench",
                List.of(
                    new RecallBenchmark(),
                    new ServeBenchmark(),
                    new StartBenchmark(),
                    new QueryBenchmark(),
                    new HybridBenchmark(),
                    new SparseBenchmark(),
                    new CollectionsBenchmark(),
                    new DurabilityBenchmark(),
                    new RecoveryBenchmark(),
                    new BackupBenchmark())));
    command.addSubcommand(new AnnCommand());
    command.getCommandSpec().usageMessage().description("Measures Quiver; without a name: lists.");
    return command;
  }
}
