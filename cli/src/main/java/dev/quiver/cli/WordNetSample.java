package dev.quiver.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Chooses synsets that make a good reverse dictionary: things that people describe, in words that
 * they know.
 *
 * <p>WordNet's file order would give one corner of the language (its first 10,000 nouns are acts
 * and animals), and chance would give mostly Latin plant names. So synsets are put into {@link
 * Kind}s, each kind is sorted by how well known its words are, and the kinds are drawn from by
 * their shares.
 *
 * <p>How well known: {@code log(1 + uses) + log(1 + mentions) / (place * sqrt(meanings))}, the
 * second term for the synset's best lemma. Uses are those in WordNet's marked-up texts. Mentions
 * are other definitions in which the lemma stands: what a dictionary itself presumes known, which
 * also finds what those texts never speak of, such as the penguin. A mention says little for a
 * meaning that is not the lemma's first, or one of many: place counts from 1 within the part of
 * speech, meanings over all of them. (Of 101 everyday things tried, from anchor to zipper, 83 are
 * among the best 5,500 things; with uses and mentions merely added, 73.) Names, written with a
 * capital, come only when all else is used up.
 *
 * <p>A smaller sample is the beginning of a larger one. No randomness, no dependence on the
 * machine.
 */
final class WordNetSample {
  /** Groups of synsets with their shares of a sample, in percent. */
  private enum Kind {
    /**
     * Tools, animals, food, plants, parts of the body, people: what reverse dictionaries are asked.
     */
    THING(55),
    IDEA(20),
    VERB(12),
    ADJECTIVE(10),
    ADVERB(3),
    NAME(0);

    final int share;

    Kind(int share) {
      this.share = share;
    }
  }

  private static final Set<String> THINGS =
      Set.of(
          "noun.animal",
          "noun.artifact",
          "noun.body",
          "noun.food",
          "noun.object",
          "noun.person",
          "noun.plant",
          "noun.substance");

  private WordNetSample() {}

  /** A synset and how well known it is. */
  private record Ranked(WordNetGloss gloss, double known) {}

  /** What is left of one kind, the best known first. */
  private static final class Stock {
    final Kind kind;
    final List<Ranked> ranked = new ArrayList<>();
    int taken;

    Stock(Kind kind) {
      this.kind = kind;
    }

    boolean empty() {
      return taken == ranked.size();
    }

    /**
     * How far behind its share this kind is if {@code total} were drawn; names come last of all.
     */
    double behind(int total) {
      return kind == Kind.NAME ? -Double.MAX_VALUE : kind.share / 100.0 * total - taken;
    }

    WordNetGloss draw() {
      return ranked.get(taken++).gloss();
    }
  }

  /** Time O(n log n) for n synsets. */
  static List<WordNetGloss> choose(WordNetContent content, int limit) {
    List<Stock> stocks = Arrays.stream(Kind.values()).map(Stock::new).toList();
    for (Ranked ranked : rank(content)) {
      Kind kind = kind(ranked.gloss());
      stocks.stream().filter(s -> s.kind == kind).forEach(s -> s.ranked.add(ranked));
    }
    for (Stock stock : stocks) {
      stock.ranked.sort(
          Comparator.comparingDouble(Ranked::known)
              .reversed()
              .thenComparingLong(ranked -> ranked.gloss().id()));
    }
    int count = Math.min(limit, content.glosses().size());
    List<WordNetGloss> drawn = new ArrayList<>(count);
    while (drawn.size() < count) {
      drawn.add(furthestBehind(stocks, drawn.size() + 1).draw());
    }
    return drawn;
  }

  private static Stock furthestBehind(List<Stock> stocks, int total) {
    return stocks.stream()
        .filter(stock -> !stock.empty())
        .max(Comparator.comparingDouble(stock -> stock.behind(total)))
        .orElseThrow();
  }

  private static Kind kind(WordNetGloss gloss) {
    if (gloss.lemmas().stream().allMatch(WordNetSample::isName)) {
      return Kind.NAME;
    }
    return switch (gloss.partOfSpeech()) {
      case "noun" -> THINGS.contains(gloss.category()) ? Kind.THING : Kind.IDEA;
      case "verb" -> Kind.VERB;
      case "adjective" -> Kind.ADJECTIVE;
      case "adverb" -> Kind.ADVERB;
      default -> throw new IllegalArgumentException("part of speech: " + gloss.partOfSpeech());
    };
  }

  private static boolean isName(String lemma) {
    return lemma.chars().anyMatch(Character::isUpperCase);
  }

  private static List<Ranked> rank(WordNetContent content) {
    Map<String, Integer> meanings = new HashMap<>();
    for (WordNetGloss gloss : content.glosses()) {
      gloss.lemmas().forEach(lemma -> meanings.merge(lemma, 1, Integer::sum));
    }
    Map<String, Integer> mentions = mentions(content.glosses(), meanings.keySet());
    List<Ranked> ranked = new ArrayList<>(content.glosses().size());
    for (int i = 0; i < content.glosses().size(); i++) {
      WordNetGloss gloss = content.glosses().get(i);
      double mentioned = 0;
      for (String lemma : gloss.lemmas()) {
        double mentionsOfLemma = mentions.getOrDefault(lemma, 0);
        if (mentionsOfLemma > 0) {
          double doubt = content.place(gloss, lemma) * Math.sqrt(meanings.getOrDefault(lemma, 1));
          mentioned = Math.max(mentioned, Math.log1p(mentionsOfLemma) / doubt);
        }
      }
      ranked.add(new Ranked(gloss, Math.log1p(content.uses().get(i)) + mentioned));
    }
    return ranked;
  }

  /**
   * In how many definitions each lemma stands, plain plurals and compounds of two words included.
   */
  private static Map<String, Integer> mentions(List<WordNetGloss> glosses, Set<String> lemmas) {
    Map<String, Integer> mentions = new HashMap<>();
    Set<String> inOne = new HashSet<>();
    for (WordNetGloss gloss : glosses) {
      inOne.clear();
      String before = "";
      for (String word : gloss.definition().toLowerCase(Locale.ROOT).split("[^\\p{L}-]+")) {
        String lemma = lemmas.contains(word) ? word : singular(word);
        inOne.add(lemma);
        inOne.add(before + " " + lemma);
        before = word;
      }
      for (String lemma : inOne) {
        // Shorter ones are articles, prepositions and units of measure.
        if (lemma.length() > 2 && lemmas.contains(lemma)) {
          mentions.merge(lemma, 1, Integer::sum);
        }
      }
    }
    return mentions;
  }

  private static String singular(String word) {
    return word.endsWith("s") ? word.substring(0, word.length() - 1) : word;
  }
}
