package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.ValueFactory.list;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.namedVectors;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.VectorFactory;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.PointsGrpc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups, facets, the matrix, and vectors that come and go, driven through Qdrant's own client. */
final class GrpcAggregatesTest {
  @TempDir static Path folder;
  private static GrpcFixture fixture;

  private static PointStruct point(long number, Value group) {
    return PointStruct.newBuilder()
        .setId(id(number))
        .setVectors(vectors(number, 0, 0, 0))
        .putPayload("g", group)
        .putPayload("n", value(number))
        .build();
  }

  /** Point i has score i against (1, 0, 0, 0). */
  @BeforeAll
  static void start() {
    fixture = new GrpcFixture(folder);
    for (String name : List.of("c", "docs")) {
      fixture.createSmall(name);
    }
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("c")
                .setWait(true)
                .addPoints(point(1, value("一")))
                .addPoints(point(2, list(List.of(value("一"), value(5), value(5)))))
                .addPoints(point(3, value(-5)))
                .addPoints(point(4, value(5)))
                .addPoints(point(5, value(true)))
                .build()));
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("docs")
                .setWait(true)
                .addPoints(point(5, value("five")))
                .build()));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static PointsGrpc.PointsFutureStub points() {
    return PointsGrpc.newFutureStub(fixture.channel);
  }

  private static String shown(List<Points.PointGroup> groups) {
    StringBuilder text = new StringBuilder();
    for (Points.PointGroup group : groups) {
      Points.GroupId key = group.getId();
      text.append(text.isEmpty() ? "" : " | ")
          .append(
              switch (key.getKindCase()) {
                case UNSIGNED_VALUE -> "u" + key.getUnsignedValue();
                case INTEGER_VALUE -> "i" + key.getIntegerValue();
                case STRING_VALUE -> "s" + key.getStringValue();
                case KIND_NOT_SET -> "?";
              })
          .append(':');
      group.getHitsList().forEach(hit -> text.append(' ').append(hit.getId().getNum()));
    }
    return text.toString();
  }

  @Test
  void groupsAreInTheOrderOfTheirBestHit() {
    List<Points.PointGroup> searched =
        await(
            fixture.client.searchGroupsAsync(
                Points.SearchPointGroups.newBuilder()
                    .setCollectionName("c")
                    .addAllVector(List.of(1f, 0f, 0f, 0f))
                    .setGroupBy("g")
                    .setGroupSize(2)
                    .setLimit(3)
                    .setWithPayload(WithPayloadSelectorFactory.include(List.of("n")))
                    .setWithLookup(Points.WithLookup.newBuilder().setCollection("docs"))
                    .build()));
    assertThat(shown(searched)).isEqualTo("u5: 4 2 | i-5: 3 | s一: 2 1");
    assertThat(searched.getFirst().getHits(0).getPayloadMap()).isEqualTo(Map.of("n", value(4)));
    assertThat(searched.getFirst().getLookup().getPayloadMap()).containsEntry("g", value("five"));
    assertThat(searched.get(1).hasLookup()).isFalse();
    assertThat(
            shown(
                await(
                    fixture.client.queryGroupsAsync(
                        Points.QueryPointGroups.newBuilder()
                            .setCollectionName("c")
                            .setQuery(nearest(1f, 0f, 0f, 0f))
                            .setFilter(Filter.newBuilder().addMustNot(hasId(id(4))))
                            .setGroupBy("g")
                            .build()))))
        .isEqualTo("i-5: 3 | s一: 2 1 | u5: 2");
  }

  @Test
  void recommendationsAreGroupedAsSearchesAre() {
    List<Points.PointGroup> groups =
        await(
                points()
                    .recommendGroups(
                        Points.RecommendPointGroups.newBuilder()
                            .setCollectionName("c")
                            .addPositive(id(4))
                            .setStrategy(Points.RecommendStrategy.AverageVector)
                            .setFilter(Filter.newBuilder().addMustNot(hasId(id(5))))
                            .setGroupBy("g")
                            .setGroupSize(2)
                            .setLimit(3)
                            .setWithPayload(WithPayloadSelectorFactory.include(List.of("n")))
                            .setWithLookup(Points.WithLookup.newBuilder().setCollection("docs"))
                            .build()))
            .getResult()
            .getGroupsList();
    assertThat(shown(groups)).isEqualTo("i-5: 3 | s一: 2 1 | u5: 2");
    assertThat(groups.get(2).getLookup().getPayloadMap()).containsEntry("g", value("five"));
    assertThat(groups.getFirst().getHits(0).getPayloadMap()).isEqualTo(Map.of("n", value(3)));
  }

  @Test
  void facetsCountPointsByValue() {
    await(
        fixture.client.createPayloadIndexAsync(
            "c",
            "g",
            io.qdrant.client.grpc.Collections.PayloadSchemaType.Integer,
            null,
            true,
            null,
            null));
    List<Points.FacetHit> hits =
        await(
            fixture.client.facetAsync(
                Points.FacetCounts.newBuilder().setCollectionName("c").setKey("g").build()));
    assertThat(hits)
        .containsExactly(
            Points.FacetHit.newBuilder()
                .setValue(Points.FacetValue.newBuilder().setIntegerValue(5))
                .setCount(2)
                .build(),
            Points.FacetHit.newBuilder()
                .setValue(Points.FacetValue.newBuilder().setIntegerValue(-5))
                .setCount(1)
                .build());
  }

  @Test
  void theMatrixHasTwoForms() {
    Points.SearchMatrixPoints request =
        Points.SearchMatrixPoints.newBuilder()
            .setCollectionName("c")
            .setFilter(Filter.newBuilder().addMust(hasId(List.of(id(1), id(3), id(4)))))
            .setLimit(1)
            .build();
    Points.SearchMatrixPairs pairs = await(points().searchMatrixPairs(request)).getResult();
    assertThat(pairs.getPairsList())
        .extracting(
            pair -> pair.getA().getNum(), pair -> pair.getB().getNum(), pair -> pair.getScore())
        .containsExactly(tuple(1L, 4L, 4f), tuple(3L, 4L, 12f), tuple(4L, 3L, 12f));
    Points.SearchMatrixOffsets offsets = await(points().searchMatrixOffsets(request)).getResult();
    assertThat(offsets.getOffsetsRowList()).containsExactly(0L, 1L, 2L);
    assertThat(offsets.getOffsetsColList()).containsExactly(2L, 2L, 1L);
    assertThat(offsets.getScoresList()).containsExactly(4f, 12f, 12f);
    assertThat(offsets.getIdsList()).containsExactly(id(1), id(3), id(4));
  }

  @Test
  void aVectorComesAndGoes() {
    fixture.createSmall("v");
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("v")
                .setWait(true)
                .addPoints(point(1, value("x")))
                .build()));
    Points.CreateVectorNameRequest create =
        Points.CreateVectorNameRequest.newBuilder()
            .setCollectionName("v")
            .setVectorName("extra")
            .setDenseConfig(
                Points.DenseVectorCreationConfig.newBuilder()
                    .setSize(2)
                    .setDistance(Distance.Manhattan))
            .setWait(true)
            .build();
    assertThat(await(points().createVectorName(create)).getResult().getStatus())
        .isEqualTo(Points.UpdateStatus.Completed);
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("v")
                .setWait(true)
                .addPoints(
                    PointStruct.newBuilder()
                        .setId(id(2))
                        .setVectors(namedVectors(Map.of("extra", VectorFactory.vector(1, 2)))))
                .build()));
    Points.QueryPoints query =
        Points.QueryPoints.newBuilder()
            .setCollectionName("v")
            .setUsing("extra")
            .setQuery(nearest(0f, 0f))
            .build();
    List<Points.ScoredPoint> hits = await(fixture.client.queryAsync(query));
    assertThat(hits).hasSize(1);
    assertThat(hits.getFirst().getScore()).isEqualTo(3f);
    assertThat(
            await(
                    points()
                        .deleteVectorName(
                            Points.DeleteVectorNameRequest.newBuilder()
                                .setCollectionName("v")
                                .setVectorName("extra")
                                .build()))
                .getResult()
                .getStatus())
        .isEqualTo(Points.UpdateStatus.Acknowledged);
    assertThat(failure(fixture.client.queryAsync(query)).getStatus().getDescription())
        .isEqualTo("Wrong input: Not existing vector name error: extra");
  }

  private static void refused(String text, ListenableFuture<?> call) {
    StatusRuntimeException failure = failure(call);
    assertThat(failure.getStatus().getCode()).as(text).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription()).isEqualTo(text);
  }

  @Test
  void wrongRequestsAreToldWhatIsWrong() {
    Points.SearchPointGroups.Builder search =
        Points.SearchPointGroups.newBuilder()
            .setCollectionName("c")
            .addAllVector(List.of(1f, 0f, 0f, 0f))
            .setGroupBy("g")
            .setGroupSize(1)
            .setLimit(1);
    refused(
        "Validation error in body: [limit: value 0 invalid, must be 1 or larger]",
        points().searchGroups(search.clone().setLimit(0).build()));
    refused(
        "Validation error in body: [group_size: value 0 invalid, must be 1 or larger]",
        points().searchGroups(search.clone().setGroupSize(0).build()));
    refused(
        "Validation error in body: [group_by: value \"\" invalid, must be at least 1 characters]",
        points().searchGroups(search.clone().setGroupBy("").build()));
    refused(
        "Validation error in body: [limit: limit * group_size is 4294967295 * 4294967295, must be"
            + " 1000000 or smaller]",
        points().searchGroups(search.clone().setLimit(-1).setGroupSize(-1).build()));
    refused(
        "Wrong input: Vector dimension error: expected dim: 4, got 5",
        points().searchGroups(search.clone().addVector(1).build()));
    refused(
        "Validation error in body: [key: value \"\" invalid, must be at least 1 characters]",
        points().facet(Points.FacetCounts.newBuilder().setCollectionName("c").build()));
    refused(
        "Wrong input: No appropriate index for faceting: `none`. Please create one to facet on"
            + " this field. Check"
            + " https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which"
            + " payload schemas support Match conditions",
        points()
            .facet(Points.FacetCounts.newBuilder().setCollectionName("c").setKey("none").build()));
    refused(
        "Validation error in body: [sample: value 1 invalid, must be 2 or larger]",
        points()
            .searchMatrixPairs(
                Points.SearchMatrixPoints.newBuilder()
                    .setCollectionName("c")
                    .setSample(1)
                    .build()));
    refused(
        "vector_config is required (dense_config or sparse_config)",
        points()
            .createVectorName(
                Points.CreateVectorNameRequest.newBuilder()
                    .setCollectionName("c")
                    .setVectorName("v")
                    .build()));
    refused(
        "Wrong input: Invalid vector name `a/b`: vector name cannot contain \"/\" char",
        points()
            .createVectorName(
                Points.CreateVectorNameRequest.newBuilder()
                    .setCollectionName("c")
                    .setVectorName("a/b")
                    .build()));
    StatusRuntimeException lookup =
        failure(
            points()
                .searchGroups(
                    search
                        .clone()
                        .setWithLookup(Points.WithLookup.newBuilder().setCollection("nowhere"))
                        .build()));
    assertThat(lookup.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    assertThat(lookup.getStatus().getDescription())
        .isEqualTo("Not found: Collection nowhere not found");
  }
}
