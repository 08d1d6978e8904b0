package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.filter.Condition.Match;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Matching of one value, without a text index. Types never coerce: 1.0 is no integer, "1" no
 * number, an integer beyond 64 bits with sign none either.
 */
final class ValueMatch {
  private ValueMatch() {}

  static Predicate<JsonNode> of(Match match) {
    return switch (match) {
      case Match.Keyword(String wanted) ->
          value -> value.isTextual() && value.textValue().equals(wanted);
      case Match.Int(long wanted) -> value -> isInteger(value) && value.longValue() == wanted;
      case Match.Bool(boolean wanted) ->
          value -> value.isBoolean() && value.booleanValue() == wanted;
      case Match.Text(String text) ->
          value -> value.isTextual() && value.textValue().contains(text);
      case Match.Phrase(String phrase) ->
          value -> value.isTextual() && value.textValue().contains(phrase);
      case Match.TextAny(String text) -> {
        List<String> words = words(text);
        yield value -> value.isTextual() && words.stream().anyMatch(value.textValue()::contains);
      }
      case Match.Prefix(String prefix) ->
          value -> value.isTextual() && value.textValue().startsWith(prefix);
      case Match.AnyKeyword(List<String> list) -> {
        Set<String> wanted = new HashSet<>(list);
        yield value -> value.isTextual() && wanted.contains(value.textValue());
      }
      case Match.AnyInt(List<Long> list) -> {
        Set<Long> wanted = new HashSet<>(list);
        yield value -> isInteger(value) && wanted.contains(value.longValue());
      }
      case Match.ExceptKeyword(List<String> list) -> {
        Set<String> unwanted = new HashSet<>(list);
        yield value ->
            !value.isNull() && !(value.isTextual() && unwanted.contains(value.textValue()));
      }
      case Match.ExceptInt(List<Long> list) -> {
        Set<Long> unwanted = new HashSet<>(list);
        yield value ->
            !value.isNull() && !(isInteger(value) && unwanted.contains(value.longValue()));
      }
    };
  }

  /** The words of a text_any without an index, each sought as a part of the value. */
  static List<String> words(String text) {
    return Unicode.runs(text, codePoint -> !Unicode.isWhitespace(codePoint));
  }

  /** Written as an integer, and fits 64 bits with sign. */
  static boolean isInteger(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong();
  }
}
