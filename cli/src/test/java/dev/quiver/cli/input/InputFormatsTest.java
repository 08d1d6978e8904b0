package dev.quiver.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InputFormatsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void jsonLinesGiveObjectsWithTheirLines() throws IOException {
    Path file = text("a.jsonl", "\uFEFF{\"id\": 1, \"名\": \"猫\"}\n\n  \r\n{\"id\": 2}");

    List<Row> rows = read(file);

    assertThat(rows).extracting(Row::number).containsExactly(0L, 1L);
    assertThat(rows).extracting(Row::line).containsExactly(1L, 4L);
    assertThat(rows.get(0).fields()).hasToString(compact("{\"id\":1,\"名\":\"猫\"}"));
  }

  @Test
  void aBadJsonLineIsReportedAndThoseBehindItAreRead() throws IOException {
    Path file = text("a.jsonl", "{\"id\": 1}\n{\"id\": \n[1]\n{\"id\": 4} x\n{\"id\": 5}\n");
    List<String> bad = new ArrayList<>();

    List<Row> rows = read(file, InputSource.Options.DEFAULT_DATASET, false, bad);

    assertThat(rows).extracting(Row::number).containsExactly(0L, 4L);
    assertThat(bad).hasSize(3);
    assertThat(bad.get(0)).startsWith("2: not JSON");
    assertThat(bad.get(1)).isEqualTo("3: a ARRAY (expected: one object a line)");
    assertThat(bad.get(2)).startsWith("4: not JSON");
  }

  @Test
  void csvFieldsAreReadAsWhatTheyLookLike() throws IOException {
    Path file =
        text(
            "a.csv",
            "\uFEFFid,text,price,code,yes,vector,none\r\n"
                + "7,\"a \"\"b\"\",\nc\",-1.5e2,007,true,\"[0.5,1]\",\r\n"
                + "8,日本語,12345678901234567890,x,false,\"{\"\"k\"\":1}\",[x\r\n");

    List<Row> rows = read(file);

    assertThat(rows.get(0).fields())
        .hasToString(
            compact(
                "{\"id\":7,\"text\":\"a \\\"b\\\",\\nc\",\"price\":-150.0,\"code\":\"007\","
                    + "\"yes\":true,\"vector\":[0.5,1]}"));
    assertThat(rows.get(1).fields())
        .hasToString(
            compact(
                "{\"id\":8,\"text\":\"日本語\",\"price\":1.2345678901234567E19,\"code\":\"x\","
                    + "\"yes\":false,\"vector\":{\"k\":1},\"none\":\"[x\"}"));
    assertThat(rows.get(1).line()).isEqualTo(4);
  }

  @Test
  void csvIsAllTextIfThatIsAskedFor() throws IOException {
    Path file = text("a.tsv", "a\tb\n1\ttrue\n");

    List<Row> rows = read(file, InputSource.Options.DEFAULT_DATASET, true, new ArrayList<>());

    assertThat(rows.getFirst().fields()).hasToString(compact("{\"a\":\"1\",\"b\":\"true\"}"));
  }

  @Test
  void aCsvRowWithTooFewOrTooManyFieldsIsBad() throws IOException {
    Path file = text("a.csv", "a,b\n1,2\n1\n1,2,3\n5,6\n");
    List<String> bad = new ArrayList<>();

    List<Row> rows = read(file, InputSource.Options.DEFAULT_DATASET, false, bad);

    assertThat(rows).extracting(Row::number).containsExactly(0L, 3L);
    assertThat(bad)
        .containsExactly(
            "3: 1 fields (expected: 2, as in the header)",
            "4: 3 fields (expected: 2, as in the header)");
  }

  @Test
  void aCsvHeaderMustNameEveryFieldOnce() throws IOException {
    assertThatThrownBy(() -> read(text("a.csv", "a,a\n1,2\n")))
        .hasMessageContaining("names the field `a` twice");
    assertThatThrownBy(() -> read(text("b.csv", ""))).hasMessageContaining("header line");
  }

  @ParameterizedTest
  @CsvSource({
    "<f2, 2", "<f4, 4", "<f8, 8", "|u1, 1", "|i1, 1", "<i2, 2", "<i4, 4", "<i8, 8", ">f4, 4",
    ">i2, 2"
  })
  void numpyArraysOfEveryElementTypeGiveTheirNumbers(String type, int bytes) throws IOException {
    int[][] numbers = {{1, 2, 3}, {100, 0, 5}};
    ByteOrder order = type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer body = ByteBuffer.allocate(6 * bytes).order(order);
    for (int[] row : numbers) {
      for (int number : row) {
        put(body, type.substring(1), number);
      }
    }
    Path file = npy("a.npy", 1, header(type, "False", "(2, 3)"), body.array());

    List<Row> rows = read(file);

    assertThat(rows)
        .extracting(Row::vector)
        .containsExactly(new float[] {1, 2, 3}, new float[] {100, 0, 5});
  }

  private static void put(ByteBuffer body, String type, int number) {
    switch (type) {
      case "f2" -> body.putShort(Float.floatToFloat16(number));
      case "f4" -> body.putFloat(number);
      case "f8" -> body.putDouble(number);
      case "u1", "i1" -> body.put((byte) number);
      case "i2" -> body.putShort((short) number);
      case "i4" -> body.putInt(number);
      case "i8" -> body.putLong(number);
      default -> throw new AssertionError(type);
    }
  }

  @Test
  void numpyVersion2AndUnsignedBytesAndTotalsAreUnderstood() throws IOException {
    Path file =
        npy("a.npy", 2, header("|u1", "False", "(1, 2)"), new byte[] {(byte) 255, (byte) 128});

    try (RowReader reader = open(file, InputSource.Options.DEFAULT_DATASET, false)) {
      assertThat(reader.totalRows()).isEqualTo(1);
      assertThat(reader.next().vector()).containsExactly(255, 128);
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void numpyFilesThatCannotBeReadSayWhy() throws IOException {
    assertThatThrownBy(() -> read(npy("a.npy", 1, header("<f4", "True", "(2, 3)"), new byte[24])))
        .hasMessageContaining("column by column");
    assertThatThrownBy(() -> read(npy("b.npy", 1, header("<f4", "False", "(6,)"), new byte[24])))
        .hasMessageContaining("two dimensions");
    assertThatThrownBy(() -> read(npy("c.npy", 1, header("<c8", "False", "(2, 3)"), new byte[24])))
        .hasMessageContaining("element type");
    assertThatThrownBy(() -> read(npy("d.npy", 1, header("<f4", "False", "(2, 3)"), new byte[23])))
        .hasMessageContaining("cut off in row 2 of the 2");
    assertThatThrownBy(() -> read(text("e.npy", "hello world")))
        .hasMessageContaining("not a .npy file");
  }

  @Test
  void vecsFilesGiveTheirRows() throws IOException {
    ByteBuffer floats = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    floats.putInt(2).putFloat(1.5f).putFloat(-2).putInt(2).putFloat(3).putFloat(4);
    ByteBuffer bytes = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(2).put((byte) 200).put((byte) 1);
    ByteBuffer ints = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    ints.putInt(1).putInt(70_000);

    assertThat(read(bytes("a.fvecs", floats.array())))
        .extracting(Row::vector)
        .containsExactly(new float[] {1.5f, -2}, new float[] {3, 4});
    assertThat(read(bytes("a.bvecs", bytes.array())))
        .extracting(Row::vector)
        .containsExactly(new float[] {200, 1});
    assertThat(read(bytes("a.ivecs", ints.array())))
        .extracting(Row::vector)
        .containsExactly(new float[] {70_000});
    assertThatThrownBy(() -> read(bytes("b.ivecs", new byte[] {1, 0, 0, 0, 5})))
        .hasMessageContaining("cut off in row 1");
    assertThatThrownBy(() -> read(bytes("c.ivecs", new byte[] {-1, -1, -1, -1})))
        .hasMessageContaining("says it has -1 numbers");
  }

  @Test
  void hdf5GivesTheDatasetAndItsDistance() throws IOException {
    Path file = folder.resolve("a.hdf5");
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      hdf.putDataset("train", new float[][] {{1, 2}, {3, 4}, {5, 6}});
      hdf.putDataset("test", new double[][] {{0.5, 0.25}});
      hdf.putAttribute("distance", "angular");
    }

    assertThat(read(file))
        .extracting(Row::vector)
        .containsExactly(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6});
    assertThat(read(file, "test", false, new ArrayList<>()))
        .extracting(Row::vector)
        .containsExactly(new float[] {0.5f, 0.25f});
    try (RowReader reader = open(file, "train", false)) {
      assertThat(reader.totalRows()).isEqualTo(3);
      assertThat(reader.distance()).isEqualTo("Cosine");
    }
    assertThatThrownBy(() -> open(file, "neighbors", false))
        .hasMessageContaining("no dataset `neighbors`")
        .hasMessageContaining("train");
    assertThatThrownBy(() -> read(text("b.hdf5", "no"))).hasMessageContaining("not an HDF5 file");
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionCodecName.class,
      names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW"})
  void parquetGivesRowsWithListsAndNestedGroups(CompressionCodecName codec) throws IOException {
    Path file = folder.resolve("a.parquet");
    writeParquet(file, codec);

    List<Row> rows = read(file);

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).fields())
        .hasToString(
            compact(
                "{\"id\":7,\"text\":\"猫\",\"vector\":[0.5,1.5],\"day\":\"2026-11-21\","
                    + "\"at\":\"2026-11-21T00:00:00.001Z\",\"price\":12.34,"
                    + "\"place\":{\"city\":\"Bern\"},\"tags\":[\"a\",\"b\"]}"));
    assertThat(rows.get(1).fields()).hasToString(compact("{\"id\":8,\"vector\":[],\"tags\":[]}"));
    try (RowReader reader = open(file, InputSource.Options.DEFAULT_DATASET, false)) {
      assertThat(reader.totalRows()).isEqualTo(2);
    }
  }

  private static void writeParquet(Path file, CompressionCodecName codec) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message row {
              required int64 id;
              optional binary text (STRING);
              optional group vector (LIST) { repeated group list { optional float element; } }
              optional int32 day (DATE);
              optional int64 at (TIMESTAMP(MILLIS, true));
              optional int64 price (DECIMAL(10, 2));
              optional group place { optional binary city (STRING); }
              repeated binary tags (STRING);
            }
            """);
    SimpleGroupFactory rows = new SimpleGroupFactory(schema);
    ExampleParquetWriter.Builder builder =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withCompressionCodec(codec);
    if (codec == CompressionCodecName.GZIP) {
      builder.withCodecFactory(new Gzip());
    }
    try (ParquetWriter<Group> writer = builder.build()) {
      Group first = rows.newGroup().append("id", 7L).append("text", "猫");
      Group list = first.addGroup("vector");
      list.addGroup("list").append("element", 0.5f);
      list.addGroup("list").append("element", 1.5f);
      first.append("day", 20_778).append("at", 20_778L * 86_400_000 + 1).append("price", 1234L);
      first.addGroup("place").append("city", "Bern");
      first.append("tags", Binary.fromString("a").toStringUsingUTF8()).append("tags", "b");
      writer.write(first);
      Group second = rows.newGroup().append("id", 8L);
      second.addGroup("vector");
      writer.write(second);
    }
  }

  @Test
  void aDamagedParquetFileSaysSo() throws IOException {
    assertThatThrownBy(() -> read(text("a.parquet", "hello, this is no parquet file at all")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a readable Parquet file");
  }

  @Test
  void compressedTextIsReadThroughItsName() throws IOException {
    Path file = folder.resolve("a.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("{\"id\": 1}\n{\"id\": 2}\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(file)).hasSize(2);
  }

  @Test
  void aFolderGivesItsReadableFilesInOrder() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    text("b.jsonl", "{}");
    text("sub/a.csv", "a\n");
    text("readme.txt", "");

    assertThat(InputSource.of(folder, null))
        .extracting(InputSource::name)
        .containsExactly("b.jsonl", "sub/a.csv");
    assertThat(InputSource.of(folder, InputFormat.CSV))
        .extracting(InputSource::name)
        .containsExactly("sub/a.csv");
  }

  @Test
  void inputsThatCannotBeAreRefused() throws IOException {
    Path unknown = text("a.xyz", "");
    assertThatThrownBy(() -> InputSource.of(unknown, null)).hasMessageContaining("--format");
    assertThatThrownBy(() -> InputSource.of(folder.resolve("no"), null))
        .hasMessageContaining("there is no file or folder");
    assertThatThrownBy(() -> InputSource.standardInput(InputFormat.PARQUET))
        .hasMessageContaining("cannot be read from standard input");
  }

  @Test
  void standardInputIsReadAsWhatIsSaid() throws IOException {
    InputStream in = new ByteArrayInputStream("a\n5\n".getBytes(StandardCharsets.UTF_8));
    RowSource source =
        InputSource.standardInput(InputFormat.CSV)
            .rows(in, new InputSource.Options("train", false));

    try (RowReader reader = source.open(new LongAdder())) {
      assertThat(reader.next().fields().path("a").asInt()).isEqualTo(5);
    }
  }

  private static String compact(String json) throws IOException {
    return MAPPER.readTree(json).toString();
  }

  /** Gzip, which the library cannot write without Hadoop. */
  private static final class Gzip implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
      return new BytesInputCompressor() {
        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
          ByteArrayOutputStream compressed = new ByteArrayOutputStream();
          try (OutputStream out = new GZIPOutputStream(compressed)) {
            bytes.writeAllTo(out);
          }
          return BytesInput.from(compressed.toByteArray());
        }

        @Override
        public CompressionCodecName getCodecName() {
          return codec;
        }

        @Override
        public void release() {}
      };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void release() {}
  }

  private static String header(String type, String fortran, String shape) {
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }".formatted(type, fortran, shape);
  }

  private Path npy(String name, int version, String header, byte[] body) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(12 + text.length + body.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) version).put((byte) 0);
    if (version == 1) {
      file.putShort((short) text.length);
    } else {
      file.putInt(text.length);
    }
    file.put(text).put(body).flip();
    byte[] bytes = new byte[file.remaining()];
    file.get(bytes);
    return bytes(name, bytes);
  }

  private Path text(String name, String content) throws IOException {
    return bytes(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private Path bytes(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static List<Row> read(Path file) throws IOException {
    List<String> bad = new ArrayList<>();
    List<Row> rows = read(file, InputSource.Options.DEFAULT_DATASET, false, bad);
    assertThat(bad).isEmpty();
    return rows;
  }

  private static RowReader open(Path file, String dataset, boolean csvAsText) throws IOException {
    return InputSource.of(file, null)
        .getFirst()
        .rows(InputStream.nullInputStream(), new InputSource.Options(dataset, csvAsText))
        .open(new LongAdder());
  }

  private static List<Row> read(Path file, String dataset, boolean csvAsText, List<String> bad)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = open(file, dataset, csvAsText)) {
      while (true) {
        try {
          Row row = reader.next();
          if (row == null) {
            return rows;
          }
          rows.add(row);
        } catch (BadRowException e) {
          bad.add(e.line() + ": " + e.getMessage());
        }
      }
    }
  }
}
