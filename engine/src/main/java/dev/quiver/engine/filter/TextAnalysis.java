package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.jspecify.annotations.Nullable;

/**
 * How a declared text index cuts text into tokens and compares them. A token goes through: cut,
 * fold to ASCII, lower case, stop words, stemming, length. Immutable and thread-safe.
 *
 * <ul>
 *   <li>word (default): runs of letters and digits
 *   <li>whitespace: runs without whitespace
 *   <li>prefix: words, and in documents also their beginnings
 *   <li>multilingual: word boundaries of Unicode (UAX #29), Chinese and Japanese by dictionaries
 *       ({@link WordBreak})
 * </ul>
 *
 * <p>A query may have several readings; it finds what one of them finds.
 */
final class TextAnalysis {
  /** Longest beginning that the prefix tokenizer keeps, unless the index says less. */
  static final int MAX_PREFIX = 64;

  private enum Tokenizer {
    WORD,
    WHITESPACE,
    PREFIX,
    MULTILINGUAL;

    /**
     * What tells its tokens apart from those of other tokenizers and of its own former versions;
     * changes whenever its tokens do, so that documents with former ones are recognised as such.
     */
    String version() {
      return this == MULTILINGUAL ? "MULTILINGUAL 2" : name();
    }
  }

  private final Tokenizer tokenizer;
  private final int minLength;
  private final int maxLength;
  private final boolean lowercase;
  private final boolean asciiFolding;
  private final boolean phrases;
  private final Set<String> stopWords;
  private final @Nullable String stemmerLanguage;
  private final long fingerprint;

  /**
   * @param params a valid parameter object of a text index, or null for the defaults
   */
  TextAnalysis(@Nullable ObjectNode params) {
    JsonNode given = params == null ? MissingNode.getInstance() : params;
    this.tokenizer =
        Tokenizer.valueOf(given.path("tokenizer").asText("word").toUpperCase(Locale.ROOT));
    this.minLength = given.path("min_token_len").asInt(0);
    this.maxLength = given.path("max_token_len").asInt(Integer.MAX_VALUE);
    this.lowercase = given.path("lowercase").asBoolean(true);
    this.asciiFolding = given.path("ascii_folding").asBoolean(false);
    this.phrases = given.path("phrase_matching").asBoolean(false);
    Set<String> stopped = StopWords.of(given.path("stopwords"));
    if (lowercase) {
      Set<String> lowered = new HashSet<>();
      stopped.forEach(word -> lowered.add(word.toLowerCase(Locale.ROOT)));
      stopped = lowered;
    }
    this.stopWords = Collections.unmodifiableSet(stopped);
    JsonNode stemmer = given.path("stemmer");
    this.stemmerLanguage =
        stemmer.path("type").asText("").equals("snowball")
            ? stemmer.path("language").asText()
            : null;
    byte[] description =
        (tokenizer.version()
                + " "
                + minLength
                + " "
                + maxLength
                + " "
                + lowercase
                + " "
                + asciiFolding
                + " "
                + phrases
                + " "
                + stemmerLanguage
                + " "
                + new TreeSet<>(stopWords))
            .getBytes(StandardCharsets.UTF_8);
    this.fingerprint = SipHash.hash(description, 0, description.length);
  }

  /** Whether phrases can be matched; without it a phrase matches nothing. */
  boolean phrases() {
    return phrases;
  }

  /** Tells apart analyses that give different tokens. */
  long fingerprint() {
    return fingerprint;
  }

  /** Tokens of a stored text, in order. */
  List<String> documentTokens(String text) {
    return tokens(cut(text));
  }

  private List<String> tokens(List<String> words) {
    List<String> tokens = new ArrayList<>();
    for (String raw : words) {
      if (tokenizer == Tokenizer.PREFIX) {
        beginnings(raw, tokens);
      } else {
        String token = process(raw, true);
        if (token != null) {
          tokens.add(token);
        }
      }
    }
    return tokens;
  }

  /** Tokens of a query that one of them must match, over all of its readings. */
  Set<String> queryTokens(String text) {
    Set<String> tokens = new TreeSet<>();
    queryReadings(text).forEach(tokens::addAll);
    return tokens;
  }

  /**
   * The tokens of a query by words, for each of its readings, none of which is empty; for the
   * prefix tokenizer, the words alone.
   */
  List<Set<String>> queryReadings(String text) {
    if (tokenizer != Tokenizer.PREFIX) {
      List<Set<String>> readings = new ArrayList<>();
      phraseReadings(text).forEach(tokens -> readings.add(new TreeSet<>(tokens)));
      return readings;
    }
    Set<String> tokens = new TreeSet<>();
    for (String raw : cut(text)) {
      // Stop words stay: they may be the beginning of a word still being typed.
      String token = stem(lower(fold(raw)));
      if (token.codePointCount(0, token.length()) >= minLength) {
        tokens.add(head(token, Math.min(maxLength, MAX_PREFIX)));
      }
    }
    return tokens.isEmpty() ? List.of() : List.of(tokens);
  }

  /** The tokens of a phrase in order, for each of its readings, none of which is empty. */
  List<List<String>> phraseReadings(String phrase) {
    List<List<String>> readings = new ArrayList<>();
    if (tokenizer == Tokenizer.MULTILINGUAL) {
      WordBreak.readings(phrase).forEach(words -> readings.add(tokens(words)));
    } else {
      readings.add(documentTokens(phrase));
    }
    readings.removeIf(List::isEmpty);
    return readings;
  }

  /** Whether all of the query's tokens, in one reading, are among the texts'. */
  boolean matchesAll(List<String> texts, String query) {
    Set<String> tokens = tokensOf(texts);
    return queryReadings(query).stream().anyMatch(tokens::containsAll);
  }

  /** Whether one of the query's tokens is among the texts'. */
  boolean matchesAny(List<String> texts, String query) {
    return !Collections.disjoint(tokensOf(texts), queryTokens(query));
  }

  /** Whether the phrase's tokens stand one after the other in one of the texts. */
  boolean matchesPhrase(List<String> texts, String phrase) {
    List<List<String>> readings = phrases ? phraseReadings(phrase) : List.of();
    return texts.stream()
        .map(this::documentTokens)
        .anyMatch(
            tokens ->
                readings.stream()
                    .anyMatch(wanted -> Collections.indexOfSubList(tokens, wanted) >= 0));
  }

  private Set<String> tokensOf(List<String> texts) {
    Set<String> tokens = new HashSet<>();
    texts.forEach(text -> tokens.addAll(documentTokens(text)));
    return tokens;
  }

  private List<String> cut(String text) {
    return switch (tokenizer) {
      case WORD, PREFIX -> Unicode.runs(text, Unicode::isAlphanumeric);
      case WHITESPACE -> Unicode.runs(text, codePoint -> !Unicode.isWhitespace(codePoint));
      case MULTILINGUAL -> WordBreak.words(text);
    };
  }

  private void beginnings(String raw, List<String> tokens) {
    String word = process(raw, false);
    if (word == null) {
      return;
    }
    int length = word.codePointCount(0, word.length());
    int longest = Math.min(maxLength, MAX_PREFIX);
    for (int n = Math.max(1, minLength); n <= Math.min(length, longest); n++) {
      tokens.add(head(word, n));
    }
  }

  private @Nullable String process(String raw, boolean checkMaxLength) {
    String token = lower(fold(raw));
    if (stopWords.contains(token)) {
      return null;
    }
    token = stem(token);
    int length = token.codePointCount(0, token.length());
    boolean fits = length >= minLength && (!checkMaxLength || length <= maxLength);
    return fits && length > 0 ? token : null;
  }

  private String fold(String token) {
    if (!asciiFolding) {
      return token;
    }
    char[] input = token.toCharArray();
    // One character folds to four at most.
    char[] output = new char[4 * input.length];
    int length = ASCIIFoldingFilter.foldToASCII(input, 0, output, 0, input.length);
    return new String(output, 0, length);
  }

  private String lower(String token) {
    return lowercase ? token.toLowerCase(Locale.ROOT) : token;
  }

  private String stem(String token) {
    return stemmerLanguage == null ? token : Stemming.stem(stemmerLanguage, token);
  }

  private static String head(String token, int codePoints) {
    return token.codePointCount(0, token.length()) <= codePoints
        ? token
        : token.substring(0, token.offsetByCodePoints(0, codePoints));
  }
}
