package dev.quiver.engine;

import dev.quiver.index.Distance;
import dev.quiver.lucene.VectorAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;

/** Makes the Lucene document of a point; {@link Fields} says what is in it. Thread-safe. */
final class PointDocuments {
  /** The codec's bounds of m; a field with m 0 gets no graph at all. */
  private static final int MIN_M = 2;

  private static final int MAX_M = 512;
  private static final int MAX_EF_CONSTRUCT = 10_000;

  private final Map<String, TypesOf> types = new ConcurrentHashMap<>();

  /**
   * @param vector of a dense vector, or of the mean of a multivector's rows
   * @param rows of a multivector's rows
   */
  private record TypesOf(VectorParams params, FieldType vector, FieldType rows) {}

  Document document(CollectionConfig config, Declared declared, StoredPoint point) {
    Document document = new Document();
    BytesRef id = new BytesRef(PointIds.toBytes(point.id()));
    document.add(new StringField(Fields.ID, id, Field.Store.NO));
    document.add(new BinaryDocValuesField(Fields.ID, id));
    document.add(new NumericDocValuesField(Fields.VERSION, point.version()));
    if (!point.payload().isEmpty()) {
      document.add(new BinaryDocValuesField(Fields.PAYLOAD, new BytesRef(point.payload().bytes())));
    }
    for (Map.Entry<String, VectorValue> entry : point.vectors().entrySet()) {
      String name = entry.getKey();
      String key = declared.vectors().keyOrNull(name);
      if (key == null) {
        // Of a point that was read before the vector was dropped.
        continue;
      }
      VectorParams params = declared.vectors().params(name, config);
      document.add(new StringField(Fields.HAS, key, Field.Store.NO));
      String field = Fields.vector(params.kind(), key);
      switch (entry.getValue()) {
        case VectorValue.Dense(float[] values) ->
            document.add(new KnnFloatVectorField(field, values, types(key, params).vector()));
        case VectorValue.Sparse sparse -> {
          document.add(new BinaryDocValuesField(field, SparseCodec.encode(sparse)));
          document.add(new SparseField(field, sparse, SparseCode.of(params.datatype())));
        }
        case VectorValue.Multi multi -> {
          TypesOf types = types(key, params);
          document.add(new Field(field, MultiCodec.encode(params, multi), types.rows()));
          document.add(new KnnFloatVectorField(field, MultiCodec.mean(multi), types.vector()));
        }
      }
    }
    declared.indexer().addTo(document, point.payload().json());
    return document;
  }

  private TypesOf types(String key, VectorParams params) {
    TypesOf known = types.get(key);
    if (known == null || !known.params().equals(params)) {
      known = new TypesOf(params, typeOf(params), typeOfRows(params));
      types.put(key, known);
    }
    return known;
  }

  private static FieldType typeOfRows(VectorParams params) {
    FieldType type = new FieldType();
    type.setDocValuesType(DocValuesType.BINARY);
    type.putAttribute(VectorAttributes.ROWS_DIMENSION, Integer.toString(params.size()));
    type.putAttribute(VectorAttributes.ROWS_DISTANCE, distance(params.distance()));
    type.putAttribute(VectorAttributes.ROWS_ELEMENT, MultiCodec.element(params.datatype()));
    type.freeze();
    return type;
  }

  private static FieldType typeOf(VectorParams params) {
    FieldType type = new FieldType();
    // The codec scores by its own attribute; Lucene's function only has to be the same for ever.
    type.setVectorAttributes(
        params.size(), VectorEncoding.FLOAT32, VectorSimilarityFunction.EUCLIDEAN);
    type.putAttribute(VectorAttributes.DISTANCE, distance(params.distance()));
    // The mean of rows of whole numbers is no whole number.
    Datatype datatype =
        params.kind() == VectorParams.Kind.MULTI ? Datatype.FLOAT32 : params.datatype();
    type.putAttribute(VectorAttributes.ELEMENT, MultiCodec.element(datatype));
    type.putAttribute(VectorAttributes.M, Integer.toString(Math.clamp(params.m(), MIN_M, MAX_M)));
    type.putAttribute(
        VectorAttributes.EF_CONSTRUCT,
        Integer.toString(Math.clamp(params.efConstruct(), 1, MAX_EF_CONSTRUCT)));
    type.putAttribute(
        VectorAttributes.CODES,
        switch (params.codes()) {
          case MEASURED -> VectorAttributes.CODES_MEASURED;
          case INT8 -> VectorAttributes.CODES_INT8;
          case INT4 -> VectorAttributes.CODES_INT4;
          case BIT1 -> VectorAttributes.CODES_BIT1;
          case NONE -> VectorAttributes.CODES_NONE;
        });
    type.putAttribute(
        VectorAttributes.PLACEMENT,
        switch (params.placement()) {
          case MAPPED -> VectorAttributes.MAPPED;
          case ON_DISK -> VectorAttributes.ON_DISK;
        });
    if (params.m() == 0) {
      type.putAttribute(VectorAttributes.FULL_SCAN_THRESHOLD, Integer.toString(Integer.MAX_VALUE));
    }
    type.freeze();
    return type;
  }

  private static String distance(Distance distance) {
    return switch (distance) {
      case DOT -> VectorAttributes.DOT;
      case COSINE -> VectorAttributes.COSINE;
      case EUCLIDEAN -> VectorAttributes.EUCLIDEAN;
      case MANHATTAN -> VectorAttributes.MANHATTAN;
    };
  }
}
