package dev.quiver.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.MultiVectors;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.SearchRequest;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.WriteOp;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Multivectors in an engine in this process: recall@10 with default settings against exact MaxSim,
 * and queries per second of one thread, by the processor time that it took.
 */
final class MultiVectorPart {
  private static final int K = 10;
  private static final int BATCH = 200;
  private static final long INDEXING_LIMIT_NANOS = TimeUnit.MINUTES.toNanos(30);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final MultiVectorData data;
  private final Report report;

  private MultiVectorPart(MultiVectorData data, Report report) {
    this.data = data;
    this.report = report;
  }

  /**
   * @param fullScanThreshold below the number of points, so that there is a graph
   */
  static void measure(
      MultiVectorData data, int fullScanThreshold, BenchOptions options, Report report)
      throws Exception {
    options.say("multivectors: " + data.name());
    Path folder = Files.createTempDirectory("quiver-bench");
    try (Engine engine =
        Engine.open(folder, EngineOptions.builder().fullScanThreshold(fullScanThreshold).build())) {
      new MultiVectorPart(data, report).measure(engine);
    } finally {
      ServerProcess.deleteTree(folder);
    }
  }

  private void measure(Engine engine) throws InterruptedException {
    ObjectNode document = Payload.JSON.createObjectNode();
    document
        .putObject("params")
        .putObject("vectors")
        .put("size", data.points()[0][0].length)
        .put("distance", "Cosine")
        .putObject("multivector_config")
        .put("comparator", "max_sim");
    engine.createCollection("m", CollectionConfig.fromDocument(document));
    long started = System.nanoTime();
    load(engine);
    awaitGreen(engine);
    report.add(figure("write and index", (System.nanoTime() - started) / 1e9, "s"));
    report.add(figure("share of points in graphs", graphShare(engine), ""));
    List<List<ScoredPoint>> exact = new ArrayList<>();
    double exactSeconds = seconds(engine, new SearchParams(null, true, false), exact);
    List<List<ScoredPoint>> found = new ArrayList<>();
    seconds(engine, SearchParams.DEFAULT, new ArrayList<>());
    double seconds = seconds(engine, SearchParams.DEFAULT, found);
    report.add(
        Figure.atLeast(
            "multivectors, " + data.name() + ": recall@10", recall(exact, found), "", 0.95));
    report.add(figure("queries per second of one thread", found.size() / seconds, "1/s"));
    report.add(figure("exact, of one thread", exact.size() / exactSeconds, "1/s"));
  }

  private Figure figure(String what, double value, String unit) {
    return Figure.of("multivectors, " + data.name() + ": " + what, value, unit);
  }

  private void load(Engine engine) {
    List<Point> batch = new ArrayList<>();
    float[][][] points = data.points();
    for (int i = 0; i < points.length; i++) {
      batch.add(
          new Point(PointId.of(i), Map.of("", MultiVectors.of(List.of(points[i]))), Payload.EMPTY));
      boolean last = i == points.length - 1;
      if (batch.size() == BATCH || last) {
        engine.write(
            "m",
            List.of(new WriteOp.Upsert(List.copyOf(batch), null, WriteOp.UpdateMode.UPSERT)),
            last,
            null);
        batch.clear();
      }
    }
  }

  private static void awaitGreen(Engine engine) throws InterruptedException {
    long started = System.nanoTime();
    int quiet = 0;
    while (quiet < 5) {
      if (System.nanoTime() - started > INDEXING_LIMIT_NANOS) {
        throw new IllegalStateException("not indexed within half an hour");
      }
      boolean green = engine.collectionInfo("m").status() == CollectionInfo.Status.GREEN;
      quiet = green ? quiet + 1 : 0;
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private double graphShare(Engine engine) {
    return (double) engine.collectionInfo("m").indexedVectors() / data.points().length;
  }

  /** Asks everything; returns this thread's processor time. */
  private double seconds(Engine engine, SearchParams params, List<List<ScoredPoint>> answers) {
    long before = THREADS.getCurrentThreadCpuTime();
    for (float[][] query : data.queries()) {
      answers.add(
          engine.search(
              "m",
              new SearchRequest(
                  "",
                  MultiVectors.of(List.of(query)),
                  null,
                  params,
                  K,
                  0,
                  null,
                  PayloadSelection.NONE,
                  VectorSelection.NONE)));
    }
    return (THREADS.getCurrentThreadCpuTime() - before) / 1e9;
  }

  /** A point that scores as well as the last exact one counts, whatever its id. */
  private static double recall(List<List<ScoredPoint>> exact, List<List<ScoredPoint>> found) {
    int right = 0;
    int wanted = 0;
    for (int i = 0; i < exact.size(); i++) {
      float least = exact.get(i).getLast().score();
      wanted += exact.get(i).size();
      right += (int) found.get(i).stream().filter(hit -> hit.score() >= least - 1e-5f).count();
    }
    return (double) right / wanted;
  }
}
