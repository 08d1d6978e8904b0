package dev.quiver.api;

import static dev.quiver.api.Shape.array;
import static dev.quiver.api.Shape.bool;
import static dev.quiver.api.Shape.map;
import static dev.quiver.api.Shape.real;
import static dev.quiver.api.Shape.realAtLeast;
import static dev.quiver.api.Shape.string;
import static dev.quiver.api.Shape.struct;
import static dev.quiver.api.Shape.u32;
import static dev.quiver.api.Shape.u64;
import static dev.quiver.api.Shape.u8;
import static dev.quiver.api.Shape.word;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** The shapes of collection bodies: CreateCollection, UpdateCollection and what they contain. */
final class CollectionShapes {
  static final Shape MEMORY = word("cold", "cached", "pinned");

  private static final Shape PAYLOAD_MEMORY = unpinned("payload storage");
  private static final Shape VECTOR_MEMORY = unpinned("dense vector storage");
  private static final Shape DATATYPE = word("float32", "uint8", "float16", "turbo4");
  private static final Shape SPARSE_DATATYPE =
      (value, path, problems) -> {
        DATATYPE.check(value, path, problems);
        if (value.textValue().equals("turbo4")) {
          problems.invalid(path, "sparse vectors do not support the `turbo4` datatype");
        }
      };

  static final Shape.Struct HNSW =
      struct("HnswConfigDiff")
          .optional(u64(), "m")
          .optional(u64(4), "ef_construct")
          .optional(u64(10), "full_scan_threshold", "full_scan_threshold_kb")
          .optional(u64(), "max_indexing_threads")
          .optional(bool(), "on_disk")
          .optional(MEMORY, "memory")
          .optional(u64(), "payload_m")
          .optional(bool(), "inline_storage");

  static final Shape.Struct WAL =
      struct("WalConfigDiff")
          .optional(u64(1), "wal_capacity_mb")
          .optional(u64(), "wal_segments_ahead")
          .optional(u64(1), "wal_retain_closed");

  private static final Shape MAX_OPTIMIZATION_THREADS =
      (value, path, problems) ->
          (value.isTextual() ? word("auto") : u64()).check(value, path, problems);

  static final Shape.Struct OPTIMIZERS =
      struct("OptimizersConfigDiff")
          .optional(real(0.0, 1.0), "deleted_threshold")
          .optional(u64(100), "vacuum_min_vector_number")
          .optional(u64(), "default_segment_number")
          .optional(u64(1), "max_segment_size", "max_segment_size_kb")
          .optional(u64(), "memmap_threshold", "memmap_threshold_kb")
          .optional(u64(), "indexing_threshold", "indexing_threshold_kb")
          .optional(u64(), "flush_interval_sec")
          .optional(MAX_OPTIMIZATION_THREADS, "max_optimization_threads")
          .optional(bool(), "prevent_unoptimized");

  private static final Map<String, Shape.Struct> QUANTIZATIONS =
      Map.of(
          "scalar",
          struct("ScalarQuantizationConfig")
              .required(word("int8"), "type")
              .optional(real(0.5, 1.0), "quantile")
              .optional(bool(), "always_ram")
              .optional(MEMORY, "memory"),
          "product",
          struct("ProductQuantizationConfig")
              .required(word("x4", "x8", "x16", "x32", "x64"), "compression")
              .optional(bool(), "always_ram")
              .optional(MEMORY, "memory"),
          "binary",
          struct("BinaryQuantizationConfig")
              .optional(bool(), "always_ram")
              .optional(MEMORY, "memory")
              .optional(word("one_bit", "two_bits", "one_and_half_bits"), "encoding")
              .optional(word("default", "binary", "scalar4bits", "scalar8bits"), "query_encoding"),
          "turbo",
          struct("TurboQuantQuantizationConfig")
              .optional(bool(), "always_ram")
              .optional(MEMORY, "memory")
              .optional(word("bits1", "bits1_5", "bits2", "bits4"), "bits"));

  /** Exactly one of scalar, product, binary and turbo. */
  static final Shape QUANTIZATION =
      (value, path, problems) -> {
        for (Map.Entry<String, Shape.Struct> form : QUANTIZATIONS.entrySet()) {
          JsonNode config = value.get(form.getKey());
          if (config != null && !config.isNull()) {
            form.getValue().check(config, path + "." + form.getKey(), problems);
            return;
          }
        }
        throw problems.format(
            path, "data did not match any variant of untagged enum QuantizationConfig");
      };

  static final Shape QUANTIZATION_DIFF =
      (value, path, problems) ->
          (value.isTextual() ? word("Disabled") : QUANTIZATION).check(value, path, problems);

  static final Shape.Struct VECTOR =
      struct("VectorParams")
          .required(u64(1, 65_536), "size")
          .required(word("Cosine", "Euclid", "Dot", "Manhattan"), "distance")
          .optional(HNSW, "hnsw_config")
          .optional(QUANTIZATION, "quantization_config", "quantization")
          .optional(bool(), "on_disk")
          .optional(VECTOR_MEMORY, "memory")
          .optional(DATATYPE, "datatype")
          .optional(
              struct("MultiVectorConfig").required(word("max_sim"), "comparator"),
              "multivector_config");

  /** What a vector is that is added to a collection; how it is kept is not said there. */
  static final Shape.Struct NEW_VECTOR =
      struct("DenseVectorConfig")
          .required(u64(1, 65_536), "size")
          .required(word("Cosine", "Euclid", "Dot", "Manhattan"), "distance")
          .optional(DATATYPE, "datatype")
          .optional(
              struct("MultiVectorConfig").required(word("max_sim"), "comparator"),
              "multivector_config");

  /** One vector's parameters, or a map of them. */
  static final Shape VECTORS =
      (value, path, problems) ->
          (isSingleVector(value) ? VECTOR : map(VECTOR)).check(value, path, problems);

  static final Shape.Struct VECTOR_DIFF =
      struct("VectorParamsDiff")
          .optional(HNSW, "hnsw_config")
          .optional(QUANTIZATION_DIFF, "quantization_config", "quantization")
          .optional(bool(), "on_disk")
          .optional(VECTOR_MEMORY, "memory");

  static final Shape.Struct PAYLOAD_STORAGE =
      struct("PayloadStorageParams").optional(PAYLOAD_MEMORY, "memory");

  static final Shape.Struct PARAMS_DIFF =
      struct("CollectionParamsDiff")
          .optional(u32(1), "replication_factor")
          .optional(u32(1), "write_consistency_factor")
          .optional(u32(0), "read_fan_out_factor")
          .optional(u64(), "read_fan_out_delay_ms")
          .optional(bool(), "on_disk_payload")
          .optional(PAYLOAD_STORAGE, "payload");

  static final Shape.Struct STRICT_MODE =
      struct("StrictModeConfig")
          .optional(bool(), "enabled")
          .optional(u64(1), "max_query_limit")
          .optional(u64(1), "max_timeout")
          .optional(bool(), "unindexed_filtering_retrieve")
          .optional(bool(), "unindexed_filtering_update")
          .optional(u64(), "search_max_hnsw_ef")
          .optional(bool(), "search_allow_exact")
          .optional(realAtLeast(0.0), "search_max_oversampling")
          .optional(u64(), "upsert_max_batchsize")
          .optional(u64(), "search_max_batchsize")
          .optional(u64(), "max_collection_vector_size_bytes")
          .optional(u64(1), "read_rate_limit")
          .optional(u64(1), "write_rate_limit")
          .optional(u64(), "max_collection_payload_size_bytes")
          .optional(u64(1), "max_points_count")
          .optional(u64(), "filter_max_conditions")
          .optional(u64(), "condition_max_size")
          .optional(
              map(struct("StrictModeMultivector").optional(u64(1), "max_vectors")),
              "multivector_config")
          .optional(map(struct("StrictModeSparse").optional(u64(1), "max_length")), "sparse_config")
          .optional(u64(), "max_payload_index_count")
          .optional(u8(1, 100), "max_resident_memory_percent");

  static final Shape.Struct SPARSE_VECTOR =
      struct("SparseVectorParams")
          .optional(
              struct("SparseIndexParams")
                  .optional(u64(), "full_scan_threshold")
                  .optional(bool(), "on_disk")
                  .optional(MEMORY, "memory")
                  .optional(SPARSE_DATATYPE, "datatype"),
              "index")
          .optional(word("none", "idf"), "modifier");

  /** What a sparse vector is that is added to a collection. */
  static final Shape.Struct NEW_SPARSE_VECTOR =
      struct("SparseVectorConfig")
          .optional(word("none", "idf"), "modifier")
          .optional(SPARSE_DATATYPE, "datatype");

  private static final Shape SPARSE_VECTORS = map(SPARSE_VECTOR);

  private static final Shape METADATA = Shape.freeObject();

  static final Shape.Struct CREATE =
      struct("CreateCollection")
          .optional(VECTORS, "vectors")
          .optional(u32(1), "shard_number")
          .optional(word("auto", "custom"), "sharding_method")
          .optional(u32(1), "replication_factor")
          .optional(u32(1), "write_consistency_factor")
          .optional(bool(), "on_disk_payload")
          .optional(PAYLOAD_STORAGE, "payload")
          .optional(HNSW, "hnsw_config")
          .optional(WAL, "wal_config")
          .optional(OPTIMIZERS, "optimizers_config", "optimizer_config")
          .optional(QUANTIZATION, "quantization_config", "quantization")
          .optional(SPARSE_VECTORS, "sparse_vectors")
          .optional(STRICT_MODE, "strict_mode_config")
          .optional(METADATA, "metadata");

  static final Shape.Struct UPDATE =
      struct("UpdateCollection")
          .optional(map(VECTOR_DIFF), "vectors")
          .optional(OPTIMIZERS, "optimizers_config", "optimizer_config")
          .optional(PARAMS_DIFF, "params")
          .optional(HNSW, "hnsw_config")
          .optional(QUANTIZATION_DIFF, "quantization_config", "quantization")
          .optional(SPARSE_VECTORS, "sparse_vectors")
          .optional(STRICT_MODE, "strict_mode_config")
          .optional(METADATA, "metadata");

  static final Shape.Struct CHANGE_ALIASES =
      struct("ChangeAliasesOperation").required(array(aliasAction()), "actions");

  private CollectionShapes() {}

  /** Whether it is one vector's parameters, rather than a map of named ones. */
  static boolean isSingleVector(JsonNode vectors) {
    JsonNode size = vectors.path("size");
    return (!size.isMissingNode() && !size.isObject()) || vectors.path("distance").isTextual();
  }

  private static Shape aliasAction() {
    Map<String, Shape.Struct> actions =
        Map.of(
            "create_alias",
            struct("CreateAlias")
                .required(string(), "collection_name")
                .required(string(), "alias_name"),
            "delete_alias",
            struct("DeleteAlias").required(string(), "alias_name"),
            "rename_alias",
            struct("RenameAlias")
                .required(string(), "old_alias_name")
                .required(string(), "new_alias_name"));
    return (value, path, problems) -> {
      for (Map.Entry<String, Shape.Struct> action : actions.entrySet()) {
        JsonNode body = value.get(action.getKey());
        if (body != null && !body.isNull()) {
          action.getValue().check(body, path + "." + action.getKey(), problems);
          return;
        }
      }
      throw problems.format(
          path, "data did not match any variant of untagged enum AliasOperations");
    };
  }

  private static Shape unpinned(String what) {
    return (value, path, problems) -> {
      MEMORY.check(value, path, problems);
      if (value.textValue().equals("pinned")) {
        problems.invalid(path, "`pinned` memory placement is not supported for " + what);
      }
    };
  }
}
