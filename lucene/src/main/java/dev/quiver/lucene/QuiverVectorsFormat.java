package dev.quiver.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Quiver's kernel as a Lucene vector format. Options of one field travel as field attributes
 * ({@link VectorAttributes}); a field without them behaves as Lucene's own formats do.
 *
 * <p>Files of a segment, each with an index header (codec name, version, segment id, suffix) and a
 * footer with a CRC-32 of the whole; numbers are little-endian, regions start at multiples of 64
 * bytes:
 *
 * <ul>
 *   <li>{@code .vec}: per field, {@code count} vectors of {@code dimension * elementBytes} bytes in
 *       document order; then, unless every document has a vector, {@code count} ascending document
 *       ids of 4 bytes.
 *   <li>{@code .vex}: per field with a graph, the kernel's graph over ordinals {@code 0..count-1}
 *       in its own format ({@link dev.quiver.index.HnswGraphFormat}); and the codes that it is
 *       walked by, if it has any ({@link dev.quiver.index.CodesFormat}), in the order of its nodes.
 *   <li>{@code .qvm}: per field: field number (int), encoding, similarity, element, distance,
 *       whether the distance is the field's own (1 byte each), dimension, m, efConstruct, count
 *       (vInt), dense (1 byte), then offset and length (vLong each) of vectors, document ids, graph
 *       and, since version 1, codes; a field number of -1 ends the list.
 * </ul>
 *
 * <p>Thread-safe; one instance may serve any number of indexes. It holds no resource: executor and
 * budget belong to whoever made the {@link VectorsConfig}.
 */
public final class QuiverVectorsFormat extends KnnVectorsFormat {

  /** The name under which segments remember this format. */
  public static final String NAME = "Quiver101VectorsFormat";

  static final String META_EXTENSION = "qvm";
  static final String VECTORS_EXTENSION = "vec";
  static final String GRAPH_EXTENSION = "vex";
  static final String META_CODEC = "Quiver101VectorsMeta";
  static final String VECTORS_CODEC = "Quiver101VectorsData";
  static final String GRAPH_CODEC = "Quiver101VectorsGraph";
  static final int VERSION_START = 0;

  /** From this version on fields may have codes. */
  static final int VERSION_CODES = 1;

  /** From this version on the nodes of graphs with codes stand in an order of their own. */
  static final int VERSION_ORDER = 2;

  static final int VERSION_CURRENT = VERSION_ORDER;

  /** Regions start at multiples of this, the size of a cache line and of an AVX-512 register. */
  static final int ALIGNMENT_BYTES = 64;

  /** Qdrant's limit; a vector of this many floats is 256 KiB. */
  static final int MAX_DIMENSIONS = 65_536;

  private final VectorsConfig config;

  /** Creates the format with {@link VectorsConfig#defaults}; what Lucene calls by name. */
  public QuiverVectorsFormat() {
    this(VectorsConfig.defaults());
  }

  /** Creates the format with the given threads, memory and size from which graphs are built. */
  public QuiverVectorsFormat(VectorsConfig config) {
    super(NAME);
    this.config = config;
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new QuiverVectorsWriter(state, config);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return QuiverVectorsReader.open(state, config);
  }

  @Override
  public int getMaxDimensions(String fieldName) {
    return MAX_DIMENSIONS;
  }

  @Override
  public String toString() {
    return NAME + "(" + config + ")";
  }
}
