package dev.quiver.api;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.VectorsFactory.vectors;

import io.grpc.Status.Code;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.SearchPoints;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * A bad request over gRPC, to a server that has the collection {@code good} of dimension 4.
 *
 * @param text what the status' description contains
 */
record GrpcBadRequest(
    String what, Code code, String text, Function<QdrantGrpcClient, Future<?>> call) {

  static GrpcBadRequest invalid(
      String what, String text, Function<QdrantGrpcClient, Future<?>> call) {
    return new GrpcBadRequest(what, Code.INVALID_ARGUMENT, text, call);
  }

  static GrpcBadRequest search(String what, String text, SearchPoints.Builder search) {
    return invalid(what, text, client -> client.points().search(search.build()));
  }

  static SearchPoints.Builder search() {
    return SearchPoints.newBuilder()
        .setCollectionName("good")
        .addAllVector(List.of(1f, 0f, 0f, 0f))
        .setLimit(1);
  }

  static PointStruct point(long number, float... values) {
    return PointStruct.newBuilder().setId(id(number)).setVectors(vectors(values)).build();
  }
}
