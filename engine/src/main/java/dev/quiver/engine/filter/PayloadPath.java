package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path into a payload: {@code a.b}, {@code a[].b} (every element), {@code a[0]} (one element),
 * {@code "a.b"} (a key that needs quoting). It begins with a key.
 *
 * <p>A raw key is one or more letters, digits, {@code _} or {@code -}; a quoted one is any text
 * without {@code "} and {@code \}. Two paths are equal when their steps are, however they were
 * quoted. Immutable.
 */
public record PayloadPath(List<Step> steps) {
  /** Paths are bounded, so that walking one is. */
  static final int MAX_STEPS = 256;

  private static final int MAX_INDEX_DIGITS = 9;

  /** One step down. */
  public sealed interface Step {
    /** Into an object's member. */
    record Key(String name) implements Step {}

    /** Into an array's element, from 0. */
    record Index(int position) implements Step {}

    /** Into every element of an array. */
    record Every() implements Step {}
  }

  static final Step EVERY = new Step.Every();

  public PayloadPath {
    steps = List.copyOf(steps);
  }

  /**
   * Reads a path.
   *
   * @throws QuiverException {@link ErrorCode#FORMAT}: {@code Invalid json path: 'x'}
   */
  public static PayloadPath parse(String text) {
    PayloadPath parsed = tryParse(text);
    if (parsed == null) {
      throw new QuiverException(ErrorCode.FORMAT, "Invalid json path: '" + text + "'");
    }
    return parsed;
  }

  private static @Nullable PayloadPath tryParse(String text) {
    List<Step> steps = new ArrayList<>();
    int at = 0;
    while (at < text.length() || steps.isEmpty()) {
      if (steps.size() == MAX_STEPS) {
        return null;
      }
      if (!steps.isEmpty() && text.charAt(at) == '[') {
        int close = text.indexOf(']', at);
        if (close < 0) {
          return null;
        }
        Step step = element(text.substring(at + 1, close));
        if (step == null) {
          return null;
        }
        steps.add(step);
        at = close + 1;
        continue;
      }
      if (!steps.isEmpty()) {
        if (text.charAt(at) != '.') {
          return null;
        }
        at++;
      }
      int end = keyEnd(text, at);
      if (end < 0) {
        return null;
      }
      boolean quoted = text.charAt(at) == '"';
      steps.add(new Step.Key(quoted ? text.substring(at + 1, end - 1) : text.substring(at, end)));
      at = end;
    }
    return new PayloadPath(steps);
  }

  private static @Nullable Step element(String inside) {
    if (inside.isEmpty()) {
      return EVERY;
    }
    if (inside.length() > MAX_INDEX_DIGITS || !inside.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    return new Step.Index(Integer.parseInt(inside));
  }

  /** End of the key that begins at {@code start}, quotes included, or -1. */
  private static int keyEnd(String text, int start) {
    if (start < text.length() && text.charAt(start) == '"') {
      int close = text.indexOf('"', start + 1);
      return close < 0 || text.substring(start, close).indexOf('\\') >= 0 ? -1 : close + 1;
    }
    int end = start;
    while (end < text.length() && isRaw(text.codePointAt(end))) {
      end += Character.charCount(text.codePointAt(end));
    }
    return end == start ? -1 : end;
  }

  private static boolean isRaw(int codePoint) {
    return codePoint == '_' || codePoint == '-' || Unicode.isAlphanumeric(codePoint);
  }

  /** The values at this path in an object; missing ones leave no trace, nulls are values. */
  public List<JsonNode> valuesIn(JsonNode object) {
    List<JsonNode> found = new ArrayList<>(1);
    collect(object, 0, found);
    return found;
  }

  private void collect(JsonNode node, int step, List<JsonNode> found) {
    if (step == steps.size()) {
      found.add(node);
      return;
    }
    switch (steps.get(step)) {
      case Step.Key(String name) -> {
        JsonNode member = node.isObject() ? node.get(name) : null;
        if (member != null) {
          collect(member, step + 1, found);
        }
      }
      case Step.Index(int position) -> {
        JsonNode element = node.isArray() ? node.get(position) : null;
        if (element != null) {
          collect(element, step + 1, found);
        }
      }
      case Step.Every() -> {
        if (node.isArray()) {
          for (JsonNode element : node) {
            collect(element, step + 1, found);
          }
        }
      }
    }
  }

  /** This path with {@code []} at the end, unless it is there. */
  PayloadPath arrayKey() {
    return steps.getLast() instanceof Step.Every ? this : with(EVERY);
  }

  /** This path, then the other. */
  PayloadPath then(PayloadPath other) {
    List<Step> all = new ArrayList<>(steps);
    all.addAll(other.steps);
    return new PayloadPath(all);
  }

  PayloadPath with(Step step) {
    List<Step> all = new ArrayList<>(steps);
    all.add(step);
    return new PayloadPath(all);
  }

  /** Whether it singles out an array's element by position. */
  boolean hasIndex() {
    return steps.stream().anyMatch(Step.Index.class::isInstance);
  }

  /** Whether it may lead to more than one value. */
  boolean hasEvery() {
    return steps.stream().anyMatch(Step.Every.class::isInstance);
  }

  /** This path with {@code []} for every {@code [n]}: leads to all that this one leads to. */
  PayloadPath widened() {
    return new PayloadPath(
        steps.stream().map(step -> step instanceof Step.Index ? EVERY : step).toList());
  }

  /** The shortest text that reads back as this path. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps) {
      switch (step) {
        case Step.Key(String name) -> {
          text.append(text.isEmpty() ? "" : ".");
          boolean raw = !name.isEmpty() && name.codePoints().allMatch(PayloadPath::isRaw);
          text.append(raw ? name : '"' + name + '"');
        }
        case Step.Index(int position) -> text.append('[').append(position).append(']');
        case Step.Every() -> text.append("[]");
      }
    }
    return text.toString();
  }
}
