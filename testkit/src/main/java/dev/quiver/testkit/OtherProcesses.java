package dev.quiver.testkit;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that run a class of this process's class path in another Java process. */
final class OtherProcesses {
  private OtherProcesses() {}

  /**
   * The beginning of a command: the Java of this process and what it was allowed; to be followed by
   * options, the class path and a class.
   */
  static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("--add-modules") || argument.startsWith("--enable-native")) {
        command.add(argument);
      }
    }
    return command;
  }
}
