package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiver.engine.Database;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.qdrant.client.grpc.Collections.GetCollectionInfoRequest;
import io.qdrant.client.grpc.Collections.ListCollectionsRequest;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.PointsGrpc;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

final class GrpcRequestIdTest {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir static Path folder;
  private static final Map<String, String> SEEN = new ConcurrentHashMap<>();
  private static GrpcFixture fixture;

  @BeforeAll
  static void start() {
    fixture =
        new GrpcFixture(
            folder,
            ApiKeys.none(),
            ApiLimits.DEFAULT,
            GrpcSettings.defaults(),
            GrpcRequestIdTest::watched);
    fixture.createSmall("c");
    await(
        fixture.client.upsertAsync(
            "c",
            List.of(
                Points.PointStruct.newBuilder()
                    .setId(id(1))
                    .setVectors(vectors(1, 0, 0, 0))
                    .build())));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** The database itself, noting under which request id each of its methods works. */
  private static Database watched(Database database) {
    return (Database)
        Proxy.newProxyInstance(
            Database.class.getClassLoader(),
            new Class<?>[] {Database.class},
            (_, method, arguments) -> {
              SEEN.put(method.getName(), String.valueOf(MDC.get(RequestIds.MDC_KEY)));
              try {
                return method.invoke(database, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Metadata named(String id) {
    Metadata headers = new Metadata();
    headers.put(KEY, id);
    return headers;
  }

  private static String returned(Metadata sent) {
    AtomicReference<Metadata> headers = new AtomicReference<>();
    AtomicReference<Metadata> trailers = new AtomicReference<>();
    CollectionsGrpc.newBlockingStub(fixture.channel)
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(sent),
            MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
        .list(ListCollectionsRequest.getDefaultInstance());
    return String.valueOf(headers.get().get(KEY));
  }

  @Test
  void aRequestIdIsKeptOrMade() {
    assertThat(returned(named("abc-1"))).isEqualTo("abc-1");
    assertThat(returned(new Metadata())).hasSize(36);
    assertThat(returned(named("a\"b c"))).as("what could garble a log is replaced").hasSize(36);
  }

  @Test
  void anErrorCarriesTheIdToo() {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                CollectionsGrpc.newBlockingStub(fixture.channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(named("e-1")))
                    .get(
                        GetCollectionInfoRequest.newBuilder()
                            .setCollectionName("nowhere")
                            .build()));

    assertThat(GrpcFixture.trailer(refused, "x-request-id")).isEqualTo("e-1");
  }

  @Test
  void whatWorksOnACallLogsUnderItsIdOnEveryThread() {
    PointsGrpc.PointsBlockingStub points =
        PointsGrpc.newBlockingStub(fixture.channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(named("work-1")));

    points.delete(
        Points.DeletePoints.newBuilder()
            .setCollectionName("c")
            .setPoints(
                Points.PointsSelector.newBuilder()
                    .setPoints(Points.PointsIdsList.newBuilder().addIds(id(7))))
            .build());
    points.count(Points.CountPoints.newBuilder().setCollectionName("c").build());
    points.query(
        Points.QueryPoints.newBuilder()
            .setCollectionName("c")
            .setQuery(nearest(1, 0, 0, 0))
            .build());

    assertThat(SEEN)
        .containsEntry("write", "work-1")
        .containsEntry("count", "work-1")
        .containsEntry("query", "work-1");
    CollectionsGrpc.newBlockingStub(fixture.channel)
        .list(ListCollectionsRequest.getDefaultInstance());
    assertThat(SEEN.get("collections")).as("an id ends with its call").hasSize(36);
  }
}
