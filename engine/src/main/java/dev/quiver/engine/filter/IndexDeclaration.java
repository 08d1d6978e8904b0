package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PayloadIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks declarations of payload indexes. Members that a type does not have are refused:
 * an option that is dropped in silence would be an option that does not work.
 */
final class IndexDeclaration {
  private static final String AT = "field_schema";
  private static final Set<String> TOKENIZERS =
      Set.of("word", "whitespace", "prefix", "multilingual");
  private static final Set<String> MEMORY = Set.of("cold", "cached", "pinned");
  private static final Map<PayloadIndex.Type, List<String>> BOOLEANS =
      new EnumMap<>(PayloadIndex.Type.class);
  private static final Map<String, String> LANGUAGE_CODES =
      Map.ofEntries(
          Map.entry("ar", "arabic"),
          Map.entry("az", "azerbaijani"),
          Map.entry("eu", "basque"),
          Map.entry("bn", "bengali"),
          Map.entry("ca", "catalan"),
          Map.entry("zh", "chinese"),
          Map.entry("da", "danish"),
          Map.entry("nl", "dutch"),
          Map.entry("en", "english"),
          Map.entry("fi", "finnish"),
          Map.entry("fr", "french"),
          Map.entry("de", "german"),
          Map.entry("el", "greek"),
          Map.entry("he", "hebrew"),
          Map.entry("hi-en", "hinglish"),
          Map.entry("hu", "hungarian"),
          Map.entry("hy", "armenian"),
          Map.entry("id", "indonesian"),
          Map.entry("it", "italian"),
          Map.entry("ja", "japanese"),
          Map.entry("jp", "japanese"),
          Map.entry("kk", "kazakh"),
          Map.entry("ne", "nepali"),
          Map.entry("no", "norwegian"),
          Map.entry("pt", "portuguese"),
          Map.entry("ro", "romanian"),
          Map.entry("ru", "russian"),
          Map.entry("sl", "slovene"),
          Map.entry("es", "spanish"),
          Map.entry("sv", "swedish"),
          Map.entry("ta", "tamil"),
          Map.entry("tg", "tajik"),
          Map.entry("tr", "turkish"));

  static {
    BOOLEANS.put(
        PayloadIndex.Type.KEYWORD, List.of("is_tenant", "on_disk", "enable_hnsw", "prefix"));
    BOOLEANS.put(
        PayloadIndex.Type.INTEGER,
        List.of("lookup", "range", "is_principal", "on_disk", "enable_hnsw"));
    BOOLEANS.put(PayloadIndex.Type.FLOAT, List.of("is_principal", "on_disk", "enable_hnsw"));
    BOOLEANS.put(PayloadIndex.Type.GEO, List.of("on_disk", "enable_hnsw"));
    BOOLEANS.put(
        PayloadIndex.Type.TEXT,
        List.of("lowercase", "ascii_folding", "phrase_matching", "on_disk", "enable_hnsw"));
    BOOLEANS.put(PayloadIndex.Type.BOOL, List.of("on_disk", "enable_hnsw"));
    BOOLEANS.put(PayloadIndex.Type.DATETIME, List.of("is_principal", "on_disk", "enable_hnsw"));
    BOOLEANS.put(PayloadIndex.Type.UUID, List.of("is_tenant", "on_disk", "enable_hnsw"));
  }

  private IndexDeclaration() {}

  static PayloadIndex parse(String field, JsonNode schema) {
    PayloadPath.parse(field);
    if (schema.isTextual()) {
      return new PayloadIndex(field, type(schema.textValue(), AT), null);
    }
    Json.object(schema, AT, "a payload type or its parameters");
    String at = AT + ".type";
    PayloadIndex.Type type = type(Json.string(Json.required(schema, "type", AT), at), at);
    ObjectNode params = ((ObjectNode) schema).deepCopy();
    List<String> known = new ArrayList<>(List.of("type", "memory"));
    known.addAll(BOOLEANS.getOrDefault(type, List.of()));
    if (type == PayloadIndex.Type.TEXT) {
      known.addAll(List.of("tokenizer", "min_token_len", "max_token_len", "stopwords", "stemmer"));
    }
    Json.only(params, AT, known.toArray(String[]::new));
    for (String name : BOOLEANS.getOrDefault(type, List.of())) {
      JsonNode value = Json.member(params, name);
      if (value != null) {
        Json.bool(value, AT + "." + name);
      }
    }
    oneOf(params, "memory", MEMORY);
    if (type == PayloadIndex.Type.INTEGER
        && !params.path("lookup").asBoolean(true)
        && !params.path("range").asBoolean(true)) {
      throw Json.validation(
          AT + ".lookup", "the 'lookup' and 'range' capabilities can't be both disabled");
    }
    if (type == PayloadIndex.Type.TEXT) {
      checkText(params);
    }
    return new PayloadIndex(field, type, params);
  }

  private static PayloadIndex.Type type(String name, String at) {
    for (PayloadIndex.Type type : PayloadIndex.Type.values()) {
      if (type.wireName().equals(name)) {
        return type;
      }
    }
    String expected =
        Arrays.stream(PayloadIndex.Type.values())
            .map(type -> "`" + type.wireName() + "`")
            .collect(Collectors.joining(", "));
    throw Json.format("unknown variant `" + name + "`, expected one of " + expected, at);
  }

  private static void oneOf(ObjectNode params, String name, Set<String> values) {
    JsonNode value = Json.member(params, name);
    if (value != null && !values.contains(Json.string(value, AT + "." + name))) {
      throw Json.format(
          "unknown variant `"
              + value.textValue()
              + "`, expected one of "
              + values.stream().sorted().toList(),
          AT + "." + name);
    }
  }

  /** Also writes languages by their full names, so that later readers know one form. */
  private static void checkText(ObjectNode params) {
    oneOf(params, "tokenizer", TOKENIZERS);
    long min = length(params, "min_token_len", 0);
    long max = length(params, "max_token_len", Integer.MAX_VALUE);
    if (min > max) {
      throw Json.validation(
          AT + ".min_token_len",
          "value " + min + " invalid, must be max_token_len (" + max + ") or smaller");
    }
    JsonNode stopWords = Json.member(params, "stopwords");
    if (stopWords != null) {
      checkStopWords(params, stopWords);
    }
    JsonNode stemmer = Json.member(params, "stemmer");
    if (stemmer != null) {
      checkStemmer(stemmer);
    }
  }

  private static long length(ObjectNode params, String name, int absent) {
    JsonNode value = Json.member(params, name);
    if (value == null) {
      return absent;
    }
    long length = Json.unsigned(value, AT + "." + name);
    if (length > Integer.MAX_VALUE) {
      params.put(name, Integer.MAX_VALUE);
    }
    return Math.min(length, Integer.MAX_VALUE);
  }

  private static void checkStopWords(ObjectNode params, JsonNode stopWords) {
    String at = AT + ".stopwords";
    if (stopWords.isTextual()) {
      params.put("stopwords", stopWordLanguage(stopWords, at));
      return;
    }
    Json.object(stopWords, at, "a language or an object with `languages` and `custom`");
    Json.only(stopWords, at, "languages", "custom");
    JsonNode languages = Json.member(stopWords, "languages");
    if (languages != null) {
      Json.array(languages, at + ".languages", "a sequence of languages");
      ArrayNode full = params.arrayNode();
      languages.forEach(language -> full.add(stopWordLanguage(language, at + ".languages")));
      ((ObjectNode) stopWords).set("languages", full);
    }
    JsonNode custom = Json.member(stopWords, "custom");
    if (custom != null) {
      Json.array(custom, at + ".custom", "a sequence of strings");
      custom.forEach(word -> Json.string(word, at + ".custom"));
    }
  }

  private static String stopWordLanguage(JsonNode node, String at) {
    String language = language(node, at);
    if (!StopWords.supports(language)) {
      // A language that has a stemmer alone.
      throw Json.format("unknown variant `" + language + "`, expected a language", at);
    }
    return language;
  }

  private static void checkStemmer(JsonNode stemmer) {
    String at = AT + ".stemmer";
    Json.object(stemmer, at, "an object with `type`");
    String type = Json.string(Json.required(stemmer, "type", at), at + ".type");
    switch (type) {
      case "none" -> Json.only(stemmer, at, "type");
      case "snowball" -> {
        Json.only(stemmer, at, "type", "language");
        String language = language(Json.required(stemmer, "language", at), at + ".language");
        if (!Stemming.supports(language)) {
          throw Json.format("unknown variant `" + language + "`", at + ".language");
        }
        ((ObjectNode) stemmer).put("language", language);
      }
      default ->
          throw Json.format(
              "unknown variant `" + type + "`, expected `snowball` or `none`", at + ".type");
    }
  }

  private static String language(JsonNode node, String at) {
    String given = Json.string(node, at).toLowerCase(Locale.ROOT);
    String full = LANGUAGE_CODES.getOrDefault(given, given);
    if (!LANGUAGE_CODES.containsValue(full)) {
      throw Json.format("unknown variant `" + given + "`, expected a language", at);
    }
    return full;
  }

  /** Whether values can be walked in order: needed by order_by. */
  static boolean isRangeCapable(@Nullable PayloadIndex index) {
    return index != null
        && switch (index.type()) {
          case INTEGER -> index.params() == null || index.params().path("range").asBoolean(true);
          case FLOAT, DATETIME -> true;
          case KEYWORD, GEO, TEXT, BOOL, UUID -> false;
        };
  }

  /** Whether it knows which single values there are: needed by facets. */
  static boolean isValueCapable(PayloadIndex index) {
    return switch (index.type()) {
      case KEYWORD, BOOL, UUID -> true;
      case INTEGER -> index.params() == null || index.params().path("lookup").asBoolean(true);
      case FLOAT, GEO, TEXT, DATETIME -> false;
    };
  }
}
