package dev.quiver.engine;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.AtomicFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small JSON files that are always whole and know when they are not: replaced atomically, with a
 * checksum as the last member and a copy beside them.
 *
 * <pre>
 * NAME          {"format": 2, ..., "crc32c": "0123abcd"}
 * NAME.copy     the same; read when NAME is damaged, which is then mended
 * </pre>
 *
 * <p>The checksum is the CRC-32C of all bytes before {@code ,"crc32c"}, in 8 hexadecimal digits.
 * Files of format 1, of older versions, have none; they get one when they are next written.
 * Stateless.
 */
final class Documents {
  static final int FORMAT = 2;

  /** How their names end. */
  static final String SUFFIX = ".json";

  private static final Logger LOG = LoggerFactory.getLogger(Documents.class);
  private static final int FORMAT_WITHOUT_CHECKSUM = 1;
  private static final String COPY_SUFFIX = ".copy";
  private static final byte[] CHECKSUM_KEY = ",\"crc32c\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHECKSUM_END = "\"}".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECKSUM_DIGITS = 8;
  private static final int TAIL_BYTES = CHECKSUM_KEY.length + CHECKSUM_DIGITS + CHECKSUM_END.length;

  private Documents() {}

  /** A document with nothing but its format. */
  static ObjectNode create() {
    return Payload.JSON.createObjectNode().put("format", FORMAT);
  }

  /** Replaces a document; durable on return. Its first member should be {@code format}. */
  static void write(FileOps files, Path file, ObjectNode document) throws IOException {
    stage(files, file, document).publish();
  }

  /**
   * Writes what is to replace a document and its copy beside them, and changes nothing yet: a disk
   * that has no space says so before the first of the two is another.
   */
  static Staged stage(FileOps files, Path file, ObjectNode document) throws IOException {
    byte[] bytes = bytes(document);
    Path copy = copyOf(file);
    Path folder = Objects.requireNonNull(file.getParent(), "no parent folder");
    // The document is whole at any time: what a loss of power leaves of the copy may be torn.
    Path stagedCopy = AtomicFiles.stage(files, copy, bytes, false);
    Path staged = AtomicFiles.stage(files, file, bytes, true);
    return () -> {
      files.rename(staged, file);
      files.rename(stagedCopy, copy);
      files.syncDirectory(folder);
    };
  }

  /** A document that is written and not yet in its place. */
  interface Staged {
    /**
     * Puts it there, durably.
     *
     * @throws IOException it may be there or not, after a crash too
     */
    void publish() throws IOException;
  }

  private static byte[] bytes(ObjectNode document) throws IOException {
    byte[] plain = Payload.JSON.writeValueAsBytes(document);
    byte[] bytes = Arrays.copyOf(plain, plain.length - 1 + TAIL_BYTES);
    int at = plain.length - 1;
    byte[] digits = digits(bytes, at);
    System.arraycopy(CHECKSUM_KEY, 0, bytes, at, CHECKSUM_KEY.length);
    System.arraycopy(digits, 0, bytes, at + CHECKSUM_KEY.length, CHECKSUM_DIGITS);
    System.arraycopy(
        CHECKSUM_END, 0, bytes, bytes.length - CHECKSUM_END.length, CHECKSUM_END.length);
    return bytes;
  }

  private static byte[] digits(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads a document, from its copy when it is damaged itself, and mends it then.
   *
   * @throws QuiverException {@link ErrorCode#CORRUPT}
   */
  static ObjectNode read(FileOps files, Path file) throws IOException {
    try {
      return parse(file, AtomicFiles.read(files, file));
    } catch (QuiverException damage) {
      Path copy = copyOf(file);
      if (!files.exists(copy)) {
        throw damage;
      }
      try {
        byte[] bytes = AtomicFiles.read(files, copy);
        ObjectNode document = parse(copy, bytes);
        LOG.warn("{}; it is mended from its copy", damage.getMessage());
        AtomicFiles.write(files, file, bytes);
        return document;
      } catch (QuiverException alsoDamaged) {
        damage.addSuppressed(alsoDamaged);
        throw damage;
      }
    }
  }

  /** Reads a document, or its copy when it is damaged, and mends nothing. */
  static ObjectNode peek(FileOps files, Path file) throws IOException {
    try {
      return parse(file, AtomicFiles.read(files, file));
    } catch (QuiverException damage) {
      Path copy = copyOf(file);
      if (!files.exists(copy)) {
        throw damage;
      }
      return parse(copy, AtomicFiles.read(files, copy));
    }
  }

  /**
   * Checks a document and its copy.
   *
   * @throws QuiverException {@link ErrorCode#CORRUPT}
   */
  static void verify(FileOps files, Path file) throws IOException {
    parse(file, AtomicFiles.read(files, file));
    Path copy = copyOf(file);
    if (files.exists(copy)) {
      parse(copy, AtomicFiles.read(files, copy));
    }
  }

  /** Writes a document or its copy again, whichever is damaged, from the other. */
  static void mend(FileOps files, Path file) throws IOException {
    read(files, file);
    byte[] bytes = AtomicFiles.read(files, file);
    AtomicFiles.write(files, copyOf(file), bytes);
  }

  /** Deletes a document and its copy; the caller makes it durable. */
  static void delete(FileOps files, Path file) throws IOException {
    files.delete(file);
    files.delete(copyOf(file));
  }

  static Path copyOf(Path file) {
    return file.resolveSibling(file.getFileName() + COPY_SUFFIX);
  }

  private static ObjectNode parse(Path file, byte[] bytes) {
    boolean hasChecksum = hasChecksum(bytes);
    if (hasChecksum) {
      int length = bytes.length - TAIL_BYTES;
      byte[] expected = digits(bytes, length);
      int at = length + CHECKSUM_KEY.length;
      if (!Arrays.equals(bytes, at, at + CHECKSUM_DIGITS, expected, 0, CHECKSUM_DIGITS)) {
        throw damaged(file, "its checksum does not fit its " + bytes.length + " bytes");
      }
    }
    JsonNode document;
    try {
      document = Payload.JSON.readTree(bytes);
    } catch (JacksonException e) {
      throw damaged(file, "it is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw damaged(file, "it is not JSON: " + e.getMessage());
    }
    if (!(document instanceof ObjectNode object)) {
      throw damaged(file, "it is no JSON object");
    }
    int format = object.path("format").asInt();
    if (hasChecksum ? format != FORMAT : format != FORMAT_WITHOUT_CHECKSUM) {
      String what =
          "format "
              + object.path("format")
              + (hasChecksum ? "" : " without a checksum")
              + " (expected: "
              + FORMAT
              + " with one, or "
              + FORMAT_WITHOUT_CHECKSUM
              + ")";
      throw damaged(
          file, format > FORMAT ? what + "; a newer Quiver wrote it, use that one" : what);
    }
    object.remove("crc32c");
    return object;
  }

  private static boolean hasChecksum(byte[] bytes) {
    int at = bytes.length - TAIL_BYTES;
    return at > 0
        && Arrays.equals(bytes, at, at + CHECKSUM_KEY.length, CHECKSUM_KEY, 0, CHECKSUM_KEY.length)
        && Arrays.equals(
            bytes,
            bytes.length - CHECKSUM_END.length,
            bytes.length,
            CHECKSUM_END,
            0,
            CHECKSUM_END.length);
  }

  private static QuiverException damaged(Path file, String what) {
    return new QuiverException(
        ErrorCode.CORRUPT, file + " is damaged: " + what + "; restore it from a backup");
  }
}
