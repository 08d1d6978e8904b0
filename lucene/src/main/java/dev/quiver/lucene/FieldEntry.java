package dev.quiver.lucene;

import dev.quiver.index.CodesOption;
import dev.quiver.index.Distance;
import dev.quiver.index.ElementType;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexInput;

/**
 * What the metadata file says of one field; {@link QuiverVectorsFormat} documents the bytes.
 * Offsets are from the start of the vector file ({@code vectors}, {@code docs}) or of the graph
 * file ({@code graph}, {@code codes}); lengths are in bytes, 0 where the region is absent.
 *
 * @param count vectors stored
 * @param dense whether every document of the segment has a vector, so that ordinal = document
 */
record FieldEntry(
    FieldOptions options,
    int count,
    boolean dense,
    long vectorsOffset,
    long vectorsLength,
    long docsOffset,
    long docsLength,
    long graphOffset,
    long graphLength,
    long codesOffset,
    long codesLength) {

  // A file holds the index into these lists: they may only grow at the end.
  private static final List<VectorEncoding> ENCODINGS =
      List.of(VectorEncoding.BYTE, VectorEncoding.FLOAT32);
  private static final List<VectorSimilarityFunction> SIMILARITIES =
      List.of(
          VectorSimilarityFunction.EUCLIDEAN,
          VectorSimilarityFunction.DOT_PRODUCT,
          VectorSimilarityFunction.COSINE,
          VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);

  FieldEntry withGraph(long offset, long length) {
    return new FieldEntry(
        options,
        count,
        dense,
        vectorsOffset,
        vectorsLength,
        docsOffset,
        docsLength,
        offset,
        length,
        codesOffset,
        codesLength);
  }

  FieldEntry withCodes(long offset, long length) {
    return new FieldEntry(
        options,
        count,
        dense,
        vectorsOffset,
        vectorsLength,
        docsOffset,
        docsLength,
        graphOffset,
        graphLength,
        offset,
        length);
  }

  boolean hasCodes() {
    return codesLength > 0;
  }

  boolean hasGraph() {
    return graphLength > 0;
  }

  void write(DataOutput meta) throws IOException {
    meta.writeByte((byte) ENCODINGS.indexOf(options.encoding()));
    meta.writeByte((byte) SIMILARITIES.indexOf(options.similarity()));
    meta.writeByte((byte) options.element().code());
    meta.writeByte((byte) options.distance().code());
    meta.writeByte((byte) (options.explicitDistance() ? 1 : 0));
    meta.writeVInt(options.dimension());
    meta.writeVInt(options.m());
    meta.writeVInt(options.efConstruct());
    meta.writeVInt(count);
    meta.writeByte((byte) (dense ? 1 : 0));
    meta.writeVLong(vectorsOffset);
    meta.writeVLong(vectorsLength);
    meta.writeVLong(docsOffset);
    meta.writeVLong(docsLength);
    meta.writeVLong(graphOffset);
    meta.writeVLong(graphLength);
    meta.writeVLong(codesOffset);
    meta.writeVLong(codesLength);
  }

  static FieldEntry read(IndexInput meta, FieldInfo field, int version) throws IOException {
    VectorEncoding encoding = pick(meta, "encoding", ENCODINGS, meta.readByte());
    VectorSimilarityFunction similarity = pick(meta, "similarity", SIMILARITIES, meta.readByte());
    ElementType element = elementOf(meta, meta.readByte());
    Distance distance = distanceOf(meta, meta.readByte());
    boolean explicitDistance = meta.readByte() == 1;
    int dimension = meta.readVInt();
    int m = meta.readVInt();
    int efConstruct = meta.readVInt();
    FieldOptions options =
        new FieldOptions(
            encoding,
            similarity,
            dimension,
            element,
            distance,
            explicitDistance,
            m,
            efConstruct,
            CodesOption.MEASURED,
            FieldOptions.placementOf(field),
            0);
    int count = meta.readVInt();
    boolean dense = meta.readByte() == 1;
    long vectorsOffset = meta.readVLong();
    long vectorsLength = meta.readVLong();
    long docsOffset = meta.readVLong();
    long docsLength = meta.readVLong();
    long graphOffset = meta.readVLong();
    long graphLength = meta.readVLong();
    boolean mayHaveCodes = version >= QuiverVectorsFormat.VERSION_CODES;
    FieldEntry entry =
        new FieldEntry(
            options,
            count,
            dense,
            vectorsOffset,
            vectorsLength,
            docsOffset,
            docsLength,
            graphOffset,
            graphLength,
            mayHaveCodes ? meta.readVLong() : 0,
            mayHaveCodes ? meta.readVLong() : 0);
    entry.check(meta, field);
    return entry;
  }

  private void check(IndexInput meta, FieldInfo field) throws IOException {
    require(meta, field, "encoding", options.encoding(), field.getVectorEncoding());
    require(meta, field, "similarity", options.similarity(), field.getVectorSimilarityFunction());
    require(meta, field, "dimension", options.dimension(), field.getVectorDimension());
    require(meta, field, "vectors' length", vectorsLength, (long) count * options.vectorBytes());
    require(
        meta,
        field,
        "document map's length",
        docsLength,
        dense ? 0L : (long) count * Integer.BYTES);
  }

  /** Refuses regions that reach beyond what {@code in} holds before its footer. */
  static void checkRegion(IndexInput in, String region, long offset, long length)
      throws CorruptIndexException {
    long end = in.length() - CodecUtil.footerLength();
    if (offset < 0 || length < 0 || offset > end || length > end - offset) {
      throw new CorruptIndexException(
          region + " at " + offset + " of " + length + " bytes (expected: within " + end + ")", in);
    }
  }

  private static void require(
      IndexInput meta, FieldInfo field, String what, Object found, Object expected)
      throws CorruptIndexException {
    if (!found.equals(expected)) {
      throw new CorruptIndexException(
          what + " of field \"" + field.name + "\": " + found + " (expected: " + expected + ")",
          meta);
    }
  }

  private static ElementType elementOf(IndexInput meta, byte code) throws CorruptIndexException {
    try {
      return ElementType.ofCode(code);
    } catch (IllegalArgumentException e) {
      throw new CorruptIndexException(e.getMessage(), meta, e);
    }
  }

  private static Distance distanceOf(IndexInput meta, byte code) throws CorruptIndexException {
    try {
      return Distance.ofCode(code);
    } catch (IllegalArgumentException e) {
      throw new CorruptIndexException(e.getMessage(), meta, e);
    }
  }

  private static <E> E pick(IndexInput meta, String what, List<E> values, byte id)
      throws CorruptIndexException {
    if (id < 0 || id >= values.size()) {
      throw new CorruptIndexException(
          what + ": " + id + " (expected: 0.." + (values.size() - 1) + ")", meta);
    }
    return values.get(id);
  }
}
