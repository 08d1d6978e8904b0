package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.quiver.bench.BenchOptions;
import dev.quiver.bench.Figure;
import dev.quiver.bench.Report;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ratios of speeds that were made up, with goals that some of them miss. */
class RecallTableTest {
  private static final List<Series> ALL =
      List.of(
          series("quiver", 2100),
          series("quiver-lucene", 1700),
          series("hnswlib", 1000),
          series("faiss-hnsw-sq8", 1750));

  /** Half as fast from one recall to the next. */
  private static Series series(String name, double qps) {
    List<Series.OperatingPoint> points = new ArrayList<>();
    int parameter = 10;
    double speed = qps;
    for (double recall : RecallTable.RECALLS) {
      Series.OperatingPoint point = new Series.OperatingPoint(parameter++, recall, -1);
      point.add(new Pass(1000, 1000 / speed, 1000 / speed, -1, -1, new int[0]), 1);
      points.add(point);
      speed /= 2;
    }
    return new Series(name, points);
  }

  private static List<Figure> goals(boolean shortRun, int threads) throws IOException {
    Report report = new Report("bench", "ann");
    AnnOptions options =
        new AnnOptions(
            List.of(),
            List.of("quiver"),
            1,
            EnumSet.of(Part.SEARCH),
            Integer.MAX_VALUE,
            List.of(1),
            null,
            null);
    BenchOptions bench =
        new BenchOptions(shortRun, Path.of("."), new PrintStream(OutputStream.nullOutputStream()));
    try (Lab lab = Lab.open(options, bench, report)) {
      new RecallTable("data", ALL, threads).addTo(lab);
    }
    return report.rows().stream().filter(row -> row.goal() != null).toList();
  }

  @Test
  void eachRatioIsComparedWithItsGoal() throws IOException {
    assertThat(goals(false, 1))
        .filteredOn(row -> row.figure().endsWith("at recall 0.95"))
        .extracting(Figure::figure, row -> Math.round(1000 * row.value()), Figure::met)
        .containsExactly(
            tuple("data: quiver / hnswlib at recall 0.95", 2100L, true),
            tuple("data: quiver / best peer, faiss-hnsw-sq8 at recall 0.95", 1200L, false),
            tuple("data: quiver-lucene / quiver at recall 0.95", 810L, false));
    assertThat(goals(false, 1)).hasSize(3 * RecallTable.RECALLS.length);
  }

  @Test
  void shortRunsAndSeveralThreadsHaveNoGoals() throws IOException {
    assertThat(goals(true, 1)).isEmpty();
    assertThat(goals(false, 2)).isEmpty();
  }
}
