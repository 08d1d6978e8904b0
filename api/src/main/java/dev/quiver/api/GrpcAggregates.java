package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.DistanceMatrix;
import dev.quiver.engine.FacetRequest;
import dev.quiver.engine.MatrixRequest;
import dev.quiver.engine.ReadDemand;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.QueryRequest;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Reads of the service {@code qdrant.Points} over many points: groups, facets, the matrix. */
class GrpcAggregates extends GrpcPointQueries {
  GrpcAggregates(
      Database database, Inference inference, GrpcCalls calls, ApiLimits limits, Issues issues) {
    super(database, inference, calls, limits, issues);
  }

  @Override
  public void searchGroups(
      Points.SearchPointGroups request, StreamObserver<Points.SearchGroupsResponse> reply) {
    calls.searchAll(
        "SearchGroups",
        request,
        reply,
        false,
        (call, timeout) -> {
          call.checkConsistency();
          call.refuseShardKey();
          return groups(
              call,
              queries.search(GrpcGroups.search(request)),
              GrpcGroups.request(request, limits),
              timeout);
        },
        (call, results) ->
            Points.SearchGroupsResponse.newBuilder()
                .setResult(GrpcGroups.write(results.getFirst()))
                .setTime(call.seconds())
                .build());
  }

  @Override
  public void recommendGroups(
      Points.RecommendPointGroups request, StreamObserver<Points.RecommendGroupsResponse> reply) {
    Points.RecommendPoints recommend = GrpcGroups.recommend(request);
    calls.searchAll(
        "RecommendGroups",
        request,
        reply,
        GrpcQueryKinds.hasText(recommend),
        (call, timeout) -> {
          call.checkConsistency();
          call.refuseShardKey();
          return groups(
              call, queries.recommend(recommend), GrpcGroups.request(request, limits), timeout);
        },
        (call, results) ->
            Points.RecommendGroupsResponse.newBuilder()
                .setResult(GrpcGroups.write(results.getFirst()))
                .setTime(call.seconds())
                .build());
  }

  @Override
  public void queryGroups(
      Points.QueryPointGroups request, StreamObserver<Points.QueryGroupsResponse> reply) {
    Points.QueryPoints query = GrpcGroups.query(request);
    calls.searchAll(
        "QueryGroups",
        request,
        reply,
        GrpcQueryKinds.hasText(query),
        (call, timeout) -> {
          call.checkConsistency();
          call.refuseShardKey();
          return groups(call, queries.query(query), GrpcGroups.request(request, limits), timeout);
        },
        (call, results) ->
            Points.QueryGroupsResponse.newBuilder()
                .setResult(GrpcGroups.write(results.getFirst()))
                .setTime(call.seconds())
                .build());
  }

  private List<Supplier<List<Groups.Group>>> groups(
      GrpcCall call, QueryRequest query, Groups.Request request, Duration timeout) {
    String collection = call.collection();
    Queries.admitGroups(database, call.access(), collection, query, request, namedTimeout(call));
    budget.check(collection, List.of(query));
    budget.check(collection, (long) request.limit() * request.groupSize(), request.vectors());
    Inference.Batch texts = inference.batch();
    Queries.collect(List.of(query), texts);
    texts.run(timeout);
    return List.of(() -> runner.groups(collection, query, request, texts));
  }

  @Override
  public void facet(Points.FacetCounts request, StreamObserver<Points.FacetResponse> reply) {
    calls.search(
        "Facet",
        request,
        reply,
        call -> {
          String collection = call.collection();
          call.checkConsistency();
          call.refuseShardKey();
          long limit = ApiLimits.DEFAULT_FACET_LIMIT;
          if (request.getKey().isEmpty()) {
            throw GrpcFaults.invalid("key", "value \"\" invalid, must be at least 1 characters");
          }
          if (request.hasLimit()) {
            limit = request.getLimit();
            GrpcFaults.checkAtLeast("limit", limit, 1);
          }
          reads.checkResults(limit, 0);
          FacetRequest facet =
              new FacetRequest(
                  GrpcFilters.path(request.getKey()),
                  GrpcFilters.readIf(request.hasFilter(), request.getFilter()),
                  (int) limit);
          ReadDemand demand = ReadDemand.facet(facet.limit(), facet.filter());
          admit(call, collection, List.of(demand), false);
          Points.FacetResponse.Builder response = Points.FacetResponse.newBuilder();
          database.facet(collection, facet).forEach(hit -> response.addHits(GrpcGroups.write(hit)));
          return response.setTime(call.seconds()).build();
        });
  }

  @Override
  public void searchMatrixPairs(
      Points.SearchMatrixPoints request, StreamObserver<Points.SearchMatrixPairsResponse> reply) {
    calls.search(
        "SearchMatrixPairs",
        request,
        reply,
        call ->
            Points.SearchMatrixPairsResponse.newBuilder()
                .setResult(GrpcGroups.pairs(matrix(call, request)))
                .setTime(call.seconds())
                .build());
  }

  @Override
  public void searchMatrixOffsets(
      Points.SearchMatrixPoints request, StreamObserver<Points.SearchMatrixOffsetsResponse> reply) {
    calls.search(
        "SearchMatrixOffsets",
        request,
        reply,
        call ->
            Points.SearchMatrixOffsetsResponse.newBuilder()
                .setResult(GrpcGroups.offsets(matrix(call, request)))
                .setTime(call.seconds())
                .build());
  }

  private DistanceMatrix matrix(GrpcCall call, Points.SearchMatrixPoints request) {
    String collection = call.collection();
    call.checkConsistency();
    call.refuseShardKey();
    long sample = ApiLimits.DEFAULT_MATRIX_SAMPLE;
    if (request.hasSample()) {
      sample = request.getSample();
      GrpcFaults.checkAtLeast("sample", sample, 2);
      if (Long.compareUnsigned(sample, ApiLimits.MATRIX_SAMPLE_MAX) > 0) {
        throw GrpcFaults.invalid(
            "sample",
            "value "
                + Long.toUnsignedString(sample)
                + " invalid, must be from 2 to "
                + ApiLimits.MATRIX_SAMPLE_MAX);
      }
    }
    long limit = ApiLimits.DEFAULT_MATRIX_LIMIT;
    if (request.hasLimit()) {
      limit = request.getLimit();
      GrpcFaults.checkAtLeast("limit", limit, 1);
    }
    reads.checkResults(limit, 0);
    GrpcGroups.checkProduct("sample", sample, "limit", limit, limits.resultsMax());
    Filter filter = GrpcFilters.readIf(request.hasFilter(), request.getFilter());
    String using = request.getUsing();
    admit(call, collection, List.of(ReadDemand.matrix(sample, limit, filter, using)), false);
    return database.matrix(collection, new MatrixRequest(using, filter, (int) sample, (int) limit));
  }
}
