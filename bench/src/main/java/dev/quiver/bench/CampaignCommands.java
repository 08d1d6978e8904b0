package dev.quiver.bench;

import dev.quiver.cli.CommandProvider;
import java.util.List;
import picocli.CommandLine;

/** Adds {@code campaign} to the quiver command. */
public final class CampaignCommands implements CommandProvider {
  @Override
  public String name() {
    return "campaign";
  }

  @Override
  public CommandLine command() {
    CommandLine command =
        new CommandLine(
            new RunCommand(
                "campaign",
                List.of(
                    new CrashCampaignRun(),
                    new QueryCampaignRun(),
                    new SimulateCampaignRun(),
                    new BitFlipCampaignRun())));
    command
        .getCommandSpec()
        .usageMessage()
        .description("Breaks things on purpose; without a name: lists.");
    return command;
  }
}
