package dev.quiver.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Many small collections: memory and open files while used and when idle, and the first answer
 * after a restart.
 */
final class CollectionsBenchmark implements Benchmark {
  private static final int IDLE_SECONDS = 5;

  @Override
  public String name() {
    return "collections";
  }

  @Override
  public String description() {
    return "2,000 collections of 3 points: memory, open files, restart to first answer";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int count = options.shortRun() ? 200 : 2000;
    Path data = Files.createTempDirectory("quiver-bench");
    String[] idle = {"--collections-idle-seconds", String.valueOf(IDLE_SECONDS)};
    try {
      try (ServerProcess server = ServerProcess.start(data, idle)) {
        warm(server);
        long before = server.statusBytes("VmRSS");
        long filesBefore = server.openFiles();
        long started = System.nanoTime();
        for (int i = 0; i < count; i++) {
          fill(server, "c" + i);
          if (i % 100 == 99) {
            options.say((i + 1) + " of " + count + " collections");
          }
        }
        report.add(
            Figure.of(
                "create and fill", count / ((System.nanoTime() - started) / 1e9), "collections/s"));
        long used = server.statusBytes("VmRSS");
        report.add(
            Figure.atMost(
                "resident per collection after use", (used - before) / 1e6 / count, "MB", 0.5));
        report.add(
            Figure.of(
                "open files after use", (double) (server.openFiles() - filesBefore), "files"));
        awaitFiles(server, filesBefore, Duration.ofSeconds(IDLE_SECONDS * 4L + 30));
        report.add(
            Figure.atMost(
                "open files when idle",
                (double) Math.max(0, server.openFiles() - filesBefore),
                "files",
                0));
        long heap = server.heapBytesAfterCollection();
        report.add(
            Figure.of(
                "resident per collection when idle",
                (server.statusBytes("VmRSS") - before) / 1e6 / count,
                "MB"));
        report.add(Figure.of("heap when idle", heap / 1e6, "MB"));
      }
      long started = System.nanoTime();
      try (ServerProcess server = ServerProcess.start(data, idle)) {
        search(server, "c" + (count - 1));
        report.add(
            Figure.atMost("restart to first answer", (System.nanoTime() - started) / 1e9, "s", 5));
        for (int i = 0; i < count; i += Math.max(1, count / 100)) {
          search(server, "c" + i);
        }
      }
    } finally {
      ServerProcess.deleteTree(data);
    }
  }

  private static void warm(ServerProcess server) throws Exception {
    fill(server, "warm");
    server.send("DELETE", "/collections/warm", "");
  }

  private static void fill(ServerProcess server, String name) throws Exception {
    server.send(
        "PUT", "/collections/" + name, "{\"vectors\":{\"size\":4,\"distance\":\"Cosine\"}}");
    server.send(
        "PUT",
        "/collections/" + name + "/points?wait=true",
        """
        {"points":[{"id":1,"vector":[1,0,0,0],"payload":{"a":1}},{"id":2,"vector":[0,1,0,0]},{"id":3,"vector":[0,0,1,0]}]}
        """);
    search(server, name);
  }

  private static void search(ServerProcess server, String name) throws Exception {
    String body =
        server
            .send(
                "POST",
                "/collections/" + name + "/points/query",
                "{\"query\":[1,0,0,0],\"limit\":3}")
            .body();
    if (!body.contains("\"id\":3")) {
      throw new IllegalStateException(name + ": not all 3 points were found: " + body);
    }
  }

  private static void awaitFiles(ServerProcess server, long goal, Duration limit) throws Exception {
    long started = System.nanoTime();
    while (server.openFiles() > goal && System.nanoTime() - started < limit.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }
}
