package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Compares JSON by value. */
final class JsonValues {
  private JsonValues() {}

  /**
   * Whether both mean the same: numbers by their value, objects whatever the order of their
   * members.
   *
   * @param tolerance by how much numbers with a fraction may differ, relative to the larger one or
   *     to 1; 0: not at all
   */
  static boolean same(JsonNode a, JsonNode b, double tolerance) {
    if (a.isNumber() && b.isNumber()) {
      if (a.decimalValue().compareTo(b.decimalValue()) == 0) {
        return true;
      }
      double x = a.doubleValue();
      double y = b.doubleValue();
      return Math.abs(x - y) <= tolerance * Math.max(1, Math.max(Math.abs(x), Math.abs(y)));
    }
    if (a.isArray() && b.isArray()) {
      if (a.size() != b.size()) {
        return false;
      }
      for (int i = 0; i < a.size(); i++) {
        if (!same(a.get(i), b.get(i), tolerance)) {
          return false;
        }
      }
      return true;
    }
    if (a.isObject() && b.isObject()) {
      if (a.size() != b.size()) {
        return false;
      }
      for (Map.Entry<String, JsonNode> entry : a.properties()) {
        if (!same(entry.getValue(), b.path(entry.getKey()), tolerance)) {
          return false;
        }
      }
      return true;
    }
    return a.equals(b);
  }
}
