package dev.quiver.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compared with Hugging Face's own tokenizers library on the same tokenizer.json. */
final class WordPieceTokenizerTest {
  private static final String ENGLISH = "all-minilm-l6-v2-q-tokenizer.json";
  private static final String CHINESE = "bge-small-zh-v1.5-q-tokenizer.json";

  /**
   * The reference's tables of character classes are Unicode 8's (crate unicode_categories). Marks,
   * format characters and punctuation of rare scripts that came later are known to Java only, so
   * for a few hundred of them the two may differ.
   */
  @ParameterizedTest
  @ValueSource(strings = {ENGLISH, CHINESE})
  void everyCodePointGivesTheReferencesTokens(String resource) throws IOException {
    WordPieceTokenizer ours = ours(resource, 512);
    List<String> different = new ArrayList<>();
    int newer = 0;
    int compared = 0;
    try (HuggingFaceTokenizer reference = reference(resource, 512)) {
      for (int c = 1; c <= Character.MAX_CODE_POINT; c++) {
        if (!Character.isDefined(c) || Character.getType(c) == Character.SURROGATE) {
          continue;
        }
        // Above the ideographs are only private use, tags and selectors: a sample is enough.
        if (c > 0x323AF && c % 97 != 0) {
          continue;
        }
        compared++;
        String text = "a" + Character.toString(c) + "b " + Character.toString(c);
        if (!Arrays.equals(ours.encode(text), reference.encode(text).getIds())) {
          if (mayBeNewerThanUnicode8(c)) {
            newer++;
          } else {
            different.add("U+%04X %s".formatted(c, Character.getName(c)));
          }
        }
      }
    }
    assertThat(different).isEmpty();
    assertThat(compared).isGreaterThan(150_000);
    assertThat(newer).isLessThan(700);
  }

  private static boolean mayBeNewerThanUnicode8(int c) {
    // The last three are older, but have changed their class since.
    return c >= 0x061D
        && (BertText.isPunctuation(c)
            || Character.getType(c) == Character.NON_SPACING_MARK
            || Character.getType(c) == Character.FORMAT
            || c == 0x166D
            || c == 0x1734
            || c == 0x1171E);
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGLISH, CHINESE})
  void randomTextsGiveTheReferencesTokens(String resource) throws IOException {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    Random random = new Random(seed);
    WordPieceTokenizer ours = ours(resource, 64);
    try (HuggingFaceTokenizer reference = reference(resource, 64)) {
      for (int i = 0; i < 20_000; i++) {
        String text = randomText(random);
        assertThat(ours.encode(text))
            .as("-Dquiver.seed=%d, text: %s", seed, text)
            .containsExactly(reference.encode(text).getIds());
      }
    }
  }

  private static String randomText(Random random) {
    String[] parts = {
      "boat",
      "Running",
      "unbelievably",
      "naïve",
      "ÉCOLE",
      "e\u0301\u0323",
      "\u0323\u0301x",
      "中文",
      "日本",
      "가나다",
      "ß",
      "İ",
      "ΟΔΟΣ",
      "😀",
      "👍🏽",
      " ",
      "  ",
      "\t",
      "\n",
      "\u3000",
      "\u200d",
      ",",
      "...",
      "#",
      "##ing",
      "$",
      "€",
      "[SEP]",
      "[MASK]",
      "[CLS",
      "[",
      "]",
      "[unk]",
      "[UNK]",
      "3.14",
      "x".repeat(101),
      "é".repeat(100),
      "o\u0302".repeat(60),
      "\u00ad",
      "\u0f0b",
      "क्षि",
      "สวัสดี",
      "«q»",
      "‘’",
      "A_b-c",
      "\ue000"
    };
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n >= 0; n--) {
      text.append(parts[random.nextInt(parts.length)]);
      if (random.nextInt(3) == 0) {
        text.append(' ');
      }
    }
    return text.toString();
  }

  @Test
  void aTextOfNothingIsTheTwoMarks() throws IOException {
    WordPieceTokenizer ours = ours(ENGLISH, 128);
    assertThat(ours.encode("")).containsExactly(101, 102);
    assertThat(ours.encode(" \n\u200b ")).containsExactly(101, 102);
  }

  @Test
  void aLongTextEndsAtTheLimitWithTheEndMark() throws IOException {
    long[] ids = ours(ENGLISH, 128).encode("boat ".repeat(5_000));
    assertThat(ids).hasSize(128).startsWith(101, 4049).endsWith(4049, 102);
  }

  @Test
  void loneSurrogatesAreDropped() throws IOException {
    WordPieceTokenizer ours = ours(ENGLISH, 128);
    assertThat(ours.encode("bo\ud83dat\ude00 \ud83d")).containsExactly(ours.encode("boat"));
  }

  @Test
  void aFileOfAnotherKindOfTokeniserIsRefusedByName() {
    String file = "{\"normalizer\": {\"type\": \"NFC\"}, \"model\": {\"type\": \"BPE\"}}";
    assertThatThrownBy(
            () ->
                TokenizerFile.read(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(IOException.class)
        .hasMessage("tokenizer.json: type: NFC (expected: BertNormalizer)");
  }

  private static WordPieceTokenizer ours(String resource, int maxTokens) throws IOException {
    try (InputStream in = open(resource)) {
      return new WordPieceTokenizer(TokenizerFile.read(in), maxTokens);
    }
  }

  private static HuggingFaceTokenizer reference(String resource, int maxTokens) throws IOException {
    try (InputStream in = open(resource)) {
      return HuggingFaceTokenizer.newInstance(
          in, Map.of("padding", "false", "maxLength", Integer.toString(maxTokens)));
    }
  }

  private static InputStream open(String resource) {
    return WordPieceTokenizerTest.class.getClassLoader().getResourceAsStream(resource);
  }
}
