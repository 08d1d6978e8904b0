package dev.quiver.bench.ann;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An index in Java that takes part, inside its own process. Used by one thread; the searchers that
 * it hands out by one thread each.
 *
 * @param <F> the contender's own form of a filter
 */
sealed interface Contender<F> extends AutoCloseable
    permits BruteForce, JVectorContender, LuceneContender, QuiverKernel {

  /** The contender called {@code kind}, set up as the catalogue says. */
  static Contender<?> of(String kind, Map<String, String> settings) {
    Settings known = new Settings(settings);
    return switch (kind) {
      case "quiver" -> new QuiverKernel(known);
      case "lucene" -> new LuceneContender(known);
      case "jvector" -> new JVectorContender(known);
      case "exact" -> new BruteForce(known);
      default -> throw new IllegalArgumentException("no contender of kind " + kind);
    };
  }

  /** What it runs on: versions, instruction sets. */
  String info();

  /**
   * Builds over some rows. This is what is timed.
   *
   * @param rows the base rows to index; searches answer with these numbers
   * @param folder empty, for contenders that build on disk
   */
  void build(Rows base, int[] rows, int threads, Path folder) throws IOException;

  /**
   * Bytes that the last {@link #build} said, before it began, that it would hold at its peak; -1 if
   * the contender doesn't say.
   */
  default long plannedBytes() {
    return -1;
  }

  /** Writes what was built to the folder that it was built in; not timed. */
  void save(Path folder) throws IOException;

  /** Opens what was saved, for searching. */
  void open(Path folder) throws IOException;

  /** A filter that accepts the given base rows, for the index that is open. */
  F filter(RowSet accepted);

  /** A searcher of the open index, for one thread. */
  Searcher<F> searcher() throws IOException;

  /**
   * Builds over {@code rows}, then changes what is in the index, round by round, and opens the
   * result for searching.
   *
   * @throws UnsupportedOperationException if the contender cannot delete
   */
  default void churn(Rows base, int[] rows, List<Change> changes, int threads, Path folder)
      throws IOException {
    throw new UnsupportedOperationException("this contender does not delete");
  }

  @Override
  void close() throws IOException;

  /** One round of changes: rows that go and rows that come. */
  record Change(int[] remove, int[] add) {}
}
