package dev.quiver.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.server.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/** {@code quiver version}. */
@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = "Prints the versions of Quiver, of the API that it speaks and of the JVM.")
final class VersionCommand implements Callable<Integer> {
  @Mixin private OutputOption output = new OutputOption();

  private final Context context;

  VersionCommand(Context context) {
    this.context = context;
  }

  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"quiver " + Version.QUIVER};
    }
  }

  @Override
  public Integer call() {
    String java = System.getProperty("java.vm.name") + " " + Runtime.version();
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (output.json()) {
      ObjectNode json = Json.object();
      json.put("version", Version.QUIVER);
      json.put("api", Version.API);
      json.put("java", java);
      json.put("platform", platform);
      context.out().println(Json.pretty(json));
    } else {
      context.out().println("quiver " + Version.QUIVER);
      context.out().println("API    Qdrant " + Version.API);
      context.out().println("Java   " + java);
      context.out().println("on     " + platform);
    }
    return ExitCode.OK.number();
  }
}
