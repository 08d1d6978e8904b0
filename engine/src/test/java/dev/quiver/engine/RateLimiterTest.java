package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RateLimiterTest {
  private final AtomicLong nanos = new AtomicLong(-5);
  private final RateLimiter limiter = new RateLimiter("Read", 10, nanos::get);

  private QuiverException refusal(long cost) {
    return catchThrowableOfType(QuiverException.class, () -> limiter.take(cost));
  }

  @Test
  void aMinutesTokensCanBeTakenAtOnceAndThenNoMore() {
    limiter.take(10);

    QuiverException refused = refusal(3);

    assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refused)
        .hasMessage(
            "Rate limiting exceeded: Read rate limit exceeded: Operation requires 3 tokens but"
                + " only 0.0 were available. Retry after 18s");
    assertThat(refused.retryAfter()).isEqualTo("18");
  }

  @Test
  void tokensComeBackEvenlyUpToAMinutesWorth() {
    limiter.take(10);
    nanos.addAndGet(Duration.ofSeconds(18).toNanos());

    limiter.take(3);
    assertThat(refusal(1).retryAfter()).isEqualTo("6");

    nanos.addAndGet(Duration.ofDays(2).toNanos());
    limiter.take(10);
    assertThat(refusal(1)).isNotNull();
  }

  @Test
  void whatIsNeverAllowedHasNoTimeToRetry() {
    QuiverException refused = refusal(11);

    assertThat(refused)
        .hasMessage(
            "Rate limiting exceeded: Read rate limit exceeded, request larger than rate limiter"
                + " capacity, please try to split your request");
    assertThat(refused.retryAfter()).isNull();
    limiter.take(10);
  }
}
