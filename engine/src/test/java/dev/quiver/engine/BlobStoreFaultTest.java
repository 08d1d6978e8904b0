package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.blob.BlobContent;
import dev.quiver.engine.blob.BlobDocument;
import dev.quiver.engine.blob.BlobInfo;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever operation of the disk fails, blobs and documents are whole or not there. */
class BlobStoreFaultTest {
  private static final byte[] CONTENT = "x".repeat(700_000).getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void aBlobIsWholeOrNotThereAndTheNextPutSucceeds() throws IOException {
    int failures = 0;
    for (boolean allAfter : List.of(false, true)) {
      for (int failAt = 0; failAt < 16; failAt++) {
        FailingDisk disk = new FailingDisk();
        Path path = folder.resolve(allAfter + "-" + failAt);
        try (BlobStore store = DirectoryBlobStore.open(path, disk)) {
          disk.failAt(failAt, allAfter);
          try {
            store.putIfAbsent("a/b", BlobContent.of(CONTENT));
          } catch (IOException e) {
            failures++;
          }
          disk.heal();
          for (BlobInfo info : store.list("")) {
            assertThat(info).isEqualTo(new BlobInfo("a/b", CONTENT.length));
          }
          store.putIfAbsent("a/b", BlobContent.of(CONTENT));
          try (InputStream in = store.read("a/b")) {
            assertThat(in.readAllBytes()).isEqualTo(CONTENT);
          }
          store.removeLeftovers(Instant.now().plusSeconds(60));
          assertThat(disk.list(path.resolve("tmp"))).isEmpty();
        }
      }
    }
    assertThat(failures).isGreaterThan(10);
  }

  @Test
  void aDocumentIsTheOldOneOrTheNewOne() throws IOException {
    FailingDisk disk = new FailingDisk();
    int failures = 0;
    try (BlobStore store = DirectoryBlobStore.open(folder, disk)) {
      String version = store.replace("d", null, new byte[] {0});
      for (int failAt = 0; failAt < 10; failAt++) {
        byte[] next = {(byte) (failAt + 1)};
        BlobDocument before = Objects.requireNonNull(store.document("d"));
        disk.failAt(failAt, false);
        try {
          version = store.replace("d", version, next);
        } catch (IOException e) {
          failures++;
        }
        disk.heal();
        BlobDocument after = Objects.requireNonNull(store.document("d"));
        assertThat(after.content()).isIn(before.content(), next);
        version = after.version();
      }
    }
    assertThat(failures).isGreaterThan(3);
  }
}
