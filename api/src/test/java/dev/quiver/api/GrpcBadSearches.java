package dev.quiver.api;

import static dev.quiver.api.GrpcBadRequest.invalid;
import static dev.quiver.api.GrpcBadRequest.search;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;

import io.qdrant.client.VectorInputFactory;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SearchParams;
import java.util.List;

/** Searches, queries and scrolls that cannot be run. */
final class GrpcBadSearches {
  private GrpcBadSearches() {}

  static List<GrpcBadRequest> all() {
    return List.of(
        search(
            "limit zero",
            "Validation error in body: [limit: value 0 invalid, must be 1 or larger]",
            search().setLimit(0)),
        search("absurd limit", "limit + offset", search().setLimit(Long.MAX_VALUE)),
        search("limit beyond 63 bits", "limit + offset", search().setLimit(-1)),
        search("absurd offset", "limit + offset", search().setOffset(1L << 40)),
        search("timeout zero", "[timeout: value 0 invalid", search().setTimeout(0)),
        search(
            "wrong dimension",
            "Wrong input: Vector dimension error: expected dim: 4, got 2",
            search().clearVector().addAllVector(List.of(1f, 2f))),
        search("NaN", "NaN", search().setVector(2, Float.NaN)),
        search(
            "unknown vector name",
            "Wrong input: Not existing vector name error: x",
            search().setVectorName("x")),
        search("NaN threshold", "score_threshold: NaN", search().setScoreThreshold(Float.NaN)),
        search(
            "ef zero",
            "[params.hnsw_ef: value 0 invalid, must be 1 or larger]",
            search().setParams(SearchParams.newBuilder().setHnswEf(0))),
        search(
            "oversampling below one",
            "must be 1.0 or larger",
            search()
                .setParams(
                    SearchParams.newBuilder()
                        .setQuantization(
                            Points.QuantizationSearchParams.newBuilder().setOversampling(0.5)))),
        search(
            "payload selector of no kind",
            "No PayloadSelector",
            search().setWithPayload(Points.WithPayloadSelector.getDefaultInstance())),
        search(
            "consistency of zero replicas",
            "Read consistency factor can't be zero",
            search().setReadConsistency(Points.ReadConsistency.newBuilder().setFactor(0))),
        invalid(
            "scroll of nothing",
            "[limit: value 0 invalid",
            client ->
                client
                    .points()
                    .scroll(
                        ScrollPoints.newBuilder().setCollectionName("good").setLimit(0).build())),
        invalid(
            "offset with order",
            "Cannot use an `offset` when using `order_by`",
            client ->
                client
                    .points()
                    .scroll(
                        ScrollPoints.newBuilder()
                            .setCollectionName("good")
                            .setOffset(id(1))
                            .setOrderBy(Points.OrderBy.newBuilder().setKey("a"))
                            .build())),
        invalid(
            "query of no kind",
            "Query variant is missing",
            client ->
                client.points().query(query().setQuery(Points.Query.getDefaultInstance()).build())),
        invalid(
            "nearest to nothing",
            "VectorInput variant is missing",
            client ->
                client
                    .points()
                    .query(
                        query()
                            .setQuery(nearest(Points.VectorInput.getDefaultInstance()))
                            .build())),
        invalid(
            "threshold without a query",
            "score_threshold",
            client -> client.points().query(query().setScoreThreshold(0.5f).build())),
        invalid(
            "inner collection of a batch",
            "expected: the batch's collection",
            client ->
                client
                    .points()
                    .queryBatch(
                        Points.QueryBatchPoints.newBuilder()
                            .setCollectionName("good")
                            .addQueryPoints(query().setCollectionName("other"))
                            .build())),
        invalid(
            "multivector query",
            "Vector dimension error: expected dim: 4, got 1",
            client ->
                client
                    .points()
                    .query(
                        query()
                            .setQuery(
                                nearest(
                                    VectorInputFactory.multiVectorInput(new float[][] {{1}, {2}})))
                            .build())),
        invalid(
            "BM25 of a dense vector",
            "Conversion between sparse and regular vectors failed",
            client ->
                client
                    .points()
                    .query(
                        query()
                            .setQuery(
                                nearest(
                                    Points.Document.newBuilder()
                                        .setText("x")
                                        .setModel("Qdrant/bm25")
                                        .build()))
                            .build())));
  }

  private static QueryPoints.Builder query() {
    return QueryPoints.newBuilder().setCollectionName("good");
  }
}
