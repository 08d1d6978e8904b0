package dev.quiver.engine.filter;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.WordlistLoader;

/**
 * Lists of stop words that come as files: a word a line, {@code #} begins a comment. Each says
 * where it is from. Read when first asked for, then kept; thread-safe.
 */
final class StopWordFiles {
  private static final Map<String, CharArraySet> READ = new ConcurrentHashMap<>();

  private StopWordFiles() {}

  /** The words of a language that has a file. */
  static CharArraySet of(String language) {
    return READ.computeIfAbsent(language, StopWordFiles::read);
  }

  private static CharArraySet read(String language) {
    String name = "stopwords/" + language + ".txt";
    try (InputStream in = StopWordFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside " + StopWordFiles.class);
      }
      return CharArraySet.unmodifiableSet(
          WordlistLoader.getWordSet(new InputStreamReader(in, StandardCharsets.UTF_8), "#"));
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read", e);
    }
  }
}
