package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings the points of one collection from page to page to the target. One thread reads; each page
 * is sent on a virtual thread of its own, a bounded number at a time, so that a slow target slows
 * the reading and memory holds no more than these pages. What the target has taken without a gap is
 * remembered. The last page waits until searches see it and, since a log is applied in order, all
 * others.
 */
final class PointCopy {
  private static final long REMEMBER_EVERY_NANOS = 1_000_000_000L;
  private static final long TICK_MILLIS = 200;

  /** A page on its way, and the state once it has been taken. */
  private static final class Sent {
    private final MigrationState after;
    private volatile boolean taken;

    Sent(MigrationState after) {
      this.after = after;
    }
  }

  private final PointPages pages;
  private final ApiClient target;
  private final String path;
  private final Set<String> vectorNames;
  private final int inFlight;
  private final Progress progress;
  private final BooleanSupplier stopped;

  private final Semaphore slots;
  private final AtomicReference<@Nullable CliException> failure = new AtomicReference<>();
  private final Deque<Sent> onTheirWay = new ArrayDeque<>();
  private final Map<String, Long> leftOut = new TreeMap<>();
  private long lastRememberedNanos = System.nanoTime();

  PointCopy(
      PointPages pages,
      ApiClient target,
      String collection,
      Set<String> vectorNames,
      int inFlight,
      Terminal terminal,
      BooleanSupplier stopped) {
    this.pages = pages;
    this.target = target;
    this.path = ApiClient.collection(collection) + "/points";
    this.vectorNames = vectorNames;
    this.inFlight = inFlight;
    this.progress = new Progress(terminal, collection, System::nanoTime);
    this.stopped = stopped;
    this.slots = new Semaphore(inFlight);
  }

  /**
   * Copies from a state on.
   *
   * @param file where to remember the state
   * @param total points of the source, about, for the progress
   * @return the ids of all points, those of earlier runs included
   */
  IdSet run(MigrationState start, Path file, long total) throws IOException, InterruptedException {
    IdSet ids = new IdSet();
    ids.restore(start.copied(), start.ids());
    progress.startAt(start.copied());
    MigrationState done = start;
    boolean finished = start.copied() > 0 && start.offset() == null;
    JsonNode offset = start.offset();
    try {
      while (!finished) {
        PointPages.Page page = pages.read(offset);
        offset = page.next();
        finished = offset == null;
        page.points().forEach(point -> ids.add(point.path("id")));
        MigrationState after =
            new MigrationState(offset, ids.count(), ids.checksum(), start.unmapped());
        if (finished) {
          done = drain(done);
          send(page.points(), true);
          done = after;
        } else {
          dispatch(page.points(), after);
          done = taken(done);
          remember(file, done, false);
        }
        progress.update(ids.count(), Math.max(total, ids.count()), -1);
      }
    } finally {
      done = drainQuietly(done);
      remember(file, done, true);
    }
    progress.finish(ids.count());
    return ids;
  }

  private void dispatch(List<JsonNode> points, MigrationState after) throws InterruptedException {
    while (!slots.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
      check();
    }
    check();
    Sent sent = new Sent(after);
    onTheirWay.addLast(sent);
    Thread.ofVirtual()
        .name("migrate")
        .start(
            () -> {
              try {
                send(points, false);
                sent.taken = true;
              } catch (CliException e) {
                failure.compareAndSet(null, e);
              } catch (RuntimeException e) {
                failure.compareAndSet(
                    null, new CliException(ExitCode.FAILED, "the migration failed: " + e, e));
              } finally {
                slots.release();
              }
            });
  }

  private void check() {
    CliException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    if (stopped.getAsBoolean()) {
      throw new CliException(
          ExitCode.INTERRUPTED, "stopped; run the same command again to go on from here");
    }
  }

  /** The state behind the last page up to which all were taken. */
  private MigrationState taken(MigrationState before) {
    MigrationState state = before;
    while (!onTheirWay.isEmpty() && onTheirWay.peekFirst().taken) {
      state = onTheirWay.removeFirst().after;
    }
    return state;
  }

  private MigrationState drain(MigrationState before) throws InterruptedException {
    while (!slots.tryAcquire(inFlight, TICK_MILLIS, TimeUnit.MILLISECONDS)) {
      check();
    }
    slots.release(inFlight);
    check();
    return taken(before);
  }

  /** After a failure: lets the pages on their way end, so that the state knows of them. */
  private MigrationState drainQuietly(MigrationState before) throws InterruptedException {
    if (slots.tryAcquire(inFlight, 10, TimeUnit.SECONDS)) {
      slots.release(inFlight);
    }
    return taken(before);
  }

  private void remember(Path file, MigrationState state, boolean now) throws IOException {
    long nanos = System.nanoTime();
    if (now || nanos - lastRememberedNanos >= REMEMBER_EVERY_NANOS) {
      lastRememberedNanos = nanos;
      state.write(file);
    }
  }

  private void send(List<JsonNode> points, boolean wait) {
    if (points.isEmpty()) {
      return;
    }
    ObjectNode body = PointPages.EXACT.createObjectNode();
    ArrayNode list = body.putArray("points");
    for (JsonNode point : points) {
      list.add(request(point));
    }
    target.patiently("PUT", path + "?wait=" + wait, body);
  }

  private ObjectNode request(JsonNode point) {
    ObjectNode sent = PointPages.EXACT.createObjectNode();
    sent.set("id", point.path("id"));
    JsonNode vector = point.path("vector");
    if (vector.isObject()) {
      ObjectNode known = PointPages.EXACT.createObjectNode();
      for (Map.Entry<String, JsonNode> entry : vector.properties()) {
        if (vectorNames.contains(entry.getKey())) {
          known.set(entry.getKey(), entry.getValue());
        } else {
          leftOut("values of the vector " + entry.getKey());
        }
      }
      sent.set("vector", known);
    } else if (vector.isArray()) {
      sent.set("vector", vector);
    } else {
      sent.putObject("vector");
    }
    if (point.path("payload").isObject()) {
      sent.set("payload", point.get("payload"));
    }
    if (point.hasNonNull("shard_key")) {
      leftOut("shard keys of points");
    }
    return sent;
  }

  private void leftOut(String what) {
    synchronized (leftOut) {
      leftOut.merge(what, 1L, Long::sum);
    }
  }

  /** What of the points could not be taken over, in this run. */
  List<String> unmapped() {
    List<String> texts = new ArrayList<>();
    synchronized (leftOut) {
      leftOut.forEach((what, count) -> texts.add(what + ": " + count));
    }
    return texts;
  }
}
