package dev.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LoggingTest {
  private final PrintStream original = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @AfterEach
  void restore() {
    System.setErr(original);
    MDC.clear();
    Logging.configure(LogFormat.CONSOLE, LogLevel.WARN);
  }

  @Test
  void jsonEventsCarryTheRequestIdAndStandOnOneLine() {
    log(LogFormat.JSON, LogLevel.INFO, "first\nsecond 猫");

    String line = written.toString(StandardCharsets.UTF_8).strip();
    assertThat(line.lines()).hasSize(1);
    assertThat(line)
        .startsWith("{")
        .contains("\"level\":\"INFO\"")
        .contains("\"request_id\":\"r-1\"")
        .contains("first\\nsecond 猫");
  }

  @Test
  void consoleLinesAreForPeople() {
    log(LogFormat.CONSOLE, LogLevel.INFO, "hello");

    assertThat(written.toString(StandardCharsets.UTF_8))
        .endsWith("INFO  LoggingTest [r-1]: hello\n");
  }

  @Test
  void eventsBelowTheLevelAreLeftOut() {
    log(LogFormat.JSON, LogLevel.WARN, "hello");

    assertThat(written.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private void log(LogFormat format, LogLevel level, String message) {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    Logging.configure(format, level);
    MDC.put("request_id", "r-1");
    LoggerFactory.getLogger(LoggingTest.class).info(message);
  }
}
