package dev.quiver.embed;

import java.text.Normalizer;

/**
 * BERT's character rules, as Hugging Face's {@code BertNormalizer} and {@code BertPreTokenizer}
 * have them: clean, set Chinese characters apart, strip accents and lower case; then what splits
 * words.
 */
final class BertText {
  private BertText() {}

  /**
   * Cleans {@code text[from, to)}: drops control characters, lone surrogates and U+FFFD, turns
   * every white space into a blank, puts blanks around Chinese characters; if {@code lowercase},
   * also strips accents and lower-cases.
   */
  static String normalize(CharSequence text, int from, int to, boolean lowercase) {
    StringBuilder cleaned = new StringBuilder(to - from + 16);
    boolean ascii = true;
    for (int i = from; i < to; ) {
      int c = codePointAt(text, i, to);
      i += Character.charCount(c);
      if (isWhitespace(c)) {
        cleaned.append(' ');
      } else if (!isDropped(c)) {
        ascii &= c < 0x80;
        if (isChinese(c)) {
          cleaned.append(' ').appendCodePoint(c).append(' ');
        } else {
          cleaned.appendCodePoint(lowercase && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        }
      }
    }
    return ascii || !lowercase ? cleaned.toString() : stripAccentsAndLowerCase(cleaned);
  }

  private static String stripAccentsAndLowerCase(CharSequence cleaned) {
    String decomposed = Normalizer.normalize(cleaned, Normalizer.Form.NFD);
    StringBuilder lower = new StringBuilder(decomposed.length());
    for (int i = 0; i < decomposed.length(); ) {
      int c = decomposed.codePointAt(i);
      i += Character.charCount(c);
      if (Character.getType(c) != Character.NON_SPACING_MARK) {
        lower.appendCodePoint(Character.toLowerCase(c));
      }
    }
    return lower.toString();
  }

  /**
   * Blank, tab, line ends and Unicode's separators; vertical tab, form feed and NEL are controls.
   */
  static boolean isWhitespace(int c) {
    return c < 0x80 ? c == ' ' || c == '\t' || c == '\n' || c == '\r' : Character.isSpaceChar(c);
  }

  private static boolean isDropped(int c) {
    if (c < 0x80) {
      return c < ' ' || c == 0x7F;
    }
    if (c == 0xFFFD) {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> false;
    };
  }

  /** The reference's list of blocks, its odd start at U+2B920 included: the models saw it so. */
  private static boolean isChinese(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B73F)
        || (c >= 0x2B740 && c <= 0x2B81F)
        || (c >= 0x2B920 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }

  /** Whether the character is a word of its own: punctuation, or an ASCII symbol. */
  static boolean isPunctuation(int c) {
    if (c < 0x80) {
      return (c >= '!' && c <= '/')
          || (c >= ':' && c <= '@')
          || (c >= '[' && c <= '`')
          || (c >= '{' && c <= '~');
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  private static int codePointAt(CharSequence text, int index, int to) {
    char high = text.charAt(index);
    if (Character.isHighSurrogate(high) && index + 1 < to) {
      char low = text.charAt(index + 1);
      if (Character.isLowSurrogate(low)) {
        return Character.toCodePoint(high, low);
      }
    }
    return high;
  }
}
