package dev.quiver.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.cli.WordNetGloss;
import dev.quiver.cli.WordNetGlosses;
import dev.quiver.embed.Embedders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The judged sets, and what the ways of searching make of them in the short form. */
class JudgedSetsTest {
  private static final List<WordNetGloss> MEANINGS = new ArrayList<>();

  static {
    WordNetGlosses.sample(700).forEach(MEANINGS::add);
  }

  @Test
  void aWordIsDescribedByItsRelationsAndSentencesWithoutDefinitionOrSynonyms() {
    JudgedSet set = Synonyms.of(MEANINGS, Integer.MAX_VALUE);

    assertThat(set.documents())
        .contains("river; kind of: stream, watercourse; the river was navigable for 50 miles");
    for (WordNetGloss meaning : MEANINGS) {
      if (meaning.definition().split(" ").length > 4) {
        assertThat(set.documents()).noneMatch(text -> text.contains(meaning.definition()));
      }
    }
  }

  @Test
  void aGlossAsksForAllWordsOfItsMeaning() {
    JudgedSet set = Synonyms.of(MEANINGS, Integer.MAX_VALUE);
    WordNetGloss several =
        MEANINGS.stream().filter(meaning -> meaning.lemmas().size() > 2).findFirst().orElseThrow();

    JudgedSet.Question question =
        set.questions().stream()
            .filter(asked -> asked.text().equals(several.definition()))
            .findFirst()
            .orElseThrow();
    assertThat(question.relevant().keySet())
        .extracting(id -> set.documents().get(id.intValue()).split(";")[0])
        .containsExactlyInAnyOrderElementsOf(several.lemmas());
    assertThat(set.questions()).allMatch(asked -> asked.relevant().size() > 1);
  }

  @Test
  void fusionIsNotBelowTheWorseOfBothSearches() throws Exception {
    try (Embedders embedders = Embedders.open()) {
      var embedder = embedders.find("sentence-transformers/all-MiniLM-L6-v2");
      for (JudgedSet set :
          List.of(Synonyms.of(MEANINGS, 120), ExampleSentences.of(MEANINGS, 120))) {
        Map<String, Double> gains = HybridBenchmark.gains(embedder, set);
        assertThat(gains)
            .containsOnlyKeys("dense", "bm25", "rrf", "rrf, k 60", "rrf, dense counts 3", "dbsf");
        assertThat(gains.values()).allMatch(gain -> gain > 0 && gain <= 1);
        double worse = Math.min(gains.get("dense"), gains.get("bm25"));
        assertThat(gains)
            .as(set.name())
            .allSatisfy(
                (_, gain) -> {
                  assertThat(gain).isGreaterThanOrEqualTo(worse);
                });
      }
    }
  }
}
