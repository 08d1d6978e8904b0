package dev.quiver.bench.ann;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Searches an open index; for one thread.
 *
 * @param <F> the contender's own form of a filter
 */
interface Searcher<F> {
  /** Answer of {@link #search} when the contender does not count distances. */
  long UNKNOWN = -1;

  /**
   * Finds the {@code k} closest rows.
   *
   * @param parameter the effort, as the contender's sweep lists it
   * @param filter null accepts all
   * @param out gets the row numbers, closest first, from {@code at}; -1 where fewer were found
   * @return distances computed, or {@link #UNKNOWN}
   */
  long search(float[] query, int k, int parameter, @Nullable F filter, int[] out, int at)
      throws IOException;
}
