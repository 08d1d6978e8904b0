package dev.quiver.bench.ann;

import java.util.Map;
import java.util.TreeMap;

/**
 * One line of the catalogue: a contender with its settings.
 *
 * @param name as {@code --only} and the tables say it
 * @param kind which code runs it: a {@link Contender}, or a peer of {@code peers.py}
 * @param python whether it is measured through Python
 * @param settings for building
 * @param searchSettings for searching; entries that differ in these alone share what is built
 * @param sweep search parameters, from least effort to most
 * @param standard whether it takes part unless {@code --only} says otherwise
 * @param bytesOnly whether it only fits data of bytes
 */
record Entry(
    String name,
    String kind,
    boolean python,
    Map<String, String> settings,
    Map<String, String> searchSettings,
    int[] sweep,
    boolean standard,
    boolean bytesOnly) {

  /** What a built index is known by: equal for entries that can share it. */
  String indexName() {
    StringBuilder text = new StringBuilder(kind);
    new TreeMap<>(settings).forEach((key, value) -> text.append('-').append(key).append(value));
    return text.toString();
  }

  Map<String, String> allSettings() {
    Map<String, String> all = new TreeMap<>(settings);
    all.putAll(searchSettings);
    return all;
  }

  /** Whether filters can be measured: a Python peer would be asked back about every row. */
  boolean filters() {
    return !python;
  }

  boolean churns() {
    return kind.equals("lucene") || kind.equals("hnswlib");
  }

  boolean quiver() {
    return name.startsWith("quiver");
  }
}
