package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.blob.BlobContent;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A put that was acknowledged outlives a loss of power, whatever went wrong before it. */
class BlobStorePowerLossTest {
  private static final Path FOLDER = Path.of("/repository");
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);
  private static final int OPERATIONS = 16;
  private static final int SEEDS = 8;

  @Test
  void alsoInFoldersThatAnEarlierPutMadeWhichFailed() throws IOException {
    int failures = 0;
    for (int failAt = 0; failAt < OPERATIONS; failAt++) {
      for (long seed = 0; seed < SEEDS; seed++) {
        SimulatedDisk disk = new SimulatedDisk(DiskFaults.none(), seed);
        BlobStore store = open(disk, seed);
        long at = disk.operations() + failAt;
        disk.faults().errors(at, at + 1, kind -> kind != DiskFaults.Kind.READ, path -> true);
        try {
          store.putIfAbsent("files/ab/one", BlobContent.of(CONTENT));
        } catch (IOException e) {
          failures++;
        }
        disk.faults().healed();
        store.putIfAbsent("files/ab/one", BlobContent.of(CONTENT));
        store.putIfAbsent("files/ab/two", BlobContent.of(CONTENT));
        disk.powerOff();

        BlobStore after = open(disk.afterPowerLoss(DiskFaults.none()), seed);
        String what = "failure of operation " + failAt + ", seed " + seed;
        for (String key : new String[] {"files/ab/one", "files/ab/two"}) {
          assertThat(after.size(key)).as(key + ", " + what).isEqualTo(CONTENT.length);
          try (InputStream in = after.read(key)) {
            assertThat(in.readAllBytes()).as(key + ", " + what).isEqualTo(CONTENT);
          }
        }
      }
    }
    assertThat(failures).isGreaterThan(4 * SEEDS);
  }

  private static BlobStore open(SimulatedDisk disk, long seed) throws IOException {
    return DirectoryBlobStore.openAlone(FOLDER, disk, new SimulatedBackground(seed));
  }
}
