package dev.quiver.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** What this build is. */
public final class Version {
  /** Quiver's own version, as the build names it. */
  public static final String QUIVER = read();

  /** The version of Qdrant's API that is spoken. */
  public static final String API = "1.19.0";

  private Version() {}

  private static String read() {
    Properties properties = new Properties();
    try (InputStream in =
        Objects.requireNonNull(
            Version.class.getResourceAsStream("version.properties"), "version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
