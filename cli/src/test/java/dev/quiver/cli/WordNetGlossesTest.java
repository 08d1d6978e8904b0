package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class WordNetGlossesTest {
  private static final List<WordNetGloss> ALL = list(WordNetGlosses.all());
  private static final List<WordNetGloss> SAMPLE =
      list(WordNetGlosses.sample(WordNetGlosses.DEFAULT_LIMIT));

  @Test
  void allIsEverySynsetOfWordNetOnce() {
    assertThat(ALL).hasSize(117_791);
    assertThat(count(ALL, WordNetGloss::partOfSpeech))
        .isEqualTo(
            Map.of("noun", 82_192L, "verb", 13_789L, "adjective", 18_185L, "adverb", 3_625L));
    assertThat(ALL.stream().map(WordNetGloss::id).collect(Collectors.toSet())).hasSize(117_791);
    assertThat(ALL).allSatisfy(gloss -> assertThat(gloss.lemmas()).isNotEmpty());
  }

  @Test
  void allIsInTheOrderOfWordNetsFiles() {
    assertThat(ALL).extracting(WordNetGloss::id).isSorted();
    assertThat(ALL.getFirst())
        .isEqualTo(
            new WordNetGloss(
                100_001_740,
                "noun",
                "noun.Tops",
                List.of("entity"),
                "that which is perceived or known or inferred to have its own distinct existence"
                    + " (living or nonliving)",
                List.of()));
  }

  @Test
  void aSynsetCarriesItsWordsItsDefinitionAndItsExamples() {
    assertThat(ALL)
        .filteredOn(
            gloss -> gloss.lemmas().contains("congener") && gloss.definition().contains("whole"))
        .singleElement()
        .satisfies(
            gloss -> {
              assertThat(gloss.definition())
                  .isEqualTo("a whole (a thing or person) of the same kind or category as another");
              assertThat(gloss.examples())
                  .containsExactly(
                      "lard was also used, though its congener, butter, was more frequently employed",
                      "the American shopkeeper differs from his European congener");
            });
    assertThat(ALL)
        .filteredOn(gloss -> gloss.lemmas().contains("rowboat"))
        .singleElement()
        .satisfies(
            gloss -> assertThat(gloss.lemmas()).containsExactly("dinghy", "dory", "rowboat"));
  }

  @Test
  void authorsOfExamplesAreLeftOut() {
    WordNetGloss gloss =
        WordNetGloss.parse(
            1,
            "adverb",
            "adv.all",
            List.of("barely"),
            "by a little; \"we hardly knew them\"- Yeats");
    assertThat(gloss.definition()).isEqualTo("by a little");
    assertThat(gloss.examples()).containsExactly("we hardly knew them");
  }

  @Test
  void aQuoteInsideADefinitionStaysThere() {
    WordNetGloss gloss =
        WordNetGloss.parse(1, "noun", "noun.act", List.of("x"), "the word \"x\" in a text");
    assertThat(gloss.definition()).isEqualTo("the word \"x\" in a text");
    assertThat(gloss.examples()).isEmpty();
  }

  @Test
  void theSampleIsTheSameEveryTime() {
    assertThat(list(WordNetGlosses.sample(WordNetGlosses.DEFAULT_LIMIT))).isEqualTo(SAMPLE);
  }

  @Test
  void aSmallerSampleIsTheBeginningOfALargerOne() {
    assertThat(list(WordNetGlosses.sample(500))).isEqualTo(SAMPLE.subList(0, 500));
  }

  @Test
  void theSampleMixesPartsOfSpeechFromItsBeginning() {
    for (List<WordNetGloss> part : List.of(SAMPLE.subList(0, 1_000), SAMPLE)) {
      Map<String, Long> counts = count(part, WordNetGloss::partOfSpeech);
      double one = part.size() / 100.0;
      assertThat((double) counts.get("noun")).isEqualTo(75 * one, within(one));
      assertThat((double) counts.get("verb")).isEqualTo(12 * one, within(one));
      assertThat((double) counts.get("adjective")).isEqualTo(10 * one, within(one));
      assertThat((double) counts.get("adverb")).isEqualTo(3 * one, within(one));
    }
  }

  @Test
  void theSampleHoldsEverydayThingsAndNoNames() {
    Set<String> words = new HashSet<>();
    SAMPLE.forEach(gloss -> words.addAll(gloss.lemmas()));
    assertThat(words)
        .contains("boat", "canoe", "hammer", "umbrella", "bicycle", "banana", "penguin", "spoon")
        .contains("thermometer", "violin", "elephant", "castle", "dentist", "volcano", "poet");
    assertThat(SAMPLE)
        .noneMatch(
            gloss ->
                gloss.lemmas().stream()
                    .allMatch(lemma -> lemma.chars().anyMatch(Character::isUpperCase)));
  }

  @Test
  void aLimitAboveTheNumberOfSynsetsGivesEachOfThemOnce() {
    WordNetGlosses everything = WordNetGlosses.sample(1_000_000);
    assertThat(everything.size()).isEqualTo(117_791);
    assertThat(new HashSet<>(list(everything))).isEqualTo(new HashSet<>(ALL));
  }

  @Test
  void aLimitBelowOneIsRefused() {
    assertThatThrownBy(() -> WordNetGlosses.sample(0)).hasMessage("limit: 0 (expected: >= 1)");
  }

  private static Map<String, Long> count(
      List<WordNetGloss> glosses, Function<WordNetGloss, String> by) {
    return glosses.stream().collect(Collectors.groupingBy(by, Collectors.counting()));
  }

  private static List<WordNetGloss> list(WordNetGlosses glosses) {
    List<WordNetGloss> list = new ArrayList<>();
    glosses.forEach(list::add);
    return list;
  }
}
