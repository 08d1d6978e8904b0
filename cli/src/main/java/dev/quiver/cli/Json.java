package dev.quiver.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The one JSON reader and writer of the commands. */
final class Json {
  static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Pretty, as people read it. */
  static String pretty(JsonNode node) {
    return node.toPrettyString();
  }

  /**
   * Reads a JSON text that came from the command line.
   *
   * @param what names it in the message: "--filter"
   */
  static JsonNode parse(String text, String what) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CliException(
          ExitCode.USAGE, what + " is not JSON: " + e.getOriginalMessage() + "; seen: " + text, e);
    }
  }
}
