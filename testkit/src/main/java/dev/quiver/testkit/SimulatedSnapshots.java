package dev.quiver.testkit;

import dev.quiver.engine.BackupCatalog;
import dev.quiver.engine.BackupJob;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.RestorePoint;
import dev.quiver.engine.SnapshotInfo;
import dev.quiver.engine.Snapshots;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.blob.Sha256;
import dev.quiver.engine.wal.FileOps;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files of snapshots in a simulated history: which must be there, and which may. What is in
 * them is said by the {@link SimulatedState}s.
 */
final class SimulatedSnapshots {
  static final Path FOLDER = SimulatedRun.DATA.resolve("snapshots");

  static final Path TEMPORARY = FOLDER.resolve("tmp");
  private static final String SUFFIX = ".snapshot";
  private static final String CHECKSUM = ".checksum";
  private static final Path RESTORED = Path.of("/restored");

  /** By file. */
  private final Map<Path, Known> known = new TreeMap<>();

  /**
   * A snapshot that somebody asked for.
   *
   * @param sure whether it must be there: it was made for sure, and nobody tried to delete it
   * @param sha256 null: nobody was told, and it could not be read
   */
  private record Known(boolean sure, @Nullable String sha256) {}

  /** The files that a process sees now. */
  static List<Path> files(SimulatedDisk disk) {
    List<Path> files = new ArrayList<>();
    for (Path file : disk.files()) {
      if (file.startsWith(FOLDER)
          && !file.startsWith(TEMPORARY)
          && file.toString().endsWith(SUFFIX)) {
        files.add(file);
      }
    }
    return files;
  }

  private static @Nullable String checksum(SimulatedDisk disk, Path file) {
    byte[] content = disk.content(file.resolveSibling(file.getFileName() + CHECKSUM));
    return content == null ? null : new String(content, StandardCharsets.US_ASCII);
  }

  /** One of them that is there, or null. */
  @Nullable Path any(SimulatedDisk disk, Random random) {
    List<Path> there = files(disk);
    there.retainAll(known.keySet());
    return there.isEmpty() ? null : there.get(random.nextInt(there.size()));
  }

  @Nullable String sha256(Path file) {
    Known of = known.get(file);
    return of == null ? null : of.sha256();
  }

  /** Notes what an action did to the files. */
  void note(SimulatedAction action, boolean done, SimulatedDisk disk) {
    if (action instanceof SimulatedAction.Snapshot made && made.file() != null) {
      Path file = Objects.requireNonNull(made.file());
      String sha256 = done ? Objects.requireNonNull(made.info()).sha256() : checksum(disk, file);
      known.put(file, new Known(done, sha256));
    } else if (action instanceof SimulatedAction.DeleteSnapshot delete) {
      if (done) {
        known.remove(delete.file());
      } else {
        known.computeIfPresent(delete.file(), (file, before) -> new Known(false, before.sha256()));
      }
    }
  }

  /** Nothing of what an earlier process worked on is left when the store is open. */
  static void checkOpened(SimulatedDisk disk, Consumer<String> violation) {
    if (disk.exists(TEMPORARY)) {
      violation.accept(TEMPORARY + " is there after opening, with " + disk.list(TEMPORARY));
    }
  }

  /** What the engine lists, by file: their checksums. */
  static Map<Path, String> listed(Engine engine) {
    Map<Path, String> listed = new TreeMap<>();
    list(engine, Snapshots.Scope.STORE, listed);
    for (String name : engine.collections()) {
      list(engine, Snapshots.Scope.of(name), listed);
    }
    return listed;
  }

  private static void list(Engine engine, Snapshots.Scope scope, Map<Path, String> listed) {
    for (SnapshotInfo info : engine.snapshots().list(scope)) {
      listed.put(engine.snapshots().file(scope, info.name()), info.sha256());
    }
  }

  /** Compares what is on the disk, and what the engine listed of it, with what is known. */
  void check(SimulatedDisk disk, Map<Path, String> listed, Consumer<String> violation) {
    List<Path> there = files(disk);
    for (Path file : there) {
      Known of = known.get(file);
      String sha256 = Sha256.of(Objects.requireNonNull(disk.content(file)));
      if (of == null) {
        violation.accept(file + " is there (expected: deleted, or never made)");
      } else if (!sha256.equals(checksum(disk, file)) || !sha256.equals(of.sha256())) {
        violation.accept(
            file
                + " has SHA-256 "
                + sha256
                + ", its checksum's file says "
                + checksum(disk, file)
                + " (expected: "
                + of.sha256()
                + ")");
      } else if (listed.containsKey(file) && !sha256.equals(listed.get(file))) {
        violation.accept(file + " is listed with SHA-256 " + listed.get(file));
      }
    }
    for (Path file : listed.keySet()) {
      if (!there.contains(file)) {
        violation.accept(file + " is listed and not there");
      }
    }
    known.forEach(
        (file, of) -> {
          if (of.sure() && !there.contains(file)) {
            violation.accept(file + " is missing: it was acknowledged");
          }
        });
  }

  /**
   * Restores from a snapshot into another data folder, on a disk without faults, and compares it
   * with what it should hold.
   *
   * @param possible what it may hold
   */
  static void checkContent(
      byte[] content,
      Path file,
      List<SimulatedState> possible,
      EngineOptions.Builder options,
      long seed,
      Consumer<String> violation)
      throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskFaults.none(), seed);
    SimulatedBackground background = new SimulatedBackground(seed);
    Path unpacked = Path.of("/unpacked");
    unpack(content, disk, unpacked);
    EngineOptions made = options.files(disk).background(background).build();
    Path data = RESTORED.resolve("data");
    try (BlobStore store = DirectoryBlobStore.openAlone(unpacked, disk, background)) {
      new BackupCatalog(store)
          .restoreInto(data, new RestorePoint.Latest(), made, new BackupJob("restore"));
    }
    // What was restored outlives a loss of power.
    SimulatedDisk after = disk.afterPowerLoss(DiskFaults.none());
    EngineOptions again = options.files(after).background(new SimulatedBackground(seed)).build();
    SimulatedState found;
    try (Engine engine = Engine.open(data, again)) {
      found = SimulatedReads.read(engine);
    }
    if (possible.stream().noneMatch(state -> state.hasCollectionsOf(found))) {
      violation.accept(
          file
              + " does not hold what it should: "
              + (possible.isEmpty() ? "nothing" : possible.getFirst().differences(found)));
    }
  }

  private static void unpack(byte[] content, FileOps files, Path folder) throws IOException {
    TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(content));
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      Path target = folder.resolve(entry.getName());
      files.createDirectories(Objects.requireNonNull(target.getParent()));
      byte[] bytes = tar.readAllBytes();
      try (FileOps.Appender out = files.create(target)) {
        out.write(bytes, 0, bytes.length);
      }
    }
  }

  /** A file of a disk as a stream. */
  static InputStream stream(FileOps files, Path file) throws IOException {
    FileOps.Reader reader = files.read(file);
    return new InputStream() {
      private long position;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        int count = reader.read(position, target, offset, length);
        position += count;
        return count == 0 && length > 0 ? -1 : count;
      }

      @Override
      public void close() throws IOException {
        reader.close();
      }
    };
  }
}
