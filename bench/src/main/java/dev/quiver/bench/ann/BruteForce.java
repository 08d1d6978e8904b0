package dev.quiver.bench.ann;

import dev.quiver.bench.Exact;
import dev.quiver.bench.Npy;
import dev.quiver.index.Distance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Compares with everything, in plain Java: always right, for checking the others. */
final class BruteForce implements Contender<BitSet> {
  private static final String VECTORS = "vectors.npy";
  private static final String DISTANCE = "distance.i32";

  private @Nullable Distance distance;
  private float[][] vectors = new float[0][];
  private int[] rows = new int[0];

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
  public void build(Rows base, int[] newRows, int threads, Path folder) {
    distance = base.distance();
    rows = newRows;
    vectors = Arrays.stream(newRows).mapToObj(base::row).toArray(float[][]::new);
  }

  @Override
  public void save(Path folder) throws IOException {
    NpyWriter.write(folder.resolve(VECTORS), vectors);
    RowNumbers.write(folder.resolve(DISTANCE), new int[] {built().code()});
    RowNumbers.save(folder, rows);
  }

  @Override
  public void open(Path folder) throws IOException {
    Npy file = Npy.open(folder.resolve(VECTORS));
    vectors = IntStream.range(0, file.rows()).mapToObj(file::row).toArray(float[][]::new);
    distance = Distance.ofCode(RowNumbers.read(folder.resolve(DISTANCE))[0]);
    rows = RowNumbers.open(folder);
  }

  private Distance built() {
    Distance known = distance;
    if (known == null) {
      throw new IllegalStateException("nothing is built or opened yet");
    }
    return known;
  }

  @Override
  public BitSet filter(RowSet accepted) {
    BitSet ordinals = new BitSet(rows.length);
    for (int ordinal = 0; ordinal < rows.length; ordinal++) {
      ordinals.set(ordinal, accepted.contains(rows[ordinal]));
    }
    return ordinals;
  }

  @Override
  public Searcher<BitSet> searcher() {
    Distance by = built();
    return (query, k, parameter, filter, out, at) -> {
      int[] found = Exact.nearest(vectors, query, by, k, filter);
      for (int i = 0; i < k; i++) {
        out[at + i] = i < found.length ? rows[found[i]] : -1;
      }
      return filter == null ? vectors.length : filter.cardinality();
    };
  }

  @Override
  public void close() {
    distance = null;
  }
}
