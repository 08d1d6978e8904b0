package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import java.io.IOException;
import java.util.List;

/**
 * Ranks the points of a view by how one vector of theirs compares with a query's examples. Equal
 * scores are ordered by ascending id. One thread at a time.
 *
 * <p>Examples are in the order of the query's inputs and fit the field; see {@link
 * VectorRules#checked}.
 */
sealed interface FieldSearch permits GraphSearch, SparseSearch {

  /**
   * @throws QuiverException wrong input when there is no such vector
   */
  static FieldSearch of(
      ViewPoints points,
      Declared declared,
      CollectionConfig config,
      String name,
      EngineOptions options) {
    VectorFields fields = declared.vectors();
    return switch (fields.own(name).kind()) {
      case DENSE -> new DenseSearch(points, fields, name, options);
      case MULTI -> new MultiSearch(points, fields, name, options);
      case SPARSE -> new SparseSearch(points, declared, name, fields.params(name, config).idf());
    };
  }

  /** The best {@code k} of the points that match; fewer when fewer have the vector. */
  List<Hit> best(
      Query.OfVectors query,
      List<VectorValue> examples,
      SearchParams params,
      Matches matches,
      int k)
      throws IOException;

  /**
   * The best {@code k} of given points, each of them scored.
   *
   * @param docs documents of the view, ascending
   */
  List<Hit> bestOf(
      Query.OfVectors query, List<VectorValue> examples, SearchParams params, int[] docs, int k)
      throws IOException;

  /**
   * How similar given points are to a vector, larger is nearer whatever the distance is.
   *
   * @param docs documents of the view, ascending
   * @return parallel to {@code docs}, {@link Float#NaN} for points without the vector
   */
  float[] similarities(VectorValue to, int[] docs) throws IOException;

  /**
   * How similar a point is to given points, each of them taken as a query: the same as {@link
   * #similarities} to it, unless it matters which of two is the query.
   *
   * @param docs documents of the view, ascending, that have the vector
   * @param vector that of {@code doc}
   */
  default float[] similaritiesOf(int[] docs, int doc, VectorValue vector) throws IOException {
    return similarities(vector, docs);
  }

  /** Whether a query ranks by one vector, which its examples may be averaged to. */
  static boolean ranksByOne(Query.OfVectors query) {
    return query instanceof Query.Nearest
        || (query instanceof Query.Recommend recommend
            && recommend.strategy() == Query.Strategy.AVERAGE_VECTOR);
  }

  /** Whether a query's scores are better when they are larger: distances are what they are. */
  static boolean largerIsBetter(Query.OfVectors query, VectorParams params) {
    return !ranksByOne(query) || params.distance().higherScoreIsCloser();
  }
}
