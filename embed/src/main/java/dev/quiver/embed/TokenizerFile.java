package dev.quiver.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads Hugging Face's {@code tokenizer.json} of a BERT model. Anything that {@link
 * WordPieceTokenizer} does not do is refused with its name: a tokeniser that is nearly right gives
 * vectors that are quietly wrong.
 */
final class TokenizerFile {
  /**
   * What the file says.
   *
   * @param ids every piece with its id
   * @param specials literal texts that stand for one token wherever they occur
   * @param continuingPrefix what a piece begins with that continues a word
   * @param maxWordCodePoints a longer word is unknown as a whole
   * @param lowercase whether to lower case and strip accents
   */
  record Content(
      Map<String, Integer> ids,
      Map<String, Integer> specials,
      String continuingPrefix,
      int maxWordCodePoints,
      boolean lowercase) {
    int id(String piece) throws IOException {
      Integer id = ids.get(piece);
      if (id == null) {
        throw new IOException("tokenizer.json: the vocabulary has no " + piece);
      }
      return id;
    }
  }

  private TokenizerFile() {}

  static Content read(InputStream in) throws IOException {
    JsonNode root = JsonMapper.builder().build().readTree(in);
    JsonNode normalizer = root.path("normalizer");
    expect(normalizer, "type", "BertNormalizer");
    expect(normalizer, "clean_text", "true");
    expect(normalizer, "handle_chinese_chars", "true");
    // Null means: as "lowercase" says, which is the only form that occurs.
    expect(normalizer, "strip_accents", "null");
    expect(root.path("pre_tokenizer"), "type", "BertPreTokenizer");
    expect(root.path("post_processor"), "type", "TemplateProcessing");
    JsonNode model = root.path("model");
    expect(model, "type", "WordPiece");
    expect(model, "unk_token", WordPieceTokenizer.UNKNOWN);

    Map<String, Integer> ids = HashMap.newHashMap(model.path("vocab").size());
    for (Map.Entry<String, JsonNode> piece : model.path("vocab").properties()) {
      ids.put(piece.getKey(), piece.getValue().intValue());
    }
    Map<String, Integer> specials = new HashMap<>();
    for (JsonNode token : root.path("added_tokens")) {
      expect(token, "special", "true");
      expect(token, "normalized", "false");
      expect(token, "single_word", "false");
      expect(token, "lstrip", "false");
      expect(token, "rstrip", "false");
      specials.put(token.path("content").textValue(), token.path("id").intValue());
    }
    return new Content(
        ids,
        specials,
        model.path("continuing_subword_prefix").asText(),
        model.path("max_input_chars_per_word").intValue(),
        normalizer.path("lowercase").booleanValue());
  }

  private static void expect(JsonNode node, String field, String expected) throws IOException {
    String seen = node.path(field).asText("null");
    if (!seen.equals(expected)) {
      throw new IOException(
          "tokenizer.json: " + field + ": " + seen + " (expected: " + expected + ")");
    }
  }
}
