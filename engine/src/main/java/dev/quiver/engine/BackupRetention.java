package dev.quiver.engine;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Which backups are kept: the newest ones, and the newest one of each of the last hours, days and
 * weeks (in UTC) that have any. The newest backup is always kept.
 */
public record BackupRetention(int last, int hourly, int daily, int weekly) {
  public static final BackupRetention DEFAULT = new BackupRetention(3, 24, 7, 5);

  public BackupRetention {
    if (last < 0 || hourly < 0 || daily < 0 || weekly < 0) {
      throw QuiverException.badRequest(
          "backups to keep: "
              + last
              + ", "
              + hourly
              + ", "
              + daily
              + ", "
              + weekly
              + " (expected: >= 0)");
    }
  }

  /** The ids of those that are kept. */
  Set<String> kept(List<BackupInfo> backups) {
    List<BackupInfo> newestFirst = new ArrayList<>(backups);
    newestFirst.sort((a, b) -> b.moment().compareTo(a.moment()));
    Set<String> kept = new HashSet<>();
    newestFirst.stream().limit(Math.max(1, last)).forEach(each -> kept.add(each.id()));
    keep(newestFirst, hourly, time -> time.truncatedTo(ChronoUnit.HOURS), kept);
    keep(newestFirst, daily, time -> time.truncatedTo(ChronoUnit.DAYS), kept);
    keep(newestFirst, weekly, BackupRetention::week, kept);
    return kept;
  }

  private static Object week(ZonedDateTime time) {
    return time.get(IsoFields.WEEK_BASED_YEAR) * 100 + time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
  }

  private static void keep(
      List<BackupInfo> newestFirst,
      int periods,
      Function<ZonedDateTime, Object> period,
      Set<String> kept) {
    Set<Object> seen = new HashSet<>();
    for (BackupInfo each : newestFirst) {
      Object its = period.apply(utc(each.moment()));
      if (!seen.contains(its) && seen.size() < periods) {
        kept.add(each.id());
        seen.add(its);
      }
    }
  }

  private static ZonedDateTime utc(Instant moment) {
    return moment.atZone(ZoneOffset.UTC);
  }
}
