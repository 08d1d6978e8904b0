package dev.quiver.bench.ann;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue: everybody who can take part. A new configuration of Quiver is a new {@code
 * kernel(...)} line here, and a setting that {@link QuiverKernel} reads.
 */
final class Contenders {
  private static final int[] EF = {
    10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256, 384, 512, 768, 1024
  };

  /** Lists to probe * 100 + multiple of k that is compared again exactly. */
  private static final int[] PROBES = {
    404, 808, 810, 1210, 1610, 1620, 2410, 2420, 3220, 4820, 6420, 6440, 9640, 12840, 25640
  };

  private static final List<Entry> ALL =
      List.of(
          kernel("quiver", true, "measured", "200"),
          kernel("quiver-int8", false, "int8", "200"),
          kernel("quiver-int4", false, "int4", "200"),
          kernel("quiver-bit1", false, "bit1", "200"),
          kernel("quiver-full", false, "none", "200"),
          kernel("quiver-ef100", false, "measured", "100"),
          new Entry(
              "quiver-on-disk",
              "quiver",
              false,
              Map.of("codes", "measured", "efConstruction", "200"),
              Map.of("placement", "on_disk"),
              EF,
              false,
              false),
          throughLucene("quiver-lucene", "segment"),
          throughLucene("quiver-lucene-query", "query"),
          lucene("lucene", "float", "0", true, false),
          lucene("lucene-byte", "byte", "0", true, true),
          lucene("lucene-int8", "unsigned_byte", "30", true, false),
          lucene("lucene-int7", "seven_bit", "30", false, false),
          lucene("lucene-int4", "packed_nibble", "all", true, false),
          lucene("lucene-1bit", "single_bit_query_nibble", "all", true, false),
          jvector("jvector", "0", false),
          jvector("jvector-fused", "4", true),
          python("hnswlib", "hnswlib", Map.of("m", "16", "efConstruction", "200"), EF, true),
          python(
              "faiss-hnsw-sq8",
              "faiss",
              Map.of("index", "sq8", "m", "16", "efConstruction", "200"),
              EF,
              true),
          python(
              "faiss-hnsw",
              "faiss",
              Map.of("index", "flat", "m", "16", "efConstruction", "200"),
              EF,
              false),
          python("faiss-ivf", "faiss", Map.of("index", "ivf", "lists", "1024"), PROBES, true),
          new Entry("exact", "exact", false, Map.of(), Map.of(), new int[] {10}, false, false));

  /** Whom a short run measures. */
  private static final List<String> SHORT =
      List.of("quiver", "quiver-lucene", "lucene", "jvector", "hnswlib", "faiss-hnsw-sq8");

  private Contenders() {}

  private static Entry kernel(String name, boolean standard, String codes, String efConstruction) {
    Map<String, String> settings = Map.of("codes", codes, "efConstruction", efConstruction);
    return new Entry(name, "quiver", false, settings, Map.of(), EF, standard, false);
  }

  private static Entry throughLucene(String name, String through) {
    return new Entry(
        name,
        "lucene",
        false,
        Map.of("format", "quiver", "beam", "200"),
        Map.of("through", through),
        EF,
        true,
        false);
  }

  private static Entry lucene(
      String name, String format, String rescore, boolean standard, boolean bytesOnly) {
    return new Entry(
        name,
        "lucene",
        false,
        Map.of("format", format),
        Map.of("rescore", rescore),
        EF,
        standard,
        bytesOnly);
  }

  private static Entry jvector(String name, String pqDimensions, boolean standard) {
    return new Entry(
        name,
        "jvector",
        false,
        Map.of("m", "32", "beam", "100", "pqDimensions", pqDimensions),
        Map.of(),
        EF,
        standard,
        false);
  }

  private static Entry python(
      String name, String kind, Map<String, String> settings, int[] sweep, boolean standard) {
    return new Entry(name, kind, true, settings, Map.of(), sweep, standard, false);
  }

  /**
   * Those who take part.
   *
   * @param only names, or null for the standard ones
   * @throws IllegalArgumentException for a name that the catalogue doesn't have
   */
  static List<Entry> choose(@Nullable List<String> only, boolean shortRun, boolean bytes) {
    List<String> names = only == null && shortRun ? SHORT : only;
    List<Entry> chosen = new ArrayList<>();
    if (names == null) {
      ALL.stream().filter(Entry::standard).forEach(chosen::add);
    } else {
      names.forEach(name -> chosen.add(named(name)));
    }
    chosen.removeIf(entry -> entry.bytesOnly() && !bytes);
    return chosen;
  }

  /** Those, and after the kernel itself its index with the vectors on disk. */
  static List<Entry> alsoOnDisk(List<Entry> entries) {
    Set<Entry> all = new LinkedHashSet<>();
    for (Entry entry : entries) {
      all.add(entry);
      if (entry.name().equals("quiver")) {
        all.add(named("quiver-on-disk"));
      }
    }
    return List.copyOf(all);
  }

  private static Entry named(String name) {
    return ALL.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no contender called " + name + "; there are: " + names()));
  }

  static String names() {
    return ALL.stream().map(Entry::name).collect(Collectors.joining(", "));
  }

  /** The sweep without its most expensive points, for a short run. */
  static int[] shortSweep(int[] sweep) {
    return Arrays.stream(sweep).filter(each -> each <= 128 || each > 400).limit(12).toArray();
  }
}
