package dev.quiver.bench.ann;

import dev.quiver.bench.Exact;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Compares with everything, in plain Java: always right, for checking the others. */
final class BruteForce implements Contender<RowSet> {
  private @Nullable Rows base;
  private BitSet indexed = new BitSet();

  /** Nothing can be set. */
  BruteForce(Settings settings) {
    if (!settings.values().isEmpty()) {
      throw new IllegalArgumentException("settings: " + settings.values() + " (expected: none)");
    }
  }

  @Override
  public String info() {
    return "brute force in doubles";
  }

  @Override
  public void build(Rows newBase, int[] rows, int threads, Path folder) throws IOException {
    base = newBase;
    indexed = new BitSet();
    for (int row : rows) {
      indexed.set(row);
    }
  }

  @Override
  public void save(Path folder) throws IOException {
    RowNumbers.save(folder, indexed.stream().toArray());
  }

  @Override
  public void open(Path folder) throws IOException {
    if (base == null) {
      throw new IllegalStateException("brute force keeps no vectors: build it in this process");
    }
  }

  @Override
  public RowSet filter(RowSet accepted) {
    BitSet both = (BitSet) indexed.clone();
    both.and(accepted.rows());
    return RowSet.of(both);
  }

  @Override
  public Searcher<RowSet> searcher() {
    Rows rows = base;
    if (rows == null) {
      throw new IllegalStateException("nothing is built yet");
    }
    float[][] vectors = new float[rows.vectors().rows()][];
    for (int row = indexed.nextSetBit(0); row >= 0; row = indexed.nextSetBit(row + 1)) {
      vectors[row] = rows.row(row);
    }
    BitSet all = indexed;
    return (query, k, parameter, filter, out, at) -> {
      BitSet accepted = filter == null ? all : filter.rows();
      int[] found = Exact.nearest(vectors, query, rows.distance(), k, accepted);
      for (int i = 0; i < k; i++) {
        out[at + i] = i < found.length ? found[i] : -1;
      }
      return accepted.cardinality();
    };
  }

  @Override
  public void close() {
    base = null;
  }
}
