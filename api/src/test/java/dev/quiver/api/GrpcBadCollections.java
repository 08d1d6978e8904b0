package dev.quiver.api;

import static dev.quiver.api.GrpcBadRequest.invalid;

import io.grpc.Status.Code;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import java.util.List;

/** Collections that cannot be made, found, changed or deleted. */
final class GrpcBadCollections {
  private GrpcBadCollections() {}

  static List<GrpcBadRequest> all() {
    return List.of(
        create(
            "size zero", "value 0 invalid, must be from 1 to 65536", create(vector().setSize(0))),
        create(
            "size too large",
            "value 65537 invalid, must be from 1 to 65536",
            create(vector().setSize(65_537))),
        create(
            "size beyond 63 bits",
            "value 18446744073709551615 invalid, must be from 1 to 65536",
            create(vector().setSize(-1))),
        create(
            "no distance",
            "Malformed distance parameter: UnknownDistance",
            create(vector().clearDistance())),
        create("unknown distance", "unexpected value: 99", create(vector().setDistanceValue(99))),
        create(
            "empty name",
            "Validation error in body: [collection_name",
            create(vector()).clearCollectionName()),
        create(
            "name with a slash",
            "collection name cannot contain \"/\" char",
            create(vector()).setCollectionName("a/b")),
        create(
            "name too long",
            "Validation error in body: [collection_name",
            create(vector()).setCollectionName("n".repeat(256))),
        create(
            "ef_construct too small",
            "value 3 invalid, must be 4 or larger",
            create(vector())
                .setHnswConfig(Collections.HnswConfigDiff.newBuilder().setEfConstruct(3))),
        create(
            "quantile out of range",
            "must be from 0.5 to 1",
            create(vector())
                .setQuantizationConfig(
                    Collections.QuantizationConfig.newBuilder()
                        .setScalar(
                            Collections.ScalarQuantization.newBuilder()
                                .setType(Collections.QuantizationType.Int8)
                                .setQuantile(0.1f)))),
        create(
            "unknown quantization type",
            "Unknown quantization type",
            create(vector())
                .setQuantizationConfig(
                    Collections.QuantizationConfig.newBuilder()
                        .setScalar(Collections.ScalarQuantization.getDefaultInstance()))),
        create(
            "quantization of no kind",
            "Unable to convert quantization config",
            create(vector())
                .setQuantizationConfig(Collections.QuantizationConfig.getDefaultInstance())),
        create(
            "no shards",
            "value 0 invalid, must be 1 or larger",
            create(vector()).setShardNumber(0)),
        create(
            "a sparse vector named like a dense one",
            "Dense and sparse vector names must be unique - duplicate found with 's'",
            Collections.CreateCollection.newBuilder()
                .setCollectionName("sparse")
                .setVectorsConfig(
                    Collections.VectorsConfig.newBuilder()
                        .setParamsMap(
                            Collections.VectorParamsMap.newBuilder().putMap("s", vector().build())))
                .setSparseVectorsConfig(sparse("s"))),
        create(
            "a sparse vector without a name",
            "Sparse vector name cannot be empty",
            create(vector()).setSparseVectorsConfig(sparse(""))),
        new GrpcBadRequest(
            "a taken name",
            Code.ALREADY_EXISTS,
            "Wrong input: Collection `good` already exists!",
            client ->
                client.collections().create(create(vector()).setCollectionName("good").build())),
        new GrpcBadRequest(
            "info of a missing collection",
            Code.NOT_FOUND,
            "Not found: Collection `never` doesn't exist!",
            client ->
                client
                    .collections()
                    .get(
                        Collections.GetCollectionInfoRequest.newBuilder()
                            .setCollectionName("never")
                            .build())),
        invalid(
            "alias action of no kind",
            "Malformed AliasOperation type",
            client ->
                client
                    .collections()
                    .updateAliases(
                        Collections.ChangeAliases.newBuilder()
                            .addActions(Collections.AliasOperations.getDefaultInstance())
                            .build())),
        invalid(
            "timeout of zero",
            "Validation error in body: [timeout: value 0 invalid, must be 1 or larger]",
            client ->
                client
                    .collections()
                    .delete(
                        Collections.DeleteCollection.newBuilder()
                            .setCollectionName("good")
                            .setTimeout(0)
                            .build())));
  }

  private static GrpcBadRequest create(String what, String text, CreateCollection.Builder create) {
    return invalid(what, text, client -> client.collections().create(create.build()));
  }

  private static CreateCollection.Builder create(VectorParams.Builder vector) {
    return CreateCollection.newBuilder()
        .setCollectionName("bad")
        .setVectorsConfig(VectorsConfig.newBuilder().setParams(vector));
  }

  private static VectorParams.Builder vector() {
    return VectorParams.newBuilder().setSize(4).setDistance(Distance.Dot);
  }

  private static Collections.SparseVectorConfig sparse(String name) {
    return Collections.SparseVectorConfig.newBuilder()
        .putMap(name, Collections.SparseVectorParams.getDefaultInstance())
        .build();
  }
}
