package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.query.QueryRequest;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Queries of the service {@code qdrant.Points}, and the older calls that are queries. */
class GrpcPointQueries extends GrpcPointReads {
  private final Queries runner;
  private final GrpcQueries queries;

  GrpcPointQueries(Database database, Inference inference, GrpcCalls calls, ApiLimits limits) {
    super(database, inference, calls, limits);
    this.runner = new Queries(database);
    this.queries = new GrpcQueries(reads);
  }

  @Override
  public void search(Points.SearchPoints request, StreamObserver<Points.SearchResponse> reply) {
    long start = System.nanoTime();
    calls.search(
        "Search",
        request.hasTimeout(),
        request.getTimeout(),
        reply,
        () -> {
          String collection = name(request.getCollectionName());
          QueryRequest query = queries.search(request);
          budget.check(collection, List.of(query));
          Points.SearchResponse.Builder response = Points.SearchResponse.newBuilder();
          for (ScoredPoint hit : runner.run(collection, query, inference.batch())) {
            response.addResult(GrpcReads.write(hit));
          }
          return response.setTime(secondsSince(start)).build();
        });
  }

  @Override
  public void searchBatch(
      Points.SearchBatchPoints request, StreamObserver<Points.SearchBatchResponse> reply) {
    batch(
        new Call<>("SearchBatch", request.hasTimeout(), request.getTimeout(), false, reply),
        () -> {
          GrpcReads.checkConsistency(request.hasReadConsistency(), request.getReadConsistency());
          return new Many<>(
              request.getCollectionName(), "search_points", request.getSearchPointsList());
        },
        Points.SearchPoints::getCollectionName,
        queries::search,
        (results, seconds) ->
            Points.SearchBatchResponse.newBuilder().addAllResult(results).setTime(seconds).build());
  }

  @Override
  public void query(Points.QueryPoints request, StreamObserver<Points.QueryResponse> reply) {
    one(
        new Call<>(
            "Query",
            request.hasTimeout(),
            request.getTimeout(),
            GrpcQueryKinds.hasText(request),
            reply),
        request.getCollectionName(),
        () -> queries.query(request),
        (hits, seconds) ->
            Points.QueryResponse.newBuilder().addAllResult(hits).setTime(seconds).build());
  }

  @Override
  public void queryBatch(
      Points.QueryBatchPoints request, StreamObserver<Points.QueryBatchResponse> reply) {
    batch(
        new Call<>(
            "QueryBatch",
            request.hasTimeout(),
            request.getTimeout(),
            request.getQueryPointsList().stream().anyMatch(GrpcQueryKinds::hasText),
            reply),
        () -> {
          GrpcReads.checkConsistency(request.hasReadConsistency(), request.getReadConsistency());
          return new Many<>(
              request.getCollectionName(), "query_points", request.getQueryPointsList());
        },
        Points.QueryPoints::getCollectionName,
        queries::query,
        (results, seconds) ->
            Points.QueryBatchResponse.newBuilder().addAllResult(results).setTime(seconds).build());
  }

  @Override
  public void recommend(
      Points.RecommendPoints request, StreamObserver<Points.RecommendResponse> reply) {
    one(
        new Call<>(
            "Recommend",
            request.hasTimeout(),
            request.getTimeout(),
            GrpcQueryKinds.hasText(request),
            reply),
        request.getCollectionName(),
        () -> queries.recommend(request),
        (hits, seconds) ->
            Points.RecommendResponse.newBuilder().addAllResult(hits).setTime(seconds).build());
  }

  @Override
  public void recommendBatch(
      Points.RecommendBatchPoints request, StreamObserver<Points.RecommendBatchResponse> reply) {
    batch(
        new Call<>(
            "RecommendBatch",
            request.hasTimeout(),
            request.getTimeout(),
            request.getRecommendPointsList().stream().anyMatch(GrpcQueryKinds::hasText),
            reply),
        () -> {
          GrpcReads.checkConsistency(request.hasReadConsistency(), request.getReadConsistency());
          return new Many<>(
              request.getCollectionName(), "recommend_points", request.getRecommendPointsList());
        },
        Points.RecommendPoints::getCollectionName,
        queries::recommend,
        (results, seconds) ->
            Points.RecommendBatchResponse.newBuilder()
                .addAllResult(results)
                .setTime(seconds)
                .build());
  }

  @Override
  public void discover(
      Points.DiscoverPoints request, StreamObserver<Points.DiscoverResponse> reply) {
    one(
        new Call<>(
            "Discover",
            request.hasTimeout(),
            request.getTimeout(),
            GrpcQueryKinds.hasText(request),
            reply),
        request.getCollectionName(),
        () -> queries.discover(request),
        (hits, seconds) ->
            Points.DiscoverResponse.newBuilder().addAllResult(hits).setTime(seconds).build());
  }

  @Override
  public void discoverBatch(
      Points.DiscoverBatchPoints request, StreamObserver<Points.DiscoverBatchResponse> reply) {
    batch(
        new Call<>(
            "DiscoverBatch",
            request.hasTimeout(),
            request.getTimeout(),
            request.getDiscoverPointsList().stream().anyMatch(GrpcQueryKinds::hasText),
            reply),
        () -> {
          GrpcReads.checkConsistency(request.hasReadConsistency(), request.getReadConsistency());
          return new Many<>(
              request.getCollectionName(), "discover_points", request.getDiscoverPointsList());
        },
        Points.DiscoverPoints::getCollectionName,
        queries::discover,
        (results, seconds) ->
            Points.DiscoverBatchResponse.newBuilder()
                .addAllResult(results)
                .setTime(seconds)
                .build());
  }

  /**
   * A call as it came in.
   *
   * @param waitsFirst whether it holds texts, which are embedded before the search
   */
  private record Call<T>(
      String operation,
      boolean hasTimeout,
      long seconds,
      boolean waitsFirst,
      StreamObserver<T> reply) {}

  /** The requests of a batch; {@code field} is their name in the message. */
  private record Many<R>(String collection, String field, List<R> requests) {}

  private <T> void one(
      Call<T> call,
      String collection,
      GrpcCalls.Work<QueryRequest> read,
      BiFunction<List<Points.ScoredPoint>, Double, T> answer) {
    long start = System.nanoTime();
    calls.searchAll(
        call.operation(),
        call.hasTimeout(),
        call.seconds(),
        call.reply(),
        call.waitsFirst(),
        timeout -> prepared(name(collection), List.of(read.run()), timeout),
        results ->
            answer.apply(
                results.getFirst().stream().map(GrpcReads::write).toList(), secondsSince(start)));
  }

  private <R, T> void batch(
      Call<T> call,
      GrpcCalls.Work<Many<R>> read,
      Function<R, String> collectionOf,
      Function<R, QueryRequest> reader,
      BiFunction<List<Points.BatchResult>, Double, T> answer) {
    long start = System.nanoTime();
    calls.searchAll(
        call.operation(),
        call.hasTimeout(),
        call.seconds(),
        call.reply(),
        call.waitsFirst(),
        timeout -> {
          Many<R> many = read.run();
          String collection = name(many.collection());
          checkBatch(many.field(), many.requests().size());
          for (R request : many.requests()) {
            checkInnerCollection(collectionOf.apply(request), collection);
          }
          return prepared(collection, many.requests().stream().map(reader).toList(), timeout);
        },
        results ->
            answer.apply(results.stream().map(GrpcReads::batch).toList(), secondsSince(start)));
  }

  private List<GrpcCalls.Work<List<ScoredPoint>>> prepared(
      String collection, List<QueryRequest> batch, Duration timeout) {
    Inference.Batch texts = inference.batch();
    Queries.collect(batch, texts);
    texts.run(timeout);
    budget.check(collection, batch);
    return batch.stream()
        .<GrpcCalls.Work<List<ScoredPoint>>>map(query -> () -> runner.run(collection, query, texts))
        .toList();
  }

  private static void checkInnerCollection(String inner, String outer) {
    if (!inner.isEmpty() && !inner.equals(outer)) {
      throw QuiverException.badRequest(
          "collection_name: \""
              + Shape.abbreviate(inner)
              + "\" in a batch on \""
              + outer
              + "\" (expected: the batch's collection, or nothing)");
    }
  }
}
