package dev.quiver.testkit;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;

/** Engines over simulated disks, for what the campaign found once, each by itself. */
final class SimulatedEngines {
  private SimulatedEngines() {}

  static Engine open(SimulatedDisk disk, long seed) {
    return Engine.open(
        SimulatedRun.DATA,
        EngineOptions.builder()
            .files(disk)
            .background(new SimulatedBackground(seed))
            .offHeapBytes(64 << 20)
            .mergeThreads(1)
            .buildThreads(1)
            .build());
  }
}
