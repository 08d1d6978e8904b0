package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.PointsGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many callers, limits, deadlines, compression and an orderly end. */
final class GrpcLoadTest {
  @TempDir Path folder;

  private static SearchPoints search(String collection, float first) {
    return SearchPoints.newBuilder()
        .setCollectionName(collection)
        .addAllVector(List.of(first, 1f, 0f, 0f))
        .setLimit(1)
        .build();
  }

  private static UpsertPoints upsert(String collection, long number) {
    return UpsertPoints.newBuilder()
        .setCollectionName(collection)
        .setWait(true)
        .addPoints(
            PointStruct.newBuilder()
                .setId(id(number))
                .setVectors(vectors(number, 1, 0, 0))
                .putPayload("n", value(number)))
        .build();
  }

  @Test
  void sixteenCallersWriteAndSearchBesideEachOther() throws Exception {
    int callers = 16;
    int perCaller = 25;
    try (GrpcFixture fixture = new GrpcFixture(folder);
        ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      fixture.createSmall("busy");
      List<Future<?>> all = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        long base = (long) caller * perCaller;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < perCaller; i++) {
                    await(fixture.client.upsertAsync(upsert("busy", base + i)));
                    // A write that was waited for is seen by the very next search.
                    List<ScoredPoint> hits = await(fixture.client.searchAsync(search("busy", 1)));
                    assertThat(hits.getFirst().getScore()).isGreaterThanOrEqualTo(base + i + 1f);
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get(GrpcFixture.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }

      assertThat(await(fixture.client.countAsync("busy"))).isEqualTo((long) callers * perCaller);
      assertThat(fixture.metrics.scrape(MetricsView.PLAIN))
          .contains(
              "grpc_responses_total{endpoint=\"/qdrant.Points/Upsert\",status=\"0\"} "
                  + callers * perCaller);
    }
  }

  @Test
  void aFullQueueRefusesAtOnceAndSaysWhenToTryAgain() throws Exception {
    try (GrpcFixture fixture = new GrpcFixture(folder)) {
      fixture.createSmall("queue");
      CountDownLatch release = new CountDownLatch(1);
      for (int i = 0; i < 1_000 + fixture.pool.threadCount(); i++) {
        fixture.pool.execute(
            () -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }

      StatusRuntimeException refused = failure(fixture.client.searchAsync(search("queue", 1)));
      release.countDown();

      assertThat(refused.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(GrpcFixture.trailer(refused, "retry-after")).isEqualTo("1");
      Awaitility.await("no search waits")
          .atMost(Duration.ofMinutes(1))
          .until(() -> fixture.pool.queued() == 0);
      assertThat(await(fixture.client.searchAsync(search("queue", 1)))).isEmpty();
    }
  }

  @Test
  void aTimeoutOfTheRequestEndsTheWait() throws Exception {
    try (GrpcFixture fixture = new GrpcFixture(folder)) {
      fixture.createSmall("slow");
      CountDownLatch release = new CountDownLatch(1);
      for (int i = 0; i < fixture.pool.threadCount(); i++) {
        fixture.pool.execute(
            () -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }

      StatusRuntimeException late =
          failure(fixture.client.searchAsync(search("slow", 1).toBuilder().setTimeout(1).build()));
      StatusRuntimeException cancelled =
          failure(
              fixture
                  .client
                  .grpcClient()
                  .points()
                  .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                  .search(search("slow", 1)));
      release.countDown();

      assertThat(late.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(late.getStatus().getDescription())
          .isEqualTo("Timeout: Operation 'Search' timed out after 1 seconds");
      assertThat(cancelled.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(await(fixture.client.searchAsync(search("slow", 1)))).isEmpty();
    }
  }

  @Test
  void compressedRequestsAreRead() {
    try (GrpcFixture fixture = new GrpcFixture(folder)) {
      fixture.createSmall("zipped");
      PointsGrpc.PointsBlockingStub points =
          PointsGrpc.newBlockingStub(fixture.channel).withCompression("gzip");

      assertThat(points.upsert(upsert("zipped", 1)).getResult().getStatus())
          .isEqualTo(Points.UpdateStatus.Completed);
      assertThat(points.search(search("zipped", 1)).getResultList()).hasSize(1);
    }
  }

  @Test
  void aMessageOverTheLimitIsRefusedAlsoWhenItIsCompressed() {
    ApiLimits limits =
        new ApiLimits(10_000, 128, 1_000, 100, Duration.ofSeconds(60), Duration.ofDays(1));
    try (GrpcFixture fixture =
        new GrpcFixture(folder, ApiKeys.none(), limits, GrpcSettings.defaults())) {
      fixture.createSmall("small");
      UpsertPoints large =
          upsert("small", 1).toBuilder()
              .addPoints(
                  PointStruct.newBuilder()
                      .setId(id(2))
                      .setVectors(vectors(1, 1, 1, 1))
                      .putPayload("x", value("y".repeat(100_000))))
              .build();

      StatusRuntimeException plain = failure(fixture.client.grpcClient().points().upsert(large));
      StatusRuntimeException zipped =
          failure(fixture.client.grpcClient().points().withCompression("gzip").upsert(large));

      assertThat(plain.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(zipped.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(await(fixture.client.countAsync("small"))).isZero();
    }
  }

  @Test
  void requestsInWorkStayWithinTheirBudgetOfBytes() {
    GrpcSettings settings =
        new GrpcSettings(
            1_000,
            10,
            100,
            10,
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    try (GrpcFixture fixture =
        new GrpcFixture(folder, ApiKeys.none(), ApiLimits.DEFAULT, settings)) {
      fixture.createSmall("budget");
      UpsertPoints large =
          upsert("budget", 1).toBuilder()
              .addPoints(
                  PointStruct.newBuilder()
                      .setId(id(2))
                      .setVectors(vectors(1, 1, 1, 1))
                      .putPayload("x", value("y".repeat(2_000))))
              .build();

      StatusRuntimeException refused = failure(fixture.client.upsertAsync(large));

      assertThat(refused.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getStatus().getDescription()).contains("at most 1000");
      // A refused request gives its bytes back when its call is closed, just after the answer.
      Awaitility.await("no request is in work")
          .atMost(Duration.ofMinutes(1))
          .until(() -> fixture.api.requestBytesInWork() == 0);
      await(fixture.client.upsertAsync(upsert("budget", 1)));
      Awaitility.await("no request is in work")
          .atMost(Duration.ofMinutes(1))
          .until(() -> fixture.api.requestBytesInWork() == 0);
    }
  }

  @Test
  void stoppingLetsTheCallInWorkEnd() throws Exception {
    GrpcFixture fixture = new GrpcFixture(folder);
    fixture.createSmall("end");
    CountDownLatch started = new CountDownLatch(fixture.pool.threadCount());
    CountDownLatch release = new CountDownLatch(1);
    for (int i = 0; i < fixture.pool.threadCount(); i++) {
      fixture.pool.execute(
          () -> {
            started.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    started.await();
    Future<List<ScoredPoint>> waiting = fixture.client.searchAsync(search("end", 1));
    Awaitility.await("a search waits")
        .atMost(Duration.ofMinutes(1))
        .until(() -> fixture.pool.queued() == 1);

    Thread stopping = Thread.ofPlatform().start(fixture.server::close);
    Awaitility.await("the server waits for the search, or has ended")
        .atMost(Duration.ofMinutes(1))
        .until(() -> stopping.getState() == Thread.State.TIMED_WAITING || !stopping.isAlive());
    release.countDown();

    assertThat(await(waiting)).isEmpty();
    stopping.join(GrpcFixture.PATIENCE.toMillis());
    assertThat(stopping.isAlive()).isFalse();
    fixture.close();
  }
}
