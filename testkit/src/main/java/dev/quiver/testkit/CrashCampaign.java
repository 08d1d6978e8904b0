package dev.quiver.testkit;

import dev.quiver.engine.Engine;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.ScrollPage;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Kills a writing process (SIGKILL) at random moments, over and over on one data folder, and checks
 * what is there: nothing that was acknowledged may be lost, and nothing may be there that was never
 * begun. Some kills come while the process still starts or recovers; after some, the next process
 * goes on with what the last left, unchecked.
 *
 * <p>Run it as a program with {@code [cycles] [seed]}; it prints what it found and ends with 1 when
 * something was lost.
 */
public final class CrashCampaign {
  private static final int MOST_REPORTS = 1500;
  private static final int MOST_LIFE_MILLIS = 5000;
  private static final int START_LIMIT_SECONDS = 60;

  private final Path folder;
  private final long seed;
  private final Random random;
  private final CrashModel model = new CrashModel();
  private final long[] nextStep = new long[CrashPlan.WRITERS + 1];
  private final List<String> violations = new ArrayList<>();
  private long acknowledged;
  private int checked;

  public CrashCampaign(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
    this.random = new Random(seed);
  }

  /**
   * What a campaign found.
   *
   * @param acknowledged writes that the killed processes were told were done
   * @param violations one line for each point or collection that is not as it must be
   */
  public record Result(
      long seed, int cycles, int checked, long acknowledged, List<String> violations) {
    @Override
    public String toString() {
      return "crash campaign: cycles "
          + cycles
          + ", of which checked "
          + checked
          + ", writes acknowledged "
          + acknowledged
          + ", lost or unknown "
          + violations.size()
          + ", seed "
          + seed;
    }
  }

  /**
   * Runs so many cycles, or fewer when something is found to be wrong.
   *
   * @param progress told after each how many there were
   */
  public Result run(int cycles, IntConsumer progress) throws IOException, InterruptedException {
    int done = 0;
    while (done < cycles && violations.isEmpty()) {
      killOnce();
      done++;
      if (done == cycles || random.nextInt(4) > 0) {
        check();
        checked++;
      }
      progress.accept(done);
    }
    return new Result(seed, done, checked, acknowledged, List.copyOf(violations));
  }

  private void killOnce() throws IOException, InterruptedException {
    Process process = start();
    boolean early = random.nextInt(5) == 0;
    try (InputStream out = process.getInputStream()) {
      DataInputStream reports = new DataInputStream(out);
      if (early) {
        kill(process, random.nextInt(1200));
      } else {
        int first = reports.read();
        if (first != CrashWriter.READY) {
          process.destroyForcibly();
          throw new IllegalStateException(
              "the writing process did not start but wrote "
                  + first
                  + ": "
                  + Files.readString(errorLog())
                  + ", exit "
                  + process.waitFor());
        }
        reports.readLong();
        kill(process, MOST_LIFE_MILLIS);
      }
      // Counted, not timed: a slow machine is killed at the same steps as a fast one.
      readReports(reports, process, random.nextInt(MOST_REPORTS));
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    begunByAll();
  }

  /** Kills after a delay, on a thread of its own: meanwhile the reports have to be read. */
  private static void kill(Process process, int afterMillis) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                process.waitFor(afterMillis, TimeUnit.MILLISECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              sigkill(process);
            });
  }

  /** Unlike {@link Process#destroyForcibly}, leaves what the process reported readable. */
  private static void sigkill(Process process) {
    process.toHandle().destroyForcibly();
  }

  private void readReports(DataInputStream reports, Process process, int killAfter)
      throws IOException {
    for (int count = 0; ; count++) {
      if (count == killAfter) {
        sigkill(process);
      }
      int writer;
      long number;
      try {
        writer = reports.readByte();
        number = reports.readLong();
      } catch (EOFException e) {
        return;
      }
      if (writer == CrashWriter.READY) {
        continue;
      }
      int index = writer == CrashWriter.CATALOG ? CrashPlan.WRITERS : writer;
      if (number != nextStep[index]) {
        throw new IllegalStateException(
            "writer "
                + writer
                + " reported step "
                + number
                + " (expected: "
                + nextStep[index]
                + ")");
      }
      nextStep[index]++;
      if (index < CrashPlan.WRITERS) {
        model.acknowledged(CrashPlan.step(seed, writer, number));
        acknowledged++;
      }
    }
  }

  /** Each writer may have been in the middle of its next step, which the next process repeats. */
  private void begunByAll() {
    for (int writer = 0; writer < CrashPlan.WRITERS; writer++) {
      model.begun(CrashPlan.step(seed, writer, nextStep[writer]));
    }
  }

  private Path errorLog() {
    return folder.resolveSibling(folder.getFileName() + ".err");
  }

  private Process start() throws IOException {
    List<String> command = OtherProcesses.java();
    command.addAll(
        List.of(
            // The reports have the standard output for themselves.
            "-XX:+DisplayVMOutputToStderr",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CrashWriter.class.getName(),
            folder.toString(),
            Long.toString(seed)));
    Arrays.stream(nextStep).mapToObj(Long::toString).forEach(command::add);
    return new ProcessBuilder(command).redirectError(errorLog().toFile()).start();
  }

  private void check() throws InterruptedException {
    try (Engine engine = Engine.open(folder, CrashWriter.options())) {
      awaitRecovery(engine);
      Map<Long, CrashModel.State> found = new HashMap<>();
      for (int i = 0; i < CrashPlan.COLLECTIONS; i++) {
        if (engine.collectionExists(CrashPlan.collection(i))) {
          found.putAll(points(engine, CrashPlan.collection(i)));
        }
      }
      for (long id : model.ids()) {
        CrashModel.State state = found.getOrDefault(id, CrashModel.State.ABSENT);
        Set<CrashModel.State> possible = model.possible(id);
        if (!possible.contains(state)) {
          violations.add("point " + id + " is " + state + " (expected one of: " + possible + ")");
        }
        model.found(id, state);
      }
      for (long id : found.keySet()) {
        if (!model.ids().contains(id)) {
          violations.add("point " + id + " was never written");
        }
      }
      checkCatalog(engine);
    }
  }

  private static void awaitRecovery(Engine engine) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
    while (!engine.recoveryProgress().finished()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("recovery stands at " + engine.recoveryProgress());
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    if (engine.recoveryProgress().failed() > 0) {
      throw new IllegalStateException("recovery failed: " + engine.recoveryProgress());
    }
  }

  /** Of all collections that were created and deleted, the one of the step at hand may be there. */
  private void checkCatalog(Engine engine) {
    long next = nextStep[CrashPlan.WRITERS];
    for (String name : engine.collections()) {
      if (name.startsWith("catalog-") && !name.equals(CrashWriter.catalogName(next - next % 2))) {
        violations.add("collection " + name + " is there at step " + next);
      }
    }
  }

  private static Map<Long, CrashModel.State> points(Engine engine, String collection) {
    Map<Long, CrashModel.State> found = new HashMap<>();
    PointId next = null;
    do {
      ScrollPage page =
          engine.scroll(
              collection,
              new ScrollRequest(next, 500, null, null, PayloadSelection.ALL, VectorSelection.ALL));
      for (PointRecord point : page.points()) {
        found.put(((PointId.Num) point.id()).value(), state(point));
      }
      next = page.nextOffset();
    } while (next != null);
    return found;
  }

  private static CrashModel.State state(PointRecord point) {
    var payload = java.util.Objects.requireNonNull(point.payload()).json();
    VectorValue vector = java.util.Objects.requireNonNull(point.vectors()).get("");
    float first =
        switch (vector) {
          case VectorValue.Dense(float[] values) -> values[0];
          case VectorValue.Sparse _, VectorValue.Multi _ ->
              throw new IllegalStateException("not the vector that was written: " + vector);
          case null -> Float.NaN;
        };
    return new CrashModel.State(
        true,
        payload.has("v") ? payload.get("v").asLong() : null,
        payload.has("p") ? payload.get("p").asLong() : null,
        first);
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    int cycles = args.length > 0 ? Integer.parseInt(args[0]) : 30;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    Path folder = Files.createTempDirectory("quiver-crash").resolve("data");
    long started = System.nanoTime();
    Result result = new CrashCampaign(folder, seed).run(cycles, done -> {});
    System.out.println(
        result + ", seconds " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started));
    result.violations().forEach(System.out::println);
    System.out.println("data: " + folder);
    System.exit(result.violations().isEmpty() ? 0 : 1);
  }
}
