package dev.quiver.lucene;

/**
 * The field attributes ({@link org.apache.lucene.document.FieldType#putAttribute}) that tell {@link
 * QuiverVectorsFormat} how to store and score one vector field. All are optional: a field without
 * them behaves exactly as its Lucene {@link org.apache.lucene.index.VectorSimilarityFunction} and
 * encoding say.
 *
 * <p>Lucene keeps a field's attributes per segment; a merge stores the merged segment under the
 * attributes of the newest definition and converts older vectors where they differ.
 */
public final class VectorAttributes {

  /**
   * How two vectors compare: {@link #DOT}, {@link #COSINE}, {@link #EUCLIDEAN} or {@link
   * #MANHATTAN}. With {@code cosine} on {@code float32} or {@code float16}, vectors are normalised
   * once, when written, and are returned normalised; a zero vector stays zero.
   */
  public static final String DISTANCE = "quiver.distance";

  /**
   * What one component is stored as: {@link #FLOAT32} (default), {@link #FLOAT16} (rounded to
   * nearest) or {@link #UINT8} (fraction cut, clamped to 0..255). Only for fields whose Lucene
   * encoding is FLOAT32; searches score directly on the stored form.
   */
  public static final String ELEMENT = "quiver.element";

  /**
   * Links per node on the graph's upper levels, 2..512, twice as many on level 0; with 0 no graph
   * is built and every segment is scanned.
   */
  public static final String M = "quiver.m";

  /** Candidates kept while a node looks for its neighbours, 1..10000. */
  public static final String EF_CONSTRUCT = "quiver.ef_construct";

  /**
   * What graphs are built and walked by: {@link #CODES_MEASURED} (default), {@link #CODES_INT8},
   * {@link #CODES_INT4}, {@link #CODES_BIT1} or {@link #CODES_NONE}. Results are ranked by the
   * vectors themselves whatever this says. MANHATTAN has no codes.
   */
  public static final String CODES = "quiver.codes";

  /**
   * Value of {@link #CODES}: for each segment the smallest codes that keep neighbours apart in a
   * sample of it, none if none do.
   */
  public static final String CODES_MEASURED = "measured";

  /** Value of {@link #CODES}: one byte for a component. */
  public static final String CODES_INT8 = "int8";

  /** Value of {@link #CODES}: four bits for a component. */
  public static final String CODES_INT4 = "int4";

  /**
   * Value of {@link #CODES}: one bit for a component. The least memory; graphs are built as with
   * {@link #CODES_MEASURED}.
   */
  public static final String CODES_BIT1 = "bit1";

  /** Value of {@link #CODES}: walks compare the vectors themselves. */
  public static final String CODES_NONE = "none";

  /**
   * Where the vectors are that a search by codes ranks by: {@link #MAPPED} (default) or {@link
   * #ON_DISK}. Has no effect on segments without codes, in compound files or in directories that
   * aren't on a file system: there they are mapped or in memory.
   */
  public static final String PLACEMENT = "quiver.placement";

  /** Value of {@link #PLACEMENT}: in the mapped file. */
  public static final String MAPPED = "mapped";

  /** Value of {@link #PLACEMENT}: read from the file, so that they don't become resident. */
  public static final String ON_DISK = "on_disk";

  /**
   * The least number of vectors for which a segment gets a graph, 0..2147483647; overrides the
   * format's own setting. Segments below it are scanned.
   */
  public static final String FULL_SCAN_THRESHOLD = "quiver.full_scan_threshold";

  /** Components of each row of a multivector; needed by {@link QuiverRowsFormat}. */
  public static final String ROWS_DIMENSION = "quiver.rows.dimension";

  /** What the components of a multivector's rows are stored as: see {@link #ELEMENT}. */
  public static final String ROWS_ELEMENT = "quiver.rows.element";

  /**
   * How rows of multivectors compare: see {@link #DISTANCE}. Rows of {@link #COSINE} that are not
   * {@link #UINT8} have length 1, or 0, when they are given.
   */
  public static final String ROWS_DISTANCE = "quiver.rows.distance";

  /** Value of {@link #DISTANCE}: the inner product; larger is better. */
  public static final String DOT = "dot";

  /** Value of {@link #DISTANCE}: the cosine of the angle, -1..1; larger is better. */
  public static final String COSINE = "cosine";

  /** Value of {@link #DISTANCE}: the straight-line distance (root taken); smaller is better. */
  public static final String EUCLIDEAN = "euclidean";

  /** Value of {@link #DISTANCE}: the sum of absolute differences; smaller is better. */
  public static final String MANHATTAN = "manhattan";

  /** Value of {@link #ELEMENT}: IEEE 754 single precision, 4 bytes. */
  public static final String FLOAT32 = "float32";

  /** Value of {@link #ELEMENT}: IEEE 754 half precision, 2 bytes. */
  public static final String FLOAT16 = "float16";

  /** Value of {@link #ELEMENT}: an unsigned byte. */
  public static final String UINT8 = "uint8";

  private VectorAttributes() {}
}
