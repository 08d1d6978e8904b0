package dev.quiver.engine.filter;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/** Words by Unicode's rules (UAX #29), as Lucene's standard tokenizer cuts them. */
final class WordBreak {
  private WordBreak() {}

  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    try (StandardTokenizer tokenizer = new StandardTokenizer()) {
      tokenizer.setMaxTokenLength(StandardTokenizer.MAX_TOKEN_LENGTH_LIMIT);
      tokenizer.setReader(new StringReader(text));
      CharTermAttribute word = tokenizer.getAttribute(CharTermAttribute.class);
      tokenizer.reset();
      while (tokenizer.incrementToken()) {
        words.add(word.toString());
      }
      tokenizer.end();
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
    return words;
  }
}
