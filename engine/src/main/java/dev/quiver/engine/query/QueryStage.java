package dev.quiver.engine.query;

import dev.quiver.engine.SearchParams;
import dev.quiver.engine.filter.Filter;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One node of a query's tree. A leaf ranks the points of the collection; a stage with prefetches
 * ranks the points that its prefetches found.
 *
 * @param prefetch stages that run first, at most {@link #DEPTH_MAX} levels deep
 * @param using the vector's name, {@code ""} for the default vector
 * @param filter of this stage and of everything below it
 * @param scoreThreshold what does not score better than this is left out: strict for queries of
 *     vectors, inclusive for fusions and formulas
 * @param limit 1 or more
 * @param lookup where the vectors of ids among the query's inputs are; null: in {@code using} of
 *     this collection
 */
public record QueryStage(
    List<QueryStage> prefetch,
    Query query,
    String using,
    @Nullable Filter filter,
    SearchParams params,
    @Nullable Float scoreThreshold,
    int limit,
    @Nullable LookupLocation lookup) {

  public static final int DEFAULT_LIMIT = 10;
  public static final int DEPTH_MAX = 64;

  /** A leaf without filter or threshold, with default parameters. */
  public static QueryStage of(Query query, int limit) {
    return new QueryStage(List.of(), query, "", null, SearchParams.DEFAULT, null, limit, null);
  }

  /** Shows this stage and all below it, a stage before its prefetches. */
  public void forEach(Consumer<QueryStage> visitor) {
    visitor.accept(this);
    for (QueryStage stage : prefetch) {
      stage.forEach(visitor);
    }
  }

  /** The same tree with every vector input replaced. */
  public QueryStage map(UnaryOperator<VectorInput> change) {
    return new QueryStage(
        prefetch.stream().map(stage -> stage.map(change)).toList(),
        query instanceof Query.OfVectors vectors ? vectors.map(change) : query,
        using,
        filter,
        params,
        scoreThreshold,
        limit,
        lookup);
  }

  /** Levels of prefetches below this stage; 0 for a leaf. */
  public int depth() {
    int depth = 0;
    for (QueryStage stage : prefetch) {
      depth = Math.max(depth, 1 + stage.depth());
    }
    return depth;
  }
}
