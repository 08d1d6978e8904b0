package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Search of sparse vectors, by inner product. What ranks by one vector finds the points that share
 * an index with it, by {@link SparseNearest}; what compares with several looks at every point that
 * matches.
 */
final class SparseSearch implements FieldSearch {
  private final ViewPoints points;
  private final Declared declared;
  private final String field;
  private final String key;
  private final SparseCode code;
  private final boolean idf;
  private final @Nullable SparseForward[] vectors;

  /**
   * @param idf whether queries are weighted by how rare their indices are
   */
  SparseSearch(ViewPoints points, Declared declared, String name, boolean idf) {
    VectorFields fields = declared.vectors();
    this.points = points;
    this.declared = declared;
    this.field = fields.field(name);
    this.key = String.valueOf(fields.keyOrNull(name));
    this.code = SparseCode.of(fields.own(name).datatype());
    this.idf = idf;
    this.vectors = new @Nullable SparseForward[points.leafCount()];
  }

  @Override
  public List<Hit> best(
      Query.OfVectors query,
      List<VectorValue> examples,
      SearchParams params,
      Matches matches,
      int k)
      throws IOException {
    VectorValue.Sparse single = single(query, examples);
    if (single != null) {
      SparseTerms[] terms = SparseTerms.of(points, field, single.indices());
      SparseQuery asked = weighted(single, terms, params);
      return new SparseNearest(points, field, code, asked, terms, k).among(matches);
    }
    Scores scores = combined(query, examples, params);
    BestPoints best = new BestPoints(points, k);
    for (int leaf = 0; leaf < points.leafCount(); leaf++) {
      AcceptSet accepted = matches.accepted(points.context(leaf));
      SparseForward vectors = vectors(leaf);
      int end = points.context(leaf).reader().maxDoc();
      for (int doc = accepted == null ? 0 : Matches.next(accepted.docs(), 0);
          doc < end;
          doc = accepted == null ? doc + 1 : Matches.next(accepted.docs(), doc + 1)) {
        add(best, leaf, doc, vectors, scores);
      }
    }
    return best.hits();
  }

  @Override
  public List<Hit> bestOf(
      Query.OfVectors query, List<VectorValue> examples, SearchParams params, int[] docs, int k)
      throws IOException {
    VectorValue.Sparse single = single(query, examples);
    Scores scores;
    if (single == null) {
      scores = combined(query, examples, params);
    } else {
      scores = weighted(single, params)::foundDot;
    }
    BestPoints best = new BestPoints(points, k);
    for (int doc : docs) {
      int leaf = points.leafOf(doc);
      add(best, leaf, doc - points.docBase(leaf), vectors(leaf), scores);
    }
    return best.hits();
  }

  private static void add(BestPoints best, int leaf, int doc, SparseForward vectors, Scores scores)
      throws IOException {
    BytesRef vector = vectors.vector(doc);
    if (vector != null) {
      best.add(leaf, doc, scores.of(vector));
    }
  }

  @Override
  public float[] similarities(VectorValue to, int[] docs) throws IOException {
    SparseQuery query = SparseQuery.of(sparse(to));
    float[] similarities = new float[docs.length];
    for (int i = 0; i < docs.length; i++) {
      int leaf = points.leafOf(docs[i]);
      BytesRef vector = vectors(leaf).vector(docs[i] - points.docBase(leaf));
      similarities[i] = vector == null ? Float.NaN : query.dot(vector);
    }
    return similarities;
  }

  private SparseForward vectors(int leaf) {
    SparseForward known = vectors[leaf];
    if (known == null) {
      known = new SparseForward(points.context(leaf).reader(), field);
      vectors[leaf] = known;
    }
    return known;
  }

  private static VectorValue.Sparse sparse(VectorValue vector) {
    return switch (vector) {
      case VectorValue.Sparse sparse -> sparse;
      case VectorValue.Dense _, VectorValue.Multi _ ->
          throw new IllegalArgumentException("not a sparse vector: " + vector);
    };
  }

  /** The one vector that a query ranks by; null when it compares with several. */
  private static VectorValue.@Nullable Sparse single(
      Query.OfVectors query, List<VectorValue> examples) {
    return switch (query) {
      case Query.Nearest _ -> sparse(examples.getFirst());
      case Query.Recommend(var positive, _, Query.Strategy strategy)
          when strategy == Query.Strategy.AVERAGE_VECTOR ->
          SparseVectors.average(
              examples.stream().map(SparseSearch::sparse).toList(), positive.size());
      default -> null;
    };
  }

  private SparseQuery weighted(VectorValue.Sparse vector, SearchParams params) throws IOException {
    return idf
        ? weighted(vector, SparseTerms.of(points, field, vector.indices()), params)
        : SparseQuery.of(vector);
  }

  /**
   * @param terms those of the vector's indices, by segment
   */
  private SparseQuery weighted(VectorValue.Sparse vector, SparseTerms[] terms, SearchParams params)
      throws IOException {
    if (!idf) {
      return SparseQuery.of(vector);
    }
    var corpus = params.idfCorpus();
    return SparseQuery.of(
        new SparseStatistics(
                points,
                terms,
                Fields.hasTerm(key),
                corpus == null ? null : new Matches(points.reader(), corpus, declared))
            .weighted(vector));
  }

  /** Scores a vector; {@link Float#NaN}: it is no result. */
  @FunctionalInterface
  private interface Scores {
    float of(BytesRef vector);
  }

  private Scores combined(Query.OfVectors query, List<VectorValue> examples, SearchParams params)
      throws IOException {
    CombinedScores.Combination combination = CombinedScores.of(query);
    List<SparseQuery> queries = new ArrayList<>();
    for (VectorValue example : examples) {
      queries.add(weighted(sparse(example), params));
    }
    float[] similarities = new float[queries.size()];
    return vector -> {
      for (int i = 0; i < similarities.length; i++) {
        similarities[i] = queries.get(i).dot(vector);
      }
      float score = combination.score(similarities);
      return Float.isNaN(score)
          ? -Float.MAX_VALUE
          : Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE);
    };
  }
}
