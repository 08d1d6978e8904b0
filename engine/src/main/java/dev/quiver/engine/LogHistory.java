package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogClock;
import dev.quiver.engine.wal.LogReader;
import dev.quiver.engine.wal.OpLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what was logged in a time range: from the archive what is there, behind it from the log
 * itself. For a running store, or for a data folder that nobody needs to have open.
 */
public final class LogHistory {
  private final Path dataFolder;
  private final FileOps files;
  private final @Nullable BlobStore archive;

  /**
   * @param archive where the logs are archived; null: only what the data folder still has is read
   */
  public LogHistory(Path dataFolder, FileOps files, @Nullable BlobStore archive) {
    this.dataFolder = dataFolder;
    this.files = files;
    this.archive = archive;
  }

  /**
   * Which part of a log.
   *
   * @param from inclusive
   * @param to inclusive
   * @param after only numbers greater than this one; -1: all
   * @param limit at most so many
   */
  public record Range(Instant from, Instant to, long after, int limit) {}

  /**
   * Operations of one collection, in order.
   *
   * @param collection its name or an alias, now or, if there is none now, when it was dropped last
   */
  public List<LoggedOperation> operations(String collection, Range range) {
    String id = folderOf(collection);
    List<LoggedOperation> found = new ArrayList<>();
    read(
        id,
        dataFolder.resolve("collections").resolve(id).resolve("log"),
        range,
        (offset, micros, record) ->
            add(
                found,
                range,
                micros,
                () -> LoggedOperation.of(offset, time(micros), OpCodec.decode(record))));
    return found;
  }

  /** Events of collections and aliases, in order. */
  public List<LoggedOperation> events(Range range) {
    List<LoggedOperation> found = new ArrayList<>();
    read(
        ArchivedLog.JOURNAL,
        dataFolder.resolve(StoreJournal.FOLDER),
        range,
        (offset, micros, record) ->
            add(
                found,
                range,
                micros,
                () -> event(offset, time(micros), StoreJournal.event(record))));
    return found;
  }

  private interface Made {
    LoggedOperation make();
  }

  private static void add(List<LoggedOperation> found, Range range, long micros, Made made) {
    if (found.size() < range.limit()
        && micros >= LogClock.micros(range.from())
        && micros <= LogClock.micros(range.to())) {
      found.add(made.make());
    }
  }

  private static @Nullable Instant time(long micros) {
    return micros == 0 ? null : LogClock.instant(micros);
  }

  private static LoggedOperation event(long offset, @Nullable Instant time, ObjectNode event) {
    String kind = event.path("kind").asText();
    String what =
        switch (kind) {
          case "aliases" -> event.path("aliases").toString();
          case "state" -> "collections " + StoreState.fromJson(event).collections().keySet();
          default -> event.path("name").asText();
        };
    return new LoggedOperation(offset, time, kind, -1, List.of(), LoggedOperation.shortened(what));
  }

  /** Reads the archive up to its end, then the log from there on. */
  private void read(String id, Path log, Range range, OpLog.TimedRecordConsumer consumer) {
    try {
      long[] next = {range.after() + 1};
      OpLog.TimedRecordConsumer once =
          (offset, micros, record) -> {
            if (offset >= next[0]) {
              consumer.accept(offset, micros, record);
              next[0] = offset + 1;
            }
          };
      if (archive != null) {
        ArchivedLog archived = ArchivedLog.of(archive, id);
        for (ArchivedLog.Chunk chunk : archived.chunks()) {
          if (chunk.end() > next[0] && chunk.lastMicros() >= LogClock.micros(range.from())) {
            archived.read(chunk, once);
          }
        }
        next[0] = Math.max(next[0], archived.end());
      }
      LogReader.read(log, files, next[0], Long.MAX_VALUE, once);
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "log cannot be read: " + e, e);
    }
  }

  private String folderOf(String collection) {
    Map<String, String> ids = new TreeMap<>();
    StoreState[] state = {StoreState.EMPTY};
    Range everything = new Range(Instant.EPOCH, Instant.EPOCH, -1, 0);
    read(
        ArchivedLog.JOURNAL,
        dataFolder.resolve(StoreJournal.FOLDER),
        everything,
        (_, _, record) -> {
          state[0] = state[0].after(StoreJournal.event(record));
          state[0].collections().forEach((name, entry) -> ids.put(name, entry.id()));
        });
    String name = state[0].aliases().getOrDefault(collection, collection);
    String id = ids.get(name);
    if (id == null) {
      throw QuiverException.notFound(
          "Collection `" + collection + "` in the store's journal; there are: " + ids.keySet());
    }
    return id;
  }
}
