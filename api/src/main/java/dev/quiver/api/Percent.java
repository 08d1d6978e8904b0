package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Percent encoding of a segment of a path (RFC 3986, unreserved characters stay). */
final class Percent {
  private static final String HEX = "0123456789ABCDEF";

  private Percent() {}

  static String encoded(String segment) {
    StringBuilder out = new StringBuilder(segment.length());
    for (byte b : segment.getBytes(UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    return out.toString();
  }
}
