package dev.quiver.api;

import com.google.protobuf.Message;
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
import java.util.function.Supplier;

/** Queries of the service {@code qdrant.Points}, and the older calls that are queries. */
class GrpcPointQueries extends GrpcPointReads {
  final Queries runner;
  final GrpcQueries queries;

  GrpcPointQueries(
      Database database, Inference inference, GrpcCalls calls, ApiLimits limits, Issues issues) {
    super(database, inference, calls, limits);
    this.runner = new Queries(database, issues);
    this.queries = new GrpcQueries(reads);
  }

  @Override
  public void search(Points.SearchPoints request, StreamObserver<Points.SearchResponse> reply) {
    calls.search(
        "Search",
        request,
        reply,
        call -> {
          String collection = call.collection();
          QueryRequest query = queries.search(request);
          admitQueries(call, collection, List.of(query), false);
          budget.check(collection, List.of(query));
          Points.SearchResponse.Builder response = Points.SearchResponse.newBuilder();
          for (ScoredPoint hit : runner.run(collection, query, inference.batch())) {
            response.addResult(GrpcReads.write(hit));
          }
          return response.setTime(call.seconds()).build();
        });
  }

  @Override
  public void searchBatch(
      Points.SearchBatchPoints request, StreamObserver<Points.SearchBatchResponse> reply) {
    batch(
        new Incoming<>("SearchBatch", request, false, reply),
        new Many<>("search_points", request.getSearchPointsList()),
        Points.SearchPoints::getCollectionName,
        queries::search,
        (results, seconds) ->
            Points.SearchBatchResponse.newBuilder().addAllResult(results).setTime(seconds).build());
  }

  @Override
  public void query(Points.QueryPoints request, StreamObserver<Points.QueryResponse> reply) {
    one(
        new Incoming<>("Query", request, GrpcQueryKinds.hasText(request), reply),
        () -> queries.query(request),
        (hits, seconds) ->
            Points.QueryResponse.newBuilder().addAllResult(hits).setTime(seconds).build());
  }

  @Override
  public void queryBatch(
      Points.QueryBatchPoints request, StreamObserver<Points.QueryBatchResponse> reply) {
    batch(
        new Incoming<>(
            "QueryBatch",
            request,
            request.getQueryPointsList().stream().anyMatch(GrpcQueryKinds::hasText),
            reply),
        new Many<>("query_points", request.getQueryPointsList()),
        Points.QueryPoints::getCollectionName,
        queries::query,
        (results, seconds) ->
            Points.QueryBatchResponse.newBuilder().addAllResult(results).setTime(seconds).build());
  }

  @Override
  public void recommend(
      Points.RecommendPoints request, StreamObserver<Points.RecommendResponse> reply) {
    one(
        new Incoming<>("Recommend", request, GrpcQueryKinds.hasText(request), reply),
        () -> queries.recommend(request),
        (hits, seconds) ->
            Points.RecommendResponse.newBuilder().addAllResult(hits).setTime(seconds).build());
  }

  @Override
  public void recommendBatch(
      Points.RecommendBatchPoints request, StreamObserver<Points.RecommendBatchResponse> reply) {
    batch(
        new Incoming<>(
            "RecommendBatch",
            request,
            request.getRecommendPointsList().stream().anyMatch(GrpcQueryKinds::hasText),
            reply),
        new Many<>("recommend_points", request.getRecommendPointsList()),
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
        new Incoming<>("Discover", request, GrpcQueryKinds.hasText(request), reply),
        () -> queries.discover(request),
        (hits, seconds) ->
            Points.DiscoverResponse.newBuilder().addAllResult(hits).setTime(seconds).build());
  }

  @Override
  public void discoverBatch(
      Points.DiscoverBatchPoints request, StreamObserver<Points.DiscoverBatchResponse> reply) {
    batch(
        new Incoming<>(
            "DiscoverBatch",
            request,
            request.getDiscoverPointsList().stream().anyMatch(GrpcQueryKinds::hasText),
            reply),
        new Many<>("discover_points", request.getDiscoverPointsList()),
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
  private record Incoming<T>(
      String operation, Message request, boolean waitsFirst, StreamObserver<T> reply) {}

  /** The requests of a batch; {@code field} is their name in the message. */
  private record Many<R>(String field, List<R> requests) {}

  private <T> void one(
      Incoming<T> incoming,
      Supplier<QueryRequest> read,
      BiFunction<List<Points.ScoredPoint>, Double, T> answer) {
    calls.searchAll(
        incoming.operation(),
        incoming.request(),
        incoming.reply(),
        incoming.waitsFirst(),
        (call, timeout) -> {
          String collection = call.collection();
          List<QueryRequest> query = List.of(read.get());
          admitQueries(call, collection, query, false);
          return prepared(collection, query, timeout);
        },
        (call, results) ->
            answer.apply(
                results.getFirst().stream().map(GrpcReads::write).toList(), call.seconds()));
  }

  private <R, T> void batch(
      Incoming<T> incoming,
      Many<R> many,
      Function<R, String> collectionOf,
      Function<R, QueryRequest> reader,
      BiFunction<List<Points.BatchResult>, Double, T> answer) {
    calls.searchAll(
        incoming.operation(),
        incoming.request(),
        incoming.reply(),
        incoming.waitsFirst(),
        (call, timeout) -> {
          call.checkConsistency();
          String collection = call.collection();
          checkBatch(many.field(), many.requests().size());
          for (R request : many.requests()) {
            checkInnerCollection(collectionOf.apply(request), collection);
          }
          List<QueryRequest> batch = many.requests().stream().map(reader).toList();
          admitQueries(call, collection, batch, true);
          return prepared(collection, batch, timeout);
        },
        (call, results) ->
            answer.apply(results.stream().map(GrpcReads::batch).toList(), call.seconds()));
  }

  private void admitQueries(
      GrpcCall call, String collection, List<QueryRequest> batch, boolean isBatch) {
    Queries.admit(database, call.access(), collection, batch, isBatch, namedTimeout(call));
  }

  private List<Supplier<List<ScoredPoint>>> prepared(
      String collection, List<QueryRequest> batch, Duration timeout) {
    Inference.Batch texts = inference.batch();
    Queries.collect(batch, texts);
    texts.run(timeout);
    budget.check(collection, batch);
    ResultBudget.Payloads payloads = budget.payloads();
    return batch.stream()
        .<Supplier<List<ScoredPoint>>>map(
            query -> () -> payloads.counted(runner.run(collection, query, texts)))
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
