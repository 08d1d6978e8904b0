package dev.quiver.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.BackupCatalog;
import dev.quiver.engine.BackupDrill;
import dev.quiver.engine.BackupInfo;
import dev.quiver.engine.BackupJob;
import dev.quiver.engine.BackupSettings;
import dev.quiver.engine.Backups;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.Payload;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.RestorePoint;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.wal.DiskFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A collection of 100,000 points of 384 dimensions with its graph: backed up, backed up again after
 * one percent of it changed, restored to a new data folder, and brought back in place after it was
 * emptied.
 */
final class BackupBenchmark implements Benchmark {
  private static final int DIMENSION = 384;
  private static final int BATCH = 500;
  private static final long SETTLE_LIMIT_SECONDS = 900;

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public String description() {
    return "100,000 points of 384 dimensions: time and size of backups, time of restores";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int points = options.shortRun() ? 5_000 : 100_000;
    Path folder = Files.createTempDirectory("quiver-bench-backup");
    EngineOptions engineOptions =
        EngineOptions.builder().archiving(true).flushInterval(Duration.ofSeconds(1)).build();
    BackupSettings settings =
        BackupSettings.manual(folder.resolve("scratch"))
            .withArchiving(Duration.ofSeconds(1), 64L << 20);
    try (BlobStore store = DirectoryBlobStore.open(folder.resolve("backups"), DiskFiles.INSTANCE);
        Engine engine = Engine.open(folder.resolve("data"), engineOptions);
        Backups backups = Backups.open(engine, store, settings)) {
      engine.createCollection("c", config());
      Random random = new Random(7);
      options.say("writing " + points + " points");
      write(engine, random, 0, points);
      settle(engine, options);
      backups.archive();

      BackupInfo full = backups.create();
      time(report, "full backup", full.durationMillis());
      size(report, "full backup, files", full.newBytes());
      report.add(
          Figure.of("full backup, rate", full.newBytes() / 1e3 / full.durationMillis(), "MB/s"));

      write(engine, random, points / 2, points / 100);
      BackupInfo changed = backups.create();
      time(report, "backup after 1 % changed", changed.durationMillis());
      size(report, "backup after 1 % changed, new files", changed.newBytes());
      report.add(
          Figure.of(
              "backup after 1 % changed, share of the full one",
              100.0 * changed.newBytes() / full.newBytes(), "%"));
      BackupInfo same = backups.create();
      time(report, "backup after nothing changed", same.durationMillis());
      size(report, "backup after nothing changed, new files", same.newBytes());

      BackupCatalog.Restored restored =
          backups
              .catalog()
              .restoreInto(
                  folder.resolve("restored"),
                  new RestorePoint.Latest(),
                  EngineOptions.defaults(),
                  new BackupJob("restore"));
      require(restored.points(), points);
      time(report, "restore to a new data folder", restored.durationMillis());
      report.add(
          Figure.of(
              "restore to a new data folder, rate",
              restored.bytes() / 1e3 / Math.max(1, restored.durationMillis()),
              "MB/s"));
      ServerProcess.deleteTree(folder.resolve("restored"));

      BackupDrill.Report drill = backups.drill();
      time(report, "drill: time to restore (RTO)", drill.restoreMillis());
      time(report, "drill: would be lost (RPO)", drill.lossMillis());

      accident(engine, backups, points, report);
    } finally {
      ServerProcess.deleteTree(folder);
    }
  }

  /** Everything is deleted; the moment before is brought back. */
  private static void accident(Engine engine, Backups backups, int points, Report report) {
    Instant before = Instant.now();
    Filter all = new Filter(List.of(), List.of(), List.of(), null);
    engine.write(
        "c", List.of(new WriteOp.DeletePoints(new PointSelector.ByFilter(all))), true, null);
    require(engine.count("c", null, true), 0);
    BackupCatalog.Restored back = backups.restoreCollection("c", new RestorePoint.At(before), null);
    require(engine.count("c", null, true), points);
    time(report, "emptied, and brought back in place", back.durationMillis());
  }

  private static void require(long actual, long expected) {
    if (actual != expected) {
      throw new IllegalStateException("points: " + actual + " (expected: " + expected + ")");
    }
  }

  private static void time(Report report, String figure, long millis) {
    report.add(Figure.of(figure, millis / 1e3, "s"));
  }

  private static void size(Report report, String figure, long bytes) {
    report.add(Figure.of(figure, bytes / 1e6, "MB"));
  }

  private static CollectionConfig config() throws Exception {
    return CollectionConfig.fromDocument(
        (ObjectNode)
            Payload.JSON.readTree(
                "{\"params\":{\"vectors\":{\"size\":" + DIMENSION + ",\"distance\":\"Cosine\"}}}"));
  }

  private static void write(Engine engine, Random random, int from, int count) {
    for (int i = from; i < from + count; i += BATCH) {
      List<Point> batch = new ArrayList<>();
      for (int id = i; id < Math.min(from + count, i + BATCH); id++) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
          vector[d] = (float) random.nextGaussian();
        }
        batch.add(
            new Point(
                PointId.of((long) id),
                Map.of("", new VectorValue.Dense(vector)),
                Payload.of(Payload.JSON.createObjectNode().put("number", id))));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(batch, null, WriteOp.UpdateMode.UPSERT)), true, null);
    }
  }

  private static void settle(Engine engine, BenchOptions options) throws InterruptedException {
    options.say("waiting for the graph");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_LIMIT_SECONDS);
    int quiet = 0;
    while (quiet < 5) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("no rest within " + SETTLE_LIMIT_SECONDS + " s");
      }
      TimeUnit.MILLISECONDS.sleep(500);
      boolean green = engine.collectionInfo("c").status() == CollectionInfo.Status.GREEN;
      quiet = green ? quiet + 1 : 0;
    }
  }
}
