package dev.quiver.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.function.IntConsumer;

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

  /** Prints each so many of what is counted a line with their number. */
  public IntConsumer progress(String what, int each) {
    return done -> {
      if (done % each == 0) {
        say(done + " " + what);
      }
    };
  }
}
