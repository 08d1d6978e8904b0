package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class QuickstartTest {
  @TempDir Path folder;

  @Test
  void itFillsSearchesAndMeasuresAndUsesWhatIsThereTheNextTime() {
    JsonNode first = quickstart("--limit", "300", "-o", "json").json();

    assertThat(first.path("points").asInt()).isEqualTo(300);
    assertThat(first.has("fill_seconds")).isTrue();
    assertThat(first.path("queries").asInt()).isBetween(100, 300);
    assertThat(first.path("recall_at_10").asDouble()).isBetween(0.97, 1.0);
    assertThat(first.path("questions")).isNotEmpty();
    for (JsonNode question : first.path("questions")) {
      assertThat(question.path("hits")).hasSize(3);
      if (question.has("part_of_speech")) {
        assertThat(question.path("hits").findValuesAsText("part_of_speech"))
            .containsOnly(question.path("part_of_speech").asText());
      }
    }
    assertThat(first.path("resident_bytes").asLong()).isPositive();

    Ran second = quickstart("--limit", "300");
    assertThat(second.err()).contains("300 definitions of an earlier run are there");
    assertThat(second.out())
        .contains("a small boat moved by oars")
        .contains("recall@10")
        .contains("p50")
        .contains("curl -s http://127.0.0.1:")
        .contains("pip install qdrant-client")
        .contains("@qdrant/js-client-rest")
        .contains("io.qdrant:client");

    JsonNode more = quickstart("--limit", "400", "-o", "json").json();
    assertThat(more.path("points").asInt()).isEqualTo(400);
  }

  private Ran quickstart(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "quickstart",
                "--once",
                "--data",
                folder.resolve("quickstart").toString(),
                "--http-port=0",
                "--grpc-port=0"));
    arguments.addAll(List.of(more));
    Ran ran = Ran.quiver(Map.of(), arguments.toArray(String[]::new));
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran;
  }
}
