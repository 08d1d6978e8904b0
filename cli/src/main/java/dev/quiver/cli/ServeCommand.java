package dev.quiver.cli;

import dev.quiver.server.Configuration;
import dev.quiver.server.Logging;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quiver serve}: runs a server until a signal ends it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a server: REST and gRPC, until SIGINT (Ctrl-C) or SIGTERM.",
      "The first signal stops it in good order, a second one at once."
    })
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final Context context;

  private ServeCommand(Context context) {
    this.context = context;
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new ServeCommand(context));
    SettingFlags.addTo(line.getCommandSpec());
    return line;
  }

  @Override
  public Integer call() throws InterruptedException {
    Configuration configuration =
        SettingFlags.read(spec.commandLine().getParseResult(), context.environment());
    ServerConfig config = ServerConfig.from(configuration);
    Logging.configure(config.logFormat(), config.logLevel());
    // The signals are given back last: a second one must end even a server that does not stop.
    try (Signals signals = Signals.install(() -> {});
        QuiverServer server = QuiverServer.start(config)) {
      context
          .err()
          .printf(
              "quiver: REST on %s://%s:%d, gRPC on %s:%d, up %d ms after the start%n",
              server.scheme(),
              config.host(),
              server.httpPort(),
              config.host(),
              server.grpcPort(),
              ManagementFactory.getRuntimeMXBean().getUptime());
      signals.await();
    }
    return ExitCode.OK.number();
  }
}
