package dev.quiver.engine.filter;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.ja.JapaneseTokenizer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Words by Unicode's rules (UAX #29), as Lucene's standard tokenizer cuts them; runs of ideographs
 * and kana, which those rules cut into single ones, are cut into words by dictionaries: Japanese
 * ones in a text that has kana, Chinese ones in others. A dictionary is read when the first text
 * needs it. Thread-safe.
 */
final class WordBreak {
  private static final String IDEOGRAPHIC =
      StandardTokenizer.TOKEN_TYPES[StandardTokenizer.IDEOGRAPHIC];
  private static final Set<String> KANA =
      Set.of(
          StandardTokenizer.TOKEN_TYPES[StandardTokenizer.HIRAGANA],
          StandardTokenizer.TOKEN_TYPES[StandardTokenizer.KATAKANA]);

  private WordBreak() {}

  private enum Language {
    CHINESE,
    JAPANESE
  }

  /** A part of a text: a word, or a run of ideographs and kana. */
  private record Part(String text, boolean run) {}

  private record Parts(List<Part> parts, boolean kana, boolean ideographs) {}

  /** The words of a text, in order. */
  static List<String> words(String text) {
    Parts parts = parts(text);
    return words(parts, parts.kana() ? Language.JAPANESE : Language.CHINESE);
  }

  /**
   * The words of a text that is looked for, once for each language that it may be in: ideographs
   * alone are Chinese or Japanese.
   */
  static List<List<String>> readings(String text) {
    Parts parts = parts(text);
    List<String> japanese = words(parts, Language.JAPANESE);
    if (parts.kana() || !parts.ideographs()) {
      return List.of(japanese);
    }
    List<String> chinese = words(parts, Language.CHINESE);
    return chinese.equals(japanese) ? List.of(chinese) : List.of(chinese, japanese);
  }

  private static Parts parts(String text) {
    List<Part> parts = new ArrayList<>();
    boolean kana = false;
    boolean ideographs = false;
    int runStart = 0;
    int runEnd = 0;
    try (StandardTokenizer tokenizer = new StandardTokenizer()) {
      // It makes a buffer of the longest token that there may be.
      tokenizer.setMaxTokenLength(
          Math.clamp(text.length(), 1, StandardTokenizer.MAX_TOKEN_LENGTH_LIMIT));
      tokenizer.setReader(new StringReader(text));
      CharTermAttribute word = tokenizer.getAttribute(CharTermAttribute.class);
      OffsetAttribute offset = tokenizer.getAttribute(OffsetAttribute.class);
      TypeAttribute type = tokenizer.getAttribute(TypeAttribute.class);
      tokenizer.reset();
      while (tokenizer.incrementToken()) {
        boolean isKana = KANA.contains(type.type());
        boolean isIdeograph = type.type().equals(IDEOGRAPHIC);
        kana |= isKana;
        ideographs |= isIdeograph;
        boolean goesOn = (isKana || isIdeograph) && offset.startOffset() == runEnd;
        if (!goesOn) {
          addRun(text, runStart, runEnd, parts);
          runStart = offset.startOffset();
          runEnd = runStart;
        }
        if (isKana || isIdeograph) {
          runEnd = offset.endOffset();
        } else {
          parts.add(new Part(word.toString(), false));
        }
      }
      tokenizer.end();
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
    addRun(text, runStart, runEnd, parts);
    return new Parts(parts, kana, ideographs);
  }

  private static void addRun(String text, int start, int end, List<Part> parts) {
    if (end > start) {
      parts.add(new Part(text.substring(start, end), true));
    }
  }

  private static List<String> words(Parts parts, Language language) {
    List<String> words = new ArrayList<>();
    if (!parts.kana() && !parts.ideographs()) {
      parts.parts().forEach(part -> words.add(part.text()));
      return words;
    }
    Tokenizer dictionary =
        switch (language) {
          case CHINESE -> new HMMChineseTokenizer();
          case JAPANESE -> japanese();
        };
    for (Part part : parts.parts()) {
      if (part.run()) {
        cut(dictionary, part.text(), words);
      } else {
        words.add(part.text());
      }
    }
    return words;
  }

  /** Leaves the dictionary ready for the next run. */
  private static void cut(Tokenizer dictionary, String run, List<String> words) {
    CharTermAttribute word = dictionary.getAttribute(CharTermAttribute.class);
    dictionary.setReader(new StringReader(run));
    try {
      try {
        dictionary.reset();
        while (dictionary.incrementToken()) {
          words.add(word.toString());
        }
        dictionary.end();
      } finally {
        dictionary.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  /** Compounds are cut into their parts. */
  private static Tokenizer japanese() {
    return new JapaneseTokenizer(null, true, true, JapaneseTokenizer.Mode.SEARCH);
  }
}
