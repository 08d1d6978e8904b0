package dev.quiver.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.IndexWord;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;

/**
 * What WordNet's files say.
 *
 * @param glosses every synset, in the order of the files: nouns, verbs, adjectives, adverbs
 * @param uses {@code uses.get(i)}: how often the words of synset {@code i} were found, with this
 *     meaning, in the texts that WordNet's makers marked up (SemCor)
 * @param meanings for each part of speech and lower-case lemma, the ids of its synsets, the most
 *     usual meaning first
 */
record WordNetContent(
    List<WordNetGloss> glosses, List<Integer> uses, Map<String, long[]> meanings) {
  private static final List<POS> PARTS_OF_SPEECH =
      List.of(POS.NOUN, POS.VERB, POS.ADJECTIVE, POS.ADVERB);

  /**
   * Reads the data artifact on the class path.
   *
   * @throws IllegalStateException if it is not there or damaged
   */
  static WordNetContent read() {
    WordNetContent content =
        new WordNetContent(
            new ArrayList<>(120_000), new ArrayList<>(120_000), HashMap.newHashMap(160_000));
    try {
      Dictionary dictionary = Dictionary.getDefaultResourceInstance();
      try {
        for (POS pos : PARTS_OF_SPEECH) {
          content.add(dictionary, pos);
        }
      } finally {
        dictionary.close();
      }
    } catch (JWNLException e) {
      throw new IllegalStateException("WordNet could not be read: " + e.getMessage(), e);
    }
    return content;
  }

  private void add(Dictionary dictionary, POS pos) throws JWNLException {
    Iterator<Synset> synsets = dictionary.getSynsetIterator(pos);
    while (synsets.hasNext()) {
      Synset synset = synsets.next();
      List<Word> words = synset.getWords();
      glosses.add(
          WordNetGloss.parse(
              id(pos, synset.getOffset()),
              pos.getLabel(),
              synset.getLexFileName(),
              words.stream().map(Word::getLemma).toList(),
              synset.getGloss()));
      uses.add(words.stream().mapToInt(Word::getUseCount).sum());
    }
    Iterator<IndexWord> words = dictionary.getIndexWordIterator(pos);
    while (words.hasNext()) {
      IndexWord word = words.next();
      long[] ids = word.getSynsetOffsets().clone();
      for (int i = 0; i < ids.length; i++) {
        ids[i] = id(pos, ids[i]);
      }
      meanings.put(key(pos.getLabel(), word.getLemma()), ids);
    }
  }

  /** The place of the gloss among the lemma's meanings, from 1, the most usual. */
  int place(WordNetGloss gloss, String lemma) {
    long[] ids = meanings.get(key(gloss.partOfSpeech(), lemma));
    if (ids != null) {
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] == gloss.id()) {
          return i + 1;
        }
      }
    }
    throw new IllegalStateException(
        "WordNet's index does not list synset " + gloss.id() + " under " + lemma);
  }

  private static long id(POS pos, long offset) {
    return pos.getId() * 100_000_000L + offset;
  }

  private static String key(String partOfSpeech, String lemma) {
    return partOfSpeech + ' ' + lemma.toLowerCase(Locale.ROOT);
  }
}
