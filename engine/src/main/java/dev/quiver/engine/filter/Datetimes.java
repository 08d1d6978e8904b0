package dev.quiver.engine.filter;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Dates and times as payloads and bounds write them: {@code YYYY-MM-DD}, or that and {@code
 * HH:MM[:SS[.fraction]]} after a {@code T} or a space; behind seconds may stand a zone ({@code Z},
 * {@code +HH:MM}, {@code +HHMM}, {@code +HH}), else it is UTC. As a number: microseconds since
 * 1970-01-01 UTC, finer fractions cut off.
 */
public final class Datetimes {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4})-(\\d{1,2})-(\\d{1,2})"
              + "(?:[Tt ](\\d{1,2}):(\\d{1,2})"
              + "(?::(\\d{1,2})(?:\\.(\\d{1,30}))?"
              + "\\s?([Zz]|[+-]\\d{2}(?::?\\d{2})?)?)?)?");
  private static final int MIN_LENGTH = "2000-1-1".length();
  private static final int MAX_LENGTH = 64;
  private static final long MICROS_PER_SECOND = 1_000_000;

  private Datetimes() {}

  /** Microseconds since the epoch, or empty when the text is not a date. */
  public static OptionalLong parseMicros(String text) {
    if (text.length() < MIN_LENGTH || text.length() > MAX_LENGTH || text.charAt(4) != '-') {
      return OptionalLong.empty();
    }
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return OptionalLong.empty();
    }
    int year = number(parts.group(1));
    int month = number(parts.group(2));
    int day = number(parts.group(3));
    int hour = number(parts.group(4));
    int minute = number(parts.group(5));
    int second = number(parts.group(6));
    // A leap second counts as the first of the next minute.
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) {
      return OptionalLong.empty();
    }
    if (day > YearMonth.of(year, month).lengthOfMonth()) {
      return OptionalLong.empty();
    }
    long offset = offsetSeconds(parts.group(8));
    if (offset == Long.MIN_VALUE) {
      return OptionalLong.empty();
    }
    long seconds =
        LocalDate.of(year, month, day).toEpochDay() * 86_400L
            + hour * 3_600L
            + minute * 60L
            + second
            - offset;
    return OptionalLong.of(seconds * MICROS_PER_SECOND + micros(parts.group(7)));
  }

  /** The text of a time, in UTC, that reads back as the same microsecond. */
  public static String format(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }

  private static int number(@Nullable String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static long micros(@Nullable String fraction) {
    return fraction == null ? 0 : Long.parseLong((fraction + "000000").substring(0, 6));
  }

  /** Seconds east of UTC, or {@code Long.MIN_VALUE} when out of range. */
  private static long offsetSeconds(@Nullable String zone) {
    if (zone == null || zone.length() == 1) {
      return 0;
    }
    String digits = zone.substring(1).replace(":", "");
    int hours = Integer.parseInt(digits.substring(0, 2));
    int minutes = digits.length() == 4 ? Integer.parseInt(digits.substring(2)) : 0;
    if (hours > 23 || minutes > 59) {
      return Long.MIN_VALUE;
    }
    long seconds = hours * 3_600L + minutes * 60L;
    return zone.charAt(0) == '-' ? -seconds : seconds;
  }
}
