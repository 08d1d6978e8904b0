package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.ScrollPage;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.VectorSelection;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.PointsGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads of the service {@code qdrant.Points}; {@link GrpcPoints} adds the writes. */
class GrpcPointReads extends PointsGrpc.PointsImplBase {
  private static final int DEFAULT_SCROLL_LIMIT = 10;

  final Database database;
  final GrpcCalls calls;
  final Inference inference;
  final ApiLimits limits;
  final Queries queries;
  final GrpcReads reads;
  final ResultBudget budget;

  GrpcPointReads(Database database, Inference inference, GrpcCalls calls, ApiLimits limits) {
    this.database = database;
    this.inference = inference;
    this.calls = calls;
    this.limits = limits;
    this.queries = new Queries(database);
    this.reads = new GrpcReads(limits.resultsMax());
    this.budget = ResultBudget.ofGrpc(database);
  }

  @Override
  public void search(Points.SearchPoints request, StreamObserver<Points.SearchResponse> reply) {
    calls.search(
        "Search",
        request,
        reply,
        call -> {
          String collection = call.collection();
          Queries.Query query = reads.search(request);
          budget.check(collection, List.of(query));
          Points.SearchResponse.Builder response = Points.SearchResponse.newBuilder();
          for (ScoredPoint hit : queries.run(collection, query, inference.batch())) {
            response.addResult(GrpcReads.write(hit));
          }
          return response.setTime(call.seconds()).build();
        });
  }

  @Override
  public void searchBatch(
      Points.SearchBatchPoints request, StreamObserver<Points.SearchBatchResponse> reply) {
    calls.searchAll(
        "SearchBatch",
        request,
        reply,
        false,
        (call, _) -> {
          String collection = call.collection();
          call.checkConsistency();
          checkBatch("search_points", request.getSearchPointsCount());
          List<Queries.Query> batch = new ArrayList<>(request.getSearchPointsCount());
          for (Points.SearchPoints search : request.getSearchPointsList()) {
            checkInnerCollection(search.getCollectionName(), collection);
            batch.add(reads.search(search));
          }
          return searches(collection, batch, inference.batch());
        },
        (call, results) -> {
          Points.SearchBatchResponse.Builder response = Points.SearchBatchResponse.newBuilder();
          for (List<ScoredPoint> hits : results) {
            response.addResult(GrpcReads.batch(hits));
          }
          return response.setTime(call.seconds()).build();
        });
  }

  @Override
  public void query(Points.QueryPoints request, StreamObserver<Points.QueryResponse> reply) {
    calls.searchAll(
        "Query",
        request,
        reply,
        GrpcReads.isText(request),
        (call, timeout) -> prepared(call.collection(), List.of(reads.query(request)), timeout),
        (call, results) -> {
          Points.QueryResponse.Builder response = Points.QueryResponse.newBuilder();
          for (ScoredPoint hit : results.getFirst()) {
            response.addResult(GrpcReads.write(hit));
          }
          return response.setTime(call.seconds()).build();
        });
  }

  @Override
  public void queryBatch(
      Points.QueryBatchPoints request, StreamObserver<Points.QueryBatchResponse> reply) {
    calls.searchAll(
        "QueryBatch",
        request,
        reply,
        request.getQueryPointsList().stream().anyMatch(GrpcReads::isText),
        (call, timeout) -> {
          String collection = call.collection();
          call.checkConsistency();
          checkBatch("query_points", request.getQueryPointsCount());
          List<Queries.Query> batch = new ArrayList<>(request.getQueryPointsCount());
          for (Points.QueryPoints query : request.getQueryPointsList()) {
            checkInnerCollection(query.getCollectionName(), collection);
            batch.add(reads.query(query));
          }
          return prepared(collection, batch, timeout);
        },
        (call, results) -> {
          Points.QueryBatchResponse.Builder response = Points.QueryBatchResponse.newBuilder();
          for (List<ScoredPoint> hits : results) {
            response.addResult(GrpcReads.batch(hits));
          }
          return response.setTime(call.seconds()).build();
        });
  }

  private List<Supplier<List<ScoredPoint>>> prepared(
      String collection, List<Queries.Query> batch, Duration timeout) {
    Inference.Batch texts = inference.batch();
    Queries.collect(batch, texts);
    texts.run(timeout);
    return searches(collection, batch, texts);
  }

  private List<Supplier<List<ScoredPoint>>> searches(
      String collection, List<Queries.Query> batch, Inference.Batch texts) {
    budget.check(collection, batch);
    ResultBudget.Payloads payloads = budget.payloads();
    List<Supplier<List<ScoredPoint>>> searches = new ArrayList<>(batch.size());
    for (Queries.Query query : batch) {
      searches.add(() -> payloads.counted(queries.run(collection, query, texts)));
    }
    return searches;
  }

  @Override
  public void get(Points.GetPoints request, StreamObserver<Points.GetResponse> reply) {
    calls.search(
        "Get",
        request,
        reply,
        call -> {
          call.checkConsistency();
          call.refuseShardKey();
          String collection = call.collection();
          VectorSelection vectors =
              GrpcReads.vectors(request.hasWithVectors(), request.getWithVectors());
          budget.check(collection, request.getIdsCount(), vectors);
          List<PointRecord> points =
              database.retrieve(
                  collection,
                  GrpcIds.read(request.getIdsList()),
                  GrpcReads.payload(
                      request.hasWithPayload(), request.getWithPayload(), PayloadSelection.ALL),
                  vectors);
          Points.GetResponse.Builder response = Points.GetResponse.newBuilder();
          for (PointRecord point : points) {
            response.addResult(GrpcReads.write(point));
          }
          return response.setTime(call.seconds()).build();
        });
  }

  @Override
  public void scroll(Points.ScrollPoints request, StreamObserver<Points.ScrollResponse> reply) {
    calls.search(
        "Scroll",
        request,
        reply,
        call -> {
          String collection = call.collection();
          call.checkConsistency();
          call.refuseShardKey();
          ScrollRequest wanted = page(request);
          budget.check(collection, wanted.limit(), wanted.vectors());
          ScrollPage page = database.scroll(collection, wanted);
          Points.ScrollResponse.Builder response = Points.ScrollResponse.newBuilder();
          for (PointRecord point : page.points()) {
            response.addResult(GrpcReads.write(point));
          }
          if (page.nextOffset() != null) {
            response.setNextPageOffset(GrpcIds.write(page.nextOffset()));
          }
          return response.setTime(call.seconds()).build();
        });
  }

  private ScrollRequest page(Points.ScrollPoints request) {
    long limit = DEFAULT_SCROLL_LIMIT;
    if (request.hasLimit()) {
      limit = Integer.toUnsignedLong(request.getLimit());
      GrpcFaults.checkAtLeast("limit", limit, 1);
    }
    reads.checkResults(limit, 0);
    if (request.hasOffset() && request.hasOrderBy()) {
      throw QuiverException.badRequest(
          "Cannot use an `offset` when using `order_by`. The alternative for paging is to use"
              + " `order_by.start_from` and a filter to exclude the IDs that you've already seen"
              + " for the `order_by.start_from` value");
    }
    return new ScrollRequest(
        request.hasOffset() ? GrpcIds.read(request.getOffset()) : null,
        (int) limit,
        GrpcFilters.readIf(request.hasFilter(), request.getFilter()),
        request.hasOrderBy() ? GrpcSelections.orderBy(request.getOrderBy()) : null,
        GrpcReads.payload(request.hasWithPayload(), request.getWithPayload(), PayloadSelection.ALL),
        GrpcReads.vectors(request.hasWithVectors(), request.getWithVectors()));
  }

  @Override
  public void count(Points.CountPoints request, StreamObserver<Points.CountResponse> reply) {
    calls.search(
        "Count",
        request,
        reply,
        call -> {
          call.checkConsistency();
          call.refuseShardKey();
          long count =
              database.count(
                  call.collection(),
                  GrpcFilters.readIf(request.hasFilter(), request.getFilter()),
                  !request.hasExact() || request.getExact());
          return Points.CountResponse.newBuilder()
              .setResult(Points.CountResult.newBuilder().setCount(count))
              .setTime(call.seconds())
              .build();
        });
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

  void checkBatch(String field, int count) {
    if (count > limits.batchMax()) {
      throw QuiverException.badRequest(
          field + ": " + count + " entries (expected: at most " + limits.batchMax() + ")");
    }
  }
}
