package dev.quiver.bench;

import java.io.PrintStream;
import java.nio.file.Path;

/**
 * @param shortRun under a minute, with less data: shows that it works, not how fast it is
 * @param dataFolder where the shared data sets are
 * @param progress where progress lines go
 */
public record BenchOptions(boolean shortRun, Path dataFolder, PrintStream progress) {
  /** Prints a progress line. */
  public void say(String line) {
    progress.println(line);
    progress.flush();
  }
}
