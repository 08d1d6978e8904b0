package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import dev.quiver.index.Distance;
import dev.quiver.index.QueryScorer;
import dev.quiver.index.VectorScoring;
import dev.quiver.lucene.Objective;
import dev.quiver.lucene.SegmentRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReader;

/**
 * Search of multivectors by MaxSim: the sum over the query's rows of the similarity to the point's
 * nearest row. A graph over the means of the points' rows is walked by the MaxSim of the points
 * that it leads to; where the rows of a point have little to do with each other, their mean leads
 * nowhere, and every point is scored.
 */
final class MultiSearch extends GraphSearch {
  /** The least {@link SegmentRows#coherence} of segments whose graph is walked. */
  private static final double COHERENCE_MIN = 0.1;

  /** Below this a walk keeps twice as many candidates as it would by a distance. */
  private static final double COHERENCE_GOOD = 0.35;

  /** Below this four times. */
  private static final double COHERENCE_FAIR = 0.2;

  private final ViewPoints points;
  private final VectorFields fields;
  private final String name;
  private final String field;

  MultiSearch(ViewPoints points, VectorFields fields, String name, EngineOptions options) {
    super(points, fields, name, options);
    this.points = points;
    this.fields = fields;
    this.name = name;
    this.field = fields.field(name);
  }

  @Override
  public float[] similarities(VectorValue to, int[] docs) throws IOException {
    float[][] rows = rows(to);
    return scores(leaf -> new Similar(rowsIn(leaf), rows), docs);
  }

  @Override
  public float[] similaritiesOf(int[] docs, int doc, VectorValue vector) throws IOException {
    float[] similarities = new float[docs.length];
    int[] to = {doc};
    for (int i = 0; i < docs.length; i++) {
      similarities[i] = similarities(points.vector(docs[i], fields, name), to)[0];
    }
    return similarities;
  }

  @Override
  VectorSearch.Objectives objectives(Query.OfVectors query, List<VectorValue> examples) {
    float[][][] rows = new float[examples.size()][][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = rows(examples.get(i));
    }
    return switch (query) {
      case Query.Nearest _ -> leaf -> new Nearest(rowsIn(leaf), rows[0]);
      case Query.Recommend(var positive, _, Query.Strategy strategy)
          when strategy == Query.Strategy.AVERAGE_VECTOR -> {
        float[][] together = together(rows, positive.size());
        yield leaf -> new Nearest(rowsIn(leaf), together);
      }
      default -> {
        CombinedScores.Combination combination = CombinedScores.of(query);
        yield leaf -> new Combined(rowsIn(leaf), rows, combination);
      }
    };
  }

  private SegmentRows rowsIn(LeafReader leaf) throws IOException {
    SegmentRows rows = SegmentRows.of(leaf, field);
    if (rows == null) {
      throw new QuiverException(ErrorCode.CORRUPT, leaf + " has no rows of " + field);
    }
    return rows;
  }

  private static float[][] rows(VectorValue vector) {
    return switch (vector) {
      case VectorValue.Multi multi -> {
        float[][] rows = new float[multi.rows()][];
        for (int i = 0; i < rows.length; i++) {
          rows[i] = multi.row(i);
        }
        yield rows;
      }
      case VectorValue.Dense _, VectorValue.Sparse _ ->
          throw new IllegalArgumentException("not a multivector: " + vector);
    };
  }

  /** As Qdrant averages multivectors: all their rows, those of negative ones turned round. */
  private static float[][] together(float[][][] vectors, int positives) {
    List<float[]> together = new ArrayList<>();
    for (int v = 0; v < vectors.length; v++) {
      for (float[] row : vectors[v]) {
        float[] own = row.clone();
        for (int i = 0; i < own.length && v >= positives; i++) {
          own[i] = -own[i];
        }
        together.add(own);
      }
    }
    return together.toArray(float[][]::new);
  }

  /** What all objectives have in common: the vectors of the graph are means of rows. */
  private abstract static class OfRows implements Objective {
    final SegmentRows rows;

    OfRows(SegmentRows rows) {
      this.rows = rows;
    }

    abstract QueryScorer scorer();

    @Override
    public final QueryScorer scorer(VectorScoring means) {
      if (means.size() != rows.size()) {
        throw new QuiverException(
            ErrorCode.CORRUPT,
            means.size() + " means of rows of " + rows.size() + " points in one segment");
      }
      return scorer();
    }

    @Override
    public final boolean walksGraphs() {
      return rows.coherence() >= COHERENCE_MIN;
    }

    @Override
    public final int candidates(int usual) {
      double coherence = rows.coherence();
      return coherence >= COHERENCE_GOOD
          ? usual
          : coherence >= COHERENCE_FAIR ? 2 * usual : 4 * usual;
    }
  }

  private static final class Nearest extends OfRows {
    private final float[][] query;

    Nearest(SegmentRows rows, float[][] query) {
      super(rows);
      this.query = query;
    }

    @Override
    QueryScorer scorer() {
      return rows.maxSim(query);
    }

    @Override
    public float score(Distance distance, float scored) {
      return distance.score(scored);
    }
  }

  private static final class Similar extends OfRows {
    private final float[][] query;

    Similar(SegmentRows rows, float[][] query) {
      super(rows);
      this.query = query;
    }

    @Override
    QueryScorer scorer() {
      return rows.maxSim(query);
    }
  }

  private static final class Combined extends OfRows {
    private final float[][][] examples;
    private final CombinedScores.Combination combination;

    Combined(SegmentRows rows, float[][][] examples, CombinedScores.Combination combination) {
      super(rows);
      this.examples = examples;
      this.combination = combination;
    }

    @Override
    QueryScorer scorer() {
      QueryScorer[] scorers = new QueryScorer[examples.length];
      for (int i = 0; i < scorers.length; i++) {
        scorers[i] = rows.maxSim(examples[i]);
      }
      return CombinedScores.over(scorers, combination);
    }
  }
}
