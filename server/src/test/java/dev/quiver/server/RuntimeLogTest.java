package dev.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The log's level changes while the process runs. */
class RuntimeLogTest {
  private final RuntimeLog log = new RuntimeLog();
  private final String before = log.level();

  @AfterEach
  void restore() {
    log.changeLevel(before);
  }

  @Test
  void aLevelHoldsForQuiversLoggersAtOnce() {
    log.changeLevel("debug");
    assertThat(log.level()).isEqualTo("debug");
    assertThat(LoggerFactory.getLogger("dev.quiver.engine.Engine").isDebugEnabled()).isTrue();
    log.changeLevel("error");
    assertThat(LoggerFactory.getLogger("dev.quiver.engine.Engine").isWarnEnabled()).isFalse();
  }
}
