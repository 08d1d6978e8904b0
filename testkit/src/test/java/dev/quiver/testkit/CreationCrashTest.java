package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.Engine;
import dev.quiver.engine.Payload;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A collection that a loss of power left behind keeps what is written to it afterwards. */
class CreationCrashTest {
  private static final WriteOp UPSERT =
      new WriteOp.Upsert(
          List.of(
              new Point(
                  PointId.of(1),
                  Map.of(SimulatedWrites.BASE, new VectorValue.Dense(new float[] {1, 2, 3, 4})),
                  Payload.EMPTY)),
          null,
          WriteOp.UpdateMode.UPSERT);

  @Test
  void aDataFolderThatWasMadeWithThoseAboveItOutlivesALossOfPower() {
    Path dataFolder = Path.of("/home/quiver/data");
    for (long seed = 0; seed < 20; seed++) {
      SimulatedDisk disk = new SimulatedDisk(DiskFaults.none(), seed);
      try (Engine engine = SimulatedEngines.open(dataFolder, disk, seed)) {
        engine.createCollection("c", SimulatedAction.config(20));
        engine.write("c", List.of(UPSERT), false, null);
      }
      SimulatedDisk after = disk.afterPowerLoss(DiskFaults.none());
      try (Engine engine = SimulatedEngines.open(dataFolder, after, seed)) {
        assertThat(engine.collectionExists("c")).as("seed %s", seed).isTrue();
        assertThat(SimulatedReads.read(engine, "c").points).as("seed %s", seed).hasSize(1);
      }
    }
  }

  @Test
  void whatIsWrittenAfterACreationThatTheLossOfPowerCutShortIsThereAfterTheNextOne() {
    int survived = 0;
    for (long seed = 0; seed < 3000; seed++) {
      SimulatedDisk first = new SimulatedDisk(DiskFaults.none(), seed);
      try (Engine engine = SimulatedEngines.open(first, seed)) {
        first.faults().powerFailsAt(first.operations() + seed % 24);
        engine.createCollection("c", SimulatedAction.config(20));
      } catch (QuiverException e) {
        assertThat(e).as("seed %s", seed).hasMessageContaining("power");
      }
      SimulatedDisk second = first.afterPowerLoss(DiskFaults.none());
      try (Engine engine = SimulatedEngines.open(second, seed)) {
        if (!engine.collectionExists("c")) {
          continue;
        }
        survived++;
        engine.write("c", List.of(UPSERT), false, null);
      }
      SimulatedState.Contents before;
      SimulatedDisk third = second.afterKill(DiskFaults.none());
      try (Engine engine = SimulatedEngines.open(third, seed)) {
        before = SimulatedReads.read(engine, "c");
      }
      SimulatedDisk last = third.afterPowerLoss(DiskFaults.none());
      try (Engine engine = SimulatedEngines.open(last, seed)) {
        assertThat(SimulatedReads.read(engine, "c")).as("seed %s", seed).isEqualTo(before);
      }
    }
    assertThat(survived).isGreaterThan(20);
  }
}
