package dev.quiver.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallzhv15q.BgeSmallZhV15QuantizedEmbeddingModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference is LangChain4j's own wrapper around the same weights. */
final class WrapperEqualityTest {
  private static final Embedders EMBEDDERS = Embedders.open();

  private static final List<String> TEXTS =
      List.of(
          "a",
          "A small boat moved by oars.",
          "Unbelievable tokenization of antidisestablishmentarianism, isn't it?",
          "Crème brûlée à la façon de Łódź, straße, İstanbul",
          "一只用桨划的小船",
          "北京大学 in Beijing, founded in 1898年",
          "東京タワーは333メートルです",
          "서울은 대한민국의 수도이다",
          "кошка сидит на окне",
          "القط على الطاولة",
          "I love it 😀👍🏽 so much",
          "👩‍👩‍👧‍👦",
          "tabs\tand\nnew lines\r\nand\u00a0no-break   blanks",
          "x = a[i] + 3.14 * f(\"q\") != `z`; // 100% <b>$5</b>",
          "zero\u200bwidth and control \ufffd characters");

  @AfterAll
  static void close() {
    EMBEDDERS.close();
  }

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of(
            "sentence-transformers/all-MiniLM-L6-v2", new AllMiniLmL6V2QuantizedEmbeddingModel()),
        Arguments.of("BAAI/bge-small-en-v1.5", new BgeSmallEnV15QuantizedEmbeddingModel()),
        Arguments.of("BAAI/bge-small-zh-v1.5", new BgeSmallZhV15QuantizedEmbeddingModel()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void vectorsAreThoseOfTheWrapper(String name, EmbeddingModel wrapper) {
    List<String> texts = new ArrayList<>(TEXTS);
    texts.add(words(5_000, "the boat river of stone light walking and never houses"));
    texts.add(words(5_000, "船 河流 石头 光 走路 房子"));

    float[][] vectors = EMBEDDERS.find(name).embed(texts);

    for (int i = 0; i < texts.size(); i++) {
      float[] expected = wrapper.embed(texts.get(i)).content().vector();
      assertThat(Vectors.cosine(vectors[i], expected)).as(texts.get(i)).isGreaterThan(1 - 1e-4);
    }
  }

  private static String words(int count, String vocabulary) {
    Random random = new Random(7);
    String[] words = vocabulary.split(" ");
    return IntStream.range(0, count)
        .mapToObj(i -> words[random.nextInt(words.length)])
        .collect(Collectors.joining(" "));
  }
}
