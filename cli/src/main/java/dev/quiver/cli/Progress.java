package dev.quiver.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far a long work is: on a terminal one line with a bar that is rewritten, elsewhere a
 * plain line now and then. For one thread.
 */
final class Progress {
  static final long UNKNOWN = -1;

  private static final int BAR_WIDTH = 28;
  private static final Duration REWRITE_EVERY = Duration.ofMillis(200);
  private static final Duration PRINT_EVERY = Duration.ofSeconds(5);

  private final Terminal terminal;
  private final String label;
  private final LongSupplier nanoClock;
  private final long startNanos;
  private long startDone;
  private long lastShownNanos;

  Progress(Terminal terminal, String label, LongSupplier nanoClock) {
    this.terminal = terminal;
    this.label = label;
    this.nanoClock = nanoClock;
    this.startNanos = nanoClock.getAsLong();
    this.lastShownNanos = startNanos;
  }

  /** Rows that were done before this run, so that the rate counts only its own. */
  void startAt(long done) {
    startDone = done;
  }

  /**
   * Shows the state if it is time to.
   *
   * @param fraction of the whole work, 0 to 1, or negative when unknown
   */
  void update(long done, long total, double fraction) {
    long now = nanoClock.getAsLong();
    Duration every = terminal.interactive() ? REWRITE_EVERY : PRINT_EVERY;
    if (now - lastShownNanos < every.toNanos()) {
      return;
    }
    lastShownNanos = now;
    String line = line(done, total, fraction, now);
    if (terminal.interactive()) {
      terminal.rewrite(line);
    } else {
      terminal.println(line);
    }
  }

  /** Shows the end; the line stays. */
  void finish(long done) {
    double seconds = (nanoClock.getAsLong() - startNanos) / 1e9;
    terminal.println(
        String.format(
            Locale.ROOT,
            "%s %,d done in %s, %,.0f/s",
            label,
            done,
            duration(seconds),
            (done - startDone) / Math.max(seconds, 1e-3)));
  }

  private String line(long done, long total, double fraction, long now) {
    double seconds = Math.max((now - startNanos) / 1e9, 1e-3);
    double rate = (done - startDone) / seconds;
    double share = total > 0 ? (double) done / total : fraction;
    StringBuilder line = new StringBuilder(label).append(' ');
    if (share >= 0) {
      double bounded = Math.clamp(share, 0, 1);
      int filled = (int) Math.round(bounded * BAR_WIDTH);
      if (terminal.interactive()) {
        line.append('[').repeat('#', filled).repeat('.', BAR_WIDTH - filled).append("] ");
      }
      line.append(String.format(Locale.ROOT, "%3.0f%%  ", bounded * 100));
    }
    line.append(String.format(Locale.ROOT, "%,d", done));
    if (total > 0) {
      line.append(String.format(Locale.ROOT, " of %,d", total));
    }
    line.append(String.format(Locale.ROOT, "  %,.0f/s", rate));
    if (total > 0 && rate > 0) {
      line.append("  ").append(duration((total - done) / rate)).append(" left");
    } else if (share > 0 && rate > 0) {
      line.append("  ").append(duration(seconds * (1 - share) / share)).append(" left");
    }
    return line.toString();
  }

  /** "8 s", "2 min 5 s", "1 h 3 min". */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 10) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? whole / 60 + " min " + whole % 60 + " s"
        : whole / 3600 + " h " + whole % 3600 / 60 + " min";
  }
}
