package dev.quiver.engine;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.DurableFolders;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogClock;
import dev.quiver.engine.wal.OpLog;
import dev.quiver.engine.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The log of what happens to a store's collections and aliases, so that it can be told what there
 * was at any moment. It lies in the folder {@code journal} of the data folder. Each record is a
 * JSON object in UTF-8:
 *
 * <pre>
 * {"kind": "create" | "config", "name": ..., "id": folder, "config": {...}}
 * {"kind": "drop", "name": ..., "id": folder}
 * {"kind": "aliases", "aliases": {alias: collection, ...}}          all of them, after a change
 * {"kind": "state", "collections": [{"name", "id", "config"}, ...], "aliases": {...}}   everything
 * </pre>
 *
 * <p>Beside it, the document {@code id.json} holds the store's id. An event is written before the
 * change is made. Should the change fail, or a crash come between, the whole state follows: at the
 * next start, or before the next event. Changes come from one thread at a time, see {@link
 * Catalog}; reading is free to all.
 */
final class StoreJournal implements AutoCloseable {
  static final String FOLDER = "journal";
  static final String ID = "id.json";

  private static final long SEGMENT_BYTES = 4L << 20;

  /** Above it, what is older than the current state is dropped. */
  private static final long MOST_BYTES = 64L << 20;

  private final Path folder;
  private final FileOps files;
  private final LogClock clock;
  private final String storeId;
  private volatile WriteAheadLog log;
  private volatile StoreState state = StoreState.EMPTY;
  private volatile boolean doubtful;

  /** Records from here on are kept in any case. */
  private volatile long retainedOffset = Long.MAX_VALUE;

  private StoreJournal(
      Path folder, FileOps files, LogClock clock, String storeId, WriteAheadLog log) {
    this.folder = folder;
    this.files = files;
    this.clock = clock;
    this.storeId = storeId;
    this.log = log;
  }

  static StoreJournal open(Path dataFolder, FileOps files, Background background, LogClock clock)
      throws IOException {
    Path folder = dataFolder.resolve(FOLDER);
    DurableFolders.create(files, dataFolder, folder);
    boolean made = !files.exists(folder.resolve(ID));
    String storeId = storeId(folder, files, background);
    // Should its segments have been lost, it goes on behind whatever of them was archived.
    long first = made ? 0 : clock.moment();
    StoreJournal journal =
        new StoreJournal(folder, files, clock, storeId, openLog(folder, files, clock, first));
    journal.load();
    return journal;
  }

  /** The store's own id, made when its data folder is. */
  private static String storeId(Path folder, FileOps files, Background background)
      throws IOException {
    Path file = folder.resolve(ID);
    if (!files.exists(file)) {
      ObjectNode json = Payload.JSON.createObjectNode().put("format", Documents.FORMAT);
      json.put("id", background.randomId().toString());
      Documents.write(files, file, json);
    }
    String id = Documents.read(files, file).path("id").asText();
    if (id.isEmpty()) {
      throw new QuiverException(ErrorCode.CORRUPT, file + " names no id");
    }
    return id;
  }

  /**
   * @param first the offset to begin with when there is nothing yet
   */
  private static WriteAheadLog openLog(Path folder, FileOps files, LogClock clock, long first) {
    try {
      long begin = isEmpty(folder, files) ? first : 0;
      return WriteAheadLog.open(folder, files, SEGMENT_BYTES, begin, clock, OpLog.Listener.NONE);
    } catch (QuiverException e) {
      throw e.code() == ErrorCode.CORRUPT ? withAdvice(folder, e) : e;
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "the store's journal cannot be read: " + folder, e);
    }
  }

  private static boolean isEmpty(Path folder, FileOps files) throws IOException {
    return files.list(folder).stream().noneMatch(name -> name.endsWith(".wal"));
  }

  private static QuiverException withAdvice(Path folder, QuiverException damage) {
    return new QuiverException(
        ErrorCode.CORRUPT,
        damage.reason()
            + "; or move the .wal files out of "
            + folder
            + ": the journal then begins anew with what there is, and moments before cannot be"
            + " restored with their collections and aliases",
        damage);
  }

  private void load() {
    StoreState[] read = {StoreState.EMPTY};
    try {
      log.replay(log.firstOffset(), (_, record) -> read[0] = read[0].after(event(record)));
    } catch (QuiverException e) {
      throw e.code() == ErrorCode.CORRUPT ? withAdvice(folder, e) : e;
    }
    state = read[0];
  }

  /**
   * @throws QuiverException {@link ErrorCode#CORRUPT} when it is none
   */
  static ObjectNode event(byte[] record) {
    try {
      if (Payload.JSON.readTree(record) instanceof ObjectNode event) {
        return event;
      }
      throw new QuiverException(ErrorCode.CORRUPT, "the store's journal holds no JSON object");
    } catch (JacksonException e) {
      throw new QuiverException(
          ErrorCode.CORRUPT, "the store's journal is not JSON: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "the store's journal cannot be read", e);
    }
  }

  /** What the journal says that there is. */
  StoreState state() {
    return state;
  }

  OpLog log() {
    return log;
  }

  String storeId() {
    return storeId;
  }

  long firstOffset() {
    return log.firstOffset();
  }

  /** Says which records are still wanted; {@code Long.MAX_VALUE}: none. */
  void retainFrom(long offset) {
    retainedOffset = offset;
  }

  /** Says that a change was made only in part: the whole state is written before the next event. */
  void doubtful() {
    doubtful = true;
  }

  /** Writes down what there is, unless the journal says so already. */
  void reconcile(StoreState actual) {
    if (!actual.equals(state)) {
      append(actual.toJson(object("state")), actual);
    }
    doubtful = false;
  }

  /**
   * @param before what there is, which is written first when the journal is in doubt
   */
  void created(Supplier<StoreState> before, String name, StoreState.Entry entry) {
    append(before, described("create", name, entry));
  }

  void configured(Supplier<StoreState> before, String name, StoreState.Entry entry) {
    append(before, described("config", name, entry));
  }

  void dropped(Supplier<StoreState> before, String name, String id) {
    append(before, object("drop").put("name", name).put("id", id));
  }

  void aliased(Supplier<StoreState> before, Map<String, String> aliases) {
    ObjectNode event = object("aliases");
    ObjectNode named = event.putObject("aliases");
    aliases.forEach(named::put);
    append(before, event);
  }

  private static ObjectNode object(String kind) {
    return Payload.JSON.createObjectNode().put("kind", kind);
  }

  private static ObjectNode described(String kind, String name, StoreState.Entry entry) {
    ObjectNode event = object(kind).put("name", name).put("id", entry.id());
    event.set("config", entry.config());
    return event;
  }

  private void append(Supplier<StoreState> before, ObjectNode event) {
    if (doubtful) {
      reconcile(before.get());
    }
    append(event, state.after(event));
    if (log.sizeInBytes() > MOST_BYTES) {
      shorten();
    }
  }

  private void append(ObjectNode event, StoreState after) {
    if (log.failed()) {
      log.close();
      log = openLog(folder, files, clock, log.nextOffset());
      load();
    }
    byte[] record;
    try {
      record = Payload.JSON.writeValueAsBytes(event);
    } catch (JacksonException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "event cannot be written as JSON", e);
    }
    try {
      log.submit(List.of(record)).await();
    } catch (QuiverException e) {
      // It may turn up after a restart all the same.
      doubtful = true;
      throw e;
    }
    state = after;
  }

  private void shorten() {
    long covering = log.nextOffset();
    append(state.toJson(object("state")), state);
    log.truncateBefore(Math.min(covering, retainedOffset));
  }

  @Override
  public void close() {
    log.close();
  }
}
