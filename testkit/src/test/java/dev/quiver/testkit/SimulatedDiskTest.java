package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
  private static final Path DRAFT = SimulatedSnapshots.TEMPORARY.resolve("draft");
  private static final Path LOG = SimulatedRun.DATA.resolve("log");

  @Test
  void howLongASnapshotIsMakesNoDifferenceToWhatFollows() throws Exception {
    SimulatedDisk shorter = new SimulatedDisk(DiskFaults.none(), 1);
    SimulatedDisk longer = new SimulatedDisk(DiskFaults.none(), 1);

    write(shorter, DRAFT, 512);
    write(longer, DRAFT, 512, 512, 2);

    assertThat(longer.operations()).isEqualTo(shorter.operations());
    assertThat(longer.history()).isEqualTo(shorter.history());
    assertThat(longer.length(DRAFT)).isEqualTo(1026);
  }

  @Test
  void otherWritesCountOneByOne() throws Exception {
    SimulatedDisk once = new SimulatedDisk(DiskFaults.none(), 1);
    SimulatedDisk twice = new SimulatedDisk(DiskFaults.none(), 1);

    write(once, LOG, 512);
    write(twice, LOG, 256, 256);

    assertThat(twice.operations()).isEqualTo(once.operations() + 1);
    assertThat(twice.history()).isNotEqualTo(once.history());
  }

  @Test
  void anOperationBetweenWritesOfASnapshotParts() throws Exception {
    SimulatedDisk disk = new SimulatedDisk(DiskFaults.none(), 1);
    disk.createDirectories(SimulatedSnapshots.TEMPORARY);
    try (FileOps.Appender draft = disk.create(DRAFT)) {
      draft.write(new byte[512], 0, 512);
      long before = disk.operations();
      disk.read(DRAFT).close();
      draft.write(new byte[512], 0, 512);

      assertThat(disk.operations()).isEqualTo(before + 2);
    }
  }

  @Test
  void writesThatCountAsOneFailAsOne() throws Exception {
    DiskFaults faults = DiskFaults.none();
    SimulatedDisk disk = new SimulatedDisk(faults, 1);
    disk.createDirectories(SimulatedSnapshots.TEMPORARY);
    try (FileOps.Appender draft = disk.create(DRAFT)) {
      draft.write(new byte[512], 0, 512);
      long number = disk.operations() - 1;
      faults.errors(number, number + 1, kind -> true, path -> true);

      assertThatThrownBy(() -> draft.write(new byte[512], 0, 512)).isInstanceOf(IOException.class);
    }
  }

  private static void write(SimulatedDisk disk, Path file, int... lengths) throws IOException {
    disk.createDirectories(file.getParent());
    try (FileOps.Appender appender = disk.create(file)) {
      for (int length : lengths) {
        appender.write(new byte[length], 0, length);
      }
    }
  }
}
