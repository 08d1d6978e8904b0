package dev.quiver.api;

import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.query.LookupLocation;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Points;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Queries, and the older calls that are queries, from their wire form. */
final class GrpcQueries {
  private final GrpcReads reads;

  GrpcQueries(GrpcReads reads) {
    this.reads = reads;
  }

  QueryRequest query(Points.QueryPoints query) {
    ShardKeys.refuse(query.getShardKeySelector(), false);
    GrpcReads.checkConsistency(query.hasReadConsistency(), query.getReadConsistency());
    int limit = limit(query.hasLimit(), query.getLimit(), query.getOffset());
    QueryStage root =
        new QueryStage(
            query.getPrefetchList().stream().map(this::prefetch).toList(),
            kind(query.hasQuery(), query.getQuery()),
            query.getUsing(),
            GrpcFilters.readIf(query.hasFilter(), query.getFilter()),
            params(query.hasParams(), query.getParams()),
            threshold(query.hasScoreThreshold(), query.getScoreThreshold()),
            limit,
            lookup(query.hasLookupFrom(), query.getLookupFrom()));
    return new QueryRequest(
        root,
        (int) query.getOffset(),
        payload(query.hasWithPayload(), query.getWithPayload()),
        GrpcReads.vectors(query.hasWithVectors(), query.getWithVectors()));
  }

  private QueryStage prefetch(Points.PrefetchQuery query) {
    int limit = limit(query.hasLimit(), query.getLimit(), 0);
    return new QueryStage(
        query.getPrefetchList().stream().map(this::prefetch).toList(),
        kind(query.hasQuery(), query.getQuery()),
        query.getUsing(),
        GrpcFilters.readIf(query.hasFilter(), query.getFilter()),
        params(query.hasParams(), query.getParams()),
        threshold(query.hasScoreThreshold(), query.getScoreThreshold()),
        limit,
        lookup(query.hasLookupFrom(), query.getLookupFrom()));
  }

  QueryRequest search(Points.SearchPoints search) {
    ShardKeys.refuse(search.getShardKeySelector(), false);
    GrpcReads.checkConsistency(search.hasReadConsistency(), search.getReadConsistency());
    int limit = limit(true, search.getLimit(), search.getOffset());
    QueryStage root =
        new QueryStage(
            List.of(),
            new Query.Nearest(GrpcVectors.read(search)),
            search.getVectorName(),
            GrpcFilters.readIf(search.hasFilter(), search.getFilter()),
            params(search.hasParams(), search.getParams()),
            threshold(search.hasScoreThreshold(), search.getScoreThreshold()),
            limit,
            null);
    return new QueryRequest(
        root,
        (int) search.getOffset(),
        payload(search.hasWithPayload(), search.getWithPayload()),
        GrpcReads.vectors(search.hasWithVectors(), search.getWithVectors()));
  }

  QueryRequest recommend(Points.RecommendPoints recommend) {
    ShardKeys.refuse(recommend.getShardKeySelector(), false);
    GrpcReads.checkConsistency(recommend.hasReadConsistency(), recommend.getReadConsistency());
    int limit = limit(true, recommend.getLimit(), recommend.getOffset());
    Query query =
        Queries.recommend(
            inputs(recommend.getPositiveList(), recommend.getPositiveVectorsList()),
            inputs(recommend.getNegativeList(), recommend.getNegativeVectorsList()),
            GrpcQueryKinds.strategy(recommend.getStrategy(), recommend.getStrategyValue()));
    QueryStage root =
        new QueryStage(
            List.of(),
            query,
            recommend.getUsing(),
            GrpcFilters.readIf(recommend.hasFilter(), recommend.getFilter()),
            params(recommend.hasParams(), recommend.getParams()),
            threshold(recommend.hasScoreThreshold(), recommend.getScoreThreshold()),
            limit,
            lookup(recommend.hasLookupFrom(), recommend.getLookupFrom()));
    return new QueryRequest(
        root,
        (int) recommend.getOffset(),
        payload(recommend.hasWithPayload(), recommend.getWithPayload()),
        GrpcReads.vectors(recommend.hasWithVectors(), recommend.getWithVectors()));
  }

  private static List<VectorInput> inputs(List<Common.PointId> ids, List<Points.Vector> vectors) {
    List<VectorInput> inputs = new ArrayList<>(ids.size() + vectors.size());
    GrpcIds.read(ids).forEach(id -> inputs.add(new VectorInput.ById(id)));
    vectors.forEach(vector -> inputs.add(GrpcVectors.read(vector)));
    return inputs;
  }

  QueryRequest discover(Points.DiscoverPoints discover) {
    ShardKeys.refuse(discover.getShardKeySelector(), false);
    GrpcReads.checkConsistency(discover.hasReadConsistency(), discover.getReadConsistency());
    int limit = limit(true, discover.getLimit(), discover.getOffset());
    List<VectorInput> target =
        discover.hasTarget()
            ? List.of(GrpcQueryKinds.example(discover.getTarget().getSingle()))
            : List.of();
    List<Query.Pair> context =
        discover.getContextList().stream()
            .map(
                pair ->
                    new Query.Pair(
                        GrpcQueryKinds.example(pair.getPositive()),
                        GrpcQueryKinds.example(pair.getNegative())))
            .toList();
    QueryStage root =
        new QueryStage(
            List.of(),
            Queries.discover(target, context),
            discover.getUsing(),
            GrpcFilters.readIf(discover.hasFilter(), discover.getFilter()),
            params(discover.hasParams(), discover.getParams()),
            null,
            limit,
            lookup(discover.hasLookupFrom(), discover.getLookupFrom()));
    return new QueryRequest(
        root,
        (int) discover.getOffset(),
        payload(discover.hasWithPayload(), discover.getWithPayload()),
        GrpcReads.vectors(discover.hasWithVectors(), discover.getWithVectors()));
  }

  private int limit(boolean present, long limit, long offset) {
    long most = present ? limit : QueryStage.DEFAULT_LIMIT;
    GrpcFaults.checkAtLeast("limit", most, 1);
    reads.checkResults(most, offset);
    return (int) most;
  }

  private static Query kind(boolean present, Points.Query query) {
    return present ? GrpcQueryKinds.read(query) : new Query.None();
  }

  private static @Nullable Float threshold(boolean present, float value) {
    if (!present) {
      return null;
    }
    if (Float.isNaN(value)) {
      throw QuiverException.badRequest("score_threshold: NaN (expected: a number)");
    }
    return value;
  }

  private static @Nullable LookupLocation lookup(boolean present, Points.LookupLocation location) {
    if (!present) {
      return null;
    }
    ShardKeys.refuse(location.getShardKeySelector(), false);
    return new LookupLocation(
        location.getCollectionName(), location.hasVectorName() ? location.getVectorName() : null);
  }

  private static SearchParams params(boolean present, Points.SearchParams params) {
    return present ? GrpcSelections.params(params) : SearchParams.DEFAULT;
  }

  private static PayloadSelection payload(boolean present, Points.WithPayloadSelector selector) {
    return GrpcReads.payload(present, selector, PayloadSelection.NONE);
  }
}
