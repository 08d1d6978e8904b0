package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.Alias;
import dev.quiver.engine.Engine;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SnapshotInfo;
import dev.quiver.engine.Snapshots;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the simulated campaign found about snapshots, each by itself. */
class SnapshotCrashTest {
  private static final Snapshots.Scope C = Snapshots.Scope.of("c");

  private static void upsert(Engine engine, String collection, long id) {
    engine.write(
        collection,
        List.of(
            new WriteOp.Upsert(
                List.of(
                    new Point(
                        PointId.of(id),
                        Map.of(
                            SimulatedWrites.BASE, new VectorValue.Dense(new float[] {id, 2, 3, 4})),
                        Payload.EMPTY)),
                null,
                WriteOp.UpdateMode.UPSERT)),
        true,
        null);
  }

  /** A store with a collection of one point. */
  private static SimulatedDisk filled(long seed) {
    SimulatedDisk disk = new SimulatedDisk(DiskFaults.none(), seed);
    try (Engine engine = SimulatedEngines.open(disk, seed)) {
      engine.createCollection("c", SimulatedAction.config(20));
      upsert(engine, "c", 1);
    }
    return disk.afterKill(DiskFaults.none());
  }

  private static void assertOutlived(SimulatedDisk disk, SnapshotInfo made, long seed) {
    SimulatedDisk after = disk.afterPowerLoss(DiskFaults.none());
    try (Engine engine = SimulatedEngines.open(after, seed)) {
      assertThat(engine.snapshots().list(C)).as("seed %s", seed).containsExactly(made);
    }
  }

  private static void recover(Engine engine, String name, SimulatedDisk disk, Path file) {
    try (InputStream in = SimulatedSnapshots.stream(disk, file)) {
      engine.snapshots().recover(name, in, null);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Campaign, seed 7: the folders above were not durable. */
  @Test
  void aSnapshotThatWasAcknowledgedOutlivesALossOfPower() {
    for (long seed = 0; seed < 20; seed++) {
      SimulatedDisk disk = filled(seed);
      SnapshotInfo made;
      try (Engine engine = SimulatedEngines.open(disk, seed)) {
        made = engine.snapshots().create(C);
        disk.powerOff();
      } catch (QuiverException e) {
        throw new AssertionError("seed " + seed, e);
      }
      assertOutlived(disk, made, seed);
    }
  }

  @Test
  void soDoesOneInAFolderThatAFailedOneMade() {
    for (long seed = 0; seed < 20; seed++) {
      SimulatedDisk disk = filled(seed);
      SnapshotInfo made;
      try (Engine engine = SimulatedEngines.open(disk, seed)) {
        disk.faults()
            .errors(
                0,
                Long.MAX_VALUE,
                kind -> kind == DiskFaults.Kind.SYNC_FOLDER,
                path -> path.startsWith(SimulatedSnapshots.FOLDER.resolve("collections")));
        assertThatThrownBy(() -> engine.snapshots().create(C))
            .isInstanceOf(QuiverException.class)
            .hasMessageContaining("Input/output error");
        // What it worked on does not stay until the next start.
        assertThat(disk.list(SimulatedSnapshots.FOLDER.resolve("tmp"))).isEmpty();
        disk.faults().healed();
        made = engine.snapshots().create(C);
        disk.powerOff();
      } catch (QuiverException e) {
        throw new AssertionError("seed " + seed, e);
      }
      assertOutlived(disk, made, seed);
    }
  }

  /** The checksum could be gone, and the snapshot not: none of the collection could be listed. */
  @Test
  void aSnapshotWhoseDeletionWasCutShortIsThereWithItsChecksumOrGone() {
    int there = 0;
    int gone = 0;
    for (long seed = 0; seed < 60; seed++) {
      SimulatedDisk disk = filled(seed);
      SnapshotInfo made;
      try (Engine engine = SimulatedEngines.open(disk, seed)) {
        made = engine.snapshots().create(C);
        disk.faults().powerFailsAt(disk.operations() + 1 + seed % 3);
        engine.snapshots().delete(C, made.name());
        disk.powerOff();
      } catch (QuiverException e) {
        assertThat(e).hasMessageContaining("power");
        made = null;
      }
      SimulatedDisk after = disk.afterPowerLoss(DiskFaults.none());
      try (Engine engine = SimulatedEngines.open(after, seed)) {
        List<SnapshotInfo> listed = engine.snapshots().list(C);
        for (SnapshotInfo each : listed) {
          there++;
          recover(engine, "c", after, engine.snapshots().file(C, each.name()));
        }
        gone += listed.isEmpty() ? 1 : 0;
        if (made != null) {
          assertThat(listed).as("seed %s", seed).isEmpty();
        }
      }
    }
    assertThat(there).isPositive();
    assertThat(gone).isPositive();
  }

  /**
   * Campaign, seeds 190 and 1041: the announcement outlived the folder that it spoke of, and the
   * collection was gone.
   */
  @Test
  void aRecoveryThatALossOfPowerCutShortIsDoneOrNot() {
    int before = 0;
    int after = 0;
    for (long seed = 0; seed < 140; seed++) {
      SimulatedDisk disk = filled(seed);
      boolean acknowledged = false;
      try (Engine engine = SimulatedEngines.open(disk, seed)) {
        SnapshotInfo made = engine.snapshots().create(C);
        Path file = engine.snapshots().file(C, made.name());
        upsert(engine, "c", 2);
        // Towards its end, where the collections change places.
        disk.faults().powerFailsAt(disk.operations() + 60 + seed % 70);
        recover(engine, "c", disk, file);
        acknowledged = true;
        disk.powerOff();
      } catch (QuiverException e) {
        assertThat(e).as("seed %s", seed).hasMessageContaining("power");
      }
      SimulatedDisk last = disk.afterPowerLoss(DiskFaults.none());
      try (Engine engine = SimulatedEngines.open(last, seed)) {
        assertThat(engine.collections()).as("seed %s", seed).containsExactly("c");
        long points = engine.count("c", null, true);
        before += points == 2 ? 1 : 0;
        after += points == 1 ? 1 : 0;
        assertThat(points).as("seed %s", seed).isBetween(1L, acknowledged ? 1L : 2L);
        assertThat(engine.trash().list()).as("seed %s", seed).hasSize(points == 1 ? 1 : 0);
      }
    }
    assertThat(before).isGreaterThan(20);
    assertThat(after).isGreaterThan(20);
  }

  /** Campaign, seed 200477: it was taken for gone, since it had no document yet. */
  @Test
  void aRecoveredCollectionThatCannotBeDroppedStays() {
    SimulatedDisk disk = filled(1);
    try (Engine engine = SimulatedEngines.open(disk, 1)) {
      SnapshotInfo made = engine.snapshots().create(C);
      Path file = engine.snapshots().file(C, made.name());
      disk.faults()
          .errors(
              0,
              Long.MAX_VALUE,
              kind -> kind == DiskFaults.Kind.READ,
              path -> path.endsWith("install.json"));
      recover(engine, "d", disk, file);
      assertThatThrownBy(() -> engine.deleteCollection("d")).hasMessageContaining("install.json");
      assertThat(engine.collections()).containsExactly("c", "d");
      disk.faults().healed();
      engine.createCollection("e", SimulatedAction.config(20));
      disk.powerOff();
    } catch (QuiverException e) {
      assertThat(e).hasMessageContaining("power");
    }
    try (Engine engine = SimulatedEngines.open(disk.afterPowerLoss(DiskFaults.none()), 1)) {
      assertThat(engine.collections()).containsExactly("c", "d", "e");
      assertThat(engine.count("d", null, true)).isEqualTo(1);
    }
  }

  @Test
  void aDiskThatCannotBeReadIsNotTakenForAForeignSnapshot() {
    SimulatedDisk disk = filled(1);
    try (Engine engine = SimulatedEngines.open(disk, 1)) {
      SnapshotInfo made = engine.snapshots().create(C);
      Path file = engine.snapshots().file(C, made.name());
      byte[] content = Objects.requireNonNull(disk.content(file));
      InputStream broken =
          new InputStream() {
            private int position;

            @Override
            public int read() throws IOException {
              if (position == 2000) {
                throw new IOException("Input/output error");
              }
              return content[position++] & 0xFF;
            }
          };

      assertThatThrownBy(() -> engine.snapshots().recover("c", broken, null))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
          .hasMessageContaining("Input/output error");
      for (int length : List.of(100, 700, 2000, content.length / 2)) {
        InputStream torn = new ByteArrayInputStream(Arrays.copyOf(content, length));
        assertThatThrownBy(() -> engine.snapshots().recover("c", torn, null))
            .isInstanceOfSatisfying(
                QuiverException.class,
                e -> assertThat(e.code()).as("%s", length).isEqualTo(ErrorCode.BAD_REQUEST));
      }
      assertThat(engine.count("c", null, true)).isEqualTo(1);
    }
  }

  @Test
  void snapshotsAreOfTheCollectionThatAnAliasStandsForAndOutliveIt() {
    SimulatedDisk disk = filled(1);
    try (Engine engine = SimulatedEngines.open(disk, 1)) {
      engine.updateAliases(List.of(new Alias.Action.Create("c", "书")));
      SnapshotInfo made = engine.snapshots().create(Snapshots.Scope.of("书"));
      assertThat(engine.snapshots().list(C)).containsExactly(made);
      Path file = engine.snapshots().file(C, made.name());

      engine.deleteCollection("c");
      recover(engine, "c", disk, file);

      assertThat(engine.snapshots().list(C)).containsExactly(made);
      assertThat(engine.count("c", null, true)).isEqualTo(1);
    }
  }
}
