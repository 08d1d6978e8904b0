package dev.quiver.cli;

import java.util.Iterator;
import java.util.List;

/**
 * The glosses of WordNet 3.1, read from the Maven artifact that carries it: 117,791 synsets, or a
 * sample of them. The order is always the same. Reading takes about two seconds, and some 150 MB of
 * heap while it lasts.
 */
public final class WordNetGlosses implements Iterable<WordNetGloss> {
  /** Enough for good answers, few enough for a laptop to embed in seconds. */
  public static final int DEFAULT_LIMIT = 10_000;

  private final List<WordNetGloss> glosses;

  private WordNetGlosses(List<WordNetGloss> glosses) {
    this.glosses = List.copyOf(glosses);
  }

  /** Every synset: nouns, verbs, adjectives, adverbs, each in the order of WordNet's files. */
  public static WordNetGlosses all() {
    return new WordNetGlosses(WordNetContent.read().glosses());
  }

  /**
   * The {@code limit} best known synsets of mixed kind, best known first; all of them if the limit
   * is higher than their number. {@link WordNetSample} says how they are chosen.
   */
  public static WordNetGlosses sample(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: >= 1)");
    }
    return new WordNetGlosses(WordNetSample.choose(WordNetContent.read(), limit));
  }

  int size() {
    return glosses.size();
  }

  @Override
  public Iterator<WordNetGloss> iterator() {
    return glosses.iterator();
  }
}
