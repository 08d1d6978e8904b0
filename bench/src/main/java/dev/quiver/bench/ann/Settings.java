package dev.quiver.bench.ann;

import java.util.Map;

/** A contender's settings, by name. */
record Settings(Map<String, String> values) {
  String text(String name, String absent) {
    return values.getOrDefault(name, absent);
  }

  int number(String name, int absent) {
    String value = values.get(name);
    return value == null ? absent : Integer.parseInt(value);
  }
}
