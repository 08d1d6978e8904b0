package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class SearchPoolTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final SearchPool pool = new SearchPool(1, 1);
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void close() {
    release.countDown();
    pool.close();
  }

  private void occupy() throws InterruptedException {
    pool.execute(
        () -> {
          running.countDown();
          try {
            assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void assertCode(ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .asInstanceOf(type(QuiverException.class))
        .extracting(QuiverException::code)
        .isEqualTo(code);
  }

  @Test
  void aSearchRunsOnAThreadOfThePoolAndItsErrorIsTheCallersError() {
    assertThat(pool.run("Search", LONG, () -> Thread.currentThread().getName()))
        .startsWith("search-");
    assertCode(
        () ->
            pool.run(
                "Search",
                LONG,
                () -> {
                  throw QuiverException.wrongInput("x");
                }),
        ErrorCode.WRONG_INPUT);
    assertCode(
        () ->
            pool.run(
                "Search",
                LONG,
                () -> {
                  throw new IllegalStateException("a bug");
                }),
        ErrorCode.INTERNAL);
  }

  @Test
  void whatDoesNotFitIntoTheQueueIsRefusedAtOnce() throws InterruptedException {
    occupy();
    pool.execute(() -> {});
    assertCode(() -> pool.run("Search", LONG, () -> 1), ErrorCode.OVERLOADED);
    assertThat(pool.rejectedTotal()).isEqualTo(1);
  }

  @Test
  void aDeadlineThatPassesInTheQueueFreesItsPlaceAndTheSearchNeverRuns()
      throws InterruptedException {
    occupy();
    AtomicInteger ran = new AtomicInteger();
    assertCode(
        () -> pool.run("Search", Duration.ofMillis(20), ran::incrementAndGet), ErrorCode.TIMEOUT);
    assertThat(pool.queued()).isZero();
    assertThat(pool.timedOutTotal()).isEqualTo(1);
    release.countDown();
    assertThat(pool.<Integer>run("Search", LONG, () -> 5)).isEqualTo(5);
    assertThat(ran).hasValue(0);
  }

  @Test
  void aBatchComesBackInItsOrder() {
    try (SearchPool three = new SearchPool(3, 10)) {
      for (int count : new int[] {0, 1, 2, 3, 4, 100}) {
        assertThat(three.runAll("Search", LONG, count, i -> i * 2))
            .isEqualTo(IntStream.range(0, count).mapToObj(i -> i * 2).toList());
      }
    }
  }

  @Test
  void aBatchEndsWithItsFirstError() {
    assertCode(
        () ->
            pool.runAll(
                "Search",
                LONG,
                10,
                i -> {
                  if (i == 3) {
                    throw QuiverException.notFound("No point with id 3 found");
                  }
                  return i;
                }),
        ErrorCode.NOT_FOUND);
    assertThat(pool.runAll("Search", LONG, 2, i -> i)).isEqualTo(List.of(0, 1));
  }

  @Test
  void aSearchLogsUnderTheIdOfItsRequestAndTheNextOneDoesNot() throws InterruptedException {
    MDC.put(RequestIds.MDC_KEY, "r-7");
    try {
      assertThat(pool.<String>run("Search", LONG, () -> MDC.get(RequestIds.MDC_KEY)))
          .isEqualTo("r-7");
      assertThat(pool.runAll("Search", LONG, 2, i -> MDC.get(RequestIds.MDC_KEY)))
          .containsExactly("r-7", "r-7");
      occupy();
      assertCode(() -> pool.run("Search", Duration.ofMillis(20), () -> 1), ErrorCode.TIMEOUT);
      assertThat(pool.queued()).as("its place is free").isZero();
      release.countDown();
    } finally {
      MDC.remove(RequestIds.MDC_KEY);
    }
    assertThat(pool.<Boolean>run("Search", LONG, () -> MDC.get(RequestIds.MDC_KEY) == null))
        .isTrue();
  }

  @Test
  void aClosedPoolRefuses() {
    pool.close();
    assertCode(() -> pool.run("Search", LONG, () -> 1), ErrorCode.OVERLOADED);
  }
}
