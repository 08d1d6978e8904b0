package dev.quiver.index;

/** Scoring by codes. */
record CodedScoring(CodedVectors vectors) implements VectorScoring {
  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public int dimension() {
    return vectors.quantiser().dimension();
  }

  @Override
  public Distance distance() {
    return vectors.quantiser().distance();
  }

  @Override
  public QueryScorer queryScorer(float[] query) {
    return vectors.queryScorer(query);
  }

  @Override
  public OrdinalScorer ordinalScorer() {
    return vectors.quantiser().newScorer(vectors);
  }
}
