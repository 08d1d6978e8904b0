package dev.quiver.engine.filter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;

/**
 * The payload index's Lucene fields and the terms in them. However many paths payloads have, these
 * are all the fields.
 *
 * <p>A term of {@link #EXACT} is location, {@code 00}, tag, value. A value (a node that is no
 * array) has its terms at its own location; if it is an array's element, also at the array's, since
 * a condition on the array is one on its elements.
 */
final class Terms {
  /** Terms: kinds of nodes, strings, integers, booleans, lengths of arrays. */
  static final String EXACT = "p:exact";

  /** Points of 16 bytes: location's hash, 64-bit integer. */
  static final String INTEGERS = "p:integers";

  /** Points of 16 bytes: location's hash, number that is no 64-bit integer, as sortable double. */
  static final String FLOATS = "p:floats";

  /** Points of 16 bytes: location's hash, microseconds of a string that is a date. */
  static final String TIMES = "p:times";

  /** Points of three times 8 bytes: location's hash, latitude, longitude as sortable doubles. */
  static final String PLACES = "p:places";

  /** Terms: location, 00, the text index's fingerprint, token. */
  static final String TOKENS = "p:tokens";

  /** The same with positions, for indexes with phrases. */
  static final String PHRASES = "p:phrases";

  /** Longest string that is a term as a whole, in UTF-8. */
  static final int MAX_STRING = 255;

  /** What a long string's term keeps of its beginning. */
  static final int LONG_HEAD = 64;

  static final byte STRING = 's';
  static final byte LONG_STRING = 'l';
  static final byte INTEGER = 'i';
  static final byte BOOLEAN = 'b';
  static final byte LENGTH = 'c';

  /** Marks a document whose texts at the location are in {@link #TOKENS} by that analysis. */
  static final byte TOKENISED = 't';

  private static final byte KIND = 'k';
  private static final int DIGEST_LENGTH = 16;

  /** What a node is, as far as emptiness and nulls go. */
  enum Kind {
    /** A scalar or an object. */
    VALUE('v'),
    NULL('n'),
    EMPTY_ARRAY('e'),
    /** An array without nulls. */
    FULL_ARRAY('f'),
    /** An array with nulls and others. */
    MIXED_ARRAY('m'),
    /** An array of nulls. */
    NULL_ARRAY('a');

    private final byte code;

    Kind(char code) {
      this.code = (byte) code;
    }
  }

  private Terms() {}

  static BytesRef kind(Location at, Kind kind) {
    return term(at, KIND, new byte[] {kind.code});
  }

  static BytesRef string(Location at, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    if (utf8.length <= MAX_STRING) {
      return term(at, STRING, utf8);
    }
    byte[] digest = Location.sha256(utf8);
    byte[] shortened = Arrays.copyOf(utf8, LONG_HEAD + DIGEST_LENGTH);
    System.arraycopy(digest, 0, shortened, LONG_HEAD, DIGEST_LENGTH);
    return term(at, LONG_STRING, shortened);
  }

  static BytesRef integer(Location at, long value) {
    byte[] bytes = new byte[Long.BYTES];
    NumericUtils.longToSortableBytes(value, bytes, 0);
    return term(at, INTEGER, bytes);
  }

  static BytesRef bool(Location at, boolean value) {
    return term(at, BOOLEAN, new byte[] {(byte) (value ? 1 : 0)});
  }

  static BytesRef length(Location at, int elements) {
    byte[] bytes = new byte[Integer.BYTES];
    NumericUtils.intToSortableBytes(elements, bytes, 0);
    return term(at, LENGTH, bytes);
  }

  static BytesRef tokenised(Location at, TextAnalysis analysis) {
    return term(at, TOKENISED, fingerprint(analysis));
  }

  static BytesRef token(Location at, TextAnalysis analysis, String token) {
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > MAX_STRING) {
      byte[] digest = new byte[1 + DIGEST_LENGTH];
      digest[0] = (byte) 0xFF;
      System.arraycopy(Location.sha256(utf8), 0, digest, 1, DIGEST_LENGTH);
      utf8 = digest;
    }
    byte[] value = Arrays.copyOf(fingerprint(analysis), Long.BYTES + utf8.length);
    System.arraycopy(utf8, 0, value, Long.BYTES, utf8.length);
    return term(at, TOKENISED, value);
  }

  /** The beginning of all terms of a tag at a location, and of none other. */
  static BytesRef prefix(Location at, byte tag) {
    return term(at, tag, new byte[0]);
  }

  static BytesRef term(Location at, byte tag, byte[] value) {
    byte[] bytes = Arrays.copyOf(at.bytes, at.bytes.length + 2 + value.length);
    bytes[at.bytes.length + 1] = tag;
    System.arraycopy(value, 0, bytes, at.bytes.length + 2, value.length);
    return new BytesRef(bytes);
  }

  /** As numbers are ordered, with one zero. */
  static long sortable(double value) {
    return NumericUtils.doubleToSortableLong(value + 0.0);
  }

  private static byte[] fingerprint(TextAnalysis analysis) {
    byte[] bytes = new byte[Long.BYTES];
    NumericUtils.longToSortableBytes(analysis.fingerprint(), bytes, 0);
    return bytes;
  }
}
