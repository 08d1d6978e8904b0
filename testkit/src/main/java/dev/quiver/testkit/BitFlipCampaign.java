package dev.quiver.testkit;

import dev.quiver.engine.Alias;
import dev.quiver.engine.Database;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.Verification;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Flips single random bits of a stored data folder, one after the other, each in a fresh copy on
 * the real file system with mapped files, and looks what comes of it. A flip must be told (the
 * engine or the collection refuses to open, the collection says that it is partial, or {@code
 * verify} finds it), or change nothing: then every answer is as before.
 *
 * <p>The folder has what a killed process leaves: committed segments, with and without graph, in
 * compound and single files, deleted points, and a log with operations behind the commit.
 */
public final class BitFlipCampaign {
  private final Path work;
  private final Random random;
  private final long seed;
  private final Map<String, Counts> byKind = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private SimulatedState expected = new SimulatedState();

  /** What came of the flips in one kind of file. */
  public static final class Counts {
    private int flips;
    private int refused;
    private int partial;
    private int verified;
    private int mended;
    private int harmless;

    public int flips() {
      return flips;
    }

    /** The data folder or the collection was refused, with the file's name. */
    public int refused() {
      return refused;
    }

    /** The collection went on without the segment, and said so. */
    public int partial() {
      return partial;
    }

    /** Answers were right, and verification found the place. */
    public int verified() {
      return verified;
    }

    /** Answers were right, and the file was written again from its copy or is gone. */
    public int mended() {
      return mended;
    }

    /** Answers were right, and every file fits its checksum. */
    public int harmless() {
      return harmless;
    }
  }

  /** What a campaign found. */
  public record Result(long seed, int flips, Map<String, Counts> byKind, List<String> violations) {}

  public BitFlipCampaign(Path work, long seed) {
    this.work = work;
    this.seed = seed;
    this.random = new Random(seed);
  }

  public Result run(int flips) throws IOException {
    Path original = work.resolve("original");
    build(original);
    List<Path> files = files(original);
    // By turns among the kinds: most bytes are in few of them.
    Map<String, List<Path>> kinds = new TreeMap<>();
    Set<Path> committed = committed(original);
    for (Path file : files) {
      boolean left = file.toString().contains("/index/") && !committed.contains(file);
      kinds.computeIfAbsent(left ? "in no commit" : kind(file), key -> new ArrayList<>()).add(file);
    }
    List<String> names = List.copyOf(kinds.keySet());
    int done = 0;
    while (done < flips && violations.size() < 5) {
      String kind = names.get(done % names.size());
      List<Path> candidates = Objects.requireNonNull(kinds.get(kind));
      flipOne(original, kind, candidates.get(random.nextInt(candidates.size())));
      done++;
    }
    return new Result(seed, done, byKind, List.copyOf(violations));
  }

  /** The files of the last commits; others are what merges left that were not committed. */
  private static Set<Path> committed(Path folder) throws IOException {
    Set<Path> committed = new HashSet<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path index : all.filter(each -> each.endsWith("index")).toList()) {
        try (Directory directory = FSDirectory.open(index)) {
          for (String name : SegmentInfos.readLatestCommit(directory).files(true)) {
            committed.add(index.resolve(name));
          }
        }
      }
    }
    return committed;
  }

  private static String kind(Path file) {
    String name = String.valueOf(file.getFileName());
    if (name.startsWith("segments_")) {
      return "segments_N";
    }
    int dot = name.lastIndexOf('.');
    return dot < 0 || name.endsWith(".json") || name.endsWith(".copy")
        ? name
        : "*" + name.substring(dot);
  }

  private static EngineOptions options(Duration flushInterval) {
    return EngineOptions.builder()
        .flushInterval(flushInterval)
        .idleTimeout(Duration.ofHours(1))
        .fullScanThreshold(40)
        .offHeapBytes(256 << 20)
        .mergeThreads(1)
        .buildThreads(1)
        .build();
  }

  /** Makes the folder, as a process leaves it that is killed in the middle of its work. */
  private void build(Path folder) throws IOException {
    Path live = work.resolve("live");
    SimulatedWrites writes = new SimulatedWrites(random);
    List<SimulatedAction> actions = new ArrayList<>();
    for (int c = 0; c < 2; c++) {
      actions.add(new SimulatedAction.Create("c" + c, 40));
    }
    actions.add(new SimulatedAction.ChangeAliases(List.of(new Alias.Action.Create("c0", "other"))));
    for (int i = 0; i < 400; i++) {
      actions.add(
          new SimulatedAction.Write("c" + i % 2, writes.next(Set.of(SimulatedWrites.BASE)), true));
    }
    SimulatedState state = new SimulatedState();
    try (Engine engine = Engine.open(live, options(Duration.ofMillis(40)))) {
      for (int i = 0; i < 300; i++) {
        state = act(engine, actions.get(i), state);
      }
      pause(Duration.ofMillis(800));
    }
    try (Engine engine = Engine.open(live, options(Duration.ofHours(1)))) {
      // Committed on closing, without time to merge: these stay in small, compound segments.
      for (int i = 300; i < 350; i++) {
        state = act(engine, actions.get(i), state);
      }
    }
    try (Engine engine = Engine.open(live, options(Duration.ofHours(1)))) {
      for (int i = 350; i < actions.size(); i++) {
        state = act(engine, actions.get(i), state);
      }
      expected = SimulatedReads.read(engine);
      copy(live, folder);
    }
    deleteTree(live);
    if (!expected.equals(state)) {
      throw new IllegalStateException(
          "the model and the engine differ before any flip: " + state.differences(expected));
    }
  }

  private static SimulatedState act(
      Database database, SimulatedAction action, SimulatedState before) {
    if (action instanceof SimulatedAction.Write write
        && write.operations().stream().anyMatch(BitFlipCampaign::needsExtra)) {
      return before;
    }
    try {
      action.run(database);
    } catch (QuiverException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
    }
    return action.outcomes(before).getLast();
  }

  /** The collections have one vector each. */
  private static boolean needsExtra(WriteOp operation) {
    return operation instanceof WriteOp.CreateVector
        || operation instanceof WriteOp.DeleteVector
        || operation instanceof WriteOp.DeleteVectors;
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void flipOne(Path original, String kind, Path file) throws IOException {
    Path folder = work.resolve("flipped");
    copy(original, folder);
    Path target = folder.resolve(original.relativize(file));
    long bit = (long) (random.nextDouble() * Files.size(target) * 8);
    try (RandomAccessFile bytes = new RandomAccessFile(target.toFile(), "rw")) {
      bytes.seek(bit >>> 3);
      int old = bytes.read();
      bytes.seek(bit >>> 3);
      bytes.write(old ^ (1 << (bit & 7)));
    }
    Counts counts = byKind.computeIfAbsent(kind, key -> new Counts());
    counts.flips++;
    String what = "seed " + seed + ", " + original.relativize(file) + " bit " + bit;
    try {
      judge(folder, target, counts, what);
    } catch (RuntimeException | Error e) {
      violations.add(what + ": " + e);
    }
    deleteTree(folder);
  }

  private void judge(Path folder, Path target, Counts counts, String what) {
    Verification.Progress before =
        Verification.offline(folder, null, 0, DiskFiles.INSTANCE, run -> {});
    boolean found = !before.damages().isEmpty();
    if (before.state() != Verification.State.DONE) {
      violations.add(what + ": verification ends with " + before.error());
      return;
    }
    try (Engine engine = Engine.open(folder, options(Duration.ofHours(1)))) {
      boolean partial = false;
      for (String name : engine.collections()) {
        SimulatedReads.read(engine, name);
        partial |= !engine.damages(name).isEmpty();
      }
      if (partial) {
        counts.partial++;
        checkThatTheRestIsRight(engine, what);
        return;
      }
      SimulatedState read = SimulatedReads.read(engine);
      if (!read.equals(expected)) {
        violations.add(
            what + ": wrong and not told: " + String.join("; ", expected.differences(read)));
        return;
      }
      SimulatedReads.search(engine, read, random, each -> violations.add(what + ": " + each));
      if (!found) {
        counts.harmless++;
      } else if (Files.exists(target)) {
        counts.verified++;
      } else {
        counts.mended++;
      }
    } catch (QuiverException e) {
      if (!String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("damaged")
          && e.code() != ErrorCode.CORRUPT) {
        violations.add(what + ": refused, but not as damaged: " + e.getMessage());
      }
      counts.refused++;
    }
  }

  /** Of a collection that says that it is partial, each point that is there must be right. */
  private void checkThatTheRestIsRight(Database database, String what) {
    SimulatedState read = SimulatedReads.read(database);
    read.collections.forEach(
        (name, contents) ->
            contents.points.forEach(
                (id, point) -> {
                  Object right =
                      Objects.requireNonNull(expected.collections.get(name)).points.get(id);
                  if (!point.equals(right)) {
                    violations.add(
                        what
                            + ": partial, and point "
                            + id
                            + " is wrong: "
                            + point
                            + " (expected: "
                            + right
                            + ")");
                  }
                }));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("quiver.lock"))
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .toList();
    }
  }

  /** Copies what is there: files of a merge that runs meanwhile may come and go. */
  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            try {
              Files.copy(file, to.resolve(from.relativize(file)));
              return FileVisitResult.CONTINUE;
            } catch (NoSuchFileException e) {
              return visitFileFailed(file, e);
            }
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
            if (error instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw error;
          }
        });
  }

  private static void deleteTree(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, java.io.IOException error)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** For trying out: {@code flips [seed]}. */
  public static void main(String[] args) throws IOException {
    Path work = Files.createTempDirectory("quiver-flips");
    Result result =
        new BitFlipCampaign(work, args.length > 1 ? Long.parseLong(args[1]) : 1)
            .run(Integer.parseInt(args[0]));
    result
        .byKind()
        .forEach(
            (kind, counts) ->
                System.out.printf(
                    "%-22s flips %4d refused %4d partial %4d found %4d mended %4d harmless %4d%n",
                    kind,
                    counts.flips,
                    counts.refused,
                    counts.partial,
                    counts.verified,
                    counts.mended,
                    counts.harmless));
    System.out.println(result.flips() + " flips, violations: " + result.violations());
    deleteTree(work);
  }
}
