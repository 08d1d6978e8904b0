package dev.quiver.engine;

import dev.quiver.engine.wal.OpLog;
import dev.quiver.lucene.OffHeapBudget;
import java.util.concurrent.atomic.LongAdder;

/** What an engine has done since it was opened. Thread-safe; counting is one adder's increment. */
final class EngineMetrics implements OpLog.Listener {
  final LongAdder opsApplied = new LongAdder();
  final LongAdder opsFailed = new LongAdder();
  final LongAdder opsReplayed = new LongAdder();
  final LongAdder syncs = new LongAdder();
  final LongAdder syncedRecords = new LongAdder();
  final LongAdder logBytes = new LongAdder();
  final LongAdder syncMicros = new LongAdder();
  final LongAdder refreshes = new LongAdder();
  final LongAdder commits = new LongAdder();
  final LongAdder opens = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder merges = new LongAdder();
  final LongAdder scrubs = new LongAdder();
  final LongAdder scrubbedBytes = new LongAdder();
  final LongAdder damages = new LongAdder();

  @Override
  public void synced(int records, long bytes, long micros) {
    syncs.increment();
    syncedRecords.add(records);
    logBytes.add(bytes);
    syncMicros.add(micros);
  }

  EngineStats snapshot(int openCollections, OffHeapBudget offHeap) {
    return new EngineStats(
        opsApplied.sum(),
        opsFailed.sum(),
        opsReplayed.sum(),
        syncs.sum(),
        syncedRecords.sum(),
        logBytes.sum(),
        syncMicros.sum(),
        refreshes.sum(),
        commits.sum(),
        opens.sum(),
        evictions.sum(),
        merges.sum(),
        scrubs.sum(),
        scrubbedBytes.sum(),
        damages.sum(),
        openCollections,
        offHeap.limitBytes(),
        offHeap.usedBytes(),
        offHeap.refusals());
  }
}
