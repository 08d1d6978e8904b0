package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.bench.Npy;
import dev.quiver.index.Distance;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchRunTest {
  private static final float[][] ROWS = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}};
  private static final float[][] QUERIES = {{3.2f, 0}, {0.1f, 0}, {1.1f, 0}};

  @TempDir Path folder;

  @Test
  void everyQueryIsSearchedAsOftenAsAskedByAllThreadsTogether() throws Exception {
    try (BruteForce exact = new BruteForce(new Settings(Map.of()))) {
      Path file = folder.resolve("rows.npy");
      NpyWriter.write(file, ROWS);
      Rows base = new Rows(Npy.open(file), Distance.EUCLIDEAN, false);
      exact.build(base, RowNumbers.range(ROWS.length), 1, folder);

      for (int threads = 1; threads <= 2; threads++) {
        var run = new SearchRun<>(exact, QUERIES, 2, 0, null, 40);
        run.run(threads);

        // All rows are compared in each search: fewer searches than asked for would show here.
        assertThat(run.distancesPerQuery()).isEqualTo(ROWS.length);
        assertThat(run.found()).containsExactly(3, 4, 0, 1, 1, 2);
      }
    }
  }
}
