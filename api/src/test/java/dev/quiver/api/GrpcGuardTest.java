package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.audit.AuditQuery;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.qdrant.client.grpc.Collections.DeleteCollection;
import io.qdrant.client.grpc.Collections.ListCollectionsRequest;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.DeletePoints;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.PointsGrpc;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.QdrantOuterClass.HealthCheckRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard over gRPC: the same as over REST. */
final class GrpcGuardTest {
  private static final String PLAIN = "the-application's-key";
  private static final ApiKeys KEYS =
      new ApiKeys(PLAIN, null, null)
          .with(NamedKey.parse("owner:read+write+manage+destroy:owner-secret"));

  @TempDir Path folder;
  private GrpcFixture fixture;

  @BeforeEach
  void start() {
    fixture = new GrpcFixture(folder, KEYS, ApiLimits.DEFAULT, GrpcSettings.defaults());
    fixture.engine.createCollection(
        "c",
        CollectionDocuments.create(RestFixture.tree("{'vectors':{'size':2,'distance':'Dot'}}")));
    fixture.engine.write(
        "c",
        List.of(RestFixture.upsert("{'points':[{'id':1,'vector':[1,2]},{'id':2,'vector':[2,1]}]}")),
        true,
        null);
    fixture.engine.guard().label("production");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private Channel channel(String key, String... headers) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER), key);
    for (int i = 0; i < headers.length; i += 2) {
      metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
    }
    return ClientInterceptors.intercept(
        fixture.channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static Code code(Supplier<?> call) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call::get);
    return e == null ? Code.OK : e.getStatus().getCode();
  }

  private static Object drop(Channel channel) {
    return CollectionsGrpc.newBlockingStub(channel)
        .delete(DeleteCollection.newBuilder().setCollectionName("c").build());
  }

  private static Object deleteAll(Channel channel) {
    return PointsGrpc.newBlockingStub(channel)
        .delete(
            DeletePoints.newBuilder()
                .setCollectionName("c")
                .setWait(true)
                .setPoints(
                    PointsSelector.newBuilder().setFilter(Filter.getDefaultInstance()).build())
                .build());
  }

  @Test
  void droppingAndEmptyingNeedTheRightAndTheName() {
    for (java.util.function.Function<Channel, Object> destroying :
        List.<java.util.function.Function<Channel, Object>>of(
            GrpcGuardTest::deleteAll, GrpcGuardTest::drop)) {
      assertThat(code(() -> destroying.apply(channel(PLAIN, "quiver-confirm", "c"))))
          .isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(() -> destroying.apply(channel("owner-secret"))))
          .isEqualTo(Code.FAILED_PRECONDITION);
      assertThat(code(() -> destroying.apply(channel("owner-secret", "quiver-confirm", "d"))))
          .isEqualTo(Code.FAILED_PRECONDITION);
      assertThat(fixture.engine.collectionExists("c")).isTrue();
      assertThat(code(() -> destroying.apply(channel("owner-secret", "quiver-confirm", "c"))))
          .isEqualTo(Code.OK);
    }
    assertThat(fixture.engine.collectionExists("c")).isFalse();
    List<ObjectNode> records =
        fixture.engine.auditLog().query(new AuditQuery(null, null, 50, Map.of("via", "grpc")));
    assertThat(records)
        .extracting(record -> record.path("result").asText())
        .containsExactly(
            "ok", "started", "denied", "denied", "denied", "ok", "started", "denied", "denied",
            "denied");
    assertThat(records.getFirst().path("remote").asText()).isEqualTo("127.0.0.1");
    assertThat(records.getFirst().path("request_id").asText()).isNotEmpty();
  }

  @Test
  void anUnexpectedEnvironmentIsRefusedOnEveryCall() {
    Channel wrong = channel("owner-secret", "quiver-expect-environment", "test");
    assertThat(
            code(
                () ->
                    QdrantGrpc.newBlockingStub(wrong)
                        .healthCheck(HealthCheckRequest.getDefaultInstance())))
        .isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(
            code(
                () ->
                    CollectionsGrpc.newBlockingStub(wrong)
                        .list(ListCollectionsRequest.getDefaultInstance())))
        .isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(
            code(
                () ->
                    PointsGrpc.newBlockingStub(wrong)
                        .count(CountPoints.newBuilder().setCollectionName("c").build())))
        .isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(code(() -> deleteAll(wrong))).isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(fixture.engine.count("c", null, true)).isEqualTo(2);
    Channel right = channel("owner-secret", "quiver-expect-environment", "production");
    assertThat(
            code(
                () ->
                    PointsGrpc.newBlockingStub(right)
                        .scroll(ScrollPoints.newBuilder().setCollectionName("c").build())))
        .isEqualTo(Code.OK);
    assertThat(await(fixture.clientWithKey("owner-secret").countAsync("c"))).isEqualTo(2);
  }
}
