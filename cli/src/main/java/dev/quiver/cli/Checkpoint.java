package dev.quiver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Where an interrupted import goes on: every row before the position has been taken by the server.
 * A file, replaced as a whole, so a kill at any moment leaves the old or the new one. Rows behind
 * the position may have been taken too; they are sent again under the same ids, which changes
 * nothing.
 */
final class Checkpoint {
  private static final int FORMAT = 1;

  /**
   * @param source index of the input
   * @param row rows of that input that are done
   * @param rowsBefore rows of all inputs before it
   */
  record Position(int source, long row, long rowsBefore) {
    static final Position START = new Position(0, 0, 0);

    /** Rows that are done, of all inputs. */
    long rowsDone() {
      return rowsBefore + row;
    }
  }

  private final Path file;
  private final String fingerprint;

  /**
   * @param fingerprint of everything that the position depends on: inputs, their sizes and times,
   *     mapping, target
   */
  Checkpoint(Path file, String fingerprint) {
    this.file = file;
    this.fingerprint = fingerprint;
  }

  /** In the user's cache folder, by the fingerprint of what is imported where. */
  static Path defaultFile(Map<String, String> environment, String identity) {
    return StateFile.of(environment, "imports", identity);
  }

  /** 128 bits of SHA-256 in hexadecimal. */
  static String digest(String text) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  Path file() {
    return file;
  }

  /** The start when there is no checkpoint, or one of other inputs. */
  Position read() throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException _) {
      return Position.START;
    }
    JsonNode json = Json.parse(text, "checkpoint " + file);
    boolean mine =
        json.path("format").asInt() == FORMAT
            && json.path("fingerprint").asText().equals(fingerprint);
    return mine
        ? new Position(
            json.path("source").asInt(),
            json.path("row").asLong(),
            json.path("rows_before").asLong())
        : Position.START;
  }

  void write(Position position) throws IOException {
    ObjectNode json = Json.object();
    json.put("format", FORMAT);
    json.put("fingerprint", fingerprint);
    json.put("source", position.source());
    json.put("row", position.row());
    json.put("rows_before", position.rowsBefore());
    StateFile.replace(file, json.toString());
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
