package dev.quiver.api;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Writes metrics in Prometheus' text format, one family after the other: {@link #family} first,
 * then its samples. Not thread-safe.
 */
public final class MetricsWriter {
  /** A family's type. */
  public enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  private final StringBuilder out = new StringBuilder(16 << 10);
  private final Set<String> families = new HashSet<>();
  private String name = "";

  private final MetricsView view;

  MetricsWriter(MetricsView view) {
    this.view = view;
  }

  /** A collection's name as the metrics may show it. */
  public String collection(String collection) {
    return view.name(collection);
  }

  /**
   * Begins a family.
   *
   * @throws IllegalStateException when it was written before: a scraper would refuse all of it
   */
  public MetricsWriter family(String familyName, String help, Type type) {
    if (!families.add(familyName)) {
      throw new IllegalStateException("metric family " + familyName + " is written twice");
    }
    name = familyName;
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ")
        .append(name)
        .append(' ')
        .append(type.name().toLowerCase(Locale.ROOT))
        .append('\n');
    return this;
  }

  /**
   * @param labels name, value, name, value, ...
   */
  public MetricsWriter sample(double value, String... labels) {
    line("", value, labels);
    return this;
  }

  /** A family of one sample without labels. */
  public MetricsWriter gauge(String familyName, String help, double value) {
    return family(familyName, help, Type.GAUGE).sample(value);
  }

  /** A family of one sample without labels. */
  public MetricsWriter counter(String familyName, String help, double value) {
    return family(familyName, help, Type.COUNTER).sample(value);
  }

  /** As with a double; whole numbers beyond 2^53 are rounded. */
  public MetricsWriter sample(long value, String... labels) {
    return sample((double) value, labels);
  }

  /** As with a double. */
  public MetricsWriter gauge(String familyName, String help, long value) {
    return gauge(familyName, help, (double) value);
  }

  /** As with a double. */
  public MetricsWriter counter(String familyName, String help, long value) {
    return counter(familyName, help, (double) value);
  }

  void histogram(Durations.Snapshot durations, String... labels) {
    String[] withBound = new String[labels.length + 2];
    System.arraycopy(labels, 0, withBound, 0, labels.length);
    withBound[labels.length] = "le";
    for (int i = 0; i < Durations.BUCKET_MICROS.length; i++) {
      withBound[labels.length + 1] = number(Durations.BUCKET_MICROS[i] / 1e6);
      line("_bucket", (double) durations.cumulativeBuckets()[i], withBound);
    }
    withBound[labels.length + 1] = "+Inf";
    line("_bucket", (double) durations.count(), withBound);
    line("_sum", durations.totalMicros() / 1e6, labels);
    line("_count", (double) durations.count(), labels);
  }

  private void line(String suffix, double value, String... labels) {
    out.append(name).append(suffix);
    for (int i = 0; i < labels.length; i += 2) {
      out.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      escape(labels[i + 1]);
      out.append('"');
    }
    out.append(labels.length > 0 ? "} " : " ").append(number(value)).append('\n');
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append("\\\"");
        case '\n' -> out.append("\\n");
        default -> out.append(c);
      }
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
