package dev.quiver.engine;

import dev.quiver.index.Distance;
import dev.quiver.lucene.AcceptSet;
import dev.quiver.lucene.SegmentHits;
import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.jspecify.annotations.Nullable;

/**
 * A nearest-neighbour search over a view: each segment gives its best, the best of them are the
 * answer. Equal scores are ordered by ascending id.
 */
final class VectorSearch {
  /** Candidates of a graph walk when the caller names no number: chosen for recall. */
  private static final int DEFAULT_EF = 128;

  private final CollectionConfig config;
  private final Declared declared;
  private final EngineOptions options;

  VectorSearch(CollectionConfig config, Declared declared, EngineOptions options) {
    this.config = config;
    this.declared = declared;
    this.options = options;
  }

  private record Hit(LeafPoints leaf, int doc, float score, PointId id) {}

  List<ScoredPoint> search(IndexReader reader, SearchRequest request) throws IOException {
    VectorParams params = declared.vectors().params(request.using(), config);
    float[] query = VectorRules.checked(params, request.vector());
    Records records =
        new Records(
            declared.vectors(), request.payload(), request.vectors(), options.resultPayloadBytes());
    long wanted = (long) request.limit() + request.offset();
    if (request.limit() <= 0 || reader.numDocs() == 0) {
      return List.of();
    }
    int k = (int) Math.min(wanted, reader.numDocs());
    List<Hit> hits = candidates(reader, request, params, query, k);
    List<ScoredPoint> points = new ArrayList<>();
    for (int i = request.offset(); i < Math.min(hits.size(), wanted); i++) {
      Hit hit = hits.get(i);
      points.add(
          new ScoredPoint(
              hit.id(),
              hit.leaf().version(hit.doc()),
              hit.score(),
              records.payload(hit.leaf(), hit.doc()),
              records.vectors(hit.leaf(), hit.doc()),
              null));
    }
    return points;
  }

  private record SegmentResult(LeafPoints leaf, SegmentHits hits) {}

  private List<Hit> candidates(
      IndexReader reader, SearchRequest request, VectorParams params, float[] query, int k)
      throws IOException {
    Matches matches = new Matches(reader, request.filter(), declared);
    Integer askedEf = request.params().hnswEf();
    int ef = Math.max(1, askedEf == null ? DEFAULT_EF : askedEf);
    String field = declared.vectors().field(request.using());
    List<SegmentResult> results = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      SegmentVectors vectors = SegmentVectors.of(context.reader(), field);
      if (vectors == null || vectors.size() == 0 || skipped(vectors, request.params())) {
        continue;
      }
      AcceptSet accepted = matches.accepted(context);
      if (accepted != null && accepted.cardinality() == 0) {
        continue;
      }
      SegmentHits hits = vectors.search(query, k, ef, request.params().exact(), accepted);
      results.add(new SegmentResult(new LeafPoints(context.reader()), hits));
    }
    return merged(results, similarity(params.distance()), k, request.scoreThreshold());
  }

  /** Small segments are searched in any case: scanning them costs no more than a graph walk. */
  private boolean skipped(SegmentVectors vectors, SearchParams params) {
    return params.indexedOnly()
        && !vectors.hasGraph()
        && vectors.size() >= options.fullScanThreshold();
  }

  private static List<Hit> merged(
      List<SegmentResult> results, boolean similarity, int k, @Nullable Float threshold)
      throws IOException {
    // Only hits at least as good as the k-th best can be in the answer: ids are read for no other.
    int total = 0;
    for (SegmentResult result : results) {
      total += result.hits().size();
    }
    float[] scores = new float[total];
    int count = 0;
    for (SegmentResult result : results) {
      for (float score : result.hits().scores()) {
        scores[count++] = similarity ? -score : score;
      }
    }
    java.util.Arrays.sort(scores);
    float worst = total == 0 ? 0 : scores[Math.min(k, total) - 1];
    List<Hit> hits = new ArrayList<>();
    for (SegmentResult result : results) {
      for (int i = 0; i < result.hits().size(); i++) {
        float score = result.hits().scores()[i];
        if ((similarity ? -score : score) <= worst && passes(score, similarity, threshold)) {
          int doc = result.hits().docs()[i];
          hits.add(new Hit(result.leaf(), doc, score, result.leaf().id(doc)));
        }
      }
    }
    Comparator<Hit> byScore = (a, b) -> Float.compare(a.score(), b.score());
    hits.sort((similarity ? byScore.reversed() : byScore).thenComparing(Hit::id));
    return hits;
  }

  private static boolean passes(float score, boolean similarity, @Nullable Float threshold) {
    if (threshold == null) {
      return true;
    }
    return similarity ? score > threshold : score < threshold;
  }

  static boolean similarity(Distance distance) {
    return switch (distance) {
      case DOT, COSINE -> true;
      case EUCLIDEAN, MANHATTAN -> false;
    };
  }
}
