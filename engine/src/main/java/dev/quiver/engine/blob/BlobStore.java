package dev.quiver.engine.blob;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Named bytes that are written once and read often, in a directory or in an object store.
 *
 * <p>There are two kinds of objects, with keys of their own. A <b>blob</b> is put once and never
 * changes. A <b>document</b> is small (up to {@link #MAX_DOCUMENT_BYTES}) and is replaced as a
 * whole, by whoever names the version that is there: of several who try at once, one succeeds.
 *
 * <p>Guarantees, proven by {@code BlobStoreContract} in testkit, which every form passes:
 *
 * <ul>
 *   <li>What a method returned from is durable.
 *   <li>A blob or a version of a document is there whole or not at all, whatever fails: a process,
 *       a disk, a connection. What a failed put left behind is under no key and goes with {@link
 *       #removeLeftovers}.
 *   <li>What was put is seen by every later get, list and exists, from every process.
 *   <li>A put whose content's SHA-256 is not the one that it names stores nothing.
 *   <li>Deleting what is not there is no error.
 * </ul>
 *
 * <p>A key is 1 to 512 characters: parts of letters, digits, {@code .}, {@code _} and {@code -},
 * joined by {@code /}; no part is empty or begins with a dot. No key is another one's folder: where
 * {@code a/b} is, {@code a} is not. Thread-safe. Errors are {@link IOException} or, for a key or a
 * content that breaks the rules, {@link dev.quiver.engine.QuiverException}.
 */
public interface BlobStore extends AutoCloseable {
  int MAX_DOCUMENT_BYTES = 64 << 20;

  /**
   * Puts a blob unless there is one of this key.
   *
   * @return whether it was put; false: there was one, whose content is left as it is
   * @throws dev.quiver.engine.QuiverException {@link dev.quiver.engine.ErrorCode#CHECKSUM_MISMATCH}
   *     when the content is not what it says it is
   */
  boolean putIfAbsent(String key, BlobContent content) throws IOException;

  /** The size of a blob in bytes, or -1 when there is none. */
  long size(String key) throws IOException;

  /**
   * A part of a blob: up to {@code length} bytes from {@code from} on, fewer at its end. The caller
   * closes it.
   *
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  InputStream read(String key, long from, long length) throws IOException;

  /** A whole blob; see {@link #read(String, long, long)}. */
  default InputStream read(String key) throws IOException {
    return read(key, 0, Long.MAX_VALUE);
  }

  /** The blobs whose keys begin with {@code prefix}, in the order of their keys. */
  List<BlobInfo> list(String prefix) throws IOException;

  /** Deletes blobs. When it fails, some may be gone. */
  void delete(Collection<String> keys) throws IOException;

  /** A document as it is now, or null when there is none. */
  @Nullable BlobDocument document(String key) throws IOException;

  /**
   * Replaces a document, or makes it.
   *
   * @param expectedVersion the version that is to be replaced; null: there must be none
   * @return the new version; null when another version is there, which is left as it is
   */
  @Nullable String replace(String key, @Nullable String expectedVersion, byte[] content)
      throws IOException;

  /**
   * Removes what puts that failed before {@code before} left behind.
   *
   * @return how many
   */
  int removeLeftovers(Instant before) throws IOException;

  /** Where it is, for messages: a path or an address. */
  String location();

  @Override
  void close() throws IOException;
}
