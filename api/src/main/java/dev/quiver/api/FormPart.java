package dev.quiver.api;

import dev.quiver.engine.QuiverException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of one part of a {@code multipart/form-data} body (RFC 7578), read as it arrives:
 * files of any size go through a buffer of bounded size. Not thread-safe; closing it leaves the
 * body open.
 */
final class FormPart extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int HEADERS_MAX = 1 << 14;
  private static final Pattern BOUNDARY =
      Pattern.compile("boundary=(?:\"([^\"]{1,70})\"|([^;\\s]{1,70}))", Pattern.CASE_INSENSITIVE);
  private static final Pattern NAME = Pattern.compile("[;\\s]name=(?:\"([^\"]*)\"|([^;\\s]+))");

  private final InputStream in;
  private final byte[] delimiter;
  private final byte[] buffer;
  private int position;
  private int limit;
  private boolean atEnd;

  private FormPart(InputStream in, String boundary) {
    // The first boundary has no line end before it; all others have.
    this.in = new SequenceInputStream(new ByteArrayInputStream(new byte[] {'\r', '\n'}), in);
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    this.buffer = new byte[BUFFER_BYTES];
  }

  /**
   * Goes to the content of the part that is called so.
   *
   * @param contentType of the whole body
   * @throws QuiverException bad request when the body has no such part
   */
  static FormPart open(InputStream body, String contentType, String name) throws IOException {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find()) {
      throw QuiverException.badRequest("the form's Content-Type names no boundary");
    }
    FormPart part =
        new FormPart(body, boundary.group(1) != null ? boundary.group(1) : boundary.group(2));
    while (true) {
      part.skipToDelimiter();
      String headers = part.headersOrEnd();
      if (headers.isEmpty()) {
        throw QuiverException.badRequest("the form has no part `" + name + "`");
      }
      if (name.equals(nameIn(headers))) {
        return part;
      }
    }
  }

  private static String nameIn(String headers) {
    for (String line : headers.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-disposition:")) {
        Matcher name = NAME.matcher(line);
        if (name.find()) {
          return name.group(1) != null ? name.group(1) : name.group(2);
        }
      }
    }
    return "";
  }

  private void skipToDelimiter() throws IOException {
    byte[] sink = new byte[1 << 12];
    while (read(sink, 0, sink.length) >= 0) {
      // What is before the next boundary is of no interest.
    }
    atEnd = false;
  }

  /** The lines behind a boundary, up to the empty one; empty when it was the last boundary. */
  private String headersOrEnd() throws IOException {
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    while (headers.size() < HEADERS_MAX) {
      headers.write(rawByte());
      String text = headers.toString(StandardCharsets.UTF_8);
      if (text.equals("--")) {
        return "";
      }
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    throw QuiverException.badRequest("the headers of a part of the form are too long");
  }

  private int rawByte() throws IOException {
    if (position == limit) {
      position = 0;
      limit = Math.max(0, in.read(buffer, 0, buffer.length));
      if (limit == 0) {
        throw new EOFException("the form ends within a part's headers");
      }
    }
    return buffer[position++] & 0xFF;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!atEnd) {
      int found = find();
      // Without the delimiter, its beginning may be at the buffer's end.
      int safe = found >= 0 ? found : Math.max(position, limit - delimiter.length + 1);
      if (safe > position) {
        int count = Math.min(length, safe - position);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        return count;
      }
      if (found >= 0) {
        position = found + delimiter.length;
        atEnd = true;
      } else {
        fill();
      }
    }
    return -1;
  }

  private void fill() throws IOException {
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    int read = in.read(buffer, limit, buffer.length - limit);
    if (read < 0) {
      throw new EOFException("the form ends within a part");
    }
    limit += read;
  }

  /** Where the delimiter begins in the buffer, or -1. */
  private int find() {
    for (int at = position; at <= limit - delimiter.length; at++) {
      int i = 0;
      while (i < delimiter.length && buffer[at + i] == delimiter[i]) {
        i++;
      }
      if (i == delimiter.length) {
        return at;
      }
    }
    return -1;
  }
}
