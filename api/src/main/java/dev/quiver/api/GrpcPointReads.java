package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ReadDemand;
import dev.quiver.engine.ScrollPage;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Filter;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.PointsGrpc;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
          admit(call, collection, List.of(ReadDemand.retrieve(request.getIdsCount())), false);
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
          ReadDemand demand = ReadDemand.scroll(wanted.limit(), wanted.filter());
          admit(call, collection, List.of(demand), false);
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
          String collection = call.collection();
          Filter filter = GrpcFilters.readIf(request.hasFilter(), request.getFilter());
          boolean exact = !request.hasExact() || request.getExact();
          admit(call, collection, List.of(ReadDemand.count(filter, exact)), false);
          long count = database.count(collection, filter, exact);
          return Points.CountResponse.newBuilder()
              .setResult(Points.CountResult.newBuilder().setCount(count))
              .setTime(call.seconds())
              .build();
        });
  }

  void admit(GrpcCall call, String collection, List<ReadDemand> demands, boolean batch) {
    database.admit(collection, demands, batch, namedTimeout(call));
  }

  /** The time that the request names; null when it names none. */
  @Nullable Duration namedTimeout(GrpcCall call) {
    return call.hasTimeout() ? calls.timeout(call) : null;
  }

  void checkBatch(String field, int count) {
    if (count > limits.batchMax()) {
      throw QuiverException.badRequest(
          field + ": " + count + " entries (expected: at most " + limits.batchMax() + ")");
    }
  }
}
