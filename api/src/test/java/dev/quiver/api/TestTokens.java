package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens as a program that uses the server would. */
final class TestTokens {
  static final String HEADER = "{'alg':'HS256','typ':'JWT'}";

  private TestTokens() {}

  /**
   * @param claims JSON with single quotes for double ones
   */
  static String signed(String key, String claims) {
    return signed(key, HEADER, claims);
  }

  static String signed(String key, String header, String claims) {
    String text = part(header) + "." + part(claims);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
      return text + "." + base64(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String part(String json) {
    return base64(RestFixture.json(json).getBytes(UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
