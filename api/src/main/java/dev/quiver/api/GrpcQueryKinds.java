package dev.quiver.api;

import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.VectorInput;
import io.qdrant.client.grpc.Points;
import java.util.List;
import java.util.stream.Stream;

/** What points are ranked by, from its wire form. */
final class GrpcQueryKinds {
  private GrpcQueryKinds() {}

  static Query read(Points.Query query) {
    return switch (query.getVariantCase()) {
      case NEAREST -> new Query.Nearest(GrpcVectors.read(query.getNearest()));
      case NEAREST_WITH_MMR -> diverse(query.getNearestWithMmr());
      case RECOMMEND -> recommend(query.getRecommend());
      case DISCOVER -> discover(query.getDiscover());
      case CONTEXT -> new Query.Context(pairs(query.getContext()));
      case ORDER_BY -> new Query.ByValue(GrpcSelections.orderBy(query.getOrderBy()));
      case FUSION ->
          switch (query.getFusion()) {
            case RRF -> new Query.Rrf(Query.Rrf.DEFAULT_K, null);
            case DBSF -> new Query.Dbsf();
            case UNRECOGNIZED ->
                throw GrpcFaults.malformed("invalid fusion type value " + query.getFusionValue());
          };
      case RRF -> rrf(query.getRrf());
      case FORMULA -> new Query.Boost(GrpcExpressions.read(query.getFormula()));
      case SAMPLE ->
          switch (query.getSample()) {
            case Random -> new Query.Sample();
            case UNRECOGNIZED ->
                throw GrpcFaults.malformed("invalid sample type value " + query.getSampleValue());
          };
      case RELEVANCE_FEEDBACK -> feedback(query.getRelevanceFeedback());
      case VARIANT_NOT_SET -> throw GrpcFaults.malformed("Query variant is missing");
    };
  }

  private static Query diverse(Points.NearestInputWithMmr query) {
    require(query.hasNearest(), "nearest vector is missing");
    require(query.hasMmr(), "mmr is missing");
    Points.Mmr mmr = query.getMmr();
    float diversity = mmr.hasDiversity() ? mmr.getDiversity() : Query.Mmr.DEFAULT_DIVERSITY;
    if (!(diversity >= 0 && diversity <= 1)) {
      throw GrpcFaults.invalid(
          "query.nearest_with_mmr.mmr.diversity",
          "value " + diversity + " invalid, must be from 0.0 to 1.0");
    }
    long candidates = Integer.toUnsignedLong(mmr.getCandidatesLimit());
    if (candidates > Query.Mmr.CANDIDATES_MAX) {
      throw GrpcFaults.invalid(
          "query.nearest_with_mmr.mmr.candidates_limit",
          "value " + candidates + " invalid, must be " + Query.Mmr.CANDIDATES_MAX + " or smaller");
    }
    return new Query.Nearest(
        GrpcVectors.read(query.getNearest()),
        new Query.Mmr(diversity, mmr.hasCandidatesLimit() ? (Integer) (int) candidates : null));
  }

  private static Query recommend(Points.RecommendInput recommend) {
    if (recommend.getPositiveCount() + recommend.getNegativeCount() == 0) {
      throw GrpcFaults.invalid(
          "query.recommend.positives, negatives",
          "At least one positive or negative vector/id must be provided");
    }
    return new Query.Recommend(
        recommend.getPositiveList().stream().map(GrpcVectors::read).toList(),
        recommend.getNegativeList().stream().map(GrpcVectors::read).toList(),
        strategy(recommend.getStrategy(), recommend.getStrategyValue()));
  }

  static Query.Strategy strategy(Points.RecommendStrategy strategy, int value) {
    return switch (strategy) {
      case AverageVector -> Query.Strategy.AVERAGE_VECTOR;
      case BestScore -> Query.Strategy.BEST_SCORE;
      case SumScores -> Query.Strategy.SUM_SCORES;
      case UNRECOGNIZED -> throw GrpcFaults.malformed("Unknown recommend strategy: " + value);
    };
  }

  private static Query discover(Points.DiscoverInput discover) {
    require(discover.hasTarget(), "DiscoverInput target is missing");
    require(discover.hasContext(), "DiscoverInput context is missing");
    return new Query.Discover(GrpcVectors.read(discover.getTarget()), pairs(discover.getContext()));
  }

  private static List<Query.Pair> pairs(Points.ContextInput context) {
    return context.getPairsList().stream().map(GrpcQueryKinds::pair).toList();
  }

  private static Query.Pair pair(Points.ContextInputPair pair) {
    require(pair.hasPositive(), "ContextPair positive is missing");
    require(pair.hasNegative(), "ContextPair negative is missing");
    return new Query.Pair(
        GrpcVectors.read(pair.getPositive()), GrpcVectors.read(pair.getNegative()));
  }

  private static Query rrf(Points.Rrf rrf) {
    long k = Query.Rrf.DEFAULT_K;
    if (rrf.hasK()) {
      k = Integer.toUnsignedLong(rrf.getK());
      GrpcFaults.checkAtLeast("query.rrf.k", k, 1);
    }
    for (float weight : rrf.getWeightsList()) {
      require(Float.isFinite(weight), "weight of an RRF: " + weight + " (expected: finite)");
    }
    return new Query.Rrf(
        GrpcFilters.saturated(k),
        rrf.getWeightsCount() == 0 ? null : List.copyOf(rrf.getWeightsList()));
  }

  private static Query feedback(Points.RelevanceFeedbackInput feedback) {
    require(feedback.hasTarget(), "target is missing");
    require(feedback.hasStrategy(), "strategy is missing");
    require(feedback.getStrategy().hasNaive(), "FeedbackStrategy variant is missing");
    Points.NaiveFeedbackStrategy naive = feedback.getStrategy().getNaive();
    if (naive.getB() < 0) {
      throw GrpcFaults.invalid(
          "query.relevance_feedback.strategy.naive.b",
          "value " + naive.getB() + " invalid, must be 0.0 or larger");
    }
    return new Query.Feedback(
        GrpcVectors.read(feedback.getTarget()),
        feedback.getFeedbackList().stream().map(GrpcQueryKinds::judged).toList(),
        naive.getA(),
        naive.getB(),
        naive.getC());
  }

  private static Query.Judged judged(Points.FeedbackItem item) {
    require(item.hasExample(), "feedback example is missing");
    require(
        Float.isFinite(item.getScore()),
        "feedback score: " + item.getScore() + " (expected: a finite number)");
    return new Query.Judged(GrpcVectors.read(item.getExample()), item.getScore());
  }

  private static void require(boolean right, String otherwise) {
    if (!right) {
      throw GrpcFaults.malformed(otherwise);
    }
  }

  /** The example of an older call: a point or its own vector. */
  static VectorInput example(Points.VectorExample example) {
    return switch (example.getExampleCase()) {
      case ID -> new VectorInput.ById(GrpcIds.read(example.getId()));
      case VECTOR -> GrpcVectors.read(example.getVector());
      case EXAMPLE_NOT_SET -> throw GrpcFaults.malformed("Vector example not provided");
    };
  }

  /** Whether some input of a query's tree is a text, so that it has to be embedded. */
  static boolean hasText(Points.QueryPoints query) {
    return hasText(query.getQuery())
        || query.getPrefetchList().stream().anyMatch(GrpcQueryKinds::hasText);
  }

  static boolean hasText(Points.RecommendPoints recommend) {
    return Stream.concat(
            recommend.getPositiveVectorsList().stream(),
            recommend.getNegativeVectorsList().stream())
        .anyMatch(Points.Vector::hasDocument);
  }

  static boolean hasText(Points.DiscoverPoints discover) {
    return discover.getTarget().getSingle().getVector().hasDocument()
        || discover.getContextList().stream()
            .anyMatch(
                pair ->
                    pair.getPositive().getVector().hasDocument()
                        || pair.getNegative().getVector().hasDocument());
  }

  private static boolean hasText(Points.PrefetchQuery prefetch) {
    return hasText(prefetch.getQuery())
        || prefetch.getPrefetchList().stream().anyMatch(GrpcQueryKinds::hasText);
  }

  private static boolean hasText(Points.Query query) {
    Stream<Points.VectorInput> inputs =
        switch (query.getVariantCase()) {
          case NEAREST -> Stream.of(query.getNearest());
          case NEAREST_WITH_MMR -> Stream.of(query.getNearestWithMmr().getNearest());
          case RECOMMEND ->
              Stream.concat(
                  query.getRecommend().getPositiveList().stream(),
                  query.getRecommend().getNegativeList().stream());
          case DISCOVER ->
              Stream.concat(
                  Stream.of(query.getDiscover().getTarget()),
                  inputs(query.getDiscover().getContext()));
          case CONTEXT -> inputs(query.getContext());
          case RELEVANCE_FEEDBACK ->
              Stream.concat(
                  Stream.of(query.getRelevanceFeedback().getTarget()),
                  query.getRelevanceFeedback().getFeedbackList().stream()
                      .map(Points.FeedbackItem::getExample));
          case ORDER_BY, FUSION, RRF, FORMULA, SAMPLE, VARIANT_NOT_SET -> Stream.of();
        };
    return inputs.anyMatch(Points.VectorInput::hasDocument);
  }

  private static Stream<Points.VectorInput> inputs(Points.ContextInput context) {
    return context.getPairsList().stream()
        .flatMap(pair -> Stream.of(pair.getPositive(), pair.getNegative()));
  }
}
