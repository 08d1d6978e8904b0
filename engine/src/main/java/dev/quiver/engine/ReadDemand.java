package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterSize;
import dev.quiver.engine.query.Expression;
import org.jspecify.annotations.Nullable;

/**
 * What a part of a read asks for, as far as strict mode limits it: a search, or one of a batch, or
 * one stage of a query.
 *
 * @param limit points asked for, without those that are skipped; null: the call has no limit
 * @param params of a search; for other calls only whether they are exact
 * @param using the vector that points are ranked by, {@code ""} for the default one; null: by none
 * @param cost what it counts against the rate limit of reads
 * @param nested whether it is a stage below another part, and so no search of a batch by itself
 * @param formula by which points are scored; null: by none
 * @param groupBy the payload path that results are grouped by; null: they are not
 */
public record ReadDemand(
    @Nullable Long limit,
    @Nullable Filter filter,
    SearchParams params,
    @Nullable String using,
    int cost,
    boolean nested,
    @Nullable Expression formula,
    @Nullable String groupBy) {

  public ReadDemand(
      @Nullable Long limit,
      @Nullable Filter filter,
      SearchParams params,
      @Nullable String using,
      int cost,
      boolean nested) {
    this(limit, filter, params, using, cost, nested, null, null);
  }

  public static ReadDemand search(
      long limit, @Nullable Filter filter, SearchParams params, @Nullable String using) {
    return new ReadDemand(limit, filter, params, using, 1 + FilterSize.conditions(filter), false);
  }

  /** The same as a stage below another part. */
  public ReadDemand asNested() {
    return new ReadDemand(limit, filter, params, using, cost, true, formula, groupBy);
  }

  /** The same as a stage that ranks what the stages below it found, which read for it. */
  public ReadDemand asReranking(@Nullable Expression by) {
    return new ReadDemand(limit, filter, params, using, 0, nested, by, groupBy);
  }

  /** The same at another cost. */
  public ReadDemand costing(int other) {
    return new ReadDemand(limit, filter, params, using, other, nested, formula, groupBy);
  }

  /** The same in groups. */
  public ReadDemand groupedBy(String path) {
    return new ReadDemand(limit, filter, params, using, cost, nested, formula, path);
  }

  public static ReadDemand scroll(long limit, @Nullable Filter filter) {
    return search(limit, filter, SearchParams.DEFAULT, null);
  }

  public static ReadDemand count(@Nullable Filter filter, boolean exact) {
    return new ReadDemand(
        null,
        filter,
        new SearchParams(null, exact, false),
        null,
        1 + FilterSize.conditions(filter),
        false);
  }

  /** A facet, which counts the values of a payload path. */
  public static ReadDemand facet(long limit, @Nullable Filter filter) {
    return search(limit, filter, SearchParams.DEFAULT, null);
  }

  /**
   * A distance matrix.
   *
   * @param sample points that are compared with each other; each is searched for once
   * @param limit neighbours of each
   */
  public static ReadDemand matrix(long sample, long limit, @Nullable Filter filter, String using) {
    int cost = (int) Math.min(Integer.MAX_VALUE, sample * (1L + FilterSize.conditions(filter)));
    return new ReadDemand(limit, filter, SearchParams.DEFAULT, using, cost, false);
  }

  /**
   * @param ids how many points are asked for by id
   */
  public static ReadDemand retrieve(int ids) {
    return new ReadDemand(null, null, SearchParams.DEFAULT, null, ids, false);
  }
}
