package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StopWordsTest {
  /** Every language that Qdrant's API names for stop words. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "arabic",
        "azerbaijani",
        "basque",
        "bengali",
        "catalan",
        "chinese",
        "danish",
        "dutch",
        "english",
        "finnish",
        "french",
        "german",
        "greek",
        "hebrew",
        "hinglish",
        "hungarian",
        "indonesian",
        "italian",
        "japanese",
        "kazakh",
        "nepali",
        "norwegian",
        "portuguese",
        "romanian",
        "russian",
        "slovene",
        "spanish",
        "swedish",
        "tajik",
        "turkish"
      })
  void aLanguageHasAListOfSingleWords(String language) throws IOException {
    JsonNode schema = json("{'type':'text','stopwords':'" + language + "'}");
    PayloadIndex index = PayloadIndexes.parse("t", schema);
    assertThat(index.params()).isNotNull();
    Set<String> words = StopWords.of(index.params().path("stopwords"));
    assertThat(words).hasSizeGreaterThan(50).allMatch(word -> !word.isBlank());
    assertThat(words).noneMatch(word -> word.startsWith("#") || !word.equals(word.strip()));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "az, 'bu kitab və onun müəllifi', 'kitab müəllifi'",
    "he, 'הספר של אבי הוא על השולחן', 'הספר אבי השולחן'",
    "hi-en, 'yeh kitab bahut achhi hai and cheap', 'kitab achhi cheap'",
    "kk, 'мен бұл кітап туралы ештеме білмеймін', 'кітап білмеймін'",
    "sl, 'knjiga je na mizi in v omari', 'knjiga mizi omari'",
    "tg, 'ин китоб аз они ман аст', 'китоб они'",
  })
  void wordsOfGrammarAreLeftOut(String code, String text, String left) throws IOException {
    PayloadIndex index =
        PayloadIndexes.parse("t", json("{'type':'text','stopwords':'" + code + "'}"));
    assertThat(new TextAnalysis(index.params()).documentTokens(text))
        .isEqualTo(List.of(left.split(" ")));
  }

  private static JsonNode json(String text) throws IOException {
    return Payload.JSON.readTree(text.replace('\'', '"'));
  }
}
