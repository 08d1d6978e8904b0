package dev.quiver.engine.filter;

import java.util.ArrayList;
import java.util.List;

/** Character classes as Unicode defines them, where Java's own predicates differ. */
final class Unicode {
  private Unicode() {}

  /** Alphabetic, or a number of any kind (Nd, Nl, No). */
  static boolean isAlphanumeric(int codePoint) {
    if (Character.isAlphabetic(codePoint)) {
      return true;
    }
    int type = Character.getType(codePoint);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  /** The property White_Space. */
  static boolean isWhitespace(int codePoint) {
    return (codePoint >= 9 && codePoint <= 13)
        || codePoint == 0x85
        || Character.isSpaceChar(codePoint);
  }

  /** The runs of code points for which {@code inside} holds. */
  static List<String> runs(String text, java.util.function.IntPredicate inside) {
    List<String> runs = new ArrayList<>();
    int start = -1;
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (inside.test(codePoint)) {
        start = start < 0 ? at : start;
      } else if (start >= 0) {
        runs.add(text.substring(start, at));
        start = -1;
      }
      at += Character.charCount(codePoint);
    }
    if (start >= 0) {
      runs.add(text.substring(start));
    }
    return runs;
  }

  /** Whether the text has no half of a surrogate pair, so that UTF-8 can carry it. */
  static boolean isWellFormed(String text) {
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return false;
      }
      at += Character.charCount(codePoint);
    }
    return true;
  }
}
