package dev.quiver.bench.ann;

import dev.quiver.lucene.QuiverCodec;
import dev.quiver.lucene.VectorsConfig;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.jspecify.annotations.Nullable;

/**
 * How a Lucene index is written and searched.
 *
 * <p>Settings: {@code format} ({@code quiver}: Quiver's codec; {@code float}: Lucene's own; {@code
 * byte}: Lucene's own over bytes; or the name of one of Lucene's {@link ScalarEncoding}s), {@code
 * m}, {@code beam}, {@code through} ({@code segment}: Quiver's direct search, as its engine does
 * it; {@code query}: Lucene's k-NN query), {@code rescore} (how many results of a quantised format
 * are compared again exactly, {@code all} or a number).
 */
final class LuceneForm {
  static final String VECTOR = "v";
  static final String ROW = "row";

  /** All of a benchmark's vectors fit, so a thread writes one segment. */
  private static final double BUFFER_MEGABYTES = 1900;

  private final String format;
  private final int m;
  private final int beam;
  private final boolean direct;
  private final int rescore;

  LuceneForm(Settings settings) {
    format = settings.text("format", "float");
    m = settings.number("m", Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN);
    beam = settings.number("beam", Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH);
    direct = settings.text("through", "query").equals("segment");
    String top = settings.text("rescore", "0");
    rescore = top.equals("all") ? Integer.MAX_VALUE : Integer.parseInt(top);
  }

  LuceneFields fields(Rows base) {
    boolean asBytes = format.equals("byte");
    if (asBytes && !base.bytes()) {
      throw new IllegalArgumentException("format byte: the data set's vectors are not bytes");
    }
    return LuceneFields.of(base, format.equals("quiver"), asBytes, m, beam);
  }

  IndexWriterConfig writerConfig(Rows base, ExecutorService pool, int threads) {
    IndexWriterConfig config = new IndexWriterConfig(null);
    config.setCodec(codec(pool, threads));
    config.setRAMBufferSizeMB(BUFFER_MEGABYTES);
    config.setRAMPerThreadHardLimitMB((int) BUFFER_MEGABYTES);
    config.setUseCompoundFile(false);
    return config;
  }

  private Codec codec(ExecutorService pool, int threads) {
    if (format.equals("quiver")) {
      return new QuiverCodec(VectorsConfig.defaults().withBuildThreads(pool, threads));
    }
    ExecutorService mergers = threads == 1 ? null : pool;
    KnnVectorsFormat vectors = vectors(threads, mergers);
    return new Lucene104Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return vectors;
      }
    };
  }

  private KnnVectorsFormat vectors(int threads, @Nullable ExecutorService mergers) {
    return switch (format) {
      case "float", "byte" -> new Lucene99HnswVectorsFormat(m, beam, threads, mergers);
      default ->
          new Lucene104HnswScalarQuantizedVectorsFormat(
              ScalarEncoding.valueOf(format.toUpperCase(Locale.ROOT)), m, beam, threads, mergers);
    };
  }

  Searcher<FixedBitSet> searcher(DirectoryReader reader, LeafReader leaf, int[] rowOfDoc)
      throws IOException {
    return direct
        ? LuceneSearchers.direct(leaf, rowOfDoc)
        : LuceneSearchers.query(reader, leaf, rowOfDoc, format.equals("byte"), rescore);
  }
}
