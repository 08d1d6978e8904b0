package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.code;
import static dev.quiver.api.GrpcFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.qdrant.client.ValueFactory;
import io.qdrant.client.grpc.Collections.AliasDescription;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CollectionStatus;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Datatype;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.HnswConfigDiff;
import io.qdrant.client.grpc.Collections.MaxOptimizationThreads;
import io.qdrant.client.grpc.Collections.OptimizersConfigDiff;
import io.qdrant.client.grpc.Collections.QuantizationConfig;
import io.qdrant.client.grpc.Collections.QuantizationConfigDiff;
import io.qdrant.client.grpc.Collections.QuantizationType;
import io.qdrant.client.grpc.Collections.ScalarQuantization;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorParamsMap;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The collections service, driven by Qdrant's own client. */
final class GrpcCollectionsTest {
  @TempDir static Path folder;
  private static GrpcFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new GrpcFixture(folder);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static VectorParams.Builder vector(int size, Distance distance) {
    return VectorParams.newBuilder().setSize(size).setDistance(distance);
  }

  @Test
  void aCollectionIsCreatedListedFoundAndDeleted() {
    assertThat(await(fixture.client.collectionExistsAsync("short"))).isFalse();

    fixture.createSmall("short");

    assertThat(await(fixture.client.collectionExistsAsync("short"))).isTrue();
    assertThat(await(fixture.client.listCollectionsAsync())).contains("short");
    assertThat(await(fixture.client.deleteCollectionAsync("short")).getResult()).isTrue();
    assertThat(await(fixture.client.collectionExistsAsync("short"))).isFalse();
    assertThat(code(fixture.client.getCollectionInfoAsync("short"))).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void deletingAMissingCollectionSaysFalse() {
    assertThat(
            await(
                    fixture
                        .client
                        .grpcClient()
                        .collections()
                        .delete(
                            io.qdrant.client.grpc.Collections.DeleteCollection.newBuilder()
                                .setCollectionName("never")
                                .build()))
                .getResult())
        .isFalse();
  }

  @Test
  void creatingATakenNameIsRefusedWithTheTextOfQdrant() {
    fixture.createSmall("taken");

    var refused =
        failure(fixture.client.createCollectionAsync("taken", vector(4, Distance.Dot).build()));

    assertThat(refused.getStatus().getCode()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(refused.getStatus().getDescription())
        .isEqualTo("Wrong input: Collection `taken` already exists!");
    assertThat(GrpcFixture.trailer(refused, "quiver-code")).isEqualTo("2002");
  }

  @Test
  void theInfoOfACollectionHasItsEffectiveConfiguration() {
    await(
        fixture.client.createCollectionAsync(
            CreateCollection.newBuilder()
                .setCollectionName("configured")
                .setVectorsConfig(
                    VectorsConfig.newBuilder()
                        .setParams(
                            vector(8, Distance.Cosine)
                                .setDatatype(Datatype.Float16)
                                .setOnDisk(true)
                                .setHnswConfig(HnswConfigDiff.newBuilder().setM(24))))
                .setHnswConfig(HnswConfigDiff.newBuilder().setEfConstruct(64))
                .setOptimizersConfig(
                    OptimizersConfigDiff.newBuilder()
                        .setMaxOptimizationThreads(MaxOptimizationThreads.newBuilder().setValue(3)))
                .setQuantizationConfig(
                    QuantizationConfig.newBuilder()
                        .setScalar(
                            ScalarQuantization.newBuilder()
                                .setType(QuantizationType.Int8)
                                .setQuantile(0.99f)))
                .putMetadata("主人", ValueFactory.value("図書館"))
                .build()));

    CollectionInfo info = await(fixture.client.getCollectionInfoAsync("configured"));

    assertThat(info.getStatus()).isEqualTo(CollectionStatus.Green);
    assertThat(info.getOptimizerStatus().getOk()).isTrue();
    assertThat(info.getPointsCount()).isZero();
    var params = info.getConfig().getParams();
    assertThat(params.getShardNumber()).isEqualTo(1);
    assertThat(params.getReplicationFactor()).isEqualTo(1);
    VectorParams vector = params.getVectorsConfig().getParams();
    assertThat(vector.getSize()).isEqualTo(8);
    assertThat(vector.getDistance()).isEqualTo(Distance.Cosine);
    assertThat(vector.getDatatype()).isEqualTo(Datatype.Float16);
    assertThat(vector.getOnDisk()).isTrue();
    assertThat(vector.getHnswConfig().getM()).isEqualTo(24);
    assertThat(info.getConfig().getHnswConfig().getM()).isEqualTo(16);
    assertThat(info.getConfig().getHnswConfig().getEfConstruct()).isEqualTo(64);
    assertThat(info.getConfig().getOptimizerConfig().getMaxOptimizationThreads().getValue())
        .isEqualTo(3);
    assertThat(info.getConfig().getOptimizerConfig().getDeletedThreshold()).isEqualTo(0.2);
    assertThat(info.getConfig().getWalConfig().getWalCapacityMb()).isEqualTo(32);
    assertThat(info.getConfig().getQuantizationConfig().getScalar().getQuantile()).isEqualTo(0.99f);
    assertThat(info.getConfig().getMetadataMap())
        .isEqualTo(Map.of("主人", ValueFactory.value("図書館")));
  }

  @Test
  void namedVectorsComeBackAsAMap() {
    await(
        fixture.client.createCollectionAsync(
            CreateCollection.newBuilder()
                .setCollectionName("named")
                .setVectorsConfig(
                    VectorsConfig.newBuilder()
                        .setParamsMap(
                            VectorParamsMap.newBuilder()
                                .putMap("text", vector(4, Distance.Cosine).build())
                                .putMap("образ", vector(2, Distance.Manhattan).build())))
                .build()));

    var config =
        await(fixture.client.getCollectionInfoAsync("named"))
            .getConfig()
            .getParams()
            .getVectorsConfig();

    assertThat(config.getParamsMap().getMapMap()).containsOnlyKeys("text", "образ");
    assertThat(config.getParamsMap().getMapOrThrow("образ").getDistance())
        .isEqualTo(Distance.Manhattan);
  }

  @Test
  void anUpdateChangesWhatItNamesAndKeepsTheRest() {
    await(
        fixture.client.createCollectionAsync(
            CreateCollection.newBuilder()
                .setCollectionName("changing")
                .setVectorsConfig(VectorsConfig.newBuilder().setParams(vector(4, Distance.Euclid)))
                .setQuantizationConfig(
                    QuantizationConfig.newBuilder()
                        .setScalar(ScalarQuantization.newBuilder().setType(QuantizationType.Int8)))
                .putMetadata("a", ValueFactory.value(1))
                .build()));

    await(
        fixture.client.updateCollectionAsync(
            UpdateCollection.newBuilder()
                .setCollectionName("changing")
                .setOptimizersConfig(OptimizersConfigDiff.newBuilder().setIndexingThreshold(7))
                .setQuantizationConfig(
                    QuantizationConfigDiff.newBuilder()
                        .setDisabled(io.qdrant.client.grpc.Collections.Disabled.newBuilder()))
                .putMetadata("b", ValueFactory.value(2))
                .build()));

    var config = await(fixture.client.getCollectionInfoAsync("changing")).getConfig();
    assertThat(config.getOptimizerConfig().getIndexingThreshold()).isEqualTo(7);
    assertThat(config.getOptimizerConfig().getVacuumMinVectorNumber()).isEqualTo(1_000);
    assertThat(config.hasQuantizationConfig()).isFalse();
    assertThat(config.getMetadataMap())
        .isEqualTo(Map.of("a", ValueFactory.value(1), "b", ValueFactory.value(2)));
    assertThat(
            code(
                fixture.client.updateCollectionAsync(
                    UpdateCollection.newBuilder().setCollectionName("never").build())))
        .isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void aliasesAreCreatedUsedRenamedListedAndDeleted() {
    fixture.createSmall("aliased");
    await(fixture.client.createAliasAsync("first", "aliased"));
    await(fixture.client.renameAliasAsync("first", "second"));

    assertThat(await(fixture.client.listCollectionAliasesAsync("aliased")))
        .containsExactly("second");
    assertThat(await(fixture.client.listAliasesAsync()))
        .contains(
            AliasDescription.newBuilder()
                .setAliasName("second")
                .setCollectionName("aliased")
                .build());
    assertThat(await(fixture.client.countAsync("second"))).isZero();
    assertThat(code(fixture.client.countAsync("first"))).isEqualTo(Code.NOT_FOUND);
    await(fixture.client.deleteAliasAsync("second"));
    assertThat(await(fixture.client.listCollectionAliasesAsync("aliased"))).isEmpty();
    assertThat(code(fixture.client.createAliasAsync("x", "never"))).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void theClusterInfoIsThatOfOneMachine() {
    fixture.createSmall("alone");

    var cluster = await(fixture.client.getCollectionClusterInfoAsync("alone"));

    assertThat(cluster.getShardCount()).isEqualTo(1);
    assertThat(cluster.getLocalShardsList()).hasSize(1);
    assertThat(cluster.getRemoteShardsList()).isEmpty();
  }
}
