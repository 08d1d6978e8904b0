package dev.quiver.engine;

import dev.quiver.lucene.AcceptSet;
import dev.quiver.lucene.Objective;
import dev.quiver.lucene.SearchEffort;
import dev.quiver.lucene.SegmentHits;
import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.jspecify.annotations.Nullable;

/**
 * A search of one vector field over a view: each segment gives its best, the best of them are the
 * answer. Equal scores are ordered by ascending id. One thread at a time.
 */
final class VectorSearch {
  /** Candidates of a graph walk when the caller names no number: chosen for recall. */
  private static final int DEFAULT_EF = 128;

  /** However much oversampling is asked for. */
  private static final int RERANK_MAX = 1_000_000;

  private final ViewPoints points;
  private final String field;
  private final EngineOptions options;
  private final @Nullable SearchExplainer explainer;

  VectorSearch(ViewPoints points, String field, EngineOptions options) {
    this.points = points;
    this.field = field;
    this.options = options;
    Explain explain = Explain.current();
    this.explainer =
        explain == null ? null : new SearchExplainer(explain, options.fullScanThreshold());
  }

  /** What is looked for in each segment, where that depends on the segment. */
  @FunctionalInterface
  interface Objectives {
    Objective in(LeafReader leaf) throws IOException;

    /** The same in every segment. */
    static Objectives always(Objective objective) {
      return _ -> objective;
    }
  }

  /** Scored documents of one segment. */
  private record Part(int docBase, int[] docs, float[] scores) {}

  /** The best {@code k} of the points that match; fewer when fewer have the vector. */
  List<Hit> best(
      Objectives objectives, boolean largerIsBetter, SearchParams params, Matches matches, int k)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    for (int leaf = 0; leaf < points.leafCount(); leaf++) {
      LeafReaderContext context = points.context(leaf);
      SegmentVectors vectors = vectors(leaf);
      if (vectors == null || vectors.size() == 0 || skipped(vectors, params)) {
        if (explainer != null) {
          explainer.skipped(context, vectors);
        }
        continue;
      }
      AcceptSet accepted = matches.accepted(context);
      if (accepted != null && accepted.cardinality() == 0) {
        if (explainer != null) {
          explainer.noneAccepted(context, vectors);
        }
        continue;
      }
      long startNanos = explainer == null ? 0 : System.nanoTime();
      Objective objective = objectives.in(context.reader());
      SearchEffort effort = effort(objective, params, k);
      SegmentHits hits = vectors.search(objective, k, effort, accepted);
      if (explainer != null) {
        boolean byCodes =
            vectors.hasCodes() && !effort.byVectors() && objective.nearestTo() != null;
        explainer.searched(
            context,
            vectors,
            objective.walksGraphs(),
            effort,
            accepted,
            k,
            byCodes,
            hits,
            startNanos);
      }
      parts.add(new Part(context.docBase, hits.docs(), hits.scores()));
    }
    return merged(parts, largerIsBetter, k);
  }

  private SearchEffort effort(Objective objective, SearchParams params, int k) {
    Integer askedEf = params.hnswEf();
    int ef = Math.max(1, askedEf == null ? objective.candidates(DEFAULT_EF) : askedEf);
    SearchParams.Quantization quantization = params.quantization();
    int rerank = dev.quiver.index.SearchRequest.RERANK_MEASURED;
    Double oversampling = quantization.oversampling();
    if (Boolean.FALSE.equals(quantization.rescore())) {
      rerank = dev.quiver.index.SearchRequest.RERANK_NONE;
    } else if (oversampling != null) {
      rerank = (int) Math.min(Math.ceil(k * oversampling), RERANK_MAX);
    }
    return new SearchEffort(
        ef, params.exact(), quantization.ignore(), rerank, options.adaptiveSearch());
  }

  /**
   * The best {@code k} of given points, each of them scored.
   *
   * @param docs documents of the view, ascending
   */
  List<Hit> bestOf(Objectives objectives, boolean largerIsBetter, int[] docs, int k)
      throws IOException {
    float[] scores = scores(objectives, docs);
    int[] found = docs.clone();
    int count = 0;
    for (int i = 0; i < docs.length; i++) {
      if (!Float.isNaN(scores[i])) {
        found[count] = docs[i];
        scores[count++] = scores[i];
      }
    }
    if (explainer != null) {
      explainer.compared(count);
    }
    Part all = new Part(0, Arrays.copyOf(found, count), Arrays.copyOf(scores, count));
    return merged(List.of(all), largerIsBetter, k);
  }

  /**
   * The scores of given points.
   *
   * @param docs documents of the view, ascending
   * @return parallel to {@code docs}, {@link Float#NaN} for points without the vector
   */
  float[] scores(Objectives objectives, int[] docs) throws IOException {
    float[] scores = new float[docs.length];
    int from = 0;
    while (from < docs.length) {
      int leaf = points.leafOf(docs[from]);
      int docBase = points.docBase(leaf);
      int end = docBase + points.context(leaf).reader().maxDoc();
      int to = from;
      while (to < docs.length && docs[to] < end) {
        to++;
      }
      SegmentVectors vectors = vectors(leaf);
      if (vectors == null) {
        Arrays.fill(scores, from, to, Float.NaN);
      } else {
        int[] local = Arrays.copyOfRange(docs, from, to);
        for (int i = 0; i < local.length; i++) {
          local[i] -= docBase;
        }
        System.arraycopy(
            vectors.scores(objectives.in(points.context(leaf).reader()), local),
            0,
            scores,
            from,
            local.length);
      }
      from = to;
    }
    return scores;
  }

  private @Nullable SegmentVectors vectors(int leaf) throws IOException {
    return SegmentVectors.of(points.context(leaf).reader(), field);
  }

  /** Small segments are searched in any case: scanning them costs no more than a graph walk. */
  private boolean skipped(SegmentVectors vectors, SearchParams params) {
    return params.indexedOnly()
        && !vectors.hasGraph()
        && vectors.size() >= options.fullScanThreshold();
  }

  private List<Hit> merged(List<Part> parts, boolean largerIsBetter, int k) throws IOException {
    // Only hits at least as good as the k-th best can be in the answer: ids are read for no other.
    int total = 0;
    for (Part part : parts) {
      total += part.docs().length;
    }
    if (total == 0 || k <= 0) {
      return List.of();
    }
    float[] sorted = new float[total];
    int count = 0;
    for (Part part : parts) {
      for (float score : part.scores()) {
        sorted[count++] = largerIsBetter ? -score : score;
      }
    }
    Arrays.sort(sorted);
    float worst = sorted[Math.min(k, total) - 1];
    List<Hit> hits = new ArrayList<>();
    for (Part part : parts) {
      for (int i = 0; i < part.docs().length; i++) {
        float score = part.scores()[i];
        if ((largerIsBetter ? -score : score) <= worst) {
          int doc = part.docBase() + part.docs()[i];
          hits.add(new Hit(doc, points.id(doc), score, null));
        }
      }
    }
    hits.sort(Hit.order(largerIsBetter));
    return hits.subList(0, Math.min(k, hits.size()));
  }
}
