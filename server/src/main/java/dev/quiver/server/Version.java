package dev.quiver.server;

import dev.quiver.api.VersionInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** What this build is. */
public final class Version {
  private static final Properties PROPERTIES = read();

  /** Quiver's own version, as the build names it. */
  public static final String QUIVER = PROPERTIES.getProperty("version");

  /** The commit that was built: 40 hexadecimal digits, all zero when the build was not told. */
  public static final String COMMIT = PROPERTIES.getProperty("commit");

  /** The version of Qdrant's API that is spoken. */
  public static final String API = VersionInfo.QDRANT_API_VERSION;

  private Version() {}

  private static Properties read() {
    Properties properties = new Properties();
    try (InputStream in =
        Objects.requireNonNull(
            Version.class.getResourceAsStream("version.properties"), "version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
