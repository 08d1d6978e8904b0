package dev.quiver.api;

import static dev.quiver.api.GrpcBadRequest.invalid;
import static dev.quiver.api.GrpcBadRequest.point;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.vectors;

import io.grpc.Status.Code;
import io.qdrant.client.VectorFactory;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.JsonWithInt.ListValue;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.util.List;
import java.util.Map;

/** Points that cannot be written or deleted, and indexes that cannot be made. */
final class GrpcBadWrites {
  private GrpcBadWrites() {}

  static List<GrpcBadRequest> all() {
    return List.of(
        upsert(
            "wrong dimension",
            "Wrong input: Vector dimension error: expected dim: 4, got 3",
            point(9, 1, 2, 3).toBuilder()),
        upsert("empty vector", "expected dim: 4, got 0", point(9).toBuilder()),
        upsert("NaN", "NaN", point(9, 1, Float.NaN, 3, 4).toBuilder()),
        upsert("infinity", "Infinity", point(9, 1, 2, 3, Float.POSITIVE_INFINITY).toBuilder()),
        upsert("no id", "Empty ID is not allowed", point(9, 1, 2, 3, 4).toBuilder().clearId()),
        upsert(
            "id of no kind",
            "No ID options provided",
            point(9, 1, 2, 3, 4).toBuilder().setId(Common.PointId.getDefaultInstance())),
        upsert(
            "broken uuid",
            "Unable to parse UUID: not-a-uuid",
            point(9, 1, 2, 3, 4).toBuilder()
                .setId(Common.PointId.newBuilder().setUuid("not-a-uuid"))),
        upsert("no vectors", "Expected some vectors", point(9, 1).toBuilder().clearVectors()),
        upsert(
            "vectors of no kind",
            "No Vector Provided",
            point(9, 1).toBuilder().setVectors(Points.Vectors.getDefaultInstance())),
        upsert(
            "unknown vector name",
            "Wrong input: Not existing vector name error: other",
            point(9, 1).toBuilder()
                .setVectors(
                    io.qdrant.client.VectorsFactory.namedVectors(
                        Map.of("other", VectorFactory.vector(1, 2, 3, 4))))),
        upsert(
            "infinite payload number",
            "cannot convert to json number",
            point(9, 1, 2, 3, 4).toBuilder().putPayload("x", value(Double.NEGATIVE_INFINITY))),
        upsert(
            "deep payload",
            "nested deeper than",
            point(9, 1, 2, 3, 4).toBuilder().putPayload("x", nested(130))),
        upsert(
            "payload deeper than the reader goes",
            "failed to decode Protobuf message",
            point(9, 1, 2, 3, 4).toBuilder().putPayload("x", nested(1_000))),
        upsert(
            "document without a model",
            "Document without a model",
            point(9, 1).toBuilder()
                .setVectors(vectors(Points.Document.newBuilder().setText("x").build()))),
        invalid(
            "no points",
            "Bad request: Empty update request",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder().setCollectionName("good").setWait(true).build())),
        new GrpcBadRequest(
            "missing collection",
            Code.NOT_FOUND,
            "Not found: Collection `never` doesn't exist!",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder()
                            .setCollectionName("never")
                            .addPoints(point(1, 1, 2, 3, 4))
                            .build())),
        invalid(
            "unknown ordering",
            "Unknown write ordering: 7",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder()
                            .setCollectionName("good")
                            .addPoints(point(9, 1, 2, 3, 4))
                            .setOrdering(Points.WriteOrdering.newBuilder().setTypeValue(7))
                            .build())),
        invalid(
            "shard key",
            "Shard key \"k\" not found",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder()
                            .setCollectionName("good")
                            .addPoints(point(9, 1, 2, 3, 4))
                            .setShardKeySelector(
                                io.qdrant.client.ShardKeySelectorFactory.shardKeySelector("k"))
                            .build())),
        upsert(
            "sparse vector for a dense one",
            "Wrong input: Conversion between sparse and regular vectors failed",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.vector(List.of(1f), List.of(1))))),
        upsert(
            "multivector for a dense one",
            "Wrong input: Conversion between multi and regular vectors failed",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.multiVector(new float[][] {{1, 2, 3, 4}})))),
        upsert(
            "rows of different dimensions",
            "data: all vectors must have the same dimension, found vector with dimension 1",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.multiVector(new float[][] {{1, 2}, {3}})))),
        upsert(
            "no rows",
            "data: multi vector must not be empty",
            point(9, 1).toBuilder().setVectors(vectors(VectorFactory.multiVector(new float[0][])))),
        upsert(
            "an index twice",
            "indices: must be unique",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.vector(List.of(1f, 2f), List.of(1, 1))))),
        upsert(
            "more values than indices",
            "values: must be the same length as indices",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.vector(List.of(1f, 2f), List.of(1))))),
        invalid(
            "deletion without a selector",
            "PointSelector is missing",
            client ->
                client
                    .points()
                    .delete(Points.DeletePoints.newBuilder().setCollectionName("good").build())),
        invalid(
            "selector of no kind",
            "Malformed PointsSelector type",
            client ->
                client
                    .points()
                    .delete(
                        Points.DeletePoints.newBuilder()
                            .setCollectionName("good")
                            .setPoints(Points.PointsSelector.getDefaultInstance())
                            .build())),
        invalid(
            "payload without a selector",
            "points_selector is expected",
            client ->
                client
                    .points()
                    .setPayload(
                        Points.SetPayloadPoints.newBuilder()
                            .setCollectionName("good")
                            .putPayload("a", value(1))
                            .build())),
        invalid(
            "vectors to delete not named",
            "must specify vector names to delete",
            client ->
                client
                    .points()
                    .deleteVectors(
                        Points.DeletePointVectors.newBuilder()
                            .setCollectionName("good")
                            .setPointsSelector(
                                Points.PointsSelector.newBuilder()
                                    .setPoints(Points.PointsIdsList.newBuilder().addIds(id(1))))
                            .setVectors(Points.VectorsSelector.getDefaultInstance())
                            .build())),
        invalid(
            "empty batch",
            "operations",
            client ->
                client
                    .points()
                    .updateBatch(
                        Points.UpdateBatchPoints.newBuilder().setCollectionName("good").build())),
        invalid(
            "operation of no kind",
            "Operation is missing",
            client ->
                client
                    .points()
                    .updateBatch(
                        Points.UpdateBatchPoints.newBuilder()
                            .setCollectionName("good")
                            .addOperations(Points.PointsUpdateOperation.getDefaultInstance())
                            .build())),
        invalid(
            "index without a field",
            "field_name",
            client ->
                client
                    .points()
                    .createFieldIndex(
                        Points.CreateFieldIndexCollection.newBuilder()
                            .setCollectionName("good")
                            .setFieldType(Points.FieldType.FieldTypeKeyword)
                            .build())),
        invalid(
            "index of mixed kinds",
            "do not match",
            client ->
                client
                    .points()
                    .createFieldIndex(
                        Points.CreateFieldIndexCollection.newBuilder()
                            .setCollectionName("good")
                            .setFieldName("a")
                            .setFieldType(Points.FieldType.FieldTypeKeyword)
                            .setFieldIndexParams(
                                Collections.PayloadIndexParams.newBuilder()
                                    .setBoolIndexParams(
                                        Collections.BoolIndexParams.getDefaultInstance()))
                            .build())));
  }

  private static GrpcBadRequest upsert(String what, String text, PointStruct.Builder point) {
    return invalid(
        what,
        text,
        client ->
            client
                .points()
                .upsert(
                    UpsertPoints.newBuilder()
                        .setCollectionName("good")
                        .setWait(true)
                        .addPoints(point)
                        .build()));
  }

  private static Value nested(int levels) {
    Value value = value(1);
    for (int i = 0; i < levels; i++) {
      value = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(value)).build();
    }
    return value;
  }
}
