package dev.quiver.testkit;

import dev.quiver.engine.BackupCatalog;
import dev.quiver.engine.BackupJob;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.RestorePoint;
import dev.quiver.engine.TrashEntry;
import dev.quiver.engine.Verification;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * Flips single random bits of {@link StoredEverything}, one after the other, each in a fresh copy
 * on the real file system with mapped files, and looks what comes of it. A flip must be told (the
 * engine, the collection or the restore refuses, the collection says that it is partial, or {@code
 * verify} finds it), or change nothing: then every answer is as before. What is in the trash, in a
 * snapshot or in a backup is restored for that.
 */
public final class BitFlipCampaign {
  private static final int MOST_VIOLATIONS = 5;

  private final Path work;
  private final Random random;
  private final long seed;
  private final Map<String, Counts> byKind = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();

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

  /**
   * What a campaign found.
   *
   * @param kinds of all files that there are, whether or not it got to them
   */
  public record Result(
      long seed,
      int flips,
      Set<String> kinds,
      Map<String, Counts> byKind,
      List<String> violations) {}

  public BitFlipCampaign(Path work, long seed) {
    this.work = work;
    this.seed = seed;
    this.random = new Random(seed);
  }

  /**
   * Flips so many bits, or fewer when several went wrong.
   *
   * @param progress told after each how many there were
   */
  public Result run(int flips, IntConsumer progress) throws IOException {
    StoredEverything store =
        StoredEverything.build(work.resolve("original"), work.resolve("live"), random);
    // By turns among the kinds: most bytes are in few of them.
    Map<String, List<Path>> kinds = store.kinds();
    List<String> names = List.copyOf(kinds.keySet());
    int done = 0;
    while (done < flips && violations.size() < MOST_VIOLATIONS) {
      String kind = names.get(done % names.size());
      List<Path> candidates = Objects.requireNonNull(kinds.get(kind));
      flipOne(store, kind, candidates.get(random.nextInt(candidates.size())));
      done++;
      progress.accept(done);
    }
    return new Result(seed, done, kinds.keySet(), byKind, List.copyOf(violations));
  }

  private void flipOne(StoredEverything store, String kind, Path file) throws IOException {
    Path folder = work.resolve("flipped");
    Path below = store.root().relativize(file);
    StoredEverything.Area area = store.area(file);
    String part =
        area == StoredEverything.Area.BACKUPS ? StoredEverything.BACKUPS : StoredEverything.DATA;
    FileTrees.copy(store.root().resolve(part), folder.resolve(part));
    Path target = folder.resolve(below);
    long bit = (long) (random.nextDouble() * Files.size(target) * 8);
    try (RandomAccessFile bytes = new RandomAccessFile(target.toFile(), "rw")) {
      bytes.seek(bit >>> 3);
      int old = bytes.read();
      bytes.seek(bit >>> 3);
      bytes.write(old ^ (1 << (bit & 7)));
    }
    Counts counts = byKind.computeIfAbsent(kind, key -> new Counts());
    counts.flips++;
    Judgement judgement =
        new Judgement(store, counts, "seed " + seed + ", " + below + " bit " + bit);
    try {
      if (area == StoredEverything.Area.BACKUPS) {
        judgement.backups(folder);
      } else {
        judgement.data(folder.resolve(part), target, area);
      }
    } catch (IOException | RuntimeException | Error e) {
      violations.add(judgement.what + ": " + e);
    }
    FileTrees.delete(folder);
  }

  /** What came of one flip. */
  private final class Judgement {
    private final StoredEverything store;
    private final Counts counts;
    private final String what;

    Judgement(StoredEverything store, Counts counts, String what) {
      this.store = store;
      this.counts = counts;
      this.what = what;
    }

    private void violate(String how) {
      violations.add(what + ": " + how);
    }

    void data(Path folder, Path target, StoredEverything.Area area) throws IOException {
      Verification.Progress before =
          Verification.offline(folder, null, 0, DiskFiles.INSTANCE, run -> {});
      boolean found = !before.damages().isEmpty();
      if (before.state() != Verification.State.DONE) {
        violate("verification ends with " + before.error());
        return;
      }
      byte[] flipped = Files.readAllBytes(target);
      boolean mended;
      try (Engine engine =
          Engine.open(folder, StoredEverything.options(Duration.ofHours(1), false))) {
        boolean partial = false;
        for (String name : engine.collections()) {
          SimulatedReads.read(engine, name);
          partial |= !engine.damages(name).isEmpty();
        }
        if (partial) {
          counts.partial++;
          checkThatTheRestIsRight(SimulatedReads.read(engine));
          return;
        }
        SimulatedState read = SimulatedReads.read(engine);
        if (!read.equals(store.expected())) {
          violate("wrong and not told: " + String.join("; ", store.expected().differences(read)));
          return;
        }
        SimulatedReads.search(engine, read, random, this::violate);
        if (area == StoredEverything.Area.TRASH) {
          partial = restoreDropped(engine, found);
        } else if (area == StoredEverything.Area.SNAPSHOTS) {
          recoverSnapshot(engine, folder);
        }
        mended = !Files.exists(target) || !Arrays.equals(Files.readAllBytes(target), flipped);
        if (partial) {
          counts.partial++;
          return;
        }
      } catch (QuiverException e) {
        refused(e);
        return;
      }
      if (!found) {
        counts.harmless++;
      } else if (mended) {
        counts.mended++;
      } else {
        counts.verified++;
      }
    }

    private void refused(QuiverException e) {
      if (!String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("damaged")
          && e.code() != ErrorCode.CORRUPT) {
        violate("refused, but not as damaged: " + e.getMessage());
      }
      counts.refused++;
    }

    /** Of a collection that says that it is partial, each point that is there must be right. */
    private void checkThatTheRestIsRight(SimulatedState read) {
      read.collections.forEach(
          (name, contents) -> checkThatTheRestIsRight(name, contents, store.expected(name)));
    }

    private void checkThatTheRestIsRight(
        String name, SimulatedState.Contents read, SimulatedState.Contents right) {
      read.points.forEach(
          (id, point) -> {
            if (!point.equals(right.points.get(id))) {
              violate(
                  "partial, and point "
                      + id
                      + " of "
                      + name
                      + " is wrong: "
                      + point
                      + " (expected: "
                      + right.points.get(id)
                      + ")");
            }
          });
    }

    /** Returns whether what came back says that it is partial. */
    private boolean restoreDropped(Engine engine, boolean found) {
      List<TrashEntry> entries = engine.trash().list();
      if (entries.isEmpty()) {
        if (!found) {
          violate("the trash lost its entry, and that is not told");
        }
        return false;
      }
      String name = engine.trash().restore(entries.getFirst().id(), null).collection();
      SimulatedState.Contents back = SimulatedReads.read(engine, name);
      boolean partial = !engine.damages(name).isEmpty();
      if (partial) {
        checkThatTheRestIsRight(name, back, store.dropped());
      } else if (!back.equals(store.dropped())) {
        violate("what came out of the trash is wrong, and that is not told");
      }
      return partial;
    }

    /** As somebody does who does not know its checksum. */
    private void recoverSnapshot(Engine engine, Path folder) throws IOException {
      Path file;
      try (Stream<Path> all = Files.walk(folder.resolve("snapshots"))) {
        file = all.filter(each -> each.toString().endsWith(".snapshot")).findFirst().orElseThrow();
      }
      try (InputStream in = Files.newInputStream(file)) {
        engine.snapshots().recover("again", in, null);
      } catch (QuiverException e) {
        if (e.code() != ErrorCode.CORRUPT && e.code() != ErrorCode.BAD_REQUEST) {
          violate("a snapshot is refused, but not as damaged: " + e.getMessage());
        }
        return;
      }
      if (!SimulatedReads.read(engine, "again").equals(store.snapped())) {
        violate("what came out of a snapshot is wrong, and that is not told");
      }
    }

    void backups(Path folder) throws IOException {
      try (DirectoryBlobStore blobs =
          DirectoryBlobStore.open(folder.resolve(StoredEverything.BACKUPS), DiskFiles.INSTANCE)) {
        BackupCatalog catalog = new BackupCatalog(blobs);
        boolean found = !catalog.verify(null, true, new BackupJob("verify")).problems().isEmpty();
        EngineOptions options = StoredEverything.options(Duration.ofHours(1), false);
        Path restored = folder.resolve("restored");
        catalog.restoreInto(restored, new RestorePoint.Latest(), options, new BackupJob("restore"));
        try (Engine engine = Engine.open(restored, options)) {
          SimulatedState read = SimulatedReads.read(engine);
          if (!read.hasCollectionsOf(store.expected())) {
            violate(
                "restored wrong and not told: "
                    + String.join("; ", store.expected().differences(read)));
          }
        }
        if (found) {
          counts.verified++;
        } else {
          counts.harmless++;
        }
      } catch (QuiverException e) {
        refused(e);
      }
    }
  }

  /** For trying out: {@code flips [seed]}. */
  public static void main(String[] args) throws IOException {
    Path work = Files.createTempDirectory("quiver-flips");
    Result result =
        new BitFlipCampaign(work, args.length > 1 ? Long.parseLong(args[1]) : 1)
            .run(Integer.parseInt(args[0]), done -> {});
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
    System.out.println(
        result.flips()
            + " flips, "
            + result.byKind().size()
            + " kinds, violations: "
            + result.violations());
    FileTrees.delete(work);
  }
}
