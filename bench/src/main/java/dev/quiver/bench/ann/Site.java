package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A data set laid out in files for the contenders' processes, and the indexes built over it. */
final class Site {
  /** What a build took, CPU time of the whole process, and what it said it would hold, or -1. */
  record Build(double wallSeconds, double cpuSeconds, long plannedBytes) {
    static Build of(JsonNode answer) {
      return new Build(
          answer.path("wallSeconds").asDouble(),
          answer.path("cpuSeconds").asDouble(),
          answer.path("plannedBytes").asLong(-1));
    }
  }

  private final Lab lab;
  private final AnnData data;
  private final Path folder;
  private final Path base;
  private final Path indexes;
  private int files;

  private Site(Lab lab, AnnData data, Path folder, Path base, Path indexes) {
    this.lab = lab;
    this.data = data;
    this.folder = folder;
    this.base = base;
    this.indexes = indexes;
  }

  static Site of(Lab lab, AnnData data) throws IOException {
    Path folder = Files.createTempDirectory(lab.folder(), "site");
    Path base = folder.resolve("base.npy");
    long checksum = NpyWriter.write(base, data.base());
    for (QuerySet set : data.querySets()) {
      NpyWriter.write(folder.resolve(set.name() + ".npy"), set.queries());
    }
    Path cache = lab.options().indexCache();
    String name =
        data.name().replaceAll("[^A-Za-z0-9.-]+", "_")
            + "-"
            + data.base().length
            + "-"
            + Long.toHexString(checksum);
    Path indexes = (cache == null ? folder.resolve("indexes") : cache).resolve(name);
    Files.createDirectories(indexes);
    return new Site(lab, data, folder, base, indexes);
  }

  AnnData data() {
    return data;
  }

  Lab lab() {
    return lab;
  }

  Path newFile(String name) {
    return folder.resolve(files++ + "-" + name);
  }

  /** The folder of a contender's index over all rows; built by all cores if it isn't there yet. */
  Path index(Entry entry) throws IOException {
    Path index = indexes.resolve(entry.indexName());
    if (Files.exists(complete(index))) {
      return index;
    }
    lab.say(data.name() + ": building " + entry.name());
    int threads = Runtime.getRuntime().availableProcessors();
    try (Worker worker = lab.start(entry, false)) {
      Build build = build(worker, index, RowNumbers.range(data.base().length), threads);
      lab.say(String.format(java.util.Locale.ROOT, "  %.1f s", build.wallSeconds()));
      save(worker, index);
    }
    return index;
  }

  private static Path complete(Path index) {
    return index.resolveSibling(index.getFileName() + ".complete");
  }

  /** Writes what was built to its folder and marks it as whole. */
  void save(Worker worker, Path index) throws IOException {
    worker.ask(Worker.request("save").put("folder", index.toString()), Lab.QUICK);
    if (indexes.equals(index.getParent())) {
      Files.createFile(complete(index));
    }
  }

  /** A folder for an index that isn't all rows', or isn't to be kept. */
  Path scratchIndex() {
    return newFile("index");
  }

  /** Builds in a process, into an empty folder. */
  Build build(Worker worker, Path index, int[] rows, int threads) throws IOException {
    return Build.of(worker.ask(buildRequest("build", index, rows, threads), Lab.BUILD));
  }

  /** Builds over {@code rows}, changes them round by round and opens the result. */
  Build churn(Worker worker, int[] rows, List<Contender.Change> changes, int threads, Path index)
      throws IOException {
    ObjectNode request = buildRequest("churn", index, rows, threads);
    ArrayNode list = request.putArray("changes");
    for (Contender.Change change : changes) {
      Path remove = newFile("remove.i32");
      Path add = newFile("add.i32");
      RowNumbers.write(remove, change.remove());
      RowNumbers.write(add, change.add());
      list.addObject().put("remove", remove.toString()).put("add", add.toString());
    }
    return Build.of(worker.ask(request, Lab.BUILD));
  }

  private ObjectNode buildRequest(String op, Path index, int[] rows, int threads)
      throws IOException {
    Lab.deleteTree(index);
    Files.createDirectories(index);
    Path numbers = newFile("rows.i32");
    RowNumbers.write(numbers, rows);
    return Worker.request(op)
        .put("base", base.toString())
        .put("distance", data.distance().name())
        .put("bytes", data.bytes())
        .put("rows", numbers.toString())
        .put("threads", threads)
        .put("folder", index.toString());
  }

  void open(Worker worker, Path index) throws IOException {
    worker.ask(Worker.request("open").put("folder", index.toString()), Lab.QUICK);
  }

  void loadQueries(Worker worker) throws IOException {
    for (QuerySet set : data.querySets()) {
      worker.ask(
          Worker.request("queries")
              .put("name", set.name())
              .put("path", folder.resolve(set.name() + ".npy").toString()),
          Lab.QUICK);
    }
  }

  /** Loads queries that aren't the data set's own. */
  void loadQueries(Worker worker, QuerySet set) throws IOException {
    Path file = newFile("queries.npy");
    NpyWriter.write(file, set.queries());
    worker.ask(
        Worker.request("queries").put("name", set.name()).put("path", file.toString()), Lab.QUICK);
  }

  /** A process with a contender's index over all rows open and the queries loaded. */
  Worker opened(Entry entry) throws IOException {
    Path index = index(entry);
    Worker worker = lab.start(entry, false);
    boolean ready = false;
    try {
      lab.noteVersion(worker);
      open(worker, index);
      loadQueries(worker);
      ready = true;
      return worker;
    } finally {
      if (!ready) {
        worker.close();
      }
    }
  }

  /** Bytes of an index on disk. */
  static long bytes(Path index) throws IOException {
    try (Stream<Path> walked = Files.walk(index)) {
      long bytes = 0;
      for (Path file : walked.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  /** The filters of a query set, in files. */
  record FilterFiles(Path filters, Path groups, int filterBytes) {}

  FilterFiles write(FilterGroups groups) throws IOException {
    Path filters = newFile("filters.bin");
    Path members = newFile("groups.i32");
    return new FilterFiles(filters, members, groups.write(filters, members, data.base().length));
  }

  /**
   * How queries are searched.
   *
   * @param parameter the effort, as the contender's sweep lists it
   * @param threads that share the queries
   */
  record Search(int k, int parameter, int threads, @Nullable FilterFiles filters) {
    /** By one thread, without filters. */
    static Search plain(int parameter) {
      return new Search(Race.K, parameter, 1, null);
    }

    private ObjectNode request(QuerySet set) {
      ObjectNode request =
          Worker.request("search")
              .put("queries", set.name())
              .put("k", k)
              .put("parameter", parameter)
              .put("threads", threads);
      if (filters != null) {
        request
            .put("filters", filters.filters().toString())
            .put("groups", filters.groups().toString())
            .put("filterBytes", filters.filterBytes());
      }
      return request;
    }
  }

  /** One pass over a query set. */
  Pass search(Worker worker, QuerySet set, Search search, boolean keepFound) throws IOException {
    ObjectNode request = search.request(set);
    Path out = folder.resolve("found.i32");
    if (keepFound) {
      request.put("out", out.toString());
    }
    return pass(worker, request, set, 1, keepFound ? out : null);
  }

  /** Several passes as one: no thread waits for another one in between. */
  static Pass searchTimes(Worker worker, QuerySet set, Search search, int times)
      throws IOException {
    return pass(worker, search.request(set).put("times", times), set, times, null);
  }

  private static Pass pass(
      Worker worker, ObjectNode request, QuerySet set, int times, @Nullable Path found)
      throws IOException {
    JsonNode answer = worker.ask(request, Lab.QUICK);
    return new Pass(
        Math.multiplyExact(set.queries().length, times),
        answer.path("wallSeconds").asDouble(),
        answer.path("cpuSeconds").asDouble(),
        answer.path("distances").asDouble(),
        answer.path("allocatedBytes").asDouble(),
        found == null ? new int[0] : RowNumbers.read(found));
  }
}
