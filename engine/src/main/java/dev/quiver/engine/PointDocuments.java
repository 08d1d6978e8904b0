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
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;

/** Makes the Lucene document of a point; {@link Fields} says what is in it. Thread-safe. */
final class PointDocuments {
  /** The codec's bounds of m; a field with m 0 gets no graph at all. */
  private static final int MIN_M = 2;

  private static final int MAX_M = 512;
  private static final int MAX_EF_CONSTRUCT = 10_000;

  private final Map<String, TypeOf> types = new ConcurrentHashMap<>();

  private record TypeOf(VectorParams params, FieldType type) {}

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
      document.add(
          switch (entry.getValue()) {
            case VectorValue.Dense(float[] values) ->
                new KnnFloatVectorField(field, values, type(key, params));
            case VectorValue.Sparse sparse ->
                new BinaryDocValuesField(field, SparseCodec.encode(sparse));
            case VectorValue.Multi multi ->
                new BinaryDocValuesField(field, MultiCodec.encode(multi));
          });
    }
    declared.indexer().addTo(document, point.payload().json());
    return document;
  }

  private FieldType type(String key, VectorParams params) {
    TypeOf known = types.get(key);
    if (known == null || !known.params().equals(params)) {
      known = new TypeOf(params, typeOf(params));
      types.put(key, known);
    }
    return known.type();
  }

  private static FieldType typeOf(VectorParams params) {
    FieldType type = new FieldType();
    // The codec scores by its own attribute; Lucene's function only has to be the same for ever.
    type.setVectorAttributes(
        params.size(), VectorEncoding.FLOAT32, VectorSimilarityFunction.EUCLIDEAN);
    type.putAttribute(VectorAttributes.DISTANCE, distance(params.distance()));
    type.putAttribute(
        VectorAttributes.ELEMENT,
        switch (params.datatype()) {
          case FLOAT32 -> VectorAttributes.FLOAT32;
          case FLOAT16 -> VectorAttributes.FLOAT16;
          case UINT8 -> VectorAttributes.UINT8;
        });
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
          case NONE -> VectorAttributes.CODES_NONE;
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
