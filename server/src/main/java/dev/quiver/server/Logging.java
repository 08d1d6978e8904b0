package dev.quiver.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.Console;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets up the log: to standard error, as lines for people or as one JSON object a line, with the id
 * of the request that an event belongs to. Events of java.util.logging join in.
 */
public final class Logging {
  private static final String CONSOLE_PATTERN =
      "%d{HH:mm:ss.SSS} %-5level %logger{0}%replace( [%mdc{request_id}]){' \\[\\]', ''}: %msg%n";

  private Logging() {}

  /** For a server. */
  public static void configure(LogFormat format, LogLevel level) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      set(context, isJson(format), Level.toLevel(level.name()));
    }
  }

  /** For runs that make an engine fail on purpose, thousands of times: nothing of what it says. */
  public static void silent() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("dev.quiver").setLevel(Level.OFF);
    }
  }

  /** For commands, whose output is for people: only warnings. */
  static void quiet(LoggerContext context) {
    set(context, false, Level.WARN);
  }

  private static boolean isJson(LogFormat format) {
    return switch (format) {
      case JSON -> true;
      case CONSOLE -> false;
      case AUTO -> !onTerminal();
    };
  }

  private static boolean onTerminal() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  private static void set(LoggerContext context, boolean json, Level level) {
    context.reset();
    EncoderBase<ILoggingEvent> encoder = json ? json(context) : console(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    context.getLogger("dev.quiver").setLevel(level);
    // Helidon tells of each limit that it has, at every start; why it could not listen is thrown.
    context.getLogger("io.helidon").setLevel(Level.ERROR);
    context.getLogger("io.helidon.webserver.LoomServer").setLevel(Level.OFF);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private static EncoderBase<ILoggingEvent> console(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(CONSOLE_PATTERN);
    return encoder;
  }

  private static EncoderBase<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    return encoder;
  }
}
