package dev.quiver.api;

import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The id under which a request appears in the logs and in its answer: the caller's own, or a new
 * one. It follows the request from thread to thread in the logging context.
 */
final class RequestIds {
  /** The header of REST and the metadata key of gRPC, where it is in lower case. */
  static final String HEADER = "X-Request-Id";

  /** The key of the request id in the logs. */
  static final String MDC_KEY = "request_id";

  private static final Pattern SOUND = Pattern.compile("[A-Za-z0-9._:/=+-]{1,128}");

  private RequestIds() {}

  /** The caller's id when it is fit for a log, else a new one. */
  static String of(@Nullable String callersId) {
    return callersId != null && SOUND.matcher(callersId).matches()
        ? callersId
        : UUID.randomUUID().toString();
  }

  /** The same work, which logs under this thread's request id wherever it runs. */
  static <T> Callable<T> carried(Callable<T> work) {
    String requestId = MDC.get(MDC_KEY);
    if (requestId == null) {
      return work;
    }
    return () -> {
      try (MDC.MDCCloseable _ = MDC.putCloseable(MDC_KEY, requestId)) {
        return work.call();
      }
    };
  }

  /** The same for work without a result. */
  static Runnable carried(Runnable work) {
    String requestId = MDC.get(MDC_KEY);
    return requestId == null ? work : () -> with(requestId, work);
  }

  /** Runs work that logs under a request id. */
  static void with(String requestId, Runnable work) {
    try (MDC.MDCCloseable _ = MDC.putCloseable(MDC_KEY, requestId)) {
      work.run();
    }
  }

  /** The same for work with a result. */
  static <T> T with(String requestId, Supplier<T> work) {
    try (MDC.MDCCloseable _ = MDC.putCloseable(MDC_KEY, requestId)) {
      return work.get();
    }
  }
}
