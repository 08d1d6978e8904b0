package dev.quiver.testkit;

import dev.quiver.engine.Alias;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The life of a data folder on a {@link SimulatedDisk}, from one seed: engines open it, do random
 * things and end by a loss of power in the middle of an operation, by a kill, by an error of the
 * disk or in peace; each time what is there is compared with the model. On one thread, so that the
 * same seed gives the same history.
 */
final class SimulatedRun {
  static final Path DATA = Path.of("/data");

  private static final boolean TRACES = Boolean.getBoolean("quiver.simulate.traces");
  private static final int MOST_POSSIBLE = 48;
  private static final int MOST_TRIES = 8;
  private static final int SNAPSHOTS_RESTORED = 2;
  private static final Set<ErrorCode> ANSWERS =
      Set.of(
          ErrorCode.NOT_FOUND,
          ErrorCode.ALREADY_EXISTS,
          ErrorCode.WRONG_INPUT,
          ErrorCode.BAD_REQUEST);

  private final long seed;
  private final SimulatedFlaw flaw;
  private final Random random;
  private final SimulatedWrites writes;
  private final SimulatedBackground background;
  private final List<String> violations = new ArrayList<>();
  private SimulatedDisk disk;
  private Set<SimulatedState> possible = new LinkedHashSet<>(Set.of(new SimulatedState()));

  private final SimulatedDoubts doubts = new SimulatedDoubts();
  private final SimulatedSnapshots snapshots = new SimulatedSnapshots();
  private long operations;
  private int acknowledged;
  private int refused;
  private int lives;
  private int powerLosses;
  private int checks;
  private long history;
  private String last = "nothing";

  /** Whether this is the last life, which has no faults of its own. */
  private boolean faultless;

  SimulatedRun(long seed, SimulatedFlaw flaw) {
    this.seed = seed;
    this.flaw = flaw;
    this.random = new Random(seed);
    // Neighbouring seeds begin alike.
    random.nextLong();
    this.writes = new SimulatedWrites(random);
    this.background = new SimulatedBackground(random.nextLong());
    this.disk = new SimulatedDisk(flaw.faults(), random.nextLong());
  }

  /**
   * What a run found.
   *
   * @param acknowledged calls that were answered with success
   * @param refused calls that an error of the disk kept from being done
   * @param ioOperations on the disk
   * @param history stands for all that was done with the disk, in order
   */
  record Outcome(
      long seed,
      int lives,
      int powerLosses,
      int checks,
      int acknowledged,
      int refused,
      long ioOperations,
      long history,
      List<String> violations) {}

  Outcome run() {
    int most = 2 + random.nextInt(4);
    while (lives < most && violations.isEmpty()) {
      lives++;
      live(lives == most);
    }
    return new Outcome(
        seed,
        lives,
        powerLosses,
        checks,
        acknowledged,
        refused,
        operations,
        history,
        List.copyOf(violations));
  }

  /** One engine, from opening to its end; the last one has no faults. */
  private void live(boolean lastLife) {
    faultless = lastLife;
    if (!lastLife) {
      planFaults();
    }
    Engine engine = null;
    try {
      engine = open();
      if (engine != null) {
        SimulatedSnapshots.checkOpened(disk, this::violate);
        check(engine, true);
        int actions = lastLife ? 3 : 5 + random.nextInt(60);
        for (int i = 0; i < actions && goesOn(); i++) {
          act(engine);
          if (possible.size() > MOST_POSSIBLE) {
            check(engine, false);
          }
        }
        if (goesOn() && (lastLife || random.nextInt(4) == 0)) {
          check(engine, false);
        }
        if (lastLife && goesOn()) {
          checkSnapshots();
        }
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      violate("life " + lives + ", after " + last + ": " + e, e);
    } finally {
      end(engine, lastLife);
    }
  }

  private boolean goesOn() {
    return violations.isEmpty() && !disk.off();
  }

  private void planFaults() {
    DiskFaults faults = disk.faults();
    long now = disk.operations();
    int within = 1 << (3 + random.nextInt(9));
    if (random.nextInt(4) > 0) {
      faults.powerFailsAt(now + random.nextInt(within));
    }
    if (random.nextInt(3) == 0) {
      long from = now + random.nextInt(within);
      long before = from + (random.nextBoolean() ? 1 : 1 + random.nextInt(30));
      faults.errors(from, before, kinds(), path -> true);
    }
    if (random.nextInt(4) == 0) {
      long from = now + random.nextInt(within);
      Duration each = Duration.ofMillis(1L << random.nextInt(15));
      faults.slow(from, from + 1 + random.nextInt(30), () -> background.advance(each));
    }
    if (random.nextInt(6) == 0) {
      faults.capacityBytes(disk.usedBytes() + random.nextInt(20_000));
    }
  }

  /** Snapshots are rare, and take many operations: some faults are meant for them. */
  private void planFaultsOf(SimulatedAction action) {
    boolean ofSnapshots =
        action instanceof SimulatedAction.Snapshot
            || action instanceof SimulatedAction.DeleteSnapshot
            || action instanceof SimulatedAction.Recover;
    if (!ofSnapshots || faultless) {
      return;
    }
    int within =
        action instanceof SimulatedAction.DeleteSnapshot ? 6 : 1 << (5 + random.nextInt(4));
    long at = disk.operations() + random.nextInt(within);
    switch (random.nextInt(12)) {
      case 0 -> disk.faults().powerFailsAt(at);
      case 1 -> disk.faults().errors(at, at + 1 + random.nextInt(6), kinds(), path -> true);
      default -> {}
    }
  }

  private Predicate<DiskFaults.Kind> kinds() {
    return switch (random.nextInt(4)) {
      case 0 -> kind -> kind == DiskFaults.Kind.SYNC || kind == DiskFaults.Kind.SYNC_FOLDER;
      case 1 -> kind -> kind == DiskFaults.Kind.WRITE;
      case 2 -> kind -> kind != DiskFaults.Kind.READ;
      default -> kind -> true;
    };
  }

  /** Restores some of the snapshots that there are, and looks at them. */
  private void checkSnapshots() throws IOException {
    for (int i = 0; i < SNAPSHOTS_RESTORED; i++) {
      Path file = snapshots.any(disk, random);
      if (file == null) {
        return;
      }
      List<SimulatedState> held = new ArrayList<>();
      for (SimulatedState state : possible) {
        SimulatedState.Taken taken = state.snapshots.get(file);
        if (taken != null) {
          held.add(SimulatedState.of(taken));
        }
      }
      SimulatedSnapshots.checkContent(
          Objects.requireNonNull(disk.content(file)),
          file,
          held,
          settings(),
          random.nextLong(),
          this::violate);
    }
  }

  private EngineOptions options() {
    FileOps files = flaw.over(disk);
    return settings().files(files).background(background).build();
  }

  private static EngineOptions.Builder settings() {
    return EngineOptions.builder()
        .flushInterval(Duration.ofMillis(50))
        .idleTimeout(Duration.ofSeconds(20))
        .maxOpenCollections(2)
        .logSegmentBytes(4096)
        .offHeapBytes(64 << 20)
        .mergeThreads(1)
        .buildThreads(1)
        .fullScanThreshold(8);
  }

  /** Returns null when the power failed meanwhile. */
  private @Nullable Engine open() {
    for (int i = 0; ; i++) {
      try {
        return Engine.open(DATA, options());
      } catch (QuiverException e) {
        if (disk.off()) {
          return null;
        }
        if (i == MOST_TRIES) {
          violate("life " + lives + ": the data folder cannot be opened: " + e.getMessage(), e);
          return null;
        }
        disk.faults().healed();
      }
    }
  }

  /** Ends the life of an engine: in peace, by a kill, or by a loss of power. */
  private void end(@Nullable Engine engine, boolean lastLife) {
    boolean peace = lastLife || (!disk.off() && random.nextInt(3) == 0);
    boolean kill = !peace && !disk.off() && random.nextBoolean();
    try {
      if (!peace) {
        disk.powerOff();
      }
      if (engine != null) {
        engine.close();
      }
    } catch (QuiverException e) {
      if (!disk.off() && lastLife) {
        violate("the last engine does not close: " + e.getMessage(), e);
      }
    } catch (RuntimeException | AssertionError e) {
      violate("closing, after " + last + ": " + e, e);
    }
    background.dropAll();
    operations += disk.operations();
    history = history * 31 + disk.history();
    if (kill) {
      // What was written but not synced is still the system's, and may be lost later.
      disk = disk.afterKill(flaw.faults());
    } else if (!peace) {
      powerLosses++;
      disk = disk.afterPowerLoss(flaw.faults());
    } else {
      disk = disk.afterKill(flaw.faults());
    }
  }

  private void act(Engine engine) {
    SimulatedAction action = next();
    last = action.toString();
    planFaultsOf(action);
    boolean faulty = disk.faults().active();
    Set<SimulatedState> after = new LinkedHashSet<>();
    try {
      action.run(engine);
      acknowledged++;
      trace("done");
      doubts.done(action, possible);
      snapshots.note(action, true, disk);
      possible.forEach(state -> after.add(action.outcomes(state).getLast()));
    } catch (QuiverException e) {
      trace(e.getMessage());
      if (!action.mayAnswer(e.code(), faulty || disk.off())) {
        violate("life " + lives + ", " + last + " was answered: " + e, e);
      }
      if (ANSWERS.contains(e.code())) {
        possible.forEach(state -> after.addAll(action.answered(state, e.code())));
        if (after.isEmpty()) {
          violate("life " + lives + ", " + last + " was answered: " + e, e);
          return;
        }
      } else {
        refused++;
        doubts.refused(action, possible, !disk.off() && hasSuppressed(e));
        snapshots.note(action, false, disk);
        possible.forEach(state -> after.addAll(action.outcomes(state)));
      }
    }
    possible = after;
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(3)) {
        case 0 -> background.advance(Duration.ofMillis(random.nextInt(60)));
        case 1 -> background.tick();
        default -> background.runOne();
      }
    }
    if (random.nextInt(60) == 0) {
      background.advance(Duration.ofSeconds(30));
      background.tick();
    }
  }

  /** Whether what was done about an error failed too. */
  private static boolean hasSuppressed(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (each.getSuppressed().length > 0) {
        return true;
      }
    }
    return false;
  }

  private SimulatedAction next() {
    SimulatedState any = possible.iterator().next();
    String name = "c" + random.nextInt(3);
    int kind = random.nextInt(68);
    if (!any.collections.containsKey(name) && random.nextInt(4) > 0) {
      return any.inTrash(name) > 0 && random.nextBoolean()
          ? new SimulatedAction.Restore(name)
          : new SimulatedAction.Create(name, 20 + random.nextInt(50));
    }
    return switch (kind) {
      case 0 -> new SimulatedAction.Drop(name);
      case 1 -> new SimulatedAction.Create(name, 20 + random.nextInt(50));
      case 2 -> new SimulatedAction.Configure(name, 20 + random.nextInt(50));
      case 3, 4, 5 -> new SimulatedAction.ChangeAliases(aliasActions(name));
      case 6, 7 -> new SimulatedAction.Restore(name);
      case 8 -> new SimulatedAction.Purge(name);
      case 9 -> new SimulatedAction.Drop(name);
      case 10, 11, 12 -> new SimulatedAction.Snapshot(name, disk);
      case 13 -> new SimulatedAction.Snapshot(null, disk);
      case 14, 15, 16, 17 -> withSnapshot(name, kind > 14);
      default -> {
        SimulatedState.Contents contents = any.collections.get(name);
        Set<String> vectors = contents == null ? Set.of(SimulatedWrites.BASE) : contents.vectors;
        yield new SimulatedAction.Write(name, writes.next(vectors), waiting());
      }
    };
  }

  /** Recovers from or deletes a snapshot, or makes one when there is none. */
  private SimulatedAction withSnapshot(String name, boolean recover) {
    Path file = snapshots.any(disk, random);
    if (file == null) {
      return new SimulatedAction.Snapshot(name, disk);
    }
    if (recover && possible.stream().allMatch(state -> state.hasOneOf(file))) {
      String sha256 = random.nextBoolean() ? snapshots.sha256(file) : null;
      return new SimulatedAction.Recover(name, file, sha256, disk);
    }
    return new SimulatedAction.DeleteSnapshot(file);
  }

  private SimulatedAction.Waiting waiting() {
    if (random.nextInt(12) == 0) {
      return SimulatedAction.Waiting.PAST_DEADLINE;
    }
    return random.nextBoolean() ? SimulatedAction.Waiting.APPLIED : SimulatedAction.Waiting.LOGGED;
  }

  private List<Alias.Action> aliasActions(String name) {
    List<Alias.Action> actions = new ArrayList<>();
    for (int i = random.nextInt(2); i >= 0; i--) {
      String alias = "alias" + random.nextInt(3);
      actions.add(
          switch (random.nextInt(4)) {
            case 0 -> new Alias.Action.Delete(alias);
            case 1 -> new Alias.Action.Rename(alias, "alias" + random.nextInt(3));
            default -> new Alias.Action.Create(name, alias);
          });
    }
    return actions;
  }

  /** Compares what is there with what may be, and takes it over. */
  private void check(Engine engine, boolean restarted) {
    SimulatedState found = null;
    Map<Path, String> listed = Map.of();
    for (int i = 0; found == null && goesOn(); i++) {
      try {
        background.runAll(1000);
        background.advance(Duration.ofSeconds(1));
        listed = SimulatedSnapshots.listed(engine);
        found = SimulatedReads.read(engine);
      } catch (QuiverException e) {
        if (disk.off()) {
          return;
        }
        if (i == MOST_TRIES) {
          violate("cannot be read, after " + last + ": " + e.getMessage(), e);
          return;
        }
        disk.faults().healed();
      }
    }
    if (found == null) {
      return;
    }
    checks++;
    Set<SimulatedState> like = explaining(found, restarted);
    if (like.isEmpty()) {
      violate("life " + lives + ", after " + last + ": " + String.join("; ", nearest(found)), null);
      return;
    }
    possible = like;
    snapshots.check(disk, listed, this::violate);
    try {
      SimulatedReads.search(engine, found, random, this::violate);
    } catch (QuiverException e) {
      if (!disk.off() && !disk.faults().active()) {
        violate("cannot be searched, after " + last + ": " + e.getMessage(), e);
      }
    }
  }

  private List<String> nearest(SimulatedState found) {
    List<String> fewest = List.of("nothing is possible");
    int least = Integer.MAX_VALUE;
    for (SimulatedState state : possible) {
      List<String> differences = state.differences(found);
      if (differences.size() < least) {
        least = differences.size();
        fewest = differences;
      }
    }
    return fewest;
  }

  /** The possible states that look like what was found; with what is in doubt if need be. */
  private Set<SimulatedState> explaining(SimulatedState found, boolean restarted) {
    Set<SimulatedState> like = new LinkedHashSet<>();
    for (SimulatedState state : possible) {
      if (state.looksLike(found)) {
        like.add(state);
      }
    }
    for (SimulatedState state : like.isEmpty() ? possible : Set.<SimulatedState>of()) {
      SimulatedState with = doubts.with(state, found, restarted);
      if (with.looksLike(found)) {
        like.add(with);
      }
    }
    return like;
  }

  /** With the property quiver.simulate.traces, says what happens. */
  private void trace(@Nullable String what) {
    if (TRACES) {
      System.out.println("life " + lives + " at " + disk.operations() + ": " + last + ": " + what);
    }
  }

  private void violate(String what) {
    violate(what, null);
  }

  private void violate(String what, @Nullable Throwable cause) {
    violations.add("seed " + seed + ": " + what);
    if (cause != null && TRACES) {
      cause.printStackTrace();
    }
  }
}
