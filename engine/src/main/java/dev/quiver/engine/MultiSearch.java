package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import java.util.List;

/** Search of multivectors, by MaxSim. */
final class MultiSearch implements FieldSearch {
  MultiSearch(ViewPoints points, VectorFields fields, String name) {
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
    return QuiverException.notImplemented("search of multivectors is not supported yet");
  }
}
