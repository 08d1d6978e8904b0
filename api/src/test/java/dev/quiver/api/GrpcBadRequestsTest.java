package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Bad requests: each gets its status and its text, and leaves nothing behind. */
final class GrpcBadRequestsTest {
  private static final long STACK_BYTES = 64L << 20;

  @TempDir static Path folder;
  private static GrpcFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new GrpcFixture(folder);
    fixture.createSmall("good");
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("good")
                .setWait(true)
                .addPoints(GrpcBadRequest.point(1, 1, 2, 3, 4))
                .build()));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @TestFactory
  Stream<DynamicTest> eachIsAnsweredWithItsStatusAndText() {
    List<GrpcBadRequest> all =
        Stream.of(
                GrpcBadCollections.all(),
                GrpcBadWrites.all(),
                GrpcBadSearches.all(),
                GrpcBadFilters.all())
            .flatMap(List::stream)
            .toList();
    assertThat(all).hasSizeGreaterThan(80);
    return Stream.concat(
        all.stream().map(bad -> DynamicTest.dynamicTest(bad.what(), () -> check(bad))),
        Stream.of(
            DynamicTest.dynamicTest("the server is unharmed", GrpcBadRequestsTest::checkUnharmed)));
  }

  /** Protobuf writes a message that is nested 1,000 deep by as many calls in each other. */
  private static Future<?> sent(GrpcBadRequest bad) throws Exception {
    FutureTask<Future<?>> sending =
        new FutureTask<>(() -> bad.call().apply(fixture.client.grpcClient()));
    new Thread(null, sending, "deep messages", STACK_BYTES).start();
    return sending.get();
  }

  private static void check(GrpcBadRequest bad) throws Exception {
    StatusRuntimeException refused = failure(sent(bad));

    assertThat(refused.getStatus().getDescription()).contains(bad.text());
    assertThat(refused.getStatus().getCode()).isEqualTo(bad.code());
    assertThat(GrpcFixture.trailer(refused, "quiver-code")).matches("[1-3]\\d{3}");
  }

  private static void checkUnharmed() {
    assertThat(await(fixture.client.listCollectionsAsync())).containsExactly("good");
    assertThat(await(fixture.client.countAsync("good"))).isEqualTo(1);
    assertThat(
            await(fixture.client.searchAsync(GrpcBadRequest.search().build()))
                .getFirst()
                .getScore())
        .isEqualTo(1f);
    // The last request's bytes are given back just after its answer.
    Awaitility.await("no request is in work")
        .atMost(Duration.ofMinutes(1))
        .until(() -> fixture.api.requestBytesInWork() == 0);
  }
}
