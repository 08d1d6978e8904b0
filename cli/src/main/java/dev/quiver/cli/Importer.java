package dev.quiver.cli;

import dev.quiver.cli.Checkpoint.Position;
import dev.quiver.cli.input.BadRowException;
import dev.quiver.cli.input.Row;
import dev.quiver.cli.input.RowReader;
import dev.quiver.cli.input.RowSource;
import io.qdrant.client.grpc.Points.PointStruct;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows and brings them to a server in batches, several at a time but never more than a given
 * number, so that a slow server slows the reading. Remembers how far it is in a {@link Checkpoint}.
 *
 * <p>One thread reads; each batch is sent on a virtual thread of its own. The last batch is sent
 * alone and waits until searches see it, and with it, since a log is applied in order, all others.
 */
final class Importer {
  private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(1);
  private static final long TICK_MILLIS = 200;

  /**
   * What to do.
   *
   * @param maxErrors bad rows after which it gives up; negative: never
   * @param maxRows rows to read at most
   * @param checkpoint null: always starts at the first row
   */
  record Plan(
      List<RowSource> sources,
      String collection,
      int batchSize,
      int maxInFlight,
      long maxErrors,
      long maxRows,
      @Nullable Checkpoint checkpoint) {}

  /**
   * What was done.
   *
   * @param rows read, those of an earlier, interrupted run included
   * @param sent points that the server has taken in this run
   * @param bad rows that were left out in this run
   * @param resumedAt rows that an earlier run had done
   */
  record Result(long rows, long sent, long bad, long resumedAt, Duration duration) {}

  /** Called with the first good row, to make the collection ready for rows of its kind. */
  interface Preparation {
    RowMapper prepare(Row first, RowReader reader) throws IOException;
  }

  private final Plan plan;
  private final BatchSender sender;
  private final Terminal terminal;
  private final Progress progress;
  private final Preparation preparation;

  private final Semaphore slots;
  private final LongAdder bytesRead = new LongAdder();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong bad = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private InFlight inFlight = new InFlight(Position.START);
  private List<PointStruct> batch = new ArrayList<>();
  private List<String> places = new ArrayList<>();
  private @Nullable RowMapper mapper;
  private long lastCheckpointNanos = System.nanoTime();
  private Position lastCheckpoint = Position.START;
  private Position position = Position.START;
  private long totalRows = RowReader.UNKNOWN;

  Importer(Plan plan, GrpcTarget target, Terminal terminal, String label, Preparation preparation) {
    this.plan = plan;
    this.sender = new BatchSender(target, plan.collection());
    this.terminal = terminal;
    this.progress = new Progress(terminal, label, System::nanoTime);
    this.preparation = preparation;
    this.slots = new Semaphore(plan.maxInFlight());
  }

  /** Asks a running import to stop soon and to remember where; from any thread. */
  void stop() {
    stopped = true;
  }

  /**
   * Runs to the end.
   *
   * @throws CliException when the server or the input fails, or too many rows are bad; what has
   *     been taken is remembered
   */
  Result run() throws IOException, InterruptedException {
    long startNanos = System.nanoTime();
    Position start = plan.checkpoint() == null ? Position.START : plan.checkpoint().read();
    inFlight = new InFlight(start);
    position = start;
    lastCheckpoint = start;
    progress.startAt(start.rowsDone());
    if (start.rowsDone() > 0) {
      terminal.println("going on behind row " + start.rowsDone() + ", where the last run stopped");
    }
    try {
      readAll(start);
      drain();
      finish();
    } finally {
      drainQuietly();
      writeCheckpoint();
    }
    progress.finish(position.rowsDone());
    if (plan.checkpoint() != null) {
      plan.checkpoint().delete();
    }
    return new Result(
        position.rowsDone(),
        sent.get(),
        bad.get(),
        start.rowsDone(),
        Duration.ofNanos(System.nanoTime() - startNanos));
  }

  private void readAll(Position start) throws IOException, InterruptedException {
    long rowsBefore = start.rowsBefore();
    for (int i = start.source(); i < plan.sources().size(); i++) {
      RowSource source = plan.sources().get(i);
      long skip = i == start.source() ? start.row() : 0;
      try (RowReader reader = source.open(bytesRead)) {
        totalRows = plan.sources().size() == 1 ? reader.totalRows() : RowReader.UNKNOWN;
        rowsBefore += readSource(i, source, reader, skip, rowsBefore);
      } catch (IOException e) {
        throw new CliException(ExitCode.FAILED, source.name() + ": " + e.getMessage(), e);
      }
      if (position.rowsDone() >= plan.maxRows()) {
        return;
      }
      position = new Position(i + 1, 0, rowsBefore);
    }
  }

  /** Returns the number of rows of the source. */
  private long readSource(int index, RowSource source, RowReader reader, long skip, long rowsBefore)
      throws IOException, InterruptedException {
    long row = 0;
    while (true) {
      check();
      try {
        Row next = reader.next();
        if (next == null) {
          return row;
        }
        row = next.number() + 1;
        if (next.number() < skip) {
          continue;
        }
        add(next, source, reader, rowsBefore);
      } catch (BadRowException e) {
        row = e.number() + 1;
        if (e.number() >= skip) {
          reportBad(place(source.name(), e.line()), String.valueOf(e.getMessage()));
        }
      }
      position = new Position(index, Math.max(row, skip), rowsBefore);
      if (position.rowsDone() >= plan.maxRows()) {
        return row;
      }
    }
  }

  private void add(Row row, RowSource source, RowReader reader, long rowsBefore)
      throws IOException, InterruptedException {
    if (mapper == null) {
      mapper = preparation.prepare(row, reader);
    }
    PointStruct point = mapper.map(row, source.name(), source.vectorsOnly(), rowsBefore);
    // Full batches leave only when another row comes, so that the last one is never empty.
    if (batch.size() == plan.batchSize()) {
      dispatch();
    }
    batch.add(point);
    places.add(place(source.name(), row.line()));
  }

  private void dispatch() throws InterruptedException, IOException {
    while (!slots.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
      check();
      tick();
    }
    tick();
    List<PointStruct> points = batch;
    List<String> pointPlaces = places;
    batch = new ArrayList<>(plan.batchSize());
    places = new ArrayList<>(plan.batchSize());
    InFlight.Ticket ticket = inFlight.begin(position);
    Thread.ofVirtual()
        .name("import")
        .start(
            () -> {
              try {
                send(points, pointPlaces, false);
                ticket.taken();
              } catch (InterruptedException | RuntimeException e) {
                failure.compareAndSet(null, e);
              } finally {
                slots.release();
              }
            });
  }

  private void send(List<PointStruct> points, List<String> pointPlaces, boolean wait)
      throws InterruptedException {
    sent.addAndGet(sender.send(points, pointPlaces, wait, this::reportBad));
  }

  private void finish() throws InterruptedException {
    if (!batch.isEmpty()) {
      InFlight.Ticket ticket = inFlight.begin(position);
      send(batch, places, true);
      ticket.taken();
    } else {
      inFlight.begin(position).taken();
    }
  }

  private void drain() throws InterruptedException, IOException {
    while (!slots.tryAcquire(plan.maxInFlight(), TICK_MILLIS, TimeUnit.MILLISECONDS)) {
      check();
      tick();
    }
    slots.release(plan.maxInFlight());
    check();
  }

  /** After a failure: lets the batches on their way end, so that the checkpoint knows of them. */
  private void drainQuietly() throws InterruptedException {
    if (slots.tryAcquire(
        plan.maxInFlight(), CHECKPOINT_EVERY.toMillis() * 5, TimeUnit.MILLISECONDS)) {
      slots.release(plan.maxInFlight());
    }
  }

  private void check() {
    Throwable failed = failure.get();
    if (failed instanceof CliException e) {
      throw e;
    }
    if (failed != null) {
      throw new CliException(ExitCode.FAILED, "the import failed: " + failed, failed);
    }
    if (stopped) {
      throw new CliException(
          ExitCode.INTERRUPTED, "stopped; run the same command again to go on from here");
    }
    if (plan.maxErrors() >= 0 && bad.get() > plan.maxErrors()) {
      throw new CliException(
          ExitCode.FAILED,
          "gave up after "
              + bad.get()
              + " bad rows; correct them, or allow more with --max-errors (-1: any number)");
    }
  }

  private void reportBad(String place, String reason) {
    bad.incrementAndGet();
    terminal.println(place + ": " + reason);
  }

  private static String place(String source, long line) {
    return source + ":" + line;
  }

  private void tick() throws IOException {
    long bytes = 0;
    for (RowSource source : plan.sources()) {
      bytes += source.bytes();
    }
    long total = totalRows < 0 ? totalRows : Math.min(totalRows, plan.maxRows());
    long done = inFlight.done().rowsDone();
    // What has been read is ahead of what the server has taken, in a small file by all of it.
    double taken = (double) done / Math.max(1, position.rowsDone());
    progress.update(done, total, bytes == 0 ? -1 : bytesRead.doubleValue() / bytes * taken);
    if (System.nanoTime() - lastCheckpointNanos >= CHECKPOINT_EVERY.toNanos()) {
      writeCheckpoint();
    }
  }

  private void writeCheckpoint() throws IOException {
    lastCheckpointNanos = System.nanoTime();
    Position done = inFlight.done();
    if (plan.checkpoint() != null && !done.equals(lastCheckpoint)) {
      plan.checkpoint().write(done);
      lastCheckpoint = done;
    }
  }
}
