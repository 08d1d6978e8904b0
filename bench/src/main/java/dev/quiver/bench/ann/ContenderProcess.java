package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.Npy;
import dev.quiver.index.Distance;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The process of one Java contender. One JSON object per line on standard input asks, one on
 * standard output answers; an answer has {@code ok}, or {@code error} with what went wrong. {@code
 * peers.py} speaks the same:
 *
 * <pre>
 * info                                          version
 * build   base rows threads folder              wallSeconds cpuSeconds (of the whole process)
 *                                               plannedBytes, -1 where not known
 * save    folder
 * open    folder
 * close
 * churn   base rows changes[remove add] threads folder    wallSeconds cpuSeconds; open afterwards
 * queries name path                             loads queries
 * search  queries k parameter threads times out filters groups
 *                                               wallSeconds, cpuSeconds of the searching threads,
 *                                               per query distances and allocatedBytes where known
 * collect                                       frees memory before it is measured
 * </pre>
 */
public final class ContenderProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Contender<?> contender;
  private final Map<String, float[][]> queries = new HashMap<>();

  private ContenderProcess(Contender<?> contender) {
    this.contender = contender;
  }

  /**
   * @param arguments the contender's kind and its settings as JSON
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    // What libraries print must not get between the answers.
    System.setOut(System.err);
    Map<String, String> settings = new HashMap<>();
    JSON.readTree(arguments[1])
        .properties()
        .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
    ContenderProcess process = new ContenderProcess(Contender.of(arguments[0], settings));
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      ObjectNode answer = JSON.createObjectNode();
      try {
        process.serve(JSON.readTree(line), answer);
        answer.put("ok", true);
      } catch (IOException | RuntimeException e) {
        e.printStackTrace();
        answer.put("error", e.toString());
      }
      answers.println(JSON.writeValueAsString(answer));
      answers.flush();
    }
    process.contender.close();
  }

  private void serve(JsonNode request, ObjectNode answer) throws IOException {
    String asked = request.path("op").asText();
    switch (asked) {
      case "info" -> answer.put("version", contender.info());
      case "build", "churn" -> build(request, asked.equals("churn"), answer);
      case "save" -> contender.save(path(request, "folder"));
      case "open" -> contender.open(path(request, "folder"));
      case "close" -> contender.close();
      case "queries" -> {
        Npy file = Npy.open(path(request, "path"));
        float[][] rows = new float[file.rows()][];
        for (int i = 0; i < rows.length; i++) {
          rows[i] = file.row(i);
        }
        queries.put(request.path("name").asText(), rows);
      }
      case "search" -> search(contender, request, answer);
      case "collect" -> System.gc();
      default -> throw new IllegalArgumentException("no such request: " + request);
    }
  }

  private void build(JsonNode request, boolean churn, ObjectNode answer) throws IOException {
    Rows base =
        new Rows(
            Npy.open(path(request, "base")),
            Distance.valueOf(request.path("distance").asText()),
            request.path("bytes").asBoolean());
    int[] rows = RowNumbers.read(path(request, "rows"));
    int threads = request.path("threads").asInt();
    Path folder = path(request, "folder");
    List<Contender.Change> changes = new ArrayList<>();
    for (JsonNode change : request.path("changes")) {
      changes.add(
          new Contender.Change(
              RowNumbers.read(path(change, "remove")), RowNumbers.read(path(change, "add"))));
    }
    long cpu = processCpuNanos();
    long wall = System.nanoTime();
    if (churn) {
      contender.churn(base, rows, changes, threads, folder);
    } else {
      contender.build(base, rows, threads, folder);
    }
    answer.put("wallSeconds", (System.nanoTime() - wall) / 1e9);
    answer.put("cpuSeconds", (processCpuNanos() - cpu) / 1e9);
    answer.put("plannedBytes", contender.plannedBytes());
  }

  private <F> void search(Contender<F> searched, JsonNode request, ObjectNode answer)
      throws IOException {
    String name = request.path("queries").asText();
    float[][] asked = queries.get(name);
    if (asked == null) {
      throw new IllegalArgumentException("no queries called " + name);
    }
    SearchRun<F> run =
        new SearchRun<>(
            searched,
            asked,
            request.path("k").asInt(),
            request.path("parameter").asInt(),
            FilterGroups.read(request).forContender(searched),
            request.path("times").asInt(1));
    run.run(request.path("threads").asInt());
    answer.put("wallSeconds", run.wallSeconds());
    answer.put("cpuSeconds", run.cpuSeconds());
    answer.put("distances", run.distancesPerQuery());
    answer.put("allocatedBytes", run.allocatedBytesPerQuery());
    if (request.hasNonNull("out")) {
      RowNumbers.write(path(request, "out"), run.found());
    }
  }

  private static Path path(JsonNode request, String field) {
    return Path.of(request.path(field).asText());
  }

  private static long processCpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
