package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SparseVectors;
import dev.quiver.engine.VectorValue;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/**
 * Texts as sparse vectors whose inner product, with queries weighted by the rareness of indices, is
 * Okapi BM25. A token's index is the absolute value of the 32-bit MurmurHash3 (seed 0) of its UTF-8
 * bytes, so that vectors which clients made the same way fit. Immutable and thread-safe.
 *
 * <p>A token that is n times in a text of l tokens has the value n (k + 1) / (n + k (1 - b + b l /
 * avg_len)); in a query every token has 1. Source: S. Robertson, H. Zaragoza, The probabilistic
 * relevance framework: BM25 and beyond, 2009.
 */
public final class Bm25 {
  private static final Set<String> MODELS = Set.of("qdrant/bm25", "bm25");
  private static final String DEFAULT_LANGUAGE = "english";
  private static final List<String> TOKENIZERS =
      List.of("prefix", "whitespace", "word", "multilingual");

  private final double k;
  private final double b;
  private final double averageLength;
  private final TextAnalysis analysis;

  private Bm25(double k, double b, double averageLength, TextAnalysis analysis) {
    this.k = k;
    this.b = b;
    this.averageLength = averageLength;
    this.analysis = analysis;
  }

  /** Whether a model's name means this. */
  public static boolean isModel(String model) {
    return MODELS.contains(model.toLowerCase(Locale.ROOT));
  }

  /**
   * @param options of a Document: k, b, avg_len, language, tokenizer, lowercase, ascii_folding,
   *     stopwords, stemmer, min_token_len, max_token_len; others are ignored
   * @throws QuiverException WRONG_INPUT
   */
  public static Bm25 of(@Nullable ObjectNode options) {
    ObjectNode given = options == null ? JsonNodeFactory.instance.objectNode() : options;
    double k = number(given, "k", 1.2);
    double b = number(given, "b", 0.75);
    double averageLength = number(given, "avg_len", 256);
    if (!(k >= 0 && Double.isFinite(k))) {
      throw QuiverException.wrongInput("BM25 k1 must be finite and >= 0, got " + k);
    }
    if (!(b >= 0 && b <= 1)) {
      throw QuiverException.wrongInput("BM25 b must be finite and in [0.0, 1.0], got " + b);
    }
    if (!(averageLength > 0 && Double.isFinite(averageLength))) {
      throw QuiverException.wrongInput(
          "BM25 avg_doc_len must be finite and > 0, got " + averageLength);
    }
    return new Bm25(k, b, averageLength, new TextAnalysis(analysis(given)));
  }

  private static double number(ObjectNode options, String name, double otherwise) {
    JsonNode value = options.path(name);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw invalid(name, value, "a number");
    }
    return value.doubleValue();
  }

  private static QuiverException invalid(String name, JsonNode value, String expected) {
    String seen = value.toString();
    return QuiverException.wrongInput(
        "Invalid BM25 config: "
            + name
            + ": "
            + (seen.length() > 100 ? seen.substring(0, 100) + "..." : seen)
            + " (expected: "
            + expected
            + ")");
  }

  /** The parameters of a text index that cuts texts in this way. */
  private static ObjectNode analysis(ObjectNode options) {
    ObjectNode params = JsonNodeFactory.instance.objectNode();
    JsonNode tokenizer = options.path("tokenizer");
    if (!tokenizer.isMissingNode()) {
      if (!TOKENIZERS.contains(tokenizer.asText())) {
        throw invalid("tokenizer", tokenizer, "one of " + String.join(", ", TOKENIZERS));
      }
      params.set("tokenizer", tokenizer);
    }
    copy(options, params, "lowercase", JsonNode::isBoolean, "true or false");
    copy(options, params, "ascii_folding", JsonNode::isBoolean, "true or false");
    copy(options, params, "min_token_len", Bm25::isLength, "an unsigned integer");
    copy(options, params, "max_token_len", Bm25::isLength, "an unsigned integer");
    copy(options, params, "language", JsonNode::isTextual, "a string");
    String language = params.path("language").asText(DEFAULT_LANGUAGE).toLowerCase(Locale.ROOT);
    params.remove("language");
    JsonNode stopWords = options.path("stopwords");
    if (!isAbsent(stopWords)) {
      checkStopWords(stopWords);
      params.set("stopwords", stopWords);
    } else if (StopWords.supports(language)) {
      params.put("stopwords", language);
    }
    JsonNode stemmer = options.path("stemmer");
    if (!isAbsent(stemmer)) {
      String type = stemmer.path("type").asText();
      boolean known =
          type.equals("none")
              || (type.equals("snowball") && Stemming.supports(stemmer.path("language").asText()));
      if (!known) {
        throw invalid(
            "stemmer", stemmer, "{\"type\": \"snowball\", \"language\": a supported language}");
      }
      params.set("stemmer", stemmer);
    } else if (Stemming.supports(language)) {
      params.putObject("stemmer").put("type", "snowball").put("language", language);
    }
    return params;
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static boolean isLength(JsonNode value) {
    return value.canConvertToInt() && value.isIntegralNumber() && value.intValue() >= 0;
  }

  private static void copy(
      ObjectNode from,
      ObjectNode to,
      String name,
      java.util.function.Predicate<JsonNode> fits,
      String expected) {
    JsonNode value = from.path(name);
    if (isAbsent(value)) {
      return;
    }
    if (!fits.test(value)) {
      throw invalid(name, value, expected);
    }
    to.set(name, value);
  }

  private static void checkStopWords(JsonNode given) {
    if (!given.isTextual() && !given.isObject()) {
      throw invalid("stopwords", given, "a language, or languages and custom words");
    }
    if (given.isTextual()) {
      checkLanguage(given);
    }
    for (JsonNode language : given.path("languages")) {
      checkLanguage(language);
    }
  }

  private static void checkLanguage(JsonNode language) {
    if (!StopWords.supports(language.asText())) {
      throw invalid("stopwords", language, "a supported language");
    }
  }

  /** The vector of a text that is to be found. */
  public VectorValue.Sparse document(String text) {
    List<String> tokens = analysis.documentTokens(text);
    Map<String, Integer> counts = new HashMap<>();
    tokens.forEach(token -> counts.merge(token, 1, Integer::sum));
    double norm = k * (1 - b + b * tokens.size() / averageLength);
    Map<Integer, Float> values = new TreeMap<>();
    counts.forEach(
        (token, count) ->
            values.merge(index(token), (float) (count * (k + 1) / (count + norm)), Math::max));
    return vector(values.keySet(), values.values());
  }

  /** The vector of a text to find others by. */
  public VectorValue.Sparse query(String text) {
    Set<Integer> indices = new TreeSet<>();
    analysis.queryTokens(text).forEach(token -> indices.add(index(token)));
    return vector(indices, indices.stream().map(_ -> 1f).toList());
  }

  private static VectorValue.Sparse vector(Set<Integer> indices, Collection<Float> values) {
    int[] ints = indices.stream().mapToInt(Integer::intValue).toArray();
    float[] floats = new float[ints.length];
    int i = 0;
    for (float value : values) {
      floats[i++] = value;
    }
    return SparseVectors.sorted(ints, floats);
  }

  /** A token's index, unsigned. */
  static int index(String token) {
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    return Math.abs(StringHelper.murmurhash3_x86_32(bytes, 0, bytes.length, 0));
  }
}
