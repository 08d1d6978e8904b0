package dev.quiver.cli.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** JSON Lines: one object a line, UTF-8; empty lines are skipped. */
final class JsonRows implements RowReader {
  /** A line longer than this is bad: no row of vectors and payload comes near it. */
  private static final int MAX_LINE_BYTES = 64 << 20;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(MAX_LINE_BYTES).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final InputStream in;
  private final ByteArrayOutputStream lineBytes = new ByteArrayOutputStream(1 << 12);
  private long line;
  private long number;
  private boolean first = true;

  JsonRows(InputStream in) {
    this.in = in;
  }

  @Override
  public @Nullable Row next() throws IOException {
    while (readLine()) {
      line++;
      byte[] bytes = lineBytes.toByteArray();
      int from = first && hasByteOrderMark(bytes) ? 3 : 0;
      first = false;
      if (isBlank(bytes, from)) {
        continue;
      }
      return parse(bytes, from, number++);
    }
    return null;
  }

  private Row parse(byte[] bytes, int from, long row) throws BadRowException {
    if (bytes.length > MAX_LINE_BYTES) {
      throw new BadRowException(
          row, line, "line of more than " + (MAX_LINE_BYTES >> 20) + " MB", null);
    }
    JsonNode node;
    try {
      node = MAPPER.readTree(bytes, from, bytes.length - from);
    } catch (JsonProcessingException e) {
      throw new BadRowException(row, line, "not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new BadRowException(row, line, "not JSON: " + e.getMessage(), e);
    }
    if (!(node instanceof ObjectNode fields)) {
      throw new BadRowException(
          row, line, "a " + node.getNodeType() + " (expected: one object a line)", null);
    }
    return new Row(row, line, fields, null);
  }

  /** False at the end. Of a line over the limit only the limit and one byte are kept. */
  private boolean readLine() throws IOException {
    lineBytes.reset();
    boolean any = false;
    int value = in.read();
    while (value >= 0) {
      any = true;
      if (value == '\n') {
        return true;
      }
      if (lineBytes.size() <= MAX_LINE_BYTES) {
        lineBytes.write(value);
      }
      value = in.read();
    }
    return any;
  }

  private static boolean hasByteOrderMark(byte[] bytes) {
    return bytes.length >= 3
        && bytes[0] == (byte) 0xEF
        && bytes[1] == (byte) 0xBB
        && bytes[2] == (byte) 0xBF;
  }

  private static boolean isBlank(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
