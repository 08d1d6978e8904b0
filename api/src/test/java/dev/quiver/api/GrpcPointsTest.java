package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.ConditionFactory.isEmpty;
import static io.qdrant.client.ConditionFactory.match;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.namedVectors;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.qdrant.client.ValueFactory;
import io.qdrant.client.VectorFactory;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.DeleteFieldIndexCollection;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.PointVectors;
import io.qdrant.client.grpc.Points.PointsIdsList;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.PointsUpdateOperation;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SetPayloadPoints;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.UpdateStatus;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing points and reading them back, driven by Qdrant's own client. */
final class GrpcPointsTest {
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

  private static PointStruct point(long id, Map<String, Value> payload, float... values) {
    return PointStruct.newBuilder()
        .setId(id(id))
        .setVectors(vectors(values))
        .putAllPayload(payload)
        .build();
  }

  private static UpdateResult upsert(String collection, PointStruct... points) {
    return await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName(collection)
                .setWait(true)
                .addAllPoints(List.of(points))
                .build()));
  }

  private static RetrievedPoint retrieve(String collection, PointId id) {
    List<RetrievedPoint> found =
        await(fixture.client.retrieveAsync(collection, id, true, true, null));
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static PointsSelector ids(long... ids) {
    PointsIdsList.Builder list = PointsIdsList.newBuilder();
    for (long id : ids) {
      list.addIds(id(id));
    }
    return PointsSelector.newBuilder().setPoints(list).build();
  }

  @Test
  void aPayloadComesBackAsItWasGivenWithIntegersAndDoublesApart() {
    fixture.createSmall("payloads");
    Map<String, Value> payload =
        Map.of(
            "整数", value(7),
            "double", value(7.0),
            "largest", value(Long.MAX_VALUE),
            "text", value("Ωμέγα 🚀"),
            "flag", value(true),
            "nothing", ValueFactory.nullValue(),
            "list", value(List.of(value(1), value(1.5), value("x"), ValueFactory.nullValue())),
            "object", value(Map.of("inner", value(Map.of("deep", value(List.of()))))));
    PointId uuid = id(UUID.fromString("f47ac10b-58cc-4372-a567-0e02b2c3d479"));

    UpdateResult written =
        await(
            fixture.client.upsertAsync(
                UpsertPoints.newBuilder()
                    .setCollectionName("payloads")
                    .setWait(true)
                    .addPoints(
                        PointStruct.newBuilder()
                            .setId(uuid)
                            .setVectors(vectors(1, 2, 3, 4))
                            .putAllPayload(payload))
                    .build()));

    assertThat(written.getStatus()).isEqualTo(UpdateStatus.Completed);
    RetrievedPoint stored = retrieve("payloads", uuid);
    assertThat(stored.getPayloadMap()).isEqualTo(payload);
    assertThat(stored.getVectors().getVector().getDense().getDataList())
        .containsExactly(1f, 2f, 3f, 4f);
  }

  @Test
  @SuppressWarnings("deprecation")
  void theFlatFormOfVectorsIsTakenAndOnlyTheNewOneAnswered() {
    fixture.createSmall("flat");
    upsert(
        "flat",
        PointStruct.newBuilder()
            .setId(id(1))
            .setVectors(
                Points.Vectors.newBuilder()
                    .setVector(Points.Vector.newBuilder().addAllData(List.of(1f, 0f, 0f, 0f))))
            .build());
    upsert(
        "flat",
        PointStruct.newBuilder()
            .setId(id(2))
            .setVectors(
                Points.Vectors.newBuilder()
                    .setVector(
                        Points.Vector.newBuilder()
                            .setDense(
                                Points.DenseVector.newBuilder()
                                    .addAllData(List.of(0f, 1f, 0f, 0f)))))
            .build());

    Points.VectorOutput first = retrieve("flat", id(1)).getVectors().getVector();

    assertThat(first.getDense().getDataList()).containsExactly(1f, 0f, 0f, 0f);
    assertThat(first.getDataCount()).isZero();
    assertThat(retrieve("flat", id(2)).getVectors().getVector().getDense().getDataList())
        .containsExactly(0f, 1f, 0f, 0f);
  }

  @Test
  void namedVectorsAreUpdatedAndDeletedByName() {
    await(
        fixture.client.createCollectionAsync(
            "two",
            Map.of(
                "a", VectorParams.newBuilder().setSize(2).setDistance(Distance.Dot).build(),
                "b", VectorParams.newBuilder().setSize(3).setDistance(Distance.Dot).build())));
    upsert(
        "two",
        PointStruct.newBuilder()
            .setId(id(1))
            .setVectors(
                namedVectors(
                    Map.of("a", VectorFactory.vector(1, 2), "b", VectorFactory.vector(3, 4, 5))))
            .build());

    await(
        fixture.client.updateVectorsAsync(
            Points.UpdatePointVectors.newBuilder()
                .setCollectionName("two")
                .setWait(true)
                .addPoints(
                    PointVectors.newBuilder()
                        .setId(id(1))
                        .setVectors(namedVectors(Map.of("a", VectorFactory.vector(9, 8)))))
                .build()));
    await(
        fixture
            .client
            .grpcClient()
            .points()
            .deleteVectors(
                Points.DeletePointVectors.newBuilder()
                    .setCollectionName("two")
                    .setWait(true)
                    .setPointsSelector(ids(1))
                    .setVectors(Points.VectorsSelector.newBuilder().addNames("b"))
                    .build()));

    Map<String, Points.VectorOutput> left =
        retrieve("two", id(1)).getVectors().getVectors().getVectorsMap();
    assertThat(left).containsOnlyKeys("a");
    assertThat(left.get("a").getDense().getDataList()).containsExactly(9f, 8f);
    List<RetrievedPoint> onlyB =
        await(
            fixture.client.retrieveAsync(
                "two",
                List.of(id(1)),
                WithPayloadSelectorFactory.enable(false),
                WithVectorsSelectorFactory.include(List.of("b")),
                null));
    assertThat(onlyB.getFirst().getVectors().getVectors().getVectorsMap()).isEmpty();
  }

  @Test
  void updatingVectorsOfAMissingPointIsNotFound() {
    fixture.createSmall("strict");

    var refused =
        failure(
            fixture.client.updateVectorsAsync(
                Points.UpdatePointVectors.newBuilder()
                    .setCollectionName("strict")
                    .setWait(true)
                    .addPoints(
                        PointVectors.newBuilder().setId(id(5)).setVectors(vectors(1, 1, 1, 1)))
                    .build()));

    assertThat(refused.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void payloadIsSetOverwrittenDeletedAndCleared() {
    fixture.createSmall("edits");
    upsert("edits", point(1, Map.of("a", value(1), "b", value(2)), 1, 0, 0, 0));

    await(
        fixture
            .client
            .grpcClient()
            .points()
            .setPayload(setPayload("edits", Map.of("b", value("zwei"), "c", value(3)))));
    assertThat(retrieve("edits", id(1)).getPayloadMap())
        .isEqualTo(Map.of("a", value(1), "b", value("zwei"), "c", value(3)));

    await(
        fixture
            .client
            .grpcClient()
            .points()
            .setPayload(
                setPayload("edits", Map.of("x", value(true))).toBuilder().setKey("deep").build()));
    assertThat(retrieve("edits", id(1)).getPayloadOrThrow("deep"))
        .isEqualTo(value(Map.of("x", value(true))));

    await(
        fixture
            .client
            .grpcClient()
            .points()
            .deletePayload(
                Points.DeletePayloadPoints.newBuilder()
                    .setCollectionName("edits")
                    .setWait(true)
                    .addKeys("a")
                    .addKeys("deep.x")
                    .setPointsSelector(ids(1))
                    .build()));
    assertThat(retrieve("edits", id(1)).getPayloadMap())
        .isEqualTo(Map.of("b", value("zwei"), "c", value(3), "deep", value(Map.of())));

    await(
        fixture
            .client
            .grpcClient()
            .points()
            .overwritePayload(setPayload("edits", Map.of("only", value("this")))));
    assertThat(retrieve("edits", id(1)).getPayloadMap()).isEqualTo(Map.of("only", value("this")));

    await(
        fixture
            .client
            .grpcClient()
            .points()
            .clearPayload(
                Points.ClearPayloadPoints.newBuilder()
                    .setCollectionName("edits")
                    .setWait(true)
                    .setPoints(
                        PointsSelector.newBuilder()
                            .setFilter(Filter.newBuilder().addMust(hasId(id(1)))))
                    .build()));
    assertThat(retrieve("edits", id(1)).getPayloadMap()).isEmpty();
  }

  private static SetPayloadPoints setPayload(String collection, Map<String, Value> payload) {
    return SetPayloadPoints.newBuilder()
        .setCollectionName(collection)
        .setWait(true)
        .putAllPayload(payload)
        .setPointsSelector(ids(1))
        .build();
  }

  @Test
  void deletingByFilterRemovesWhatMatches() {
    fixture.createSmall("deletes");
    upsert(
        "deletes",
        point(1, Map.of("kind", value("x")), 1, 0, 0, 0),
        point(2, Map.of("kind", value("y")), 1, 0, 0, 0),
        point(3, Map.of(), 1, 0, 0, 0));

    await(
        fixture.client.deleteAsync(
            Points.DeletePoints.newBuilder()
                .setCollectionName("deletes")
                .setWait(true)
                .setPoints(
                    PointsSelector.newBuilder()
                        .setFilter(
                            Filter.newBuilder()
                                .addShould(matchKeyword("kind", "x"))
                                .addShould(isEmpty("kind"))))
                .build()));

    assertThat(await(fixture.client.countAsync("deletes"))).isEqualTo(1);
    assertThat(
            await(
                fixture.client.countAsync(
                    "deletes",
                    Filter.newBuilder().addMust(matchKeyword("kind", "y")).build(),
                    true)))
        .isEqualTo(1);
  }

  @Test
  void updateModesDecideWhichPointsAnUpsertTouches() {
    fixture.createSmall("modes");
    upsert("modes", point(1, Map.of("v", value(1)), 1, 0, 0, 0));

    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("modes")
                .setWait(true)
                .setUpdateMode(Points.UpdateMode.InsertOnly)
                .addPoints(point(1, Map.of("v", value(2)), 1, 0, 0, 0))
                .addPoints(point(2, Map.of("v", value(2)), 1, 0, 0, 0))
                .build()));
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("modes")
                .setWait(true)
                .setUpdateMode(Points.UpdateMode.UpdateOnly)
                .addPoints(point(2, Map.of("v", value(3)), 1, 0, 0, 0))
                .addPoints(point(3, Map.of("v", value(3)), 1, 0, 0, 0))
                .build()));
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("modes")
                .setWait(true)
                .setUpdateFilter(Filter.newBuilder().addMust(match("v", 1)))
                .addPoints(point(1, Map.of("v", value(4)), 1, 0, 0, 0))
                .addPoints(point(2, Map.of("v", value(4)), 1, 0, 0, 0))
                .build()));

    assertThat(retrieve("modes", id(1)).getPayloadMap()).isEqualTo(Map.of("v", value(4)));
    assertThat(retrieve("modes", id(2)).getPayloadMap()).isEqualTo(Map.of("v", value(3)));
    assertThat(await(fixture.client.countAsync("modes"))).isEqualTo(2);
  }

  @Test
  void scrollingPagesThroughNumbersThenUuids() {
    fixture.createSmall("pages");
    PointId uuid = id(UUID.randomUUID());
    PointId unsigned = id(-1L);
    upsert(
        "pages",
        point(1, Map.of(), 1, 0, 0, 0),
        point(2, Map.of(), 1, 0, 0, 0),
        PointStruct.newBuilder().setId(uuid).setVectors(vectors(1, 0, 0, 0)).build(),
        PointStruct.newBuilder().setId(unsigned).setVectors(vectors(1, 0, 0, 0)).build());

    Points.ScrollResponse first =
        await(
            fixture.client.scrollAsync(
                ScrollPoints.newBuilder().setCollectionName("pages").setLimit(3).build()));
    Points.ScrollResponse second =
        await(
            fixture.client.scrollAsync(
                ScrollPoints.newBuilder()
                    .setCollectionName("pages")
                    .setLimit(3)
                    .setOffset(first.getNextPageOffset())
                    .build()));

    assertThat(first.getResultList())
        .extracting(RetrievedPoint::getId)
        .containsExactly(id(1), id(2), unsigned);
    assertThat(first.getNextPageOffset()).isEqualTo(uuid);
    assertThat(second.getResultList()).extracting(RetrievedPoint::getId).containsExactly(uuid);
    assertThat(second.hasNextPageOffset()).isFalse();
  }

  @Test
  void anIndexIsDeclaredReportedUsedForOrderAndRemoved() {
    fixture.createSmall("indexed");
    upsert(
        "indexed",
        point(1, Map.of("year", value(1999)), 1, 0, 0, 0),
        point(2, Map.of("year", value(1969)), 1, 0, 0, 0),
        point(3, Map.of(), 1, 0, 0, 0));
    ScrollPoints byYear =
        ScrollPoints.newBuilder()
            .setCollectionName("indexed")
            .setOrderBy(Points.OrderBy.newBuilder().setKey("year"))
            .build();
    assertThat(failure(fixture.client.scrollAsync(byYear)).getStatus().getDescription())
        .startsWith("Wrong input: No range index for `order_by` key: `year`");

    await(
        fixture
            .client
            .grpcClient()
            .points()
            .createFieldIndex(
                CreateFieldIndexCollection.newBuilder()
                    .setCollectionName("indexed")
                    .setWait(true)
                    .setFieldName("year")
                    .setFieldType(FieldType.FieldTypeInteger)
                    .build()));

    var schema = await(fixture.client.getCollectionInfoAsync("indexed")).getPayloadSchemaMap();
    assertThat(schema).containsOnlyKeys("year");
    assertThat(schema.get("year").getDataType()).isEqualTo(PayloadSchemaType.Integer);
    assertThat(schema.get("year").getPoints()).isEqualTo(2);
    Points.ScrollResponse ordered = await(fixture.client.scrollAsync(byYear));
    assertThat(ordered.getResultList())
        .extracting(RetrievedPoint::getId)
        .containsExactly(id(2), id(1));
    assertThat(ordered.getResult(0).getOrderValue().getInt()).isEqualTo(1969);

    await(
        fixture
            .client
            .grpcClient()
            .points()
            .deleteFieldIndex(
                DeleteFieldIndexCollection.newBuilder()
                    .setCollectionName("indexed")
                    .setWait(true)
                    .setFieldName("year")
                    .build()));
    assertThat(await(fixture.client.getCollectionInfoAsync("indexed")).getPayloadSchemaMap())
        .isEmpty();
  }

  @Test
  void anUpdateBatchRunsItsOperationsInOrder() {
    fixture.createSmall("batches");
    List<PointsUpdateOperation> operations =
        List.of(
            PointsUpdateOperation.newBuilder()
                .setUpsert(
                    PointsUpdateOperation.PointStructList.newBuilder()
                        .addPoints(point(1, Map.of("a", value(1), "b", value(1)), 1, 0, 0, 0))
                        .addPoints(point(2, Map.of("a", value(1)), 1, 0, 0, 0))
                        .addPoints(point(3, Map.of(), 1, 0, 0, 0)))
                .build(),
            PointsUpdateOperation.newBuilder()
                .setSetPayload(
                    PointsUpdateOperation.SetPayload.newBuilder()
                        .putPayload("c", value("set"))
                        .setPointsSelector(ids(1)))
                .build(),
            PointsUpdateOperation.newBuilder()
                .setOverwritePayload(
                    PointsUpdateOperation.OverwritePayload.newBuilder()
                        .putPayload("d", value("over"))
                        .setPointsSelector(ids(2)))
                .build(),
            PointsUpdateOperation.newBuilder()
                .setDeletePayload(
                    PointsUpdateOperation.DeletePayload.newBuilder()
                        .addKeys("a")
                        .setPointsSelector(ids(1)))
                .build(),
            PointsUpdateOperation.newBuilder()
                .setUpdateVectors(
                    PointsUpdateOperation.UpdateVectors.newBuilder()
                        .addPoints(
                            PointVectors.newBuilder().setId(id(1)).setVectors(vectors(0, 0, 0, 9))))
                .build(),
            PointsUpdateOperation.newBuilder()
                .setClearPayload(PointsUpdateOperation.ClearPayload.newBuilder().setPoints(ids(2)))
                .build(),
            PointsUpdateOperation.newBuilder()
                .setDeleteVectors(
                    PointsUpdateOperation.DeleteVectors.newBuilder()
                        .setPointsSelector(ids(2))
                        .setVectors(Points.VectorsSelector.newBuilder().addNames("")))
                .build(),
            PointsUpdateOperation.newBuilder()
                .setDeletePoints(PointsUpdateOperation.DeletePoints.newBuilder().setPoints(ids(3)))
                .build());

    List<UpdateResult> results =
        await(
                fixture
                    .client
                    .grpcClient()
                    .points()
                    .updateBatch(
                        Points.UpdateBatchPoints.newBuilder()
                            .setCollectionName("batches")
                            .setWait(true)
                            .addAllOperations(operations)
                            .build()))
            .getResultList();

    assertThat(results).hasSize(operations.size());
    assertThat(results).extracting(UpdateResult::getStatus).containsOnly(UpdateStatus.Completed);
    RetrievedPoint first = retrieve("batches", id(1));
    assertThat(first.getPayloadMap()).isEqualTo(Map.of("b", value(1), "c", value("set")));
    assertThat(first.getVectors().getVector().getDense().getDataList())
        .containsExactly(0f, 0f, 0f, 9f);
    assertThat(retrieve("batches", id(2)).getPayloadMap()).isEmpty();
    assertThat(await(fixture.client.countAsync("batches"))).isEqualTo(2);
  }

  @Test
  void aWriteWithoutWaitIsAcknowledged() {
    fixture.createSmall("fast");

    UpdateResult result =
        await(fixture.client.upsertAsync("fast", List.of(point(1, Map.of(), 1, 0, 0, 0))));

    // The client sets wait by itself in this form, so the plain stub asks without it.
    assertThat(result.getStatus()).isEqualTo(UpdateStatus.Completed);
    assertThat(
            await(
                    fixture
                        .client
                        .grpcClient()
                        .points()
                        .upsert(
                            UpsertPoints.newBuilder()
                                .setCollectionName("fast")
                                .addPoints(point(2, Map.of(), 1, 0, 0, 0))
                                .build()))
                .getResult()
                .getStatus())
        .isEqualTo(UpdateStatus.Acknowledged);
  }
}
