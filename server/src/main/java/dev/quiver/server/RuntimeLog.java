package dev.quiver.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.quiver.api.LogSettings;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** The level of Quiver's own logger in this process. */
final class RuntimeLog implements LogSettings {
  @Override
  public String level() {
    return own().getEffectiveLevel().toString().toLowerCase(Locale.ROOT);
  }

  @Override
  public void changeLevel(String level) {
    own().setLevel(Level.toLevel(level.toUpperCase(Locale.ROOT)));
  }

  private static Logger own() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      return context.getLogger("dev.quiver");
    }
    throw new QuiverException(
        ErrorCode.NOT_IMPLEMENTED, "another logger than this server's is in charge");
  }
}
