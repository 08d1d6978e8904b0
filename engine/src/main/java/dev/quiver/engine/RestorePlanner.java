package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest backup before a moment and what of the archived logs leads from there to it.
 * Refuses a moment that cannot be reached exactly, and says which ones can. Used once.
 */
final class RestorePlanner {
  private final BackupRepository repository;
  private final List<BackupManifest> manifests = new ArrayList<>();
  private final long covered;

  /** Configurations by folder where its collection was made behind the backup. */
  private final Map<String, ObjectNode> made = new HashMap<>();

  RestorePlanner(BackupRepository repository) throws IOException {
    this.repository = repository;
    for (BackupInfo each : repository.list()) {
      manifests.add(repository.manifest(each.id()));
    }
    if (manifests.isEmpty()) {
      throw QuiverException.notFound("backup: there is none in " + repository.store().location());
    }
    this.covered = Math.max(repository.coveredMicros(), manifests.getLast().micros());
  }

  /** The newest moment that can be reached. */
  long latestMicros() {
    return covered;
  }

  /** The whole store at a moment. */
  RestorePlan store(RestorePoint point) throws IOException {
    long micros =
        switch (point) {
          case RestorePoint.Latest _ -> covered;
          case RestorePoint.At(Instant time) -> LogClock.micros(time);
          case RestorePoint.AfterOp _, RestorePoint.BeforeOp _ ->
              throw new QuiverException(
                  ErrorCode.BAD_REQUEST,
                  "an operation's number is a collection's own: name the collection, or a time");
        };
    BackupManifest base = newestBefore(micros);
    StoreState state = stateAt(base, micros);
    List<RestorePlan.Item> items = new ArrayList<>();
    for (Map.Entry<String, StoreState.Entry> each : new TreeMap<>(state.collections()).entrySet()) {
      items.add(itemAt(each.getKey(), each.getValue(), base, micros));
    }
    return new RestorePlan(micros, base.id(), state.aliases(), items);
  }

  /** One collection, found by the name that it had. */
  RestorePlan collection(String name, RestorePoint point) throws IOException {
    return switch (point) {
      case RestorePoint.Latest _ -> at(name, covered);
      case RestorePoint.At(Instant time) -> at(name, LogClock.micros(time));
      case RestorePoint.AfterOp(long number) -> byOffset(name, number + 1);
      case RestorePoint.BeforeOp(long number) -> byOffset(name, number);
    };
  }

  private RestorePlan at(String name, long micros) throws IOException {
    BackupManifest base = newestBefore(micros);
    StoreState state = stateAt(base, micros);
    String collection = state.aliases().getOrDefault(name, name);
    StoreState.Entry entry = state.collections().get(collection);
    if (entry == null) {
      throw QuiverException.notFound(
          "collection `"
              + name
              + "` at "
              + LogClock.instant(micros)
              + "; there were: "
              + new TreeMap<>(state.collections()).keySet());
    }
    return new RestorePlan(
        micros, base.id(), Map.of(), List.of(itemAt(collection, entry, base, micros)));
  }

  private BackupManifest newestBefore(long micros) {
    BackupManifest found = null;
    for (BackupManifest each : manifests) {
      if (each.micros() <= micros) {
        found = each;
      }
    }
    if (found == null || micros > covered) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST,
          LogClock.instant(micros)
              + " cannot be restored (expected: from "
              + LogClock.instant(manifests.getFirst().micros())
              + " to "
              + LogClock.instant(covered)
              + ")");
    }
    return found;
  }

  /** Collections and aliases at a moment behind a backup, from the archived journal. */
  private StoreState stateAt(BackupManifest base, long micros) throws IOException {
    ArchivedLog journal = ArchivedLog.of(repository.store(), ArchivedLog.JOURNAL);
    long end = journal.offsetAfter(base.journalOffset(), micros);
    if (journal.contiguousEnd(base.journalOffset()) == end && journal.goesOnBehind(end)) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "the archived journal of collections ends at event "
              + (end - 1)
              + " and goes on later: "
              + LogClock.instant(micros)
              + " cannot be restored; backups are at "
              + moments());
    }
    StoreState[] state = {base.state()};
    journal.read(
        base.journalOffset(),
        end,
        (_, _, record) -> {
          StoreState after = state[0].after(StoreJournal.event(record));
          after
              .collections()
              .values()
              .forEach(entry -> made.putIfAbsent(entry.id(), entry.config()));
          state[0] = after;
        });
    return state[0];
  }

  private RestorePlan.Item itemAt(
      String name, StoreState.Entry entry, BackupManifest base, long micros) throws IOException {
    ArchivedLog log = ArchivedLog.of(repository.store(), entry.id());
    BackupManifest.Entry files = files(name, entry.id(), base);
    long from = files == null ? 0 : files.baseOffset();
    long target =
        base.micros() == micros && files != null
            ? files.cutOffset()
            : log.offsetAfter(from, micros);
    boolean complete = log.contiguousEnd(from) > target || reaches(entry.id(), log, target, micros);
    if (!complete) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST,
          "collection `"
              + name
              + "` cannot be restored to "
              + LogClock.instant(micros)
              + ": its log is archived to operation "
              + (target - 1)
              + " only; was archiving off? Backups are at "
              + moments());
    }
    return new RestorePlan.Item(
        name, entry.id(), files, first(entry.id(), base, entry.config()), entry.config(), target);
  }

  /** Whether nothing was logged between {@code target} and the moment. */
  private boolean reaches(String id, ArchivedLog log, long target, long micros) {
    for (BackupManifest each : manifests) {
      BackupManifest.Entry entry = each.micros() >= micros ? each.byId(id) : null;
      if (entry != null) {
        return entry.cutOffset() <= target;
      }
    }
    // Continuous archiving: a gap would be marked.
    return micros <= covered && !log.goesOnBehind(target);
  }

  private BackupManifest.@Nullable Entry files(String name, String id, BackupManifest base) {
    BackupManifest.Entry entry = base.byId(id);
    for (BackupManifest.Missing each : base.missing()) {
      if (entry == null && each.name().equals(name)) {
        throw new QuiverException(
            ErrorCode.CORRUPT,
            "collection `"
                + name
                + "` is not in backup "
                + base.id()
                + ": "
                + each.reason()
                + "; restore from an earlier one, backups are at "
                + moments());
      }
    }
    return entry;
  }

  private ObjectNode first(String id, BackupManifest base, ObjectNode config) {
    for (StoreState.Entry entry : base.state().collections().values()) {
      if (entry.id().equals(id)) {
        return entry.config();
      }
    }
    return made.getOrDefault(id, config);
  }

  private List<Instant> moments() {
    return manifests.stream().map(each -> LogClock.instant(each.micros())).toList();
  }

  /** A collection by the number of an operation, of the folder that last had the name. */
  private RestorePlan byOffset(String nameOrAlias, long target) throws IOException {
    BackupManifest last = manifests.getLast();
    StoreState latest = stateAt(last, covered);
    String name = latest.aliases().getOrDefault(nameOrAlias, nameOrAlias);
    StoreState.Entry entry = latest.collections().get(name);
    for (int i = manifests.size() - 1; entry == null && i >= 0; i--) {
      entry = manifests.get(i).state().collections().get(name);
    }
    if (entry == null) {
      throw QuiverException.notFound(
          "collection `"
              + name
              + "` in any backup; the newest has: "
              + new TreeMap<>(last.state().collections()).keySet());
    }
    ArchivedLog log = ArchivedLog.of(repository.store(), entry.id());
    BackupManifest base = null;
    for (BackupManifest each : manifests) {
      BackupManifest.Entry files = each.byId(entry.id());
      if (files != null && files.baseOffset() <= target) {
        base = each;
      }
    }
    BackupManifest.Entry files = base == null ? null : base.byId(entry.id());
    long from = files == null ? 0 : files.baseOffset();
    if (target < from || log.contiguousEnd(from) < target) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST,
          "operation "
              + (target - 1)
              + " of collection `"
              + name
              + "` cannot be reached (expected: from "
              + oldestBase(entry.id())
              + " to "
              + (log.contiguousEnd(from) - 1)
              + ")");
    }
    ObjectNode first = first(entry.id(), base == null ? last : base, entry.config());
    return new RestorePlan(
        momentOf(log, target, base == null ? last : base),
        base == null ? last.id() : base.id(),
        Map.of(),
        List.of(new RestorePlan.Item(name, entry.id(), files, first, entry.config(), target)));
  }

  /** When a collection had every operation before {@code target}, and none behind it. */
  private static long momentOf(ArchivedLog log, long target, BackupManifest base)
      throws IOException {
    long[] micros = new long[1];
    if (log.has(target - 1)) {
      log.read(target - 1, target, (_, time, _) -> micros[0] = time);
    } else if (log.has(target)) {
      log.read(target, target + 1, (_, time, _) -> micros[0] = time - 1);
    }
    // Without a record it is as the backup has it; the first logs had no times.
    return micros[0] > 0 ? micros[0] : base.micros();
  }

  private long oldestBase(String id) {
    return manifests.stream()
        .map(each -> each.byId(id))
        .filter(Objects::nonNull)
        .mapToLong(BackupManifest.Entry::baseOffset)
        .min()
        .orElse(0);
  }
}
