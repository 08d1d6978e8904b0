package dev.quiver.bench;

import dev.quiver.cli.WordNetGloss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A judged set of meanings: a document is a meaning's words and its definition, a question is a
 * sentence that WordNet gives as an example of a meaning, which no document has. The meaning itself
 * is relevant (2), and so are others that share one of its words (1).
 */
final class ExampleSentences {
  private ExampleSentences() {}

  static JudgedSet of(List<WordNetGloss> meanings, int questions) {
    Map<String, Set<Long>> byLemma = new HashMap<>();
    List<String> documents = new ArrayList<>();
    List<Integer> asked = new ArrayList<>();
    for (int id = 0; id < meanings.size(); id++) {
      WordNetGloss meaning = meanings.get(id);
      documents.add(String.join(", ", meaning.lemmas()) + ": " + meaning.definition());
      for (String lemma : meaning.lemmas()) {
        byLemma.computeIfAbsent(lower(lemma), _ -> new HashSet<>()).add((long) id);
      }
      if (!meaning.examples().isEmpty()) {
        asked.add(id);
      }
    }
    List<JudgedSet.Question> judged = new ArrayList<>();
    for (int id : JudgedSet.some(asked, questions)) {
      WordNetGloss meaning = meanings.get(id);
      Map<Long, Integer> relevant = new HashMap<>();
      for (String lemma : meaning.lemmas()) {
        byLemma.getOrDefault(lower(lemma), Set.of()).forEach(other -> relevant.put(other, 1));
      }
      relevant.put((long) id, 2);
      judged.add(new JudgedSet.Question(meaning.examples().getFirst(), relevant));
    }
    return new JudgedSet(
        "sentences",
        "an example sentence finds its meaning (words and definition)",
        documents,
        judged);
  }

  private static String lower(String lemma) {
    return lemma.toLowerCase(Locale.ROOT);
  }
}
