package dev.quiver.embed;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Text to BERT token ids: {@link BertText}'s rules split it into words, and each word is cut
 * greedily into the longest pieces of the vocabulary (WordPiece; Devlin et al. 2018, section 3,
 * after Wu et al. 2016, section 4.1). Gives the ids that Hugging Face's tokenizers library gives
 * for the same file; a test compares the two over all of Unicode.
 *
 * <p>It is Java because the library's binding for the JVM brings natives for fewer platforms than
 * ONNX Runtime, unpacks them into the user's home, and reports its use over the network when it
 * runs in EC2; and because 200 lines stop reading when the model's last token is filled.
 *
 * <p>Immutable, safe for any thread. Time is linear in the text, which callers bound.
 */
final class WordPieceTokenizer {
  static final String UNKNOWN = "[UNK]";

  private final Map<String, Integer> starts;
  private final Map<String, Integer> continuations;
  private final Map<String, Integer> specials;
  private final int longestPiece;
  private final int maxWordCodePoints;
  private final boolean lowercase;
  private final int startId;
  private final int endId;
  private final int unknownId;
  private final int maxTokens;

  WordPieceTokenizer(TokenizerFile.Content file, int maxTokens) throws IOException {
    String prefix = file.continuingPrefix();
    starts = HashMap.newHashMap(file.ids().size());
    continuations = new HashMap<>();
    int longest = 0;
    for (Map.Entry<String, Integer> piece : file.ids().entrySet()) {
      String text = piece.getKey();
      // A piece with the prefix can begin a word as well: the two characters are plain text there.
      starts.put(text, piece.getValue());
      longest = Math.max(longest, text.length());
      if (text.startsWith(prefix)) {
        continuations.put(text.substring(prefix.length()), piece.getValue());
      }
    }
    this.longestPiece = longest;
    this.specials = Map.copyOf(file.specials());
    this.maxWordCodePoints = file.maxWordCodePoints();
    this.lowercase = file.lowercase();
    this.startId = file.id("[CLS]");
    this.endId = file.id("[SEP]");
    this.unknownId = file.id(UNKNOWN);
    this.maxTokens = maxTokens;
  }

  /** The text's ids between the marks of start and end: 2 to {@code maxTokens} of them. */
  long[] encode(CharSequence text) {
    Ids ids = new Ids(maxTokens - 1);
    ids.add(startId);
    int from = 0;
    for (int i = 0; i < text.length() && !ids.full(); i++) {
      if (text.charAt(i) == '[') {
        Map.Entry<String, Integer> special = specialAt(text, i);
        if (special != null) {
          encodePlain(BertText.normalize(text, from, i, lowercase), ids);
          ids.add(special.getValue());
          from = i + special.getKey().length();
          i = from - 1;
        }
      }
    }
    if (!ids.full()) {
      encodePlain(BertText.normalize(text, from, text.length(), lowercase), ids);
    }
    return ids.endedBy(endId);
  }

  /**
   * Marks such as [MASK] written in the text are read as the marks themselves, as the reference
   * does.
   */
  private Map.@Nullable Entry<String, Integer> specialAt(CharSequence text, int index) {
    for (Map.Entry<String, Integer> special : specials.entrySet()) {
      int end = index + special.getKey().length();
      if (end <= text.length()
          && CharSequence.compare(special.getKey(), text.subSequence(index, end)) == 0) {
        return special;
      }
    }
    return null;
  }

  private void encodePlain(String normalized, Ids ids) {
    int wordStart = 0;
    for (int i = 0; i < normalized.length() && !ids.full(); ) {
      int c = normalized.codePointAt(i);
      int next = i + Character.charCount(c);
      boolean punctuation = BertText.isPunctuation(c);
      if (punctuation || BertText.isWhitespace(c)) {
        encodeWord(normalized, wordStart, i, ids);
        if (punctuation) {
          encodeWord(normalized, i, next, ids);
        }
        wordStart = next;
      }
      i = next;
    }
    encodeWord(normalized, wordStart, normalized.length(), ids);
  }

  private void encodeWord(String text, int from, int to, Ids ids) {
    if (from >= to || ids.full()) {
      return;
    }
    // The cheap upper bound first: counting is needed only for a word that may be too long.
    if (to - from > maxWordCodePoints && text.codePointCount(from, to) > maxWordCodePoints) {
      ids.add(unknownId);
      return;
    }
    int mark = ids.mark();
    Map<String, Integer> pieces = starts;
    for (int at = from; at < to; ) {
      int end = Math.min(to, at + longestPiece);
      Integer id = null;
      while (end > at && (id = pieces.get(text.substring(at, end))) == null) {
        end--;
      }
      if (id == null) {
        // One unknown part makes the whole word unknown.
        ids.reset(mark);
        ids.add(unknownId);
        return;
      }
      ids.add(id);
      at = end;
      pieces = continuations;
    }
  }

  /**
   * A growing array of ids with an upper limit; what is added beyond it is counted but not kept.
   */
  private static final class Ids {
    private final int limit;
    private long[] values = new long[32];
    private int size;

    Ids(int limit) {
      this.limit = limit;
    }

    void add(int id) {
      if (size < limit) {
        if (size == values.length) {
          values = Arrays.copyOf(values, 2 * size);
        }
        values[size] = id;
      }
      size++;
    }

    boolean full() {
      return size >= limit;
    }

    int mark() {
      return size;
    }

    void reset(int mark) {
      size = mark;
    }

    long[] endedBy(int endId) {
      int kept = Math.min(size, limit);
      long[] result = Arrays.copyOf(values, kept + 1);
      result[kept] = endId;
      return result;
    }
  }
}
