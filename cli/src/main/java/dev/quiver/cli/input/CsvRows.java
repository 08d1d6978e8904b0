package dev.quiver.cli.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * CSV with a header line (RFC 4180: quoted fields may hold separators and line breaks), UTF-8.
 *
 * <p>An empty field is absent. Unless all is to be text, a field that looks like a number, {@code
 * true} or {@code false}, a JSON array or a JSON object is read as that; numbers with leading zeros
 * stay text, since they are codes.
 */
final class CsvRows implements RowReader {
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,17})");
  private static final Pattern DECIMAL =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final CsvReader<CsvRecord> reader;
  private final CloseableIterator<CsvRecord> records;
  private final List<String> names;
  private final boolean asText;
  private long number;
  private boolean broken;

  CsvRows(InputStream in, char separator, boolean asText) throws IOException {
    this.asText = asText;
    this.reader =
        CsvReader.builder()
            .fieldSeparator(separator)
            .skipEmptyLines(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.records = reader.iterator();
    if (!records.hasNext()) {
      throw new IOException("empty: a header line with the fields' names is missing");
    }
    this.names = withoutByteOrderMark(records.next().getFields());
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new IOException("the header names the field `" + name + "` twice");
      }
    }
  }

  private static List<String> withoutByteOrderMark(List<String> header) {
    String first = header.getFirst();
    if (!first.startsWith("\uFEFF")) {
      return header;
    }
    String[] copy = header.toArray(String[]::new);
    copy[0] = first.substring(1);
    return List.of(copy);
  }

  @Override
  public @Nullable Row next() throws IOException {
    CsvRecord csv;
    try {
      if (broken || !records.hasNext()) {
        return null;
      }
      csv = records.next();
    } catch (CsvParseException e) {
      // The parser cannot find its place again behind malformed quotes.
      broken = true;
      throw new IOException("row " + (number + 1) + ": " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    long row = number++;
    long line = csv.getStartingLineNumber();
    if (csv.getFieldCount() != names.size()) {
      throw new BadRowException(
          row,
          line,
          csv.getFieldCount() + " fields (expected: " + names.size() + ", as in the header)",
          null);
    }
    ObjectNode fields = NODES.objectNode();
    for (int i = 0; i < names.size(); i++) {
      String text = csv.getField(i);
      if (!text.isEmpty()) {
        fields.set(names.get(i), value(text, row, line));
      }
    }
    return new Row(row, line, fields, null);
  }

  private JsonNode value(String text, long row, long line) throws BadRowException {
    if (asText) {
      return NODES.textNode(text);
    }
    char start = text.charAt(0);
    if (start == '[' || start == '{') {
      try {
        return MAPPER.readTree(text);
      } catch (JsonProcessingException _) {
        return NODES.textNode(text);
      }
    }
    if (INTEGER.matcher(text).matches()) {
      return NODES.numberNode(Long.parseLong(text));
    }
    if (DECIMAL.matcher(text).matches()) {
      double number = Double.parseDouble(text);
      if (Double.isInfinite(number)) {
        throw new BadRowException(row, line, "number out of range: " + text, null);
      }
      return NODES.numberNode(number);
    }
    return switch (text) {
      case "true" -> NODES.booleanNode(true);
      case "false" -> NODES.booleanNode(false);
      default -> NODES.textNode(text);
    };
  }

  @Override
  public void close() throws IOException {
    records.close();
    reader.close();
  }
}
