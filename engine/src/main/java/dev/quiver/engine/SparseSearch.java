package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import java.util.List;

/** Search of sparse vectors, by inner product. */
final class SparseSearch implements FieldSearch {
  SparseSearch(ViewPoints points, VectorFields fields, String name, boolean idf) {
    fields.field(name);
  }

  @Override
  public List<Hit> best(
      Query.OfVectors query,
      List<VectorValue> examples,
      SearchParams params,
      Matches matches,
      int k) {
    throw missing();
  }

  @Override
  public List<Hit> bestOf(
      Query.OfVectors query, List<VectorValue> examples, SearchParams params, int[] docs, int k) {
    throw missing();
  }

  @Override
  public float[] similarities(VectorValue to, int[] docs) {
    throw missing();
  }

  private static QuiverException missing() {
    return QuiverException.notImplemented("search of sparse vectors is not supported yet");
  }
}
