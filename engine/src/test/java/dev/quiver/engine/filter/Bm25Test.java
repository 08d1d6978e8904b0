package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorValue;
import org.junit.jupiter.api.Test;

class Bm25Test {
  private static ObjectNode options() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static float value(VectorValue.Sparse vector, String token) {
    for (int i = 0; i < vector.indices().length; i++) {
      if (vector.indices()[i] == Bm25.index(token)) {
        return vector.values()[i];
      }
    }
    throw new AssertionError(token + " is not in " + vector);
  }

  @Test
  void aTokensIndexIsTheHashThatClientsCompute() {
    // mmh3.hash of Python, made positive.
    assertThat(Bm25.index("hello")).isEqualTo(613_153_351);
    assertThat(Bm25.index("")).isZero();
  }

  @Test
  void aDocumentsValuesFollowTheFormula() {
    ObjectNode options = options().put("avg_len", 5).put("tokenizer", "word");
    options.putObject("stemmer").put("type", "none");
    options.putObject("stopwords");
    VectorValue.Sparse vector = Bm25.of(options).document("The cat sat on the");
    assertThat(vector.indices()).hasSize(4);
    assertThat(value(vector, "the")).isEqualTo(2 * 2.2f / (1.2f + 2));
    assertThat(value(vector, "cat")).isEqualTo(2.2f / (1.2f + 1));
  }

  @Test
  void byDefaultEnglishStopWordsAreLeftOutAndWordsAreStemmed() {
    Bm25 bm25 = Bm25.of(null);
    assertThat(bm25.document("The a an and or but").indices()).isEmpty();
    assertThat(bm25.query("Running runs").indices()).containsExactly(Bm25.index("run"));
    assertThat(value(bm25.query("Running runs"), "run")).isEqualTo(1f);
  }

  @Test
  void anotherLanguageAndTokenizerChangeTheTokens() {
    assertThat(Bm25.of(options().put("language", "german")).query("die Häuser").indices())
        .containsExactly(Bm25.index("haus"));
    assertThat(Bm25.of(options().put("language", "none")).query("The Houses").indices())
        .containsExactlyInAnyOrder(Bm25.index("the"), Bm25.index("houses"));
    ObjectNode folded = options().put("language", "none").put("ascii_folding", true);
    assertThat(Bm25.of(folded).query("Ação").indices()).containsExactly(Bm25.index("acao"));
    ObjectNode prefix = options().put("tokenizer", "prefix").put("language", "none");
    prefix.put("min_token_len", 2).put("max_token_len", 3);
    assertThat(Bm25.of(prefix).document("hello").indices())
        .containsExactlyInAnyOrder(Bm25.index("he"), Bm25.index("hel"));
    assertThat(Bm25.of(prefix).query("hello").indices()).containsExactly(Bm25.index("hel"));
    ObjectNode japanese = options().put("tokenizer", "multilingual").put("language", "japanese");
    assertThat(Bm25.of(japanese).query("東京").indices()).isNotEmpty();
  }

  @Test
  void wrongOptionsAreNamed() {
    refuses(options().put("k", -1), "BM25 k1 must be finite and >= 0, got -1.0");
    refuses(options().put("b", 1.5), "BM25 b must be finite and in [0.0, 1.0], got 1.5");
    refuses(options().put("avg_len", 0), "BM25 avg_doc_len must be finite and > 0, got 0.0");
    refuses(options().put("k", "x"), "Invalid BM25 config: k: \"x\" (expected: a number)");
    refuses(options().put("lowercase", 1), "Invalid BM25 config: lowercase: 1");
    refuses(options().put("stopwords", "klingon"), "Invalid BM25 config: stopwords: \"klingon\"");
    refuses(options().put("min_token_len", -1), "Invalid BM25 config: min_token_len: -1");
    ObjectNode stemmer = options();
    stemmer.putObject("stemmer").put("type", "snowball").put("language", "klingon");
    refuses(stemmer, "Invalid BM25 config: stemmer");
  }

  private static void refuses(ObjectNode options, String text) {
    assertThatThrownBy(() -> Bm25.of(options))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining(text);
  }
}
