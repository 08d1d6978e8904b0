package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.QuotaStatus;
import dev.quiver.engine.SegmentSummary;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the server tells of itself and its collections, the more the higher the level: 0 counts, 1
 * adds features and sums of collections, 2 their configurations, 3 their shards, 4 their segments.
 * From level 3 on collections are opened to be looked at, so that of so many collections only the
 * first ones are shown in depth.
 */
final class RestTelemetry {
  private static final int OPENED_MAX = 500;

  private final Database database;
  private final ApiMetrics metrics;
  private final VersionInfo version;
  private final SearchPool pool;
  private final String instanceId = UUID.randomUUID().toString();
  private final Instant started = Instant.now();

  RestTelemetry(Database database, ApiMetrics metrics, VersionInfo version, SearchPool pool) {
    this.database = database;
    this.metrics = metrics;
    this.version = version;
    this.pool = pool;
  }

  ObjectNode report(Access access, MetricsView view, long level) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("id", instanceId);
    ObjectNode app = result.putObject("app");
    app.put("name", "qdrant");
    app.put("version", version.version());
    if (level >= 1) {
      features(app);
    }
    app.put("startup", started.toString());
    List<String> names = database.collections().stream().filter(access::sees).toList();
    ObjectNode collections = result.putObject("collections");
    collections.put("number_of_collections", names.size());
    if (level >= 1) {
      ArrayNode list = collections.putArray("collections");
      Map<String, Long> points = database.approximatePoints();
      for (int i = 0; i < names.size(); i++) {
        collection(names.get(i), points, view, i < OPENED_MAX ? level : Math.min(level, 2), list);
      }
    }
    if (access instanceof Access.Global) {
      result.putObject("cluster").put("enabled", false);
      result.set("requests", metrics.telemetry(view));
      if (level >= 1) {
        memory(result.putObject("memory"));
        result
            .putObject("search_pool")
            .put("mode", "shared")
            .put("high_cpu_threads", pool.threadCount())
            .put("high_io_threads", 0);
      }
      quota(result.putObject("quota"));
    }
    return result;
  }

  private static void features(ObjectNode app) {
    ObjectNode features = app.putObject("features");
    features.put("debug", false);
    features.put("service_debug_feature", false);
    features.put("recovery_mode", false);
    features.put("gpu", false);
    features.put("rocksdb", false);
    features.put("staging", false);
    ObjectNode system = app.putObject("system");
    system.put("distribution", System.getProperty("os.name"));
    system.put("distribution_version", System.getProperty("os.version"));
    system.put("is_docker", false);
    system.put("cores", Runtime.getRuntime().availableProcessors());
    system.put("ram_size", Runtime.getRuntime().maxMemory() >> 10);
    system.put("cpu_flags", "");
    system.put("cpu_endian", ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "little" : "big");
  }

  private static void memory(ObjectNode memory) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MemoryUsage rest = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    memory.put("active_bytes", heap.getCommitted());
    memory.put("allocated_bytes", heap.getUsed());
    memory.put("metadata_bytes", rest.getUsed());
    memory.put("resident_bytes", heap.getCommitted() + rest.getCommitted());
    memory.put("retained_bytes", Math.max(0, heap.getMax() - heap.getCommitted()));
  }

  private void quota(ObjectNode quota) {
    QuotaStatus status = database.quotas();
    quota.set("config", RestAdmin.json(status.config()));
    ObjectNode exceeded = quota.putObject("exceeded");
    put(exceeded, "resident_memory", status.memoryExceeded());
    put(exceeded, "disk_usage", status.diskExceeded());
  }

  private static void put(ObjectNode json, String name, @Nullable Boolean value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  private void collection(
      String name, Map<String, Long> points, MetricsView view, long level, ArrayNode list) {
    try {
      ObjectNode config = database.collectionConfig(name).document();
      ObjectNode shown = view.anonymize() ? AnonymousConfig.of(config) : config;
      if (level < 2) {
        ObjectNode sums = JsonNodeFactory.instance.objectNode();
        int vectors = database.collectionConfig(name).vectors().size();
        sums.put("vectors", points.getOrDefault(name, 0L) * vectors);
        sums.put("optimizers_status", "ok");
        sums.set("params", shown.path("params"));
        list.add(sums);
        return;
      }
      ObjectNode collection = JsonNodeFactory.instance.objectNode();
      collection.put("id", view.name(name));
      collection.set("config", shown);
      if (level >= 3) {
        shard(name, level, collection);
      }
      list.add(collection);
    } catch (QuiverException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
      // It was dropped meanwhile.
    }
  }

  private void shard(String name, long level, ObjectNode collection) {
    CollectionInfo info = database.collectionInfo(name);
    List<SegmentSummary> segments = database.segments(name);
    ObjectNode shard = collection.putArray("shards").addObject();
    shard.put("id", 0);
    ObjectNode local = shard.putObject("local");
    local.put("variant_name", "local shard");
    local.put("status", info.status().name().toLowerCase(Locale.ROOT));
    local.put("total_optimized_points", info.indexedVectors());
    local.put("vectors_size_bytes", segments.stream().mapToLong(SegmentSummary::vectorBytes).sum());
    local.put("num_points", info.points());
    local.put("num_vectors", segments.stream().mapToLong(SegmentSummary::vectors).sum());
    if (level >= 4) {
      ArrayNode array = local.putArray("segments");
      segments.forEach(segment -> segment(segment, array.addObject()));
    }
    local.putObject("optimizations").put("status", "ok").putObject("optimizations").put("count", 0);
    local.put("async_scorer", false);
    local.putObject("update_queue").put("length", info.queuedOperations());
    shard.putArray("remote");
    shard.putObject("replicate_states").put("1", "Active");
    collection.putArray("transfers");
    collection.putArray("resharding");
  }

  private static void segment(SegmentSummary segment, ObjectNode node) {
    node.putObject("info")
        .put("uuid", segment.id().toString())
        .put("segment_type", segment.indexedVectors() > 0 ? "indexed" : "plain")
        .put("num_vectors", segment.vectors())
        .put("num_points", segment.points())
        .put("num_indexed_vectors", segment.indexedVectors())
        .put("num_deleted_vectors", segment.deleted())
        .put("vectors_size_bytes", segment.vectorBytes())
        .put("disk_usage_bytes", segment.diskBytes())
        .put("is_appendable", false);
  }
}
