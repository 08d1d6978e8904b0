package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScrollPage;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.VectorSelection;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.PointsGrpc;
import java.util.List;

/** Plain reads of the service {@code qdrant.Points}. */
class GrpcPointReads extends PointsGrpc.PointsImplBase {
  private static final int DEFAULT_SCROLL_LIMIT = 10;

  final Database database;
  final GrpcCalls calls;
  final Inference inference;
  final ApiLimits limits;
  final GrpcReads reads;
  final ResultBudget budget;

  GrpcPointReads(Database database, Inference inference, GrpcCalls calls, ApiLimits limits) {
    this.database = database;
    this.inference = inference;
    this.calls = calls;
    this.limits = limits;
    this.reads = new GrpcReads(limits.resultsMax());
    this.budget = ResultBudget.ofGrpc(database);
  }

  static double secondsSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  @Override
  public void get(Points.GetPoints request, StreamObserver<Points.GetResponse> reply) {
    long start = System.nanoTime();
    calls.search(
        "Get",
        request.hasTimeout(),
        request.getTimeout(),
        reply,
        () -> {
          GrpcReads.checkConsistency(request.hasReadConsistency(), request.getReadConsistency());
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          String collection = name(request.getCollectionName());
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
          return response.setTime(secondsSince(start)).build();
        });
  }

  @Override
  public void scroll(Points.ScrollPoints request, StreamObserver<Points.ScrollResponse> reply) {
    long start = System.nanoTime();
    calls.search(
        "Scroll",
        request.hasTimeout(),
        request.getTimeout(),
        reply,
        () -> {
          String collection = name(request.getCollectionName());
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
          return response.setTime(secondsSince(start)).build();
        });
  }

  private ScrollRequest page(Points.ScrollPoints request) {
    GrpcReads.checkConsistency(request.hasReadConsistency(), request.getReadConsistency());
    GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
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
    long start = System.nanoTime();
    calls.search(
        "Count",
        request.hasTimeout(),
        request.getTimeout(),
        reply,
        () -> {
          GrpcReads.checkConsistency(request.hasReadConsistency(), request.getReadConsistency());
          GrpcWrites.refuseShardKey(request.hasShardKeySelector(), request.getShardKeySelector());
          long count =
              database.count(
                  name(request.getCollectionName()),
                  GrpcFilters.readIf(request.hasFilter(), request.getFilter()),
                  !request.hasExact() || request.getExact());
          return Points.CountResponse.newBuilder()
              .setResult(Points.CountResult.newBuilder().setCount(count))
              .setTime(secondsSince(start))
              .build();
        });
  }

  static String name(String collection) {
    CollectionDocuments.checkName(collection);
    return collection;
  }

  void checkBatch(String field, int count) {
    if (count > limits.batchMax()) {
      throw QuiverException.badRequest(
          field + ": " + count + " entries (expected: at most " + limits.batchMax() + ")");
    }
  }
}
