package dev.quiver.api;

import com.google.protobuf.Message;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the work of calls away from the event loop and turns its outcome into the one answer. What
 * computes (searches) runs on the shared pool, what waits (writes, inference) on virtual threads;
 * both are bounded, and what is over the bound is refused at once. A call that its client gave up
 * is not started. Thread-safe.
 */
final class GrpcCalls implements AutoCloseable {
  /** What a call computes. */
  @FunctionalInterface
  interface Work<T> {
    T run(GrpcCall call);
  }

  /** Reads a request into its searches. */
  @FunctionalInterface
  interface Preparation<R> {
    /**
     * @param timeout what the call may take
     */
    List<Supplier<R>> searches(GrpcCall call, Duration timeout);
  }

  /** Makes the answer from the results of all searches, in their order. */
  @FunctionalInterface
  interface Assembly<R, T> {
    T answer(GrpcCall call, List<R> results);
  }

  private final SearchPool pool;
  private final Duration defaultTimeout;
  private final Duration timeoutMax;
  private final Semaphore waitingCalls;
  private final int waitingCallsMax;
  private final ScheduledThreadPoolExecutor deadlines;

  /**
   * @param waitingCallsMax writes and other blocking calls in work at the same time
   */
  GrpcCalls(SearchPool pool, ApiLimits limits, int waitingCallsMax) {
    this.pool = pool;
    this.defaultTimeout = limits.searchTimeout();
    this.timeoutMax = limits.timeoutMax();
    this.waitingCallsMax = waitingCallsMax;
    this.waitingCalls = new Semaphore(waitingCallsMax);
    this.deadlines =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("grpc-deadlines").daemon().factory());
    deadlines.setRemoveOnCancelPolicy(true);
  }

  SearchPool pool() {
    return pool;
  }

  /** The time that a call has: what its request names, within bounds, or the server's default. */
  Duration timeout(GrpcCall call) {
    if (!call.hasTimeout()) {
      return defaultTimeout;
    }
    long seconds = call.timeoutSeconds();
    GrpcFaults.checkAtLeast("timeout", seconds, 1);
    return Long.compareUnsigned(seconds, timeoutMax.toSeconds()) > 0
        ? timeoutMax
        : Duration.ofSeconds(seconds);
  }

  /** The same, or what is left until the deadline that the client set, when that is less. */
  static Duration untilDeadline(Duration timeout) {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null) {
      return timeout;
    }
    long leftNanos = Math.max(1, deadline.timeRemaining(TimeUnit.NANOSECONDS));
    return leftNanos < timeout.toNanos() ? Duration.ofNanos(leftNanos) : timeout;
  }

  /**
   * Runs work on the pool for searches. Only when the request names a timeout an alarm is set,
   * since the server's own limit is checked when the work leaves the queue.
   */
  <T> void search(String operation, Message request, StreamObserver<T> reply, Work<T> work) {
    GrpcCall call = new GrpcCall(request);
    Answer<T> answer = new Answer<>(reply);
    try {
      call.admit();
      Duration timeout = timeout(call);
      long deadlineNanos = System.nanoTime() + timeout.toNanos();
      if (call.hasTimeout()) {
        answer.expireAfter(deadlines, operation, timeout);
      }
      onPool(
          () -> {
            if (System.nanoTime() - deadlineNanos > 0) {
              answer.fail(timedOut(operation, timeout));
            } else {
              answer.attempt(
                  () -> answer.succeed(call.explains().recorded(0, () -> work.run(call))));
            }
          });
    } catch (RuntimeException | Error e) {
      answer.fail(e);
    }
  }

  /**
   * Runs the searches of one call beside each other on the pool.
   *
   * @param waitsFirst whether {@code prepare} may block (it embeds texts), so that it must not hold
   *     a thread of the pool
   * @param prepare reads the request into its searches, one or more
   */
  <R, T> void searchAll(
      String operation,
      Message request,
      StreamObserver<T> reply,
      boolean waitsFirst,
      Preparation<R> prepare,
      Assembly<R, T> assembly) {
    GrpcCall call = new GrpcCall(request);
    Answer<T> answer = new Answer<>(reply);
    try {
      call.admit();
      Duration timeout = untilDeadline(timeout(call));
      long deadlineNanos = System.nanoTime() + timeout.toNanos();
      if (call.hasTimeout()) {
        answer.expireAfter(deadlines, operation, timeout);
      }
      Runnable start =
          () ->
              answer.attempt(
                  () -> {
                    List<Supplier<R>> searches = prepare.searches(call, timeout);
                    if (System.nanoTime() - deadlineNanos > 0) {
                      throw timedOut(operation, timeout);
                    }
                    new Searches<>(
                            call, answer, searches, results -> assembly.answer(call, results))
                        .start(this, !waitsFirst);
                  });
      if (waitsFirst) {
        waiting(answer, start);
      } else {
        onPool(start);
      }
    } catch (RuntimeException | Error e) {
      answer.fail(e);
    }
  }

  /** Runs work that may wait, on a virtual thread. */
  <T> void blocking(Message request, StreamObserver<T> reply, Work<T> work) {
    GrpcCall call = new GrpcCall(request);
    Answer<T> answer = new Answer<>(reply);
    try {
      call.admit();
    } catch (QuiverException e) {
      answer.fail(e);
      return;
    }
    waiting(answer, () -> answer.attempt(() -> answer.succeed(work.run(call))));
  }

  private void onPool(Runnable work) {
    pool.execute(RequestIds.carried(work));
  }

  private void waiting(Answer<?> answer, Runnable work) {
    if (!waitingCalls.tryAcquire()) {
      answer.fail(
          new QuiverException(
              ErrorCode.OVERLOADED,
              "more than " + waitingCallsMax + " calls that wait are in work; try again"));
      return;
    }
    Runnable released =
        () -> {
          try {
            work.run();
          } finally {
            waitingCalls.release();
          }
        };
    if (Thread.currentThread().isVirtual()) {
      released.run();
    } else {
      Thread.ofVirtual().name("grpc-call").start(RequestIds.carried(released));
    }
  }

  static QuiverException timedOut(String operation, Duration timeout) {
    return new QuiverException(
        ErrorCode.TIMEOUT,
        "Operation '" + operation + "' timed out after " + timeout.toSeconds() + " seconds");
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
  }

  /** The answer to one call: given once, by the work or by the alarm, whichever is first. */
  private static final class Answer<T> {
    private final ServerCallStreamObserver<T> call;
    private final AtomicBoolean given = new AtomicBoolean();
    private volatile @Nullable ScheduledFuture<?> alarm;

    Answer(StreamObserver<T> reply) {
      this.call = (ServerCallStreamObserver<T>) reply;
      // Without a handler, answering a call that its client gave up throws.
      call.setOnCancelHandler(() -> {});
    }

    void expireAfter(ScheduledThreadPoolExecutor deadlines, String operation, Duration timeout) {
      alarm =
          deadlines.schedule(
              () -> fail(timedOut(operation, timeout)), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether nobody waits for the result any more. */
    boolean isOver() {
      return given.get() || call.isCancelled();
    }

    /** Runs a part of the call's work unless the call is over; its failure is the answer. */
    void attempt(Runnable part) {
      if (isOver()) {
        return;
      }
      try {
        part.run();
      } catch (Throwable t) {
        fail(t);
      }
    }

    void succeed(T result) {
      if (take()) {
        call.onNext(result);
        call.onCompleted();
      }
    }

    void fail(Throwable error) {
      if (take()) {
        call.onError(GrpcErrors.toStatus(error));
      }
    }

    private boolean take() {
      ScheduledFuture<?> set = alarm;
      if (set != null) {
        set.cancel(false);
      }
      return given.compareAndSet(false, true);
    }
  }

  /** Searches of one call: each thread takes the next; who finishes the last one answers. */
  private static final class Searches<R, T> {
    private final ExplainLog explains;
    private final Answer<T> answer;
    private final List<Supplier<R>> searches;
    private final Function<List<R>, T> assemble;
    private final AtomicReferenceArray<R> results;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger left;

    Searches(
        GrpcCall call,
        Answer<T> answer,
        List<Supplier<R>> searches,
        Function<List<R>, T> assemble) {
      this.explains = call.explains();
      this.answer = answer;
      this.searches = searches;
      this.assemble = assemble;
      this.results = new AtomicReferenceArray<>(searches.size());
      this.left = new AtomicInteger(searches.size());
    }

    void start(GrpcCalls calls, boolean onPool) {
      if (searches.isEmpty()) {
        answer.succeed(assemble.apply(List.of()));
        return;
      }
      int wanted = Math.min(calls.pool.threadCount(), searches.size()) - (onPool ? 1 : 0);
      for (int i = 0; i < wanted; i++) {
        try {
          calls.onPool(() -> answer.attempt(this::takeAll));
        } catch (QuiverException full) {
          if (onPool || i > 0) {
            // Others are at work already, so the call only takes longer.
            break;
          }
          throw full;
        }
      }
      if (onPool) {
        takeAll();
      }
    }

    private void takeAll() {
      for (int i = next.getAndIncrement();
          i < searches.size() && !answer.isOver();
          i = next.getAndIncrement()) {
        results.set(i, explains.recorded(i, searches.get(i)));
        if (left.decrementAndGet() == 0) {
          List<R> all = new ArrayList<>(searches.size());
          for (int j = 0; j < searches.size(); j++) {
            all.add(results.get(j));
          }
          answer.succeed(assemble.apply(all));
        }
      }
    }
  }
}
