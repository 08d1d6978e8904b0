package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quiver.bench.BenchOptions;
import dev.quiver.bench.DataSet;
import dev.quiver.bench.Figure;
import dev.quiver.bench.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes on 2,000 vectors; what is checked is recall and shape, never speed. */
class AnnBenchmarkTest {
  private static final List<String> CONTENDERS =
      List.of("quiver", "quiver-lucene-query", "lucene", "exact");

  @TempDir static Path folder;

  @BeforeAll
  static void writeDataSet() throws IOException {
    // Of length 1, so that the answers by cosine are those by Euclidean distance, as fvecs have it.
    AnnData data = AnnDataReader.of(DataSet.synthetic(2_000, 16, 50));
    AnnData.QuerySet set = data.querySets().getFirst();
    writeRows("small_base.fvecs", data.base());
    writeRows("small_query.fvecs", set.queries());
    try (var out = Files.newOutputStream(folder.resolve("small_groundtruth.ivecs"))) {
      for (int[] row : set.truth()) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(row.length);
        bytes.asIntBuffer().put(row);
        out.write(bytes.array());
      }
    }
  }

  @Test
  void everyContenderReachesFullRecallAndIsInTableJsonAndPlot() throws Exception {
    Report report = run(CONTENDERS, Part.SEARCH);

    Path json = folder.resolve("ann.json");
    report.writeJson(json);
    JsonNode contenders =
        new ObjectMapper()
            .readTree(json.toFile())
            .at("/details/small/search")
            .path("query, threads: 1")
            .path("contenders");
    assertThat(contenders.properties()).extracting(each -> each.getKey()).containsAll(CONTENDERS);
    for (String name : CONTENDERS) {
      JsonNode last = contenders.path(name).path(contenders.path(name).size() - 1);
      assertThat(last.path("recall").asDouble()).as(name).isGreaterThan(0.97);
      assertThat(last.path("wallQps")).as(name).hasSize(2);
    }
    assertThat(contenders.at("/exact/0/recall").asDouble()).isEqualTo(1);
    assertThat(printed(report)).contains("| quiver-lucene-query ").contains("recall@10");
    List<Path> plots = report.writePlots(folder.resolve("ann.svg"));
    assertThat(plots).hasSize(1);
    assertThat(
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(plots.getFirst().toFile()))
        .isNotNull();
  }

  @Test
  void filtersChurnAndTheOtherPartsFindWhatIsThere() throws Exception {
    Report report =
        run(List.of("quiver-lucene"), Part.FILTERED, Part.CHURN, Part.BUILD, Part.ALLOC);

    assertThat(report.rows())
        .filteredOn(row -> row.figure().contains("recall@10"))
        .hasSize(9)
        .allSatisfy(row -> assertThat(row.value()).as(row.figure()).isGreaterThan(0.9));
    assertThat(figures(report, "quiver-lucene, replaced / fresh: recall@10 at ef 100")).hasSize(1);
    assertThat(figures(report, "build, threads: 1")).hasSize(1);
    assertThat(figures(report, "allocated per query"))
        .hasSize(1)
        .allSatisfy(row -> assertThat(row.value()).isPositive());
  }

  @Test
  void anIndexCacheKeepsWhatWasBuilt() throws Exception {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    ByteArrayOutputStream second = new ByteArrayOutputStream();

    run(options(List.of("exact"), cache, Part.SEARCH), first);
    run(options(List.of("exact"), cache, Part.SEARCH), second);

    assertThat(first.toString(StandardCharsets.UTF_8)).contains("building exact");
    assertThat(second.toString(StandardCharsets.UTF_8)).doesNotContain("building exact");
  }

  private static Stream<Figure> figures(Report report, String text) {
    return report.rows().stream().filter(row -> row.figure().contains(text));
  }

  private static Report run(List<String> only, Part... parts) throws Exception {
    return run(options(only, null, parts), new ByteArrayOutputStream());
  }

  private static AnnOptions options(List<String> only, Path cache, Part... parts) {
    return new AnnOptions(
        List.of(folder.resolve("small_base.fvecs").toString()),
        only,
        2,
        EnumSet.copyOf(List.of(parts)),
        Integer.MAX_VALUE,
        List.of(1),
        cache,
        null);
  }

  private static Report run(AnnOptions options, ByteArrayOutputStream progress) throws Exception {
    Report report = new Report("bench", "ann");
    PrintStream out = new PrintStream(progress, true, StandardCharsets.UTF_8);
    new AnnBenchmark(options).run(new BenchOptions(true, folder, out), report);
    return report;
  }

  private static String printed(Report report) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void writeRows(String name, float[][] rows) throws IOException {
    try (var out = Files.newOutputStream(folder.resolve(name))) {
      for (float[] row : rows) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(row.length);
        bytes.asFloatBuffer().put(row);
        out.write(bytes.array());
      }
    }
  }
}
