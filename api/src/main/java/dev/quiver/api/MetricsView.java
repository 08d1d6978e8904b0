package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How metrics and telemetry are to be shown.
 *
 * @param perCollection calls by the collection that they were about, instead of all together
 * @param anonymize names of collections and vectors, which are their owners' data, as {@link
 *     #hidden} texts; and nothing per collection
 * @param exists whether a collection is still there
 */
record MetricsView(boolean perCollection, boolean anonymize, Predicate<String> exists) {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int HIDDEN_BYTES = 8;
  private static final SecretKeySpec KEY = new SecretKeySpec(randomBytes(), ALGORITHM);

  static final MetricsView PLAIN = new MetricsView(false, false, _ -> true);

  private static byte[] randomBytes() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /** The name itself, or what stands for it. */
  String name(String name) {
    return anonymize ? hidden(name) : name;
  }

  /**
   * A text that stands for a name as long as this process lives: 16 hexadecimal digits that nobody
   * can find the name from, not even by trying names.
   */
  static String hidden(String name) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(KEY);
      return HexFormat.of().formatHex(mac.doFinal(name.getBytes(UTF_8)), 0, HIDDEN_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
    }
  }
}
