package dev.quiver.bench;

import dev.quiver.cli.WordNetGloss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Pointer;
import net.sf.extjwnl.data.PointerTarget;
import net.sf.extjwnl.data.PointerType;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;

/**
 * A judged set of words: a gloss must find the synonyms that it is the gloss of.
 *
 * <p>A document is one word as a thesaurus describes it: the word, what it is a kind of, what is
 * like it, what is derived from it, and the example sentences in which it stands, over all of its
 * meanings. No document has a definition, and none names the word's synonyms. A question is the
 * definition of a meaning that several words share, and each of these words is relevant (1).
 */
final class Synonyms {
  /** WordNet's pointers that say what a word means, in the order in which an entry has them. */
  private static final Map<PointerType, String> RELATIONS = new LinkedHashMap<>();

  static {
    RELATIONS.put(PointerType.HYPERNYM, "kind of");
    RELATIONS.put(PointerType.INSTANCE_HYPERNYM, "kind of");
    RELATIONS.put(PointerType.SIMILAR_TO, "like");
    RELATIONS.put(PointerType.SEE_ALSO, "like");
    RELATIONS.put(PointerType.DERIVATION, "related");
    RELATIONS.put(PointerType.PERTAINYM, "related");
  }

  private Synonyms() {}

  /** What is known of a word. */
  private static final class Entry {
    final long id;
    final Map<String, Set<String>> relations = new LinkedHashMap<>();
    final Set<String> synonyms = new LinkedHashSet<>();
    final List<String> sentences = new ArrayList<>();

    Entry(long id) {
      this.id = id;
    }

    String text(String word) {
      StringBuilder text = new StringBuilder(word);
      relations.forEach(
          (relation, words) -> {
            List<String> named =
                words.stream()
                    .filter(other -> !other.equals(word) && !synonyms.contains(other))
                    .toList();
            if (!named.isEmpty()) {
              text.append("; ").append(relation).append(": ").append(String.join(", ", named));
            }
          });
      sentences.forEach(sentence -> text.append("; ").append(sentence));
      return text.toString();
    }
  }

  /**
   * @throws IllegalStateException if WordNet cannot be read
   */
  static JudgedSet of(List<WordNetGloss> meanings, int questions) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    try {
      Dictionary dictionary = Dictionary.getDefaultResourceInstance();
      try {
        for (WordNetGloss meaning : meanings) {
          add(entries, meaning, synset(dictionary, meaning));
        }
      } finally {
        dictionary.close();
      }
    } catch (JWNLException e) {
      throw new IllegalStateException("WordNet could not be read: " + e.getMessage(), e);
    }
    List<String> documents = new ArrayList<>();
    entries.forEach((word, entry) -> documents.add(entry.text(word)));
    List<JudgedSet.Question> judged = new ArrayList<>();
    for (WordNetGloss meaning : meanings) {
      Map<Long, Integer> relevant = new HashMap<>();
      for (String lemma : meaning.lemmas()) {
        relevant.put(Objects.requireNonNull(entries.get(lower(lemma))).id, 1);
      }
      if (relevant.size() > 1) {
        judged.add(new JudgedSet.Question(meaning.definition(), relevant));
      }
    }
    return new JudgedSet(
        "synonyms",
        "a gloss finds the synonyms that it is of (words, their relations and sentences)",
        documents,
        JudgedSet.some(judged, questions));
  }

  private static void add(Map<String, Entry> entries, WordNetGloss meaning, Synset synset)
      throws JWNLException {
    List<Word> words = synset.getWords();
    for (int i = 0; i < words.size(); i++) {
      String word = lower(words.get(i).getLemma());
      Entry entry = entries.computeIfAbsent(word, _ -> new Entry(entries.size()));
      words.forEach(other -> entry.synonyms.add(lower(other.getLemma())));
      for (Pointer pointer : synset.getPointers()) {
        String relation = RELATIONS.get(pointer.getType());
        // A pointer of words (its source has a number from 1) is that of one of them alone.
        int source = pointer.getSourceIndex();
        if (relation != null && (source == 0 || source == i + 1)) {
          entry
              .relations
              .computeIfAbsent(relation, _ -> new LinkedHashSet<>())
              .addAll(named(pointer.getTarget()));
        }
      }
      Pattern standing = Pattern.compile("\\b" + Pattern.quote(word), Pattern.CASE_INSENSITIVE);
      meaning.examples().stream()
          .filter(sentence -> standing.matcher(sentence).find())
          .forEach(entry.sentences::add);
    }
  }

  private static List<String> named(PointerTarget target) {
    return switch (target) {
      case Word word -> List.of(lower(word.getLemma()));
      default -> target.getSynset().getWords().stream().map(w -> lower(w.getLemma())).toList();
    };
  }

  private static Synset synset(Dictionary dictionary, WordNetGloss meaning) throws JWNLException {
    POS pos = POS.getPOSForId(Math.toIntExact(meaning.id() / 100_000_000));
    Synset synset = dictionary.getSynsetAt(pos, meaning.id() % 100_000_000);
    if (synset == null) {
      throw new IllegalStateException("WordNet has no synset " + meaning.id());
    }
    return synset;
  }

  private static String lower(String lemma) {
    return lemma.toLowerCase(Locale.ROOT);
  }
}
