package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import java.io.IOException;
import java.util.List;

/**
 * Search of vectors by the graphs and scans of {@link VectorSearch}; kinds differ in objectives.
 */
abstract sealed class GraphSearch implements FieldSearch permits DenseSearch, MultiSearch {
  private final VectorSearch search;
  private final VectorParams params;

  GraphSearch(ViewPoints points, VectorFields fields, String name, EngineOptions options) {
    this.search = new VectorSearch(points, fields.field(name), options);
    this.params = fields.own(name);
  }

  /** What a query's walks and scans go by. */
  abstract VectorSearch.Objectives objectives(Query.OfVectors query, List<VectorValue> examples);

  @Override
  public List<Hit> best(
      Query.OfVectors query, List<VectorValue> examples, SearchParams how, Matches matches, int k)
      throws IOException {
    return search.best(
        objectives(query, examples), FieldSearch.largerIsBetter(query, params), how, matches, k);
  }

  @Override
  public List<Hit> bestOf(
      Query.OfVectors query, List<VectorValue> examples, SearchParams how, int[] docs, int k)
      throws IOException {
    return search.bestOf(
        objectives(query, examples), FieldSearch.largerIsBetter(query, params), docs, k);
  }

  /** Scores of given documents, {@link Float#NaN} for those without the vector. */
  final float[] scores(VectorSearch.Objectives objectives, int[] docs) throws IOException {
    return search.scores(objectives, docs);
  }
}
