package dev.quiver.api;

import java.util.regex.Pattern;

/**
 * What the server calls itself. Qdrant's clients compare the version with their own and warn when
 * they differ by more than one minor version, so it is the version of Qdrant whose API is spoken.
 *
 * @param title Qdrant's, word for word
 * @param version of the Qdrant API, as {@code 1.19.0}
 * @param commit 40 hexadecimal digits
 */
public record VersionInfo(String title, String version, String commit) {
  public static final String TITLE = "qdrant - vector search engine";
  public static final String QDRANT_API_VERSION = "1.19.0";

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  public VersionInfo {
    if (!COMMIT.matcher(commit).matches()) {
      throw new IllegalArgumentException(
          "commit: " + commit + " (expected: 40 lower-case hexadecimal digits)");
    }
  }

  public static VersionInfo ofCommit(String commit) {
    return new VersionInfo(TITLE, QDRANT_API_VERSION, commit);
  }
}
