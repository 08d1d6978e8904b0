package dev.quiver.lucene;

import java.util.function.Predicate;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene90.Lucene90DocValuesFormat;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;

/**
 * Lucene's default codec with vectors kept by {@link QuiverVectorsFormat} and multivectors by
 * {@link QuiverRowsFormat}. Lucene finds it by the name {@link #NAME} when it opens an index; to
 * write one, pass an instance to {@link org.apache.lucene.index.IndexWriterConfig#setCodec}.
 * Thread-safe.
 */
public final class QuiverCodec extends FilterCodec {

  /** The name under which segments remember this codec. */
  public static final String NAME = "Quiver101";

  private final KnnVectorsFormat vectors;
  private final DocValuesFormat docValues;

  /** Creates the codec with {@link VectorsConfig#defaults}; what Lucene calls by name. */
  public QuiverCodec() {
    this(VectorsConfig.defaults());
  }

  /** Creates the codec with the given threads, memory and size from which graphs are built. */
  public QuiverCodec(VectorsConfig config) {
    this(config, _ -> false);
  }

  /**
   * As above.
   *
   * @param hasRows tells the names of fields whose doc values are multivectors, for {@link
   *     QuiverRowsFormat}
   */
  public QuiverCodec(VectorsConfig config, Predicate<String> hasRows) {
    super(NAME, new Lucene104Codec());
    DocValuesFormat rows = new QuiverRowsFormat(config);
    DocValuesFormat others = new Lucene90DocValuesFormat();
    docValues =
        new PerFieldDocValuesFormat() {
          @Override
          public DocValuesFormat getDocValuesFormatForField(String field) {
            return hasRows.test(field) ? rows : others;
          }
        };
    KnnVectorsFormat format = new QuiverVectorsFormat(config);
    // Per field, so that a segment names the format of each field, as every Lucene codec's do.
    vectors =
        new PerFieldKnnVectorsFormat() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return format;
          }
        };
  }

  @Override
  public DocValuesFormat docValuesFormat() {
    return docValues;
  }

  @Override
  public KnnVectorsFormat knnVectorsFormat() {
    return vectors;
  }
}
