package dev.quiver.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiver.embed.EmbedException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EmbedPoolTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  @Test
  void everyTextIsDoneExactlyOnce() {
    try (EmbedPool pool = pool(4, 10_000)) {
      AtomicIntegerArray done = new AtomicIntegerArray(10_000);
      pool.run(10_000, done::incrementAndGet, LONG);
      for (int i = 0; i < done.length(); i++) {
        assertThat(done.get(i)).as("text %d", i).isEqualTo(1);
      }
      assertThat(pool.pendingTexts()).isZero();
    }
  }

  @Test
  void aSingleTextDoesNotWaitForAllTextsOfAnImport() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    try (EmbedPool pool = pool(1, 2_000);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> big =
          callers.submit(
              () ->
                  pool.run(
                      1_000,
                      i -> {
                        begun.countDown();
                        go.await();
                        order.add("import");
                      },
                      LONG));
      begun.await();
      Future<?> small = callers.submit(() -> pool.run(1, i -> order.add("query"), LONG));
      while (pool.waitingCalls() < 2) {
        Thread.onSpinWait();
      }
      go.countDown();
      small.get();
      big.get();
    }
    // The import's first text was in work and its call stood in the queue again for the second.
    assertThat(order).hasSize(1_001).startsWith("import", "import", "query", "import");
  }

  @Test
  void aFullQueueRefusesAtOnceAndSaysSo() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (EmbedPool pool = pool(1, 10);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> holder =
          callers.submit(
              () ->
                  pool.run(
                      8,
                      i -> {
                        begun.countDown();
                        go.await();
                      },
                      LONG));
      begun.await();

      EmbedException e =
          catchThrowableOfType(EmbedException.class, () -> pool.run(3, i -> {}, LONG));

      assertThat(e.reason()).isEqualTo(Reason.OVERLOADED);
      assertThat(e)
          .hasMessage(
              "embedding is overloaded: 8 texts are pending and 3 more were sent (limit: 10); try"
                  + " again later");
      go.countDown();
      holder.get();
      pool.run(10, i -> {}, LONG);
    }
  }

  @Test
  void moreTextsThanTheQueueEverHoldsIsBadInput() {
    try (EmbedPool pool = pool(1, 10)) {
      EmbedException e =
          catchThrowableOfType(EmbedException.class, () -> pool.run(11, i -> {}, LONG));
      assertThat(e.reason()).isEqualTo(Reason.INVALID_INPUT);
      assertThat(e)
          .hasMessage("texts in one call: 11 (expected: at most 10); send them in several calls");
    }
  }

  @Test
  void aPassedDeadlineEndsTheCallAndDropsWhatHadNotBegun() {
    CountDownLatch go = new CountDownLatch(1);
    List<Integer> begun = Collections.synchronizedList(new ArrayList<>());
    try (EmbedPool pool = pool(1, 10)) {
      EmbedException e =
          catchThrowableOfType(
              EmbedException.class,
              () ->
                  pool.run(
                      5,
                      i -> {
                        begun.add(i);
                        go.await();
                      },
                      Duration.ofMillis(30)));
      assertThat(e.reason()).isEqualTo(Reason.DEADLINE_EXCEEDED);
      assertThat(e).hasMessage("embedding 5 texts took longer than PT0.03S; 0 were done");
      go.countDown();
      // One thread, so a call that ends proves that everything before it has left the queue.
      pool.run(2, i -> {}, LONG);
      assertThat(begun).containsExactly(0);
    }
  }

  @Test
  void anInterruptEndsTheCallAndIsKept() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    try (EmbedPool pool = pool(1, 10)) {
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      pool.run(
                          5,
                          i -> {
                            begun.countDown();
                            go.await();
                          },
                          LONG);
                    } catch (EmbedException e) {
                      thrown.set(e);
                      flag.set(Thread.currentThread().isInterrupted());
                    }
                  });
      begun.await();
      caller.interrupt();
      caller.join();
      go.countDown();
    }
    assertThat(thrown.get())
        .isInstanceOfSatisfying(
            EmbedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));
    assertThat(flag.get()).isTrue();
  }

  @Test
  void aFailingTextFailsItsCallWithTheCauseAndNoOther() {
    try (EmbedPool pool = pool(2, 100)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      50,
                      i -> {
                        if (i == 20) {
                          throw new AssertionError("text 20");
                        }
                      },
                      LONG))
          .isInstanceOf(EmbedException.class)
          .hasRootCauseMessage("text 20");
      pool.run(50, i -> {}, LONG);
    }
  }

  @Test
  void closeFailsTheCallsThatWait() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      EmbedPool pool = pool(1, 10);
      EmbedCall.Work block =
          i -> {
            begun.countDown();
            boolean interrupted = false;
            while (go.getCount() > 0) {
              try {
                go.await();
              } catch (InterruptedException e) {
                interrupted = true;
              }
            }
            assertThat(interrupted).isTrue();
          };
      List<Future<?>> calls =
          Arrays.asList(
              callers.submit(() -> pool.run(3, block, LONG)),
              callers.submit(() -> pool.run(3, block, LONG)));
      begun.await();
      awaitPending(pool, 6);
      Future<?> closing = callers.submit(pool::close);
      for (Future<?> call : calls) {
        assertThatThrownBy(call::get)
            .cause()
            .isInstanceOfSatisfying(
                EmbedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
      }
      assertThat(closing.isDone()).as("close waits for the text in work").isFalse();
      go.countDown();
      closing.get();
      assertThatThrownBy(() -> pool.run(1, i -> {}, LONG)).hasMessage("the embedder is closed");
    }
  }

  private static void awaitPending(EmbedPool pool, int texts) {
    while (pool.pendingTexts() < texts) {
      Thread.onSpinWait();
    }
  }

  private static EmbedPool pool(int threads, int maxPendingTexts) {
    return new EmbedPool(new EmbedSettings(threads, maxPendingTexts, LONG));
  }
}
