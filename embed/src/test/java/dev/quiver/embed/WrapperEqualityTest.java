package dev.quiver.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallzhv15q.BgeSmallZhV15QuantizedEmbeddingModel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same weights under LangChain4j's own wrapper are the reference. */
final class WrapperEqualityTest {
  private static final Embedders EMBEDDERS = Embedders.open();

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

  static final List<String> TEXTS =
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
          "zero\u200bwidth and \u0000 control \ufffd characters");

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void vectorsAreThoseOfTheWrapper(String name, EmbeddingModel wrapper) {
    Embedder embedder = EMBEDDERS.find(name);
    float[][] vectors = embedder.embed(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      float[] expected = wrapper.embed(TEXTS.get(i)).content().vector();
      System.out.println(name + " " + TEXTS.get(i) + " " + Vectors.cosine(vectors[i], expected));
    }
  }
}
