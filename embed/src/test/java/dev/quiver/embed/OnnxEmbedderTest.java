package dev.quiver.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.quiver.embed.EmbedException.Reason;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class OnnxEmbedderTest {
  private static final Embedders EMBEDDERS = Embedders.open();

  private static final List<String> MIXED =
      List.of(
          "a rather long sentence about a small wooden boat that two people move with their oars",
          "",
          "cat",
          "一只用桨划的小船",
          "boat ".repeat(300),
          "👍🏽",
          "the quick brown fox jumps over the lazy dog");

  @AfterAll
  static void close() {
    EMBEDDERS.close();
  }

  @ParameterizedTest
  @CsvSource({
    "all-MiniLM-L6-v2, a small boat moved by oars, rowing boat, interest rate of a bank",
    "all-MiniLM-L6-v2, car, automobile, banana",
    "bge-small-en-v1.5, a small boat moved by oars, rowing boat, interest rate of a bank",
    "bge-small-en-v1.5, car, automobile, banana",
    "bge-small-zh-v1.5, 用桨划的小船, 划艇, 银行的利率",
    "bge-small-zh-v1.5, 汽车, 轿车, 香蕉",
  })
  void aSynonymIsNearerThanAnUnrelatedText(String model, String text, String near, String far) {
    float[][] vectors = EMBEDDERS.find(model).embed(List.of(text, near, far));
    assertThat(Vectors.cosine(vectors[0], vectors[1]))
        .isGreaterThan(Vectors.cosine(vectors[0], vectors[2]) + 0.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all-MiniLM-L6-v2", "bge-small-en-v1.5", "bge-small-zh-v1.5"})
  void aTextsVectorDoesNotDependOnTheTextsBesideIt(String model) {
    Embedder embedder = EMBEDDERS.find(model);
    float[][] together = embedder.embed(MIXED);
    for (int i = 0; i < MIXED.size(); i++) {
      assertThat(together[i])
          .as(MIXED.get(i))
          .hasSize(embedder.model().dimension())
          .containsExactly(embedder.embed(List.of(MIXED.get(i)))[0]);
      assertThat(Vectors.dot(together[i], together[i])).isEqualTo(1, within(1e-5));
    }
  }

  @Test
  void tokensOfACallAreCounted() {
    Embeddings embeddings =
        EMBEDDERS
            .defaultEmbedder()
            .embed(List.of("", "boat", "boat boat", "boat ".repeat(5_000)), Duration.ofSeconds(60));
    assertThat(embeddings.tokens()).isEqualTo(2 + 3 + 4 + 128);
  }

  @Test
  void aTextOfManyMegabytesIsCutNotChewed() {
    Embedder embedder = EMBEDDERS.defaultEmbedder();
    String blanks = " ".repeat(Embedder.MAX_TEXT_CHARS);
    float[][] vectors =
        embedder.embed(
            List.of(
                "boat " + "stone ".repeat(5_000_000), blanks + "boat", "", "x".repeat(9_000_000)));
    assertThat(vectors[1]).as("what stands behind the bound is not read").isEqualTo(vectors[2]);
    assertThat(vectors).hasNumberOfRows(4);
  }

  @Test
  void aCutInTheMiddleOfACharacterIsHarmless() {
    String text = "x".repeat(Embedder.MAX_TEXT_CHARS - 1) + "👍";
    assertThat(EMBEDDERS.defaultEmbedder().embed(List.of(text))[0]).hasSize(384);
  }

  @Test
  void nullIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> EMBEDDERS.defaultEmbedder().embed(Arrays.asList("a", "b", null)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("texts[2] is null");
  }

  @Test
  void manyCallersAtOnceGetTheirOwnVectorsFromOneLoadedModel() throws Exception {
    CountingLoader loader = new CountingLoader();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      texts.add("number " + i + " of the boats " + "and stones ".repeat(i % 7));
    }
    float[][] expected = EMBEDDERS.defaultEmbedder().embed(texts);

    try (Embedders fresh = Embedders.open(EmbedSettings.defaults(), ModelCatalog.ENTRIES, loader);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Embedder embedder = fresh.defaultEmbedder();
      int opened = loader.opened.get();
      List<Future<float[][]>> futures = new ArrayList<>();
      for (String text : texts) {
        futures.add(callers.submit(() -> embedder.embed(List.of(text))));
      }
      for (int i = 0; i < texts.size(); i++) {
        assertThat(futures.get(i).get()[0]).as(texts.get(i)).containsExactly(expected[i]);
      }
      assertThat(loader.opened.get() - opened).as("weights read").isEqualTo(1);

      ModelMetrics metrics = fresh.metrics().getFirst();
      assertThat(metrics.calls()).isEqualTo(64);
      assertThat(metrics.texts()).isEqualTo(64);
      assertThat(metrics.tokens()).isGreaterThan(64 * 6);
      assertThat(metrics.busyMicros()).isPositive();
      assertThat(metrics.failedCalls()).isZero();
      assertThat(fresh.pendingTexts()).isZero();
    }
  }

  @Test
  void closingWhileCallersAreAtWorkFailsThemCleanly() throws Exception {
    Embedders fresh = Embedders.open();
    Embedder embedder = fresh.defaultEmbedder();
    embedder.embed(List.of("loaded"));
    List<String> texts = Collections.nCopies(2_000, "boat ".repeat(100));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<float[][]>> futures = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        futures.add(callers.submit(() -> embedder.embed(texts)));
      }
      while (fresh.pendingTexts() == 0) {
        Thread.onSpinWait();
      }
      fresh.close();
      for (Future<float[][]> future : futures) {
        assertThatThrownBy(future::get)
            .cause()
            .isInstanceOfSatisfying(
                EmbedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
      }
    }
  }

  @Test
  void aDamagedModelSaysWhichAndWhy() {
    ModelCatalog.Entry good = ModelCatalog.ENTRIES.getFirst();
    ModelCatalog.Entry damaged =
        new ModelCatalog.Entry(good.info(), good.pooling(), good.tokenizer(), good.tokenizer());
    try (Embedders fresh =
        Embedders.open(EmbedSettings.defaults(), List.of(damaged), getClass().getClassLoader())) {
      EmbedException e =
          catchThrowableOfType(
              EmbedException.class, () -> fresh.defaultEmbedder().embed(List.of("a")));
      assertThat(e.reason()).isEqualTo(Reason.INTERNAL);
      assertThat(e)
          .hasMessageContaining("sentence-transformers/all-MiniLM-L6-v2 could not be loaded");
      assertThat(fresh.metrics().getFirst().failedCalls()).isEqualTo(1);
    }
  }

  /** Counts how often the weights are asked for. */
  private static final class CountingLoader extends ClassLoader {
    final AtomicInteger opened = new AtomicInteger();

    CountingLoader() {
      super(OnnxEmbedderTest.class.getClassLoader());
    }

    @Override
    public URL getResource(String name) {
      if (name.endsWith("l6-v2-q.onnx")) {
        opened.incrementAndGet();
      }
      return super.getResource(name);
    }
  }
}
