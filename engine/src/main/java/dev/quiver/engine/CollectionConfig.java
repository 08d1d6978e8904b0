package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.index.CodesOption;
import dev.quiver.index.Distance;
import dev.quiver.index.VectorPlacement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A collection's configuration: the effective document in Qdrant's shape ({@code params}, {@code
 * hnsw_config}, {@code optimizer_config}, {@code wal_config}, {@code quantization_config}, {@code
 * strict_mode_config}, {@code metadata}), complete with defaults, and what the engine reads out of
 * it. Immutable: nobody may change the document.
 *
 * @param vectors by name, {@code ""} for the default vector; {@code params.vectors} is an object of
 *     vector parameters for the single default vector, or a map of them; {@code
 *     params.sparse_vectors} is a map
 */
public record CollectionConfig(ObjectNode document, Map<String, VectorParams> vectors) {
  public static final int DEFAULT_M = 16;
  public static final int DEFAULT_EF_CONSTRUCT = 100;

  /** Reads an effective document; it must have been validated. */
  public static CollectionConfig fromDocument(ObjectNode document) {
    Map<String, VectorParams> vectors = new LinkedHashMap<>();
    JsonNode hnsw = document.path("hnsw_config");
    JsonNode quantization = document.path("quantization_config");
    allVectorDocuments(document)
        .forEach((name, vector) -> vectors.put(name, params(vector, hnsw, quantization)));
    return new CollectionConfig(document, Collections.unmodifiableMap(vectors));
  }

  /** The parameters of each vector as the document has them, by name: dense, then sparse ones. */
  static Map<String, ObjectNode> allVectorDocuments(ObjectNode document) {
    Map<String, ObjectNode> all = new LinkedHashMap<>(vectorDocuments(document));
    all.putAll(sparseDocuments(document));
    return all;
  }

  /** The parameters of sparse vectors. */
  static Map<String, ObjectNode> sparseDocuments(ObjectNode document) {
    Map<String, ObjectNode> vectors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry :
        document.path("params").path("sparse_vectors").properties()) {
      vectors.put(entry.getKey(), (ObjectNode) entry.getValue());
    }
    return vectors;
  }

  /** Whether parameters are those of a sparse vector: only these have no size. */
  static boolean isSparse(ObjectNode vector) {
    return !vector.has("size");
  }

  /** The parameters of dense vectors and multivectors. */
  static Map<String, ObjectNode> vectorDocuments(ObjectNode document) {
    JsonNode declared = document.path("params").path("vectors");
    Map<String, ObjectNode> vectors = new LinkedHashMap<>();
    if (declared.path("size").isIntegralNumber()) {
      vectors.put("", (ObjectNode) declared);
    } else {
      for (Map.Entry<String, JsonNode> entry : declared.properties()) {
        vectors.put(entry.getKey(), (ObjectNode) entry.getValue());
      }
    }
    return vectors;
  }

  /** What the engine needs of a vector's parameters and of the collection's. */
  static VectorParams params(ObjectNode vector, JsonNode hnsw, JsonNode quantization) {
    if (isSparse(vector)) {
      return VectorParams.sparse(
          datatype(vector.path("index")), vector.path("modifier").asText().equals("idf"));
    }
    JsonNode own = vector.path("hnsw_config");
    return new VectorParams(
        vector.path("multivector_config").isObject()
            ? VectorParams.Kind.MULTI
            : VectorParams.Kind.DENSE,
        vector.path("size").asInt(),
        distance(vector.path("distance").asText()),
        datatype(vector),
        own.path("m").asInt(hnsw.path("m").asInt(DEFAULT_M)),
        own.path("ef_construct").asInt(hnsw.path("ef_construct").asInt(DEFAULT_EF_CONSTRUCT)),
        codes(vector.path("quantization_config"), quantization),
        vector.path("on_disk").asBoolean(false) ? VectorPlacement.ON_DISK : VectorPlacement.MAPPED,
        false);
  }

  /** Halves are finer than turbo4's four bits, and the smallest that takes any number. */
  private static Datatype datatype(JsonNode params) {
    String name = params.path("datatype").asText("float32");
    return name.equals("turbo4")
        ? Datatype.FLOAT16
        : Datatype.valueOf(name.toUpperCase(Locale.ROOT));
  }

  /**
   * Qdrant's kinds, on the codes that there are: scalar is 8 bits, binary is 1; product and turbo,
   * which want less memory than scalar, are 4 bits; without any the vectors are measured.
   */
  private static CodesOption codes(JsonNode own, JsonNode collection) {
    JsonNode config = own.isObject() ? own : collection;
    if (config.path("scalar").isObject()) {
      return CodesOption.INT8;
    }
    if (config.path("binary").isObject()) {
      return CodesOption.BIT1;
    }
    return config.isObject() ? CodesOption.INT4 : CodesOption.MEASURED;
  }

  private static Distance distance(String name) {
    return switch (name) {
      case "Cosine" -> Distance.COSINE;
      case "Euclid" -> Distance.EUCLIDEAN;
      case "Dot" -> Distance.DOT;
      case "Manhattan" -> Distance.MANHATTAN;
      default ->
          throw new QuiverException(
              ErrorCode.INTERNAL,
              "distance: " + name + " (expected: Cosine, Euclid, Dot or Manhattan)");
    };
  }
}
