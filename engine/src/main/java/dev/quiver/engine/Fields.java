package dev.quiver.engine;

import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;

/**
 * The fields of a point's Lucene document, one document per point:
 *
 * <ul>
 *   <li>{@link #ID}: indexed term and {@code BinaryDocValues} of {@link PointIds#toBytes}, so that
 *       the order of terms is the order of ids;
 *   <li>{@link #PAYLOAD}: {@code BinaryDocValues} with the payload's UTF-8 JSON; absent when the
 *       payload is empty;
 *   <li>{@link #VERSION}: {@code NumericDocValues}, the log offset that last wrote the point;
 *   <li>{@link #HAS}: indexed terms, the keys of the vectors that the point has ({@code ""}, the
 *       default vector, is the empty term); see {@link VectorFields#keyOrNull};
 *   <li>{@link #vector}: one field per key, by the vector's kind: a float vector field; {@code
 *       BinaryDocValues} of {@link MultiCodec}; for sparse vectors {@code BinaryDocValues} of
 *       {@link SparseCodec}, and the terms of {@link SparseField};
 *   <li>whatever the payload indexer adds; its names begin with neither {@code _id}, {@code
 *       _payload}, {@code _version}, {@code _has} nor {@link #VECTOR_PREFIX}, {@link #MULTI_PREFIX}
 *       or {@link #SPARSE_PREFIX}.
 * </ul>
 */
public final class Fields {
  public static final String ID = "_id";
  public static final String PAYLOAD = "_payload";
  public static final String VERSION = "_version";
  public static final String HAS = "_has";
  public static final String VECTOR_PREFIX = "_v:";
  static final String MULTI_PREFIX = "_m:";
  static final String SPARSE_PREFIX = "_s:";

  private Fields() {}

  /** The Lucene field that holds the vectors of this key. */
  static String vector(VectorParams.Kind kind, String key) {
    return switch (kind) {
      case DENSE -> VECTOR_PREFIX + key;
      case MULTI -> MULTI_PREFIX + key;
      case SPARSE -> SPARSE_PREFIX + key;
    };
  }

  /** Whether a Lucene field holds vectors of any kind. */
  static boolean isVector(String field) {
    return field.startsWith(VECTOR_PREFIX)
        || field.startsWith(MULTI_PREFIX)
        || field.startsWith(SPARSE_PREFIX);
  }

  /** Whether a Lucene field holds multivectors: their rows, and the mean of these. */
  static boolean isMultivector(String field) {
    return field.startsWith(MULTI_PREFIX);
  }

  /** The term that a point is found by. */
  public static Term idTerm(PointId id) {
    return new Term(ID, new BytesRef(PointIds.toBytes(id)));
  }

  /** The term of the points that have this vector. */
  public static Term hasTerm(String vectorKey) {
    return new Term(HAS, vectorKey);
  }
}
