package dev.quiver.cli.input;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * How pages are decompressed: gzip by the JDK, since the library's own way to it needs Hadoop; the
 * others by the library.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  private static final Set<CompressionCodecName> BY_LIBRARY =
      Set.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.ZSTD,
          CompressionCodecName.LZ4_RAW);

  private final CodecFactory library = new CodecFactory(new PlainParquetConfiguration(), 0);

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    if (codec == CompressionCodecName.GZIP) {
      return new Gunzip();
    }
    if (BY_LIBRARY.contains(codec)) {
      return library.getDecompressor(codec);
    }
    throw new UnsupportedOperationException(
        "compressed with " + codec + " (expected: none, snappy, gzip, zstd or lz4_raw)");
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are only read");
  }

  @Override
  public void release() {
    library.release();
  }

  private static final class Gunzip implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
      return BytesInput.from(gunzip(bytes.toInputStream(), decompressedSize));
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
        throws IOException {
      byte[] compressed = new byte[compressedSize];
      input.get(compressed);
      output.put(gunzip(new ByteArrayInputStream(compressed), decompressedSize));
    }

    private static byte[] gunzip(InputStream compressed, int size) throws IOException {
      try (InputStream in = new GZIPInputStream(compressed)) {
        byte[] plain = in.readNBytes(size);
        if (plain.length < size) {
          throw new EOFException("a page of " + size + " bytes ends after " + plain.length);
        }
        return plain;
      }
    }

    @Override
    public void release() {
      // Holds nothing.
    }
  }
}
