package dev.quiver.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir Path folder;

  private static Report report() {
    Report report = new Report("bench", "sample");
    report.add(Figure.atLeast("recall <a & b>", 0.96, "", 0.97));
    report.add(Figure.atMost("start", 1.2, "s", 1.5));
    report.add(Figure.of("points", 100_000, "points"));
    report.note("2 cores");
    return report;
  }

  @Test
  void jsonHoldsEveryFigureWithItsGoal() throws Exception {
    Path file = folder.resolve("out.json");
    report().writeJson(file);

    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.path("name").asText()).isEqualTo("sample");
    assertThat(json.path("rows")).hasSize(3);
    assertThat(json.path("rows").get(0).path("goal").asText()).isEqualTo(">= 0.9700");
    assertThat(json.path("rows").get(0).path("met").asBoolean()).isFalse();
    assertThat(json.path("rows").get(1).path("met").asBoolean()).isTrue();
    assertThat(json.path("rows").get(2).path("goal").isNull()).isTrue();
  }

  @Test
  void oneMissedGoalIsAMissedRun() {
    assertThat(report().allMet()).isFalse();
  }

  @Test
  void thePlotIsWellFormedXml() throws Exception {
    Path file = folder.resolve("out.svg");
    report().writeSvg(file);

    assertThat(DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile()))
        .isNotNull();
    assertThat(Files.readString(file)).contains("recall &lt;a &amp; b&gt;");
  }

  @Test
  void theTableMarksMissedGoals() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    report().print(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("NO", "100,000", "note: 2 cores");
  }
}
