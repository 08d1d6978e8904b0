package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Rehearses a restore: brings the newest moment of a repository into a scratch folder, opens it as
 * a store, and checks that it answers. Nothing of it stays.
 */
public final class BackupDrill {
  private static final int SAMPLES = 5;
  private static final long OFF_HEAP_BYTES = 256L << 20;

  private final BackupCatalog catalog;
  private final Path scratch;

  /**
   * @param scratch a folder with room for the store; made when it is missing
   */
  public BackupDrill(BackupCatalog catalog, Path scratch) {
    this.catalog = catalog;
    this.scratch = scratch;
  }

  /**
   * What a rehearsal found.
   *
   * @param moment that was restored
   * @param searches that found the point whose vector they asked with
   * @param restoreMillis how long it took until everything could be searched: the RTO
   * @param lossMillis how old the moment was when it began: the RPO
   */
  public record Report(
      Instant moment,
      int collections,
      long points,
      long bytes,
      int searches,
      long restoreMillis,
      long lossMillis) {

    /** As answers and the command show it. */
    public ObjectNode toJson() {
      ObjectNode node = Payload.JSON.createObjectNode();
      node.put("moment", moment.toString()).put("collections", collections).put("points", points);
      node.put("bytes", bytes).put("searches", searches);
      return node.put("restore_millis", restoreMillis).put("loss_millis", lossMillis);
    }
  }

  /**
   * @throws QuiverException {@link ErrorCode#CORRUPT} when what was restored does not answer as it
   *     should
   */
  public Report run(BackupJob job) {
    Instant moment = catalog.latestMoment();
    if (moment == null) {
      throw QuiverException.notFound(
          "backup to rehearse with; make one with `quiver backup create`");
    }
    long lossMillis = Math.max(0, Duration.between(moment, Instant.now()).toMillis());
    Path folder = scratch.resolve("drill-" + UUID.randomUUID());
    try {
      EngineOptions options =
          EngineOptions.builder().offHeapBytes(OFF_HEAP_BYTES).mergeThreads(1).build();
      long started = System.nanoTime();
      BackupCatalog.Restored restored =
          catalog.restoreInto(
              folder, new RestorePoint.At(LogClock.instant(LogClock.micros(moment))), options, job);
      long restoreMillis = (System.nanoTime() - started) / 1_000_000;
      int searches = 0;
      job.phase("searching", restored.collections().size());
      try (Engine engine = Engine.open(folder, options)) {
        for (String name : restored.collections()) {
          job.check();
          searches += search(engine, name);
          job.itemDone();
        }
      }
      return new Report(
          restored.moment(),
          restored.collections().size(),
          restored.points(),
          restored.bytes(),
          searches,
          restoreMillis,
          lossMillis);
    } finally {
      delete(folder);
    }
  }

  /** Searches with vectors of some points, each of which must be among what is found. */
  private static int search(Engine engine, String name) {
    int searches = 0;
    List<PointRecord> points =
        engine
            .scroll(
                name,
                new ScrollRequest(
                    null, SAMPLES, null, null, PayloadSelection.NONE, VectorSelection.ALL))
            .points();
    for (PointRecord point : points) {
      Map<String, VectorValue> vectors = point.vectors() == null ? Map.of() : point.vectors();
      for (Map.Entry<String, VectorValue> vector : vectors.entrySet()) {
        if (vector.getValue() instanceof VectorValue.Dense) {
          searches++;
          check(engine, name, vector.getKey(), vector.getValue());
        }
      }
    }
    return searches;
  }

  private static void check(Engine engine, String name, String using, VectorValue vector) {
    List<ScoredPoint> found =
        engine.search(
            name,
            new SearchRequest(
                using,
                vector,
                null,
                new SearchParams(null, true, false),
                1,
                0,
                null,
                PayloadSelection.NONE,
                VectorSelection.NONE));
    if (found.isEmpty()) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "rehearsal: a search in the restored collection `" + name + "` found nothing");
    }
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "the rehearsal's folder " + folder + " cannot be deleted: " + e, e);
    }
  }
}
