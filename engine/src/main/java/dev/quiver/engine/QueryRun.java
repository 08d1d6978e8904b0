package dev.quiver.engine;

import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.OrderedValues;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs one query's tree over one view, from the leaves up: a leaf finds points, a stage above ranks
 * what its prefetches found. Filters go down to the leaves, hits come up. One thread.
 */
final class QueryRun {
  /** Up to so many points to leave out, searching for more is cheaper than a filter. */
  private static final int SEARCH_MORE_MAX = 16;

  private final Declared declared;
  private final CollectionConfig config;
  private final ViewPoints points;
  private final EngineOptions options;
  private final Examples examples;
  private final Set<PointId> leftOut;
  private final RandomGenerator random;
  private final @Nullable Explain explain = Explain.current();

  /**
   * @param elsewhere what the request looks up in other collections
   */
  QueryRun(
      Declared declared,
      CollectionConfig config,
      ViewPoints points,
      EngineOptions options,
      Examples.Elsewhere elsewhere,
      QueryStage root,
      RandomGenerator random) {
    this.declared = declared;
    this.config = config;
    this.points = points;
    this.options = options;
    this.examples = new Examples(declared.vectors(), points, elsewhere);
    this.leftOut = examples.named(root);
    this.random = random;
  }

  /** A request that {@link QueryRules} let pass. */
  List<ScoredPoint> run(QueryRequest request) throws IOException {
    QueryStage root = request.root();
    Records records = records(request.payload(), request.vectors());
    boolean isLeaf = root.prefetch().isEmpty();
    // Each sample is another one: leaving out the first points of it would change nothing.
    int offset = isLeaf && root.query() instanceof Query.Sample ? 0 : request.offset();
    List<Hit> hits = ranked(root, null, root.limit() + offset);
    boolean isListing =
        isLeaf
            && switch (root.query()) {
              case Query.None _, Query.ByValue _, Query.Sample _ -> true;
              default -> false;
            };
    List<ScoredPoint> results = new ArrayList<>(Math.max(0, hits.size() - offset));
    for (Hit hit : hits.subList(Math.min(offset, hits.size()), hits.size())) {
      int number = points.leafOf(hit.doc());
      LeafPoints leaf = points.leaf(number);
      int doc = hit.doc() - points.docBase(number);
      results.add(
          new ScoredPoint(
              hit.id(),
              isListing ? 0 : leaf.version(doc),
              hit.score(),
              records.payload(leaf, doc),
              records.vectors(leaf, doc),
              hit.orderValue()));
    }
    return results;
  }

  private List<Hit> ranked(QueryStage stage, @Nullable Filter above, int limit) throws IOException {
    if (explain == null) {
      return rankedNow(stage, above, limit);
    }
    explain.enter(StageKinds.name(stage.query()), stage.using(), limit);
    List<Hit> hits = rankedNow(stage, above, limit);
    explain.leave(hits.size());
    return hits;
  }

  private List<Hit> rankedNow(QueryStage stage, @Nullable Filter above, int limit)
      throws IOException {
    Filter filter = Filter.both(above, stage.filter());
    List<Hit> hits;
    if (stage.prefetch().isEmpty()) {
      hits = found(stage, filter, limit);
    } else {
      List<List<Hit>> lists = new ArrayList<>(stage.prefetch().size());
      for (QueryStage prefetch : stage.prefetch()) {
        lists.add(ranked(prefetch, filter, prefetch.limit()));
      }
      hits = reranked(stage, lists, limit);
    }
    return hits;
  }

  // ---- leaves

  private List<Hit> found(QueryStage stage, @Nullable Filter filter, int limit) throws IOException {
    return switch (stage.query()) {
      case Query.OfVectors query -> searched(stage, query, filter, limit);
      case Query.ByValue(OrderBy orderBy) -> {
        Matches matches = matches(filter);
        yield ordered(
            orderBy,
            context -> {
              AcceptSet set = matches.accepted(context);
              return set == null ? null : set.docs();
            },
            limit);
      }
      case Query.Sample _ -> unranked(RandomDocs.draw(points, matches(filter), limit, random));
      case Query.None _ ->
          new Scroll(
                  points.reader(),
                  matches(filter),
                  records(PayloadSelection.NONE, VectorSelection.NONE))
              .first(limit);
      case Query.Fusion _, Query.Boost _ ->
          throw new IllegalStateException("a stage that needs prefetches has none");
    };
  }

  private FieldSearch search(QueryStage stage) {
    return FieldSearch.of(points, declared, config, stage.using(), options);
  }

  private Records records(PayloadSelection payload, VectorSelection vectors) {
    return new Records(declared.vectors(), payload, vectors, options.resultPayloadBytes());
  }

  private Matches matches(@Nullable Filter filter) throws IOException {
    Filter all =
        leftOut.isEmpty()
            ? filter
            : Filter.both(Filter.mustNot(new Condition.HasId(leftOut)), filter);
    return new Matches(points.reader(), all, declared);
  }

  private List<Hit> searched(
      QueryStage stage, Query.OfVectors query, @Nullable Filter filter, int limit)
      throws IOException {
    List<VectorValue> vectors = examples(stage, query);
    FieldSearch search = search(stage);
    Matches all;
    int extra = 0;
    if (filter == null && leftOut.size() <= SEARCH_MORE_MAX) {
      all = new Matches(points.reader(), null, declared);
      extra = leftOut.size();
    } else {
      all = matches(filter);
    }
    int wanted = Query.Mmr.of(query) == null ? limit : candidates(stage, query);
    int k = (int) Math.min((long) wanted + extra, points.reader().numDocs());
    if (k == 0) {
      return List.of();
    }
    List<Hit> hits = search.best(query, vectors, stage.params(), all, k);
    if (extra > 0) {
      hits = hits.stream().filter(hit -> !leftOut.contains(hit.id())).limit(wanted).toList();
    }
    return picked(stage, query, vectors, search, passing(stage, hits), limit);
  }

  private List<VectorValue> examples(QueryStage stage, Query.OfVectors query) throws IOException {
    List<VectorValue> vectors = examples.vectors(stage, query);
    if (explain != null) {
      explain.examples(FieldSearch.ranksByOne(query) ? 1 : vectors.size());
    }
    return vectors;
  }

  private static int candidates(QueryStage stage, Query.OfVectors query) {
    Query.Mmr mmr = Query.Mmr.of(query);
    Integer limit = mmr == null ? null : mmr.candidatesLimit();
    return limit == null ? stage.limit() : limit;
  }

  private List<Hit> picked(
      QueryStage stage,
      Query.OfVectors query,
      List<VectorValue> vectors,
      FieldSearch search,
      List<Hit> hits,
      int limit)
      throws IOException {
    Query.Mmr mmr = Query.Mmr.of(query);
    return mmr == null
        ? hits
        : new Diversity(points, search, declared.vectors(), stage.using())
            .picked(hits, vectors.getFirst(), mmr.diversity(), limit);
  }

  private List<Hit> ordered(OrderBy orderBy, OrderedValues.Accepted accepted, int limit)
      throws IOException {
    List<Hit> hits = new ArrayList<>();
    for (OrderedValues.Entry entry :
        OrderedValues.of(orderBy, declared.indexes()).top(points.reader(), accepted, limit)) {
      hits.add(new Hit(entry.docId(), points.id(entry.docId()), 1, entry.value()));
    }
    return hits;
  }

  private List<Hit> unranked(int[] docs) throws IOException {
    List<Hit> hits = new ArrayList<>(docs.length);
    for (int doc : docs) {
      hits.add(new Hit(doc, points.id(doc), 1, null));
    }
    return hits;
  }

  // ---- stages with prefetches

  private List<Hit> reranked(QueryStage stage, List<List<Hit>> lists, int limit)
      throws IOException {
    int[] docs =
        lists.stream().flatMap(List::stream).mapToInt(Hit::doc).sorted().distinct().toArray();
    if (explain != null) {
      explain.candidates(docs.length);
    }
    return switch (stage.query()) {
      case Query.OfVectors query -> {
        List<VectorValue> vectors = examples(stage, query);
        FieldSearch search = search(stage);
        int wanted = Query.Mmr.of(query) == null ? limit : candidates(stage, query);
        List<Hit> hits = search.bestOf(query, vectors, stage.params(), docs, wanted);
        yield picked(stage, query, vectors, search, passing(stage, hits), limit);
      }
      case Query.ByValue(OrderBy orderBy) ->
          ordered(
              orderBy, context -> among(docs, context.docBase, context.reader().maxDoc()), limit);
      case Query.Fusion fusion -> first(passing(stage, Fusions.fused(fusion, lists)), limit);
      case Query.Boost(var formula) -> {
        List<Hit> scored = new FormulaScores(declared, points).scored(formula, lists, docs);
        scored.sort(Hit.order(true));
        yield first(passing(stage, scored), limit);
      }
      case Query.Sample _ -> unranked(RandomDocs.shuffled(docs, limit, random));
      case Query.None _ -> throw new IllegalStateException("prefetches without a query");
    };
  }

  private static List<Hit> first(List<Hit> hits, int limit) {
    return hits.subList(0, Math.min(limit, hits.size()));
  }

  /** Those of ascending documents that are in a segment, by their numbers there. */
  private static Bits among(int[] docs, int docBase, int maxDoc) {
    FixedBitSet bits = new FixedBitSet(maxDoc);
    int at = Arrays.binarySearch(docs, docBase);
    for (int i = at < 0 ? -1 - at : at; i < docs.length && docs[i] < docBase + maxDoc; i++) {
      bits.set(docs[i] - docBase);
    }
    return bits;
  }

  private List<Hit> passing(QueryStage stage, List<Hit> hits) {
    Float threshold = stage.scoreThreshold();
    if (threshold == null) {
      return hits;
    }
    return switch (stage.query()) {
      case Query.OfVectors query -> {
        boolean largerIsBetter =
            FieldSearch.largerIsBetter(query, declared.vectors().own(stage.using()));
        yield hits.stream()
            .filter(hit -> largerIsBetter ? hit.score() > threshold : hit.score() < threshold)
            .toList();
      }
      case Query.Fusion _, Query.Boost _ ->
          hits.stream().filter(hit -> hit.score() >= threshold).toList();
      case Query.ByValue _, Query.Sample _, Query.None _ -> hits;
    };
  }
}
