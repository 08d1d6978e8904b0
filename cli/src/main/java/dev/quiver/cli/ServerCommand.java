package dev.quiver.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that asks a running server something and prints what it says. */
abstract class ServerCommand implements Callable<Integer> {
  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOption output = new OutputOption();
  final Context context;

  ServerCommand(Context context) {
    this.context = context;
  }

  /** Asks and prints; the client is closed afterwards. */
  abstract void call(ApiClient client);

  @Override
  public final Integer call() {
    try (ApiClient client = server.client(context)) {
      call(client);
    }
    return ExitCode.OK.number();
  }

  final boolean json() {
    return output.json();
  }

  final void print(String text) {
    context.out().println(text);
  }
}
