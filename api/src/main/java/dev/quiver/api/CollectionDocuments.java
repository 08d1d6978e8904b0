package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.QuiverException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bodies that create or change a collection, turned into the effective {@link CollectionConfig}
 * document with Qdrant's defaults.
 *
 * <p>What Quiver acts on: vectors (size, distance, datatype, multivector_config, hnsw m and
 * ef_construct), sparse_vectors (modifier, datatype), metadata. What it accepts, checks and returns
 * as a hint about layout or speed, because the answers are the same without it: on_disk, memory,
 * quantization, WAL and optimizer settings, shard_number, replication and consistency factors. What
 * would change answers and is not there yet is refused as not implemented, by name.
 */
final class CollectionDocuments {
  private static final String INVALID_NAME_CHARS = "<>:\"/\\|?*\0\u001F";
  private static final int COLLECTION_NAME_MAX_BYTES = 255;
  private static final int VECTOR_NAME_MAX_BYTES = 200;

  private CollectionDocuments() {}

  /** Checks the name of a collection that is to be created. */
  static void checkNewName(String name) {
    checkName(name, INVALID_NAME_CHARS);
  }

  /** Checks a name in any other call: less strict, since old collections may have such names. */
  static void checkName(String name) {
    checkName(name, "/\0");
  }

  private static void checkName(String name, String invalidChars) {
    Problems problems = new Problems(Problems.PATH);
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > COLLECTION_NAME_MAX_BYTES) {
      problems.invalid(
          "collection_name",
          "value \""
              + Shape.abbreviate(name)
              + "\" invalid, must be from 1 to "
              + COLLECTION_NAME_MAX_BYTES
              + " characters");
    }
    int bad = firstOf(name, invalidChars);
    if (bad >= 0) {
      problems.invalid(
          "collection_name", "collection name cannot contain \"" + name.charAt(bad) + "\" char");
    }
    problems.throwIfAny();
  }

  private static int firstOf(String text, String chars) {
    for (int i = 0; i < text.length(); i++) {
      if (chars.indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The configuration of a new collection.
   *
   * @throws QuiverException FORMAT, VALIDATION, WRONG_INPUT or NOT_IMPLEMENTED
   */
  static CollectionConfig create(JsonNode body) {
    ObjectNode given = checked(CollectionShapes.CREATE, body);
    ObjectNode document = JsonNodeFactory.instance.objectNode();

    ObjectNode params = document.putObject("params");
    params.set("vectors", effectiveVectors(given.path("vectors")));
    ObjectNode sparse = effectiveSparse(given.path("sparse_vectors"), params.path("vectors"));
    if (!sparse.isEmpty()) {
      params.set("sparse_vectors", sparse);
    }
    params.put("shard_number", given.path("shard_number").asInt(1));
    copy(given, params, "sharding_method");
    params.put("replication_factor", given.path("replication_factor").asLong(1));
    params.put("write_consistency_factor", given.path("write_consistency_factor").asLong(1));
    params.put("on_disk_payload", given.path("on_disk_payload").asBoolean(true));
    copy(given, params, "payload");

    ObjectNode hnsw = document.putObject("hnsw_config");
    hnsw.put("m", CollectionConfig.DEFAULT_M);
    hnsw.put("ef_construct", CollectionConfig.DEFAULT_EF_CONSTRUCT);
    hnsw.put("full_scan_threshold", 10_000);
    hnsw.put("max_indexing_threads", 0);
    hnsw.put("on_disk", false);
    merge(hnsw, given.path("hnsw_config"));

    ObjectNode optimizers = document.putObject("optimizer_config");
    optimizers.put("deleted_threshold", 0.2);
    optimizers.put("vacuum_min_vector_number", 1_000);
    optimizers.put("default_segment_number", 0);
    optimizers.putNull("max_segment_size");
    optimizers.putNull("memmap_threshold");
    optimizers.put("indexing_threshold", 10_000);
    optimizers.put("flush_interval_sec", 5);
    optimizers.putNull("max_optimization_threads");
    optimizers.putNull("prevent_unoptimized");
    mergeOptimizers(optimizers, given.path("optimizers_config"));

    ObjectNode wal = document.putObject("wal_config");
    wal.put("wal_capacity_mb", 32);
    wal.put("wal_segments_ahead", 0);
    wal.put("wal_retain_closed", 1);
    merge(wal, given.path("wal_config"));

    JsonNode quantization = given.get("quantization_config");
    document.set(
        "quantization_config",
        quantization == null ? JsonNodeFactory.instance.nullNode() : quantization);
    copy(given, document, "strict_mode_config");
    copy(given, document, "metadata");
    return CollectionConfig.fromDocument(document);
  }

  /** Checks a change before any collection is looked at. */
  static ObjectNode checkUpdate(JsonNode body) {
    ObjectNode given = checked(CollectionShapes.UPDATE, body);
    return given;
  }

  /**
   * The configuration after a change: what the change does not name stays.
   *
   * @param change what {@link #checkUpdate} returned
   */
  static CollectionConfig update(CollectionConfig current, ObjectNode change) {
    ObjectNode document = current.document().deepCopy();
    ObjectNode params = (ObjectNode) document.get("params");
    for (Map.Entry<String, JsonNode> entry : change.path("vectors").properties()) {
      JsonNode vectors = params.path("vectors");
      JsonNode target =
          CollectionShapes.isSingleVector(vectors)
              ? (entry.getKey().isEmpty() ? vectors : null)
              : vectors.get(entry.getKey());
      if (!(target instanceof ObjectNode vector)) {
        throw QuiverException.wrongInput("Not existing vector name error: " + entry.getKey());
      }
      mergeVector(vector, CollectionShapes.VECTOR_DIFF.known(entry.getValue()));
    }
    mergeSparse(params.path("sparse_vectors"), change.path("sparse_vectors"));
    merge(params, change.path("params"));
    merge((ObjectNode) document.get("hnsw_config"), change.path("hnsw_config"));
    mergeOptimizers(
        (ObjectNode) document.get("optimizer_config"), change.path("optimizers_config"));
    mergeQuantization(document, change.get("quantization_config"), true);
    if (change.has("strict_mode_config")) {
      merge(document.withObjectProperty("strict_mode_config"), change.path("strict_mode_config"));
    }
    if (change.has("metadata")) {
      ObjectNode metadata = document.withObjectProperty("metadata");
      for (Map.Entry<String, JsonNode> entry : change.path("metadata").properties()) {
        if (entry.getValue().isNull()) {
          metadata.remove(entry.getKey());
        } else {
          metadata.set(entry.getKey(), entry.getValue());
        }
      }
    }
    return CollectionConfig.fromDocument(document);
  }

  private static ObjectNode checked(Shape.Struct shape, JsonNode body) {
    Problems problems = new Problems(Problems.JSON_BODY);
    shape.check(body, "", problems);
    problems.throwIfAny();
    return shape.known(body);
  }

  private static JsonNode effectiveVectors(JsonNode given) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    if (CollectionShapes.isSingleVector(given)) {
      return effectiveVector(given);
    }
    for (Map.Entry<String, JsonNode> entry : given.properties()) {
      checkVectorName("dense", entry.getKey());
      result.set(entry.getKey(), effectiveVector(entry.getValue()));
    }
    return result;
  }

  private static ObjectNode effectiveSparse(JsonNode given, JsonNode dense) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> entry : given.properties()) {
      checkVectorName("sparse", entry.getKey());
    }
    if (given.has("")) {
      throw QuiverException.wrongInput("Sparse vector name cannot be empty");
    }
    for (Map.Entry<String, JsonNode> entry : given.properties()) {
      String name = entry.getKey();
      if (!CollectionShapes.isSingleVector(dense) && dense.has(name)) {
        throw QuiverException.wrongInput(
            "Dense and sparse vector names must be unique - duplicate found with '" + name + "'");
      }
      result.set(name, CollectionShapes.SPARSE_VECTOR.known(entry.getValue()));
    }
    return result;
  }

  private static void checkVectorName(String kind, String name) {
    String wrong = wrongVectorName(name);
    if (wrong != null) {
      throw QuiverException.wrongInput(
          "Invalid " + kind + " vector name `" + Shape.abbreviate(name) + "`: " + wrong);
    }
  }

  /** What is wrong with the name of a vector; null when nothing is. */
  static @Nullable String wrongVectorName(String name) {
    if (name.getBytes(StandardCharsets.UTF_8).length > VECTOR_NAME_MAX_BYTES) {
      return "vector name must be at most " + VECTOR_NAME_MAX_BYTES + " bytes long";
    }
    int bad = firstOf(name, INVALID_NAME_CHARS);
    return bad < 0 ? null : "vector name cannot contain \"" + name.charAt(bad) + "\" char";
  }

  /**
   * The parameters of a vector that is added to a collection.
   *
   * @param body {@code {"dense": {...}}} or {@code {"sparse": {...}}}
   * @throws QuiverException FORMAT, VALIDATION or NOT_IMPLEMENTED
   */
  static ObjectNode vector(String name, JsonNode body) {
    Problems problems = new Problems(Problems.JSON_BODY);
    if (!body.isObject() || !(body.hasNonNull("dense") || body.hasNonNull("sparse"))) {
      throw problems.format("", "data did not match any variant of untagged enum VectorNameConfig");
    }
    if (!body.hasNonNull("dense")) {
      return newSparseVector(name, body.get("sparse"), problems);
    }
    CollectionShapes.NEW_VECTOR.check(body.get("dense"), "dense", problems);
    problems.throwIfAny();
    return effectiveVector(CollectionShapes.NEW_VECTOR.known(body.get("dense")));
  }

  private static ObjectNode newSparseVector(String name, JsonNode given, Problems problems) {
    CollectionShapes.NEW_SPARSE_VECTOR.check(given, "sparse", problems);
    problems.throwIfAny();
    if (name.isEmpty()) {
      throw QuiverException.wrongInput("Sparse vector name cannot be empty");
    }
    ObjectNode known = CollectionShapes.NEW_SPARSE_VECTOR.known(given);
    ObjectNode vector = JsonNodeFactory.instance.objectNode();
    if (known.has("datatype")) {
      vector.putObject("index").set("datatype", known.get("datatype"));
    }
    copy(known, vector, "modifier");
    return vector;
  }

  private static ObjectNode effectiveVector(JsonNode given) {
    ObjectNode vector = CollectionShapes.VECTOR.known(given);
    if (vector.path("hnsw_config").isEmpty()) {
      vector.remove("hnsw_config");
    }
    return vector;
  }

  private static void mergeVector(ObjectNode vector, ObjectNode change) {
    if (change.has("hnsw_config")) {
      merge(vector.withObjectProperty("hnsw_config"), change.path("hnsw_config"));
    }
    mergeQuantization(vector, change.get("quantization_config"), false);
    copy(change, vector, "on_disk");
    copy(change, vector, "memory");
  }

  private static void mergeSparse(JsonNode sparse, JsonNode change) {
    for (Map.Entry<String, JsonNode> entry : change.properties()) {
      if (!(sparse.get(entry.getKey()) instanceof ObjectNode vector)) {
        throw QuiverException.wrongInput("Not existing vector name error: " + entry.getKey());
      }
      ObjectNode given = CollectionShapes.SPARSE_VECTOR.known(entry.getValue());
      copy(given, vector, "modifier");
      if (given.has("index")) {
        merge(vector.withObjectProperty("index"), given.path("index"));
      }
    }
  }

  private static void mergeQuantization(
      ObjectNode target, @Nullable JsonNode change, boolean keepNull) {
    if (change == null) {
      return;
    }
    if (!change.isTextual()) {
      target.set("quantization_config", change);
    } else if (keepNull) {
      target.putNull("quantization_config");
    } else {
      target.remove("quantization_config");
    }
  }

  private static void mergeOptimizers(ObjectNode target, JsonNode change) {
    merge(target, change);
    if (change.path("max_optimization_threads").isTextual()) {
      target.putNull("max_optimization_threads");
    }
  }

  private static void merge(ObjectNode target, JsonNode change) {
    for (Map.Entry<String, JsonNode> entry : change.properties()) {
      target.set(entry.getKey(), entry.getValue());
    }
  }

  private static void copy(ObjectNode from, ObjectNode to, String member) {
    JsonNode value = from.get(member);
    if (value != null) {
      to.set(member, value);
    }
  }

  /** The actions of a body that changes aliases. */
  static ArrayNode aliasActions(JsonNode body) {
    Problems problems = new Problems(Problems.JSON_BODY);
    CollectionShapes.CHANGE_ALIASES.check(body, "", problems);
    return (ArrayNode) body.get("actions");
  }
}
