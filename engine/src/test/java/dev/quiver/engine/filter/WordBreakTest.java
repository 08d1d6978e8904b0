package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.Payload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The multilingual tokenizer: Chinese and Japanese words, other text beside them, phrases. */
class WordBreakTest {
  private static TextAnalysis multilingual(boolean phrases) {
    return new TextAnalysis(
        Payload.JSON
            .createObjectNode()
            .put("tokenizer", "multilingual")
            .put("phrase_matching", phrases));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          我喜欢北京的天气                  | 我 喜欢 北京 的 天气
          iPhone15在中国发布了，价格2024元。 | iPhone15 在 中国 发布 了 价格 2024 元
          東京タワーに行きました            | 東京 タワー に 行き まし た
          関西国際空港から3時間             | 関西 国際 空港 から 3 時間
          Qdrantを日本語で使う              | Qdrant を 日本語 で 使う
          The quick fox's 3.5               | The quick fox's 3.5
          Привет, мир                       | Привет мир
          한국어 텍스트                     | 한국어 텍스트
          """)
  void textsAreCutIntoWords(String text, String words) {
    assertThat(WordBreak.words(text)).containsExactly(words.split(" "));
  }

  @Test
  void nothingOfATextIsLostWhateverItsIdeographsAre() {
    for (String text : List.of("𠮷野家", "龘靐齉", "這是一段德文文本", "中a文b", "ｶﾀｶﾅ")) {
      String letters =
          text.codePoints()
              .filter(Character::isLetter)
              .mapToObj(Character::toString)
              .reduce("", String::concat);
      assertThat(String.join("", WordBreak.words(text))).as(text).isEqualTo(letters);
    }
  }

  @Test
  void ideographsAloneAreReadInBothLanguages() {
    assertThat(WordBreak.readings("中国经济")).hasSize(2).first().isEqualTo(List.of("中国", "经济"));
    assertThat(WordBreak.readings("東京の天気")).hasSize(1);
    assertThat(WordBreak.readings("rowing boat 7")).containsExactly(List.of("rowing", "boat", "7"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          我喜欢北京的天气       | 北京       | true
          我喜欢北京的天气       | 天气 北京  | true
          我喜欢北京的天气       | 京         | false
          南京市长江大桥         | 长江       | true
          東京大学に入りました   | 東京       | true
          東京大学に入りました   | 大学       | true
          東京大学に入りました   | 東京の大学 | false
          ５月に発売のiPhone15   | iphone15   | true
          """)
  void wordsAreFoundInTextsOfBothLanguages(String text, String query, boolean found) {
    assertThat(multilingual(false).matchesAll(List.of(text), query)).isEqualTo(found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          我喜欢北京的天气     | 北京的天气   | true
          我喜欢北京的天气     | 天气北京     | false
          東京大学に入りました | 東京大学     | true
          東京大学に入りました | 大学東京     | false
          新款iPhone15在中国发布 | iPhone15在中国 | true
          """)
  void phrasesKeepTheirOrder(String text, String phrase, boolean found) {
    assertThat(multilingual(true).matchesPhrase(List.of(text), phrase)).isEqualTo(found);
    assertThat(multilingual(false).matchesPhrase(List.of(text), phrase)).isFalse();
  }

  @Test
  void documentsWithSingleIdeographsAreToldFromThoseWithWords() {
    assertThat(multilingual(false).fingerprint())
        .isNotEqualTo(former("MULTILINGUAL 0 2147483647 true false false null []"));
    // What other indexes have on disk stays what it is.
    assertThat(new TextAnalysis(null).fingerprint())
        .isEqualTo(former("WORD 0 2147483647 true false false null []"));
  }

  private static long former(String description) {
    byte[] bytes = description.getBytes(StandardCharsets.UTF_8);
    return SipHash.hash(bytes, 0, bytes.length);
  }
}
