package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bit-flip campaign, short. {@code -Dquiver.flips=N} makes it long, {@code -Dquiver.seed=S}
 * repeats it.
 */
class BitFlipTest {
  @TempDir Path folder;

  @Test
  void everyFlippedBitIsToldMendedOrHarmless() throws Exception {
    long seed = Long.getLong("quiver.seed", System.nanoTime() % 1_000_000_000);
    int flips = Integer.getInteger("quiver.flips", 40);

    BitFlipCampaign.Result result = new BitFlipCampaign(folder, seed).run(flips, done -> {});

    System.out.println("seed " + seed + ", kinds " + result.kinds());
    assertThat(result.violations()).isEmpty();
    assertThat(result.flips()).isEqualTo(flips);
    assertThat(result.kinds())
        .contains("*.wal", "collection.json", "aliases.json", "segments_N", "*.cfs", "*.si")
        .contains("commit.copy", "store.json", "quotas.json", "trash/dropped.json", "trash/*.si")
        .contains("journal/*.wal", "journal/id.json", "audit/*.jsonl")
        .contains("snapshots/*.snapshot", "snapshots/*.checksum")
        .contains("backups/blobs/files", "backups/blobs/log", "backups/blobs/manifests")
        .contains("backups/documents/catalog", "backups/documents/archive");
  }
}
