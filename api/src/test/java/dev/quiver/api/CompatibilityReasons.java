package dev.quiver.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a part of Qdrant's API is not as it is there. Keys are {@code Schema.member}, or {@code
 * *.member} for every schema; the first that fits counts.
 */
final class CompatibilityReasons {
  private final Map<String, String> reasons = new LinkedHashMap<>();

  private CompatibilityReasons() {}

  /** Members that are taken, checked and returned, and change no answer. */
  static CompatibilityReasons hints() {
    CompatibilityReasons hints = new CompatibilityReasons();
    String placed = "vectors and graphs are mapped files; the page cache decides what is in memory";
    hints.add("*.on_disk", placed);
    hints.add("*.memory", placed);
    hints.add("*.always_ram", placed);
    hints.add("*.on_disk_payload", placed);
    hints.add("*.inline_storage", placed);
    hints.add("CreateCollection.payload", placed);
    hints.add("CollectionParamsDiff.payload", placed);
    String one = "one machine holds the only copy";
    hints.add("*.replication_factor", one);
    hints.add("*.write_consistency_factor", one);
    hints.add("*.read_fan_out_factor", one);
    hints.add("*.read_fan_out_delay_ms", one);
    hints.add("*.shard_number", "one machine holds the only shard");
    hints.add(
        "*.max_indexing_threads",
        "builds share the threads of the process (merge.threads, build.threads)");
    hints.add(
        "*.max_optimization_threads",
        "builds share the threads of the process (merge.threads, build.threads)");
    String merges = "Lucene's merges keep segments in shape, by one policy for all collections";
    for (String name :
        new String[] {
          "deleted_threshold", "vacuum_min_vector_number", "default_segment_number",
              "max_segment_size",
          "memmap_threshold", "indexing_threshold", "flush_interval_sec", "prevent_unoptimized"
        }) {
      hints.add("*." + name, merges);
    }
    hints.add(
        "*.full_scan_threshold",
        "the search chooses between scan and graph by what each would cost");
    String log = "the log is Quiver's own";
    hints.add("*.wal_config", log);
    hints.add("*.wal_capacity_mb", log);
    hints.add("*.wal_segments_ahead", log);
    hints.add("*.wal_retain_closed", log);
    String filtered = "a filtered search chooses its way by itself";
    hints.add("*.payload_m", filtered);
    hints.add("*.enable_hnsw", filtered);
    hints.add("*.acorn", filtered);
    hints.add("AcornSearchParams.enable", filtered);
    hints.add("AcornSearchParams.max_selectivity", filtered);
    hints.add("*.is_tenant", "layout of the storage; strict mode reads it");
    hints.add("*.is_principal", "layout of the storage");
    hints.add(
        "ScalarQuantizationConfig.quantile", "codes are fitted to the vectors by a measurement");
    hints.add("BinaryQuantizationConfig.encoding", "codes have 4 or 8 bits a component");
    hints.add("BinaryQuantizationConfig.query_encoding", "codes have 4 or 8 bits a component");
    hints.add("ProductQuantizationConfig.compression", "codes have 4 or 8 bits a component");
    hints.add("TurboQuantQuantizationConfig.bits", "codes have 4 or 8 bits a component");
    hints.add("FacetRequest.exact", "counts are exact in any case");
    hints.add("FacetCounts.exact", "counts are exact in any case");
    hints.add("CountPoints.exact", "counts are exact in any case");
    hints.add("CountRequest.exact", "counts are exact in any case");
    return hints;
  }

  /** Members that say which shards: one machine has none with a key. */
  static CompatibilityReasons standalone() {
    CompatibilityReasons alone = new CompatibilityReasons();
    String none = "no shard has a key on one machine: answered as Qdrant does there";
    alone.add("*.shard_key", none);
    alone.add("*.shard_keys", none);
    alone.add("*.shard_key_selector", none);
    alone.add("*.fallback", none);
    alone.add("ShardKey.*", none);
    alone.add("ShardKeyWithFallback.*", none);
    alone.add("ShardKeySelector.*", none);
    return alone;
  }

  /** Members that are not looked at, and why that does no harm. */
  static CompatibilityReasons free() {
    CompatibilityReasons free = new CompatibilityReasons();
    free.add("FacetCounts.exact", "counts are exact in any case");
    free.add("AcornSearchParams.enable", "a filtered search chooses its way by itself");
    free.add("PointStruct.payload", "any object is a payload; other values are refused");
    return free;
  }

  /** Members of requests that are refused, with this for a reason. */
  static CompatibilityReasons refused() {
    CompatibilityReasons refused = new CompatibilityReasons();
    refused.add("Image.*", "no model on board embeds images");
    refused.add("InferenceObject.*", "no model on board embeds objects");
    refused.add("Vector.image", "no model on board embeds images");
    refused.add("VectorInput.image", "no model on board embeds images");
    refused.add("Vector.object", "no model on board embeds objects");
    refused.add("VectorInput.object", "no model on board embeds objects");
    return refused;
  }

  /** Optional members that answers lack, as Qdrant's do while there is nothing to tell. */
  static CompatibilityReasons silent() {
    CompatibilityReasons silent = new CompatibilityReasons();
    String usage = "only with hardware reporting, which is off, as by default in Qdrant";
    silent.add("*.usage", usage);
    silent.add("Usage.*", usage);
    silent.add("HardwareUsage.*", usage);
    silent.add("InferenceUsage.*", usage);
    silent.add("ModelUsage.*", usage);
    silent.add("CollectionInfo.warnings", "there is nothing to warn of");
    silent.add("CollectionWarning.message", "there is nothing to warn of");
    silent.add("UpdateQueueInfo.deferred_points", "no point is ever hidden from reads");
    silent.add(
        "OptimizersStatus.*", "optimizers do not fail: what cannot be merged stays as it is");
    silent.add(
        "OptimizerStatus.error", "optimizers do not fail: what cannot be merged stays as it is");
    silent.add("ProgressTree.children", "a merge has no parts");
    silent.add("PendingOptimization.*", "merges that are due begin at once");
    return silent;
  }

  /** Members that answers lack. */
  static CompatibilityReasons absent() {
    CompatibilityReasons absent = new CompatibilityReasons();
    absent.add("*.shard_key", "no shard has a key on one machine");
    String alone = "one machine has no other shards";
    absent.add("CollectionClusterInfoResponse.remote_shards", alone);
    absent.add("CollectionClusterInfoResponse.shard_transfers", alone);
    absent.add("CollectionClusterInfoResponse.resharding_operations", alone);
    absent.add("RemoteShardInfo.*", alone);
    absent.add("ReshardingInfo.*", alone);
    absent.add("ShardTransferInfo.*", alone);
    absent.add("ShardKey.*", alone);
    String flat = "deprecated there; the same values are in the vector's own kind";
    absent.add("VectorOutput.data", flat);
    absent.add("VectorOutput.indices", flat);
    absent.add("VectorOutput.vectors_count", flat);
    absent.add("SparseIndices.data", flat);
    return absent;
  }

  private void add(String key, String reason) {
    reasons.put(key, reason);
  }

  @Nullable String of(String field) {
    int dot = field.indexOf('.');
    for (String key :
        new String[] {field, field.substring(0, dot) + ".*", "*" + field.substring(dot)}) {
      String reason = reasons.get(key);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }
}
