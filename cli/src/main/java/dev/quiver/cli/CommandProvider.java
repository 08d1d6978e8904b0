package dev.quiver.cli;

import picocli.CommandLine;

/**
 * Adds subcommands to {@code quiver} from a jar that the command itself does not know, found
 * through {@link java.util.ServiceLoader}: {@code quiver bench} and {@code quiver campaign} come
 * from module bench this way.
 */
public interface CommandProvider {
  /** The subcommand's name: {@code bench}. */
  String name();

  /** A fresh picocli command. */
  CommandLine command();
}
