package dev.quiver.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiver.embed.EmbedException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EmbeddersTest {
  private final Embedders embedders = Embedders.open();

  @AfterEach
  void close() {
    embedders.close();
  }

  @ParameterizedTest
  @CsvSource({
    "sentence-transformers/all-MiniLM-L6-v2, sentence-transformers/all-MiniLM-L6-v2",
    "sentence-transformers/all-minilm-l6-v2, sentence-transformers/all-MiniLM-L6-v2",
    "all-MiniLM-L6-v2, sentence-transformers/all-MiniLM-L6-v2",
    "Qdrant/all-MiniLM-L6-v2-onnx, sentence-transformers/all-MiniLM-L6-v2",
    "BAAI/bge-small-en-v1.5, BAAI/bge-small-en-v1.5",
    "baai/BGE-SMALL-EN-V1.5, BAAI/bge-small-en-v1.5",
    "qdrant/bge-small-en-v1.5-onnx-q, BAAI/bge-small-en-v1.5",
    "fast-bge-small-en-v1.5, BAAI/bge-small-en-v1.5",
    "BAAI/bge-small-zh-v1.5, BAAI/bge-small-zh-v1.5",
    "Xenova/bge-small-zh-v1.5, BAAI/bge-small-zh-v1.5",
  })
  void modelsAreFoundByTheNamesOfQdrantsClients(String asked, String found) {
    assertThat(embedders.find(asked).model().name()).isEqualTo(found);
  }

  @Test
  void aNameIsFoundInAnyCaseUnderAnyLocale() {
    Locale before = Locale.getDefault();
    try {
      // In Turkish, "I" does not become "i".
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));
      assertThat(embedders.find("ALL-MINILM-L6-V2").model().dimension()).isEqualTo(384);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aModelThatIsNotOnBoardGetsAnErrorThatNamesThoseThatAre() {
    EmbedException e =
        catchThrowableOfType(
            EmbedException.class, () -> embedders.find("intfloat/multilingual-e5-small"));
    assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_MODEL);
    assertThat(e)
        .hasMessage(
            "model \"intfloat/multilingual-e5-small\" is not on board; models on board:"
                + " sentence-transformers/all-MiniLM-L6-v2, BAAI/bge-small-en-v1.5,"
                + " BAAI/bge-small-zh-v1.5");
  }

  @Test
  void aHugeNameDoesNotMakeAHugeMessage() {
    assertThatThrownBy(() -> embedders.find("x".repeat(1_000_000)))
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(400));
  }

  @Test
  void theDefaultIsMiniLm() {
    assertThat(embedders.defaultEmbedder().model().name())
        .isEqualTo("sentence-transformers/all-MiniLM-L6-v2");
    assertThat(embedders.models()).extracting(ModelInfo::dimension).containsExactly(384, 384, 512);
  }

  @Test
  void aModelWhoseArtifactIsMissingIsNotOnBoard() {
    ClassLoader empty = ClassLoader.getPlatformClassLoader();
    try (Embedders none = Embedders.open(EmbedSettings.defaults(), ModelCatalog.ENTRIES, empty)) {
      assertThat(none.models()).isEmpty();
      assertThatThrownBy(none::defaultEmbedder).hasMessageContaining("add a model's artifact");
      assertThatThrownBy(() -> none.find("all-MiniLM-L6-v2"))
          .hasMessageContaining("no embedding model is on board");
    }
  }

  @Test
  void noNameStandsForTwoModels() {
    List<String> names =
        ModelCatalog.ENTRIES.stream()
            .flatMap(
                entry ->
                    Stream.concat(Stream.of(entry.info().name()), entry.info().aliases().stream()))
            .map(name -> name.toLowerCase(Locale.ROOT))
            .toList();
    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void nothingIsLoadedUntilTheFirstText() {
    Embedder embedder = embedders.find("bge-small-zh-v1.5");
    assertThat(embedder.embed(List.of())).isEmpty();
    assertThat(embedders.metrics()).noneMatch(ModelMetrics::loaded);

    embedder.embed(List.of("船"));

    assertThat(embedders.metrics())
        .filteredOn(ModelMetrics::loaded)
        .extracting(ModelMetrics::model)
        .containsExactly("BAAI/bge-small-zh-v1.5");
  }

  @Test
  void afterCloseEveryUseSaysSo() {
    Embedder embedder = embedders.defaultEmbedder();
    embedder.embed(List.of("a"));
    embedders.close();
    embedders.close();
    EmbedException e =
        catchThrowableOfType(EmbedException.class, () -> embedder.embed(List.of("a")));
    assertThat(e.reason()).isEqualTo(Reason.CLOSED);
  }

  @Test
  void settingsOutOfRangeAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> new EmbedSettings(0, 1, Duration.ofSeconds(1)))
        .hasMessage("threads: 0 (expected: 1 to 1024)");
    assertThatThrownBy(() -> new EmbedSettings(1, 0, Duration.ofSeconds(1)))
        .hasMessage("maxPendingTexts: 0 (expected: >= 1)");
    assertThatThrownBy(() -> new EmbedSettings(1, 1, Duration.ZERO))
        .hasMessage("timeout: PT0S (expected: more than zero)");
  }
}
