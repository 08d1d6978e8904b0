package dev.quiver.server;

import dev.quiver.api.GrpcApi;
import dev.quiver.api.GrpcServer;
import dev.quiver.api.MetricsWriter;
import dev.quiver.api.SearchPool;
import dev.quiver.embed.Embedders;
import dev.quiver.embed.ModelMetrics;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineStats;
import dev.quiver.engine.RecoveryProgress;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * The server's own metrics: what the engine, the embedders, the pools and the JVM have done. Every
 * series is there from the first scrape on.
 */
final class ServerMetrics implements Consumer<MetricsWriter> {
  private final Engine engine;
  private final Embedders embedders;
  private final SearchPool pool;
  private final GrpcServer grpc;
  private final GrpcApi grpcApi;

  ServerMetrics(
      Engine engine, Embedders embedders, SearchPool pool, GrpcServer grpc, GrpcApi grpcApi) {
    this.engine = engine;
    this.embedders = embedders;
    this.pool = pool;
    this.grpc = grpc;
    this.grpcApi = grpcApi;
  }

  @Override
  public void accept(MetricsWriter out) {
    out.family("quiver_info", "version of the server", MetricsWriter.Type.GAUGE)
        .sample(1, "version", Version.QUIVER);
    engine(out, engine.stats(), engine.recoveryProgress());
    search(out);
    embedding(out, embedders.metrics());
    memory(out);
    process(out);
  }

  private static void engine(MetricsWriter out, EngineStats stats, RecoveryProgress recovery) {
    out.gauge("quiver_open_collections", "collections that are open", stats.openCollections());
    out.counter("quiver_collection_opens_total", "collections opened", stats.opens());
    out.counter(
        "quiver_collection_evictions_total",
        "collections closed because they were idle or too many were open",
        stats.evictions());
    out.gauge(
        "quiver_recovery_pending_collections",
        "collections whose log is still being replayed after the start",
        recovery.total() - recovery.done());
    out.gauge(
        "quiver_recovery_failed_collections",
        "collections that could not be recovered at the start",
        recovery.failed());
    out.counter("quiver_operations_applied_total", "operations applied", stats.opsApplied());
    out.counter(
        "quiver_operations_failed_total", "operations applied with an error", stats.opsFailed());
    out.counter(
        "quiver_operations_replayed_total",
        "operations applied again from a log",
        stats.opsReplayed());
    out.counter("quiver_log_records_total", "operations made durable", stats.logRecords());
    out.counter("quiver_log_bytes_total", "bytes written to logs", stats.logBytes());
    out.counter("quiver_log_syncs_total", "group commits of logs", stats.logSyncs());
    out.counter(
        "quiver_log_sync_seconds_total",
        "time spent writing and syncing logs",
        stats.logSyncMicros() / 1e6);
    out.counter("quiver_refreshes_total", "new views made for searches", stats.refreshes());
    out.counter("quiver_commits_total", "index commits", stats.commits());
    out.counter("quiver_merges_total", "segment merges finished", stats.merges());
    out.counter(
        "quiver_scrubs_total",
        "passes in which everything stored was compared with its checksums",
        stats.scrubs());
    out.counter("quiver_scrubbed_bytes_total", "bytes read for that", stats.scrubbedBytes());
    out.counter("quiver_damages_total", "damaged places found", stats.damages());
    out.gauge(
        "quiver_off_heap_budget_bytes",
        "off-heap bytes that graph builds and unflushed vectors may take",
        stats.offHeapBudgetBytes());
    out.gauge(
        "quiver_off_heap_budget_used_bytes",
        "off-heap bytes that graph builds and unflushed vectors take",
        stats.offHeapUsedBytes());
    out.counter(
        "quiver_off_heap_budget_refusals_total",
        "flushes and merges that were put off, or went without a graph, for lack of off-heap bytes",
        stats.offHeapRefusals());
  }

  private void search(MetricsWriter out) {
    out.gauge("quiver_search_threads", "threads that search", pool.threadCount());
    out.gauge("quiver_searches_active", "searches that run", pool.active());
    out.gauge("quiver_searches_queued", "searches that wait for a thread", pool.queued());
    out.counter(
        "quiver_searches_rejected_total",
        "searches refused because too many were waiting",
        pool.rejectedTotal());
    out.counter(
        "quiver_searches_timed_out_total", "searches given up in time", pool.timedOutTotal());
    out.gauge("quiver_grpc_connections", "open gRPC connections", grpc.connections());
    out.gauge(
        "quiver_grpc_request_bytes",
        "bytes of the gRPC requests in work",
        grpcApi.requestBytesInWork());
  }

  private void embedding(MetricsWriter out, List<ModelMetrics> models) {
    out.gauge(
        "quiver_embed_pending_texts", "texts waiting or being embedded", embedders.pendingTexts());
    perModel(
        out,
        models,
        "loaded",
        "whether the model is in memory",
        MetricsWriter.Type.GAUGE,
        m -> m.loaded() ? 1 : 0);
    perModel(
        out,
        models,
        "calls_total",
        "calls that succeeded",
        MetricsWriter.Type.COUNTER,
        ModelMetrics::calls);
    perModel(
        out,
        models,
        "texts_total",
        "texts embedded",
        MetricsWriter.Type.COUNTER,
        ModelMetrics::texts);
    perModel(
        out,
        models,
        "tokens_total",
        "tokens read",
        MetricsWriter.Type.COUNTER,
        ModelMetrics::tokens);
    perModel(
        out,
        models,
        "busy_seconds_total",
        "time of all threads in the model",
        MetricsWriter.Type.COUNTER,
        m -> m.busyMicros() / 1e6);
    perModel(
        out,
        models,
        "failed_calls_total",
        "calls that failed",
        MetricsWriter.Type.COUNTER,
        ModelMetrics::failedCalls);
    perModel(
        out,
        models,
        "overloaded_calls_total",
        "calls refused because too much was waiting",
        MetricsWriter.Type.COUNTER,
        ModelMetrics::overloadedCalls);
  }

  private static void perModel(
      MetricsWriter out,
      List<ModelMetrics> models,
      String name,
      String help,
      MetricsWriter.Type type,
      ToDoubleFunction<ModelMetrics> value) {
    out.family("quiver_embed_" + name, help, type);
    for (ModelMetrics model : models) {
      out.sample(value.applyAsDouble(model), "model", model.model());
    }
  }

  private static void memory(MetricsWriter out) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MemoryUsage nonHeap = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    out.gauge("quiver_heap_used_bytes", "heap in use, garbage included", heap.getUsed());
    out.gauge("quiver_heap_committed_bytes", "heap taken from the system", heap.getCommitted());
    out.gauge("quiver_heap_max_bytes", "largest heap", heap.getMax());
    out.gauge("quiver_jvm_metadata_bytes", "classes and compiled code", nonHeap.getUsed());
    out.family(
        "quiver_off_heap_bytes", "buffers outside the heap, by kind", MetricsWriter.Type.GAUGE);
    for (BufferPoolMXBean buffers : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      out.sample(buffers.getMemoryUsed(), "kind", buffers.getName());
    }
    out.family(
        "quiver_gc_pause_seconds_total", "time in garbage collection", MetricsWriter.Type.COUNTER);
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      out.sample(collector.getCollectionTime() / 1e3, "collector", collector.getName());
    }
  }

  private static void process(MetricsWriter out) {
    ProcessStatus status = ProcessStatus.read();
    out.gauge("memory_resident_bytes", "physical memory of the process", status.residentBytes());
    out.gauge("process_threads", "count of active threads", status.threads());
    out.gauge("process_open_mmaps", "count of open mmaps", status.openMaps());
    out.gauge("process_open_fds", "count of currently open file descriptors", status.openFiles());
    out.gauge("process_max_fds", "limit for open file descriptors", status.maxFiles());
    out.gauge(
        "process_uptime_seconds",
        "time since the start",
        ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
  }
}
