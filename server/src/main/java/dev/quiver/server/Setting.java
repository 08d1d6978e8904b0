package dev.quiver.server;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One thing that can be configured: its key in the file, what it means, what values it takes and
 * its default. The names of the environment variable and of the flag follow from the key: {@code
 * http.port} is {@code QUIVER_HTTP_PORT} and {@code --http-port}.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {
  private final String key;
  private final String description;
  private final String expected;
  private final String defaultText;
  private final Function<String, T> parser;
  private final List<String> qdrantNames;
  private final boolean secret;

  private Setting(
      String key,
      String description,
      String expected,
      String defaultText,
      Function<String, T> parser,
      List<String> qdrantNames,
      boolean secret) {
    this.key = key;
    this.description = description;
    this.expected = expected;
    this.defaultText = defaultText;
    this.parser = parser;
    this.qdrantNames = qdrantNames;
    this.secret = secret;
  }

  static Setting<Integer> integer(String key, int byDefault, int min, int max, String description) {
    String expected = "a whole number from " + min + " to " + max;
    return new Setting<>(
        key,
        description,
        expected,
        Integer.toString(byDefault),
        text -> inRange(Integer.parseInt(text), min, max),
        List.of(),
        false);
  }

  static Setting<String> text(String key, String byDefault, String expected, String description) {
    return new Setting<>(
        key, description, expected, byDefault, Function.identity(), List.of(), false);
  }

  static Setting<Boolean> bool(String key, boolean byDefault, String description) {
    return new Setting<>(
        key,
        description,
        "true or false",
        Boolean.toString(byDefault),
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("neither true nor false");
            },
        List.of(),
        false);
  }

  static Setting<Path> path(String key, String byDefault, String description) {
    return new Setting<>(key, description, "a path", byDefault, Setting::toPath, List.of(), false);
  }

  static Setting<Duration> seconds(
      String key, int byDefault, int min, int max, String description) {
    return whole("seconds", ChronoUnit.SECONDS, key, byDefault, min, max, description);
  }

  static Setting<Duration> hours(String key, int byDefault, int min, int max, String description) {
    return whole("hours", ChronoUnit.HOURS, key, byDefault, min, max, description);
  }

  static Setting<Duration> days(String key, int byDefault, int min, int max, String description) {
    return whole("days", ChronoUnit.DAYS, key, byDefault, min, max, description);
  }

  private static Setting<Duration> whole(
      String units,
      ChronoUnit unit,
      String key,
      int byDefault,
      int min,
      int max,
      String description) {
    return new Setting<>(
        key,
        description,
        "whole " + units + " from " + min + " to " + max,
        Integer.toString(byDefault),
        text -> Duration.of(inRange(Integer.parseInt(text), min, max), unit),
        List.of(),
        false);
  }

  static <E extends Enum<E>> Setting<E> choice(
      String key, E byDefault, Class<E> type, String description) {
    List<E> values = Arrays.asList(type.getEnumConstants());
    String expected =
        values.stream()
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    return new Setting<>(
        key,
        description,
        "one of " + expected,
        byDefault.name().toLowerCase(Locale.ROOT),
        text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)),
        List.of(),
        false);
  }

  /** The same setting, whose value is never shown. */
  Setting<T> asSecret() {
    return new Setting<>(key, description, expected, defaultText, parser, qdrantNames, true);
  }

  /** The same setting, also read from these variables of a Qdrant deployment. */
  Setting<T> alsoFrom(String... qdrantVariables) {
    return new Setting<>(
        key, description, expected, defaultText, parser, List.of(qdrantVariables), secret);
  }

  /** Dotted, lower case: {@code http.port}. */
  public String key() {
    return key;
  }

  public String description() {
    return description;
  }

  /** What values it takes, as a phrase: "a whole number from 0 to 65535". */
  public String expected() {
    return expected;
  }

  /** The default as one would write it; empty when there is none. */
  public String defaultText() {
    return defaultText;
  }

  /** Its value is never printed or logged. */
  public boolean secret() {
    return secret;
  }

  /** {@code QUIVER_HTTP_PORT}. */
  public String environmentName() {
    return "QUIVER_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** {@code --http-port}. */
  public String flag() {
    return "--" + key.replace('.', '-');
  }

  /** Variables of a Qdrant deployment that mean the same. */
  public List<String> qdrantNames() {
    return qdrantNames;
  }

  /**
   * Reads a value.
   *
   * @param origin where the text stands, for the message
   * @throws QuiverException {@link ErrorCode#VALIDATION} naming origin, value and what is expected
   */
  T parse(String text, String origin) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      String seen = secret ? "(hidden)" : "`" + text + "`";
      throw new QuiverException(
          ErrorCode.VALIDATION,
          origin + ": " + key + " is " + seen + " (expected: " + expected + ")",
          e);
    }
  }

  private static int inRange(int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException("out of range: " + value);
    }
    return value;
  }

  static Path toPath(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("empty path");
    }
    return text.equals("~") || text.startsWith("~/")
        ? Path.of(System.getProperty("user.home") + text.substring(1))
        : Path.of(text);
  }

  @Override
  public String toString() {
    return key;
  }
}
