package dev.quiver.engine.blob;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What is put into a blob: bytes that can be read from their beginning, more than once if need be.
 */
public interface BlobContent {
  /** How many bytes there are. */
  long size();

  /** Opens them; the caller closes the stream. */
  InputStream open() throws IOException;

  /** Their SHA-256 in lower-case hexadecimal when it is known; the store checks it then. */
  @Nullable String sha256();

  static BlobContent of(byte[] bytes) {
    return new BlobContent() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }

      @Override
      public String sha256() {
        return Sha256.of(bytes);
      }
    };
  }
}
