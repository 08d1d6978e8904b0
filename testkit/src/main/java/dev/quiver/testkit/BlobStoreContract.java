package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.QuiverException;
import dev.quiver.engine.blob.BlobContent;
import dev.quiver.engine.blob.BlobDocument;
import dev.quiver.engine.blob.BlobInfo;
import dev.quiver.engine.blob.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link BlobStore} promises. A form of it extends this class, opens itself in {@link
 * #open}, and inherits the tests.
 */
public abstract class BlobStoreContract {
  private BlobStore store;

  /** Opens the same store each time within one test, and an empty one in the next test. */
  protected abstract BlobStore open() throws IOException;

  @BeforeEach
  void openStore() throws IOException {
    store = open();
  }

  @AfterEach
  void closeStore() throws IOException {
    store.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] read(String key) throws IOException {
    try (InputStream in = store.read(key)) {
      return in.readAllBytes();
    }
  }

  private List<String> keys(String prefix) throws IOException {
    return store.list(prefix).stream().map(BlobInfo::key).toList();
  }

  /** Content that claims a hash, a size, or breaks off. */
  private record Claim(byte[] content, long size, @Nullable String sha256, boolean breaksOff)
      implements BlobContent {
    @Override
    public InputStream open() {
      return new ByteArrayInputStream(content) {
        @Override
        public synchronized int read(byte[] target, int offset, int length) {
          int count = super.read(target, offset, Math.min(length, 1000));
          if (count < 0 && breaksOff) {
            throw new java.io.UncheckedIOException(new IOException("injected: the source ended"));
          }
          return count;
        }
      };
    }
  }

  @Test
  void whatWasPutIsThereAlsoForOthersAndAfterReopening() throws IOException {
    byte[] content = new byte[1_000_003];
    new Random(1).nextBytes(content);

    assertThat(store.putIfAbsent("a/b-1/c.D_2", BlobContent.of(content))).isTrue();
    assertThat(store.putIfAbsent("empty", BlobContent.of(new byte[0]))).isTrue();

    store.close();
    store = open();
    assertThat(read("a/b-1/c.D_2")).isEqualTo(content);
    assertThat(store.size("a/b-1/c.D_2")).isEqualTo(content.length);
    assertThat(read("empty")).isEmpty();
    assertThat(store.size("empty")).isZero();
    assertThat(store.size("other")).isEqualTo(-1);
    assertThatThrownBy(() -> read("other")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aBlobNeverChanges() throws IOException {
    store.putIfAbsent("k", BlobContent.of(bytes("first")));

    assertThat(store.putIfAbsent("k", BlobContent.of(bytes("second")))).isFalse();

    assertThat(read("k")).isEqualTo(bytes("first"));
  }

  @Test
  void rangesAreWhatTheySay() throws IOException {
    byte[] content = new byte[10_000];
    new Random(2).nextBytes(content);
    store.putIfAbsent("k", BlobContent.of(content));
    int[][] ranges = {
      {0, 1}, {0, 10_000}, {9_999, 1}, {9_999, 5}, {10_000, 1}, {4_000, 0}, {17, 4096}
    };
    for (int[] range : ranges) {
      try (InputStream in = store.read("k", range[0], range[1])) {
        assertThat(in.readAllBytes())
            .as(Arrays.toString(range))
            .isEqualTo(
                Arrays.copyOfRange(content, range[0], Math.min(10_000, range[0] + range[1])));
      }
    }
  }

  @Test
  void aPutThatFailsLeavesNothingUnderItsKey() throws IOException {
    byte[] content = bytes("x".repeat(5000));
    String wrong = "0".repeat(64);

    assertThatThrownBy(() -> store.putIfAbsent("k/wrong", new Claim(content, 5000, wrong, false)))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("Checksum mismatch")
        .hasMessageContaining(wrong);
    assertThatThrownBy(() -> store.putIfAbsent("k/short", new Claim(content, 6000, null, false)))
        .isInstanceOf(QuiverException.class);
    assertThatThrownBy(() -> store.putIfAbsent("k/long", new Claim(content, 4000, null, false)))
        .isInstanceOf(QuiverException.class);
    assertThatThrownBy(() -> store.putIfAbsent("k/torn", new Claim(content, 6000, null, true)))
        .hasStackTraceContaining("injected");

    assertThat(keys("")).isEmpty();
    store.removeLeftovers(Instant.now().plusSeconds(60));
    assertThat(store.putIfAbsent("k/wrong", BlobContent.of(content))).isTrue();
    assertThat(read("k/wrong")).isEqualTo(content);
  }

  @Test
  void listIsByPrefixAndInOrder() throws IOException {
    for (String key : List.of("b", "a/2", "a/10", "a/1/x", "ab/1", "a-b", "c/d/e/f")) {
      store.putIfAbsent(key, BlobContent.of(bytes(key)));
    }

    assertThat(keys("")).containsExactly("a-b", "a/1/x", "a/10", "a/2", "ab/1", "b", "c/d/e/f");
    assertThat(keys("a/")).containsExactly("a/1/x", "a/10", "a/2");
    assertThat(keys("a/1")).containsExactly("a/1/x", "a/10");
    assertThat(keys("a")).containsExactly("a-b", "a/1/x", "a/10", "a/2", "ab/1");
    assertThat(keys("c/d/")).containsExactly("c/d/e/f");
    assertThat(keys("nothing/")).isEmpty();
    assertThat(store.list("a/1/")).containsExactly(new BlobInfo("a/1/x", 5));
  }

  @Test
  void whatWasDeletedIsGoneAndMayBePutAgain() throws IOException {
    store.putIfAbsent("a/1", BlobContent.of(bytes("1")));
    store.putIfAbsent("a/2", BlobContent.of(bytes("2")));

    store.delete(List.of("a/1", "never/there"));

    assertThat(keys("")).containsExactly("a/2");
    assertThat(store.size("a/1")).isEqualTo(-1);
    assertThat(store.putIfAbsent("a/1", BlobContent.of(bytes("new")))).isTrue();
    assertThat(read("a/1")).isEqualTo(bytes("new"));
  }

  @Test
  void keysThatAreNoneAreRefused() {
    for (String key :
        List.of("", "/a", "a/", "a//b", "..", "a/../b", ".hidden", "ü", "a b", "x".repeat(513))) {
      assertThatThrownBy(() -> store.putIfAbsent(key, BlobContent.of(new byte[0])))
          .as(key)
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("blob key");
    }
  }

  @Test
  void aDocumentIsReplacedByWhoKnowsItsVersion() throws IOException {
    assertThat(store.document("d")).isNull();
    assertThat(store.replace("d", "1", bytes("x"))).isNull();
    String first = store.replace("d", null, bytes("one"));
    assertThat(first).isNotNull();
    assertThat(store.replace("d", null, bytes("x"))).isNull();
    String second = store.replace("d", first, bytes("two\nlines"));
    assertThat(second).isNotNull().isNotEqualTo(first);
    assertThat(store.replace("d", first, bytes("x"))).isNull();
    String third = store.replace("d", second, bytes("one"));
    assertThat(third).isNotIn(first, second);

    store.close();
    store = open();
    BlobDocument now = Objects.requireNonNull(store.document("d"));
    assertThat(now.version()).isEqualTo(third);
    assertThat(now.content()).isEqualTo(bytes("one"));
    assertThat(keys("")).as("documents are no blobs").isEmpty();
  }

  @Test
  void ofManyWhoReplaceADocumentAtOnceOneSucceedsEachTime() throws Exception {
    int threads = 8;
    int rounds = 20;
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      tasks.add(
          () -> {
            int won = 0;
            try (BlobStore mine = open()) {
              while (won < rounds) {
                BlobDocument before = mine.document("counter");
                int count =
                    before == null
                        ? 0
                        : Integer.parseInt(new String(before.content(), StandardCharsets.UTF_8));
                String version = before == null ? null : before.version();
                if (mine.replace("counter", version, bytes(Integer.toString(count + 1))) != null) {
                  won++;
                }
              }
            }
            return won;
          });
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (Future<Integer> done : pool.invokeAll(tasks)) {
        assertThat(done.get()).isEqualTo(rounds);
      }
    }

    assertThat(Objects.requireNonNull(store.document("counter")).content())
        .isEqualTo(bytes(Integer.toString(threads * rounds)));
  }

  @Test
  void ofManyWhoPutTheSameBlobAtOnceOneDoes() throws Exception {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      byte[] mine = bytes("content of " + t + " ".repeat(100_000));
      tasks.add(
          () -> {
            try (BlobStore opened = open()) {
              return opened.putIfAbsent("k", BlobContent.of(mine));
            }
          });
    }
    int winner = -1;
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> done = pool.invokeAll(tasks);
      for (int t = 0; t < done.size(); t++) {
        if (done.get(t).get()) {
          assertThat(winner).isEqualTo(-1);
          winner = t;
        }
      }
    }
    assertThat(new String(read("k"), StandardCharsets.UTF_8)).startsWith("content of " + winner);
  }
}
