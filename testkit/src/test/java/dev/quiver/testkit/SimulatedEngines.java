package dev.quiver.testkit;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import java.nio.file.Path;

/** Engines over simulated disks, for what the campaign found once, each by itself. */
final class SimulatedEngines {
  private SimulatedEngines() {}

  static Engine open(SimulatedDisk disk, long seed) {
    return open(SimulatedRun.DATA, disk, seed);
  }

  static Engine open(Path dataFolder, SimulatedDisk disk, long seed) {
    return Engine.open(
        dataFolder,
        EngineOptions.builder()
            .files(disk)
            .background(new SimulatedBackground(seed))
            .offHeapBytes(64 << 20)
            .mergeThreads(1)
            .buildThreads(1)
            .build());
  }
}
