package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionMemory;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.MergeReport;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SegmentSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Reports of one collection: its memory, its merges, its segments. */
final class RestReports {
  private static final String COLLECTION = "/collections/{collection_name}";

  private static final long DEFAULT_COMPLETED = 16;

  private final Database database;

  RestReports(Database database) {
    this.database = database;
  }

  void register(RestRouter router) {
    router
        .add("GET", COLLECTION + "/memory", this::memory)
        .add("GET", COLLECTION + "/optimizations", this::optimizations)
        .add("POST", COLLECTION + "/truncate_unapplied_wal", this::truncateLog);
  }

  private void memory(RestExchange exchange) {
    CollectionMemory memory = database.memory(exchange.collection());
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    List<CollectionMemory.Usage> all =
        new ArrayList<>(List.of(memory.payload(), memory.payloadIndex(), memory.other()));
    all.addAll(memory.vectors().values());
    all.addAll(memory.graphs().values());
    long disk = all.stream().mapToLong(CollectionMemory.Usage::diskBytes).sum();
    long cached = all.stream().mapToLong(CollectionMemory.Usage::cachedBytes).sum();
    long expected =
        memory.vectors().values().stream().mapToLong(CollectionMemory.Usage::diskBytes).sum()
            + memory.graphs().values().stream().mapToLong(CollectionMemory.Usage::diskBytes).sum();
    result.set("total", usage(disk, memory.bufferBytes(), cached, expected));
    ArrayNode vectors = result.putArray("vectors");
    for (Map.Entry<String, CollectionMemory.Usage> entry : memory.vectors().entrySet()) {
      ObjectNode vector = vectors.addObject().put("name", entry.getKey());
      vector.set("storage", mapped(entry.getValue()));
      vector.set(
          "index",
          mapped(memory.graphs().getOrDefault(entry.getKey(), new CollectionMemory.Usage(0, 0))));
    }
    result.putArray("sparse_vectors");
    result.set("payload", read(memory.payload()));
    result
        .putArray("payload_index")
        .addObject()
        .put("name", "*")
        .set("usage", read(memory.payloadIndex()));
    result.putObject("other").set("id_tracker", read(memory.other()));
    exchange.ok(out -> out.tree(result));
  }

  /** Files that searches want in memory. */
  private static ObjectNode mapped(CollectionMemory.Usage usage) {
    return usage(usage.diskBytes(), 0, usage.cachedBytes(), usage.diskBytes());
  }

  private static ObjectNode read(CollectionMemory.Usage usage) {
    return usage(usage.diskBytes(), 0, usage.cachedBytes(), 0);
  }

  private static ObjectNode usage(long disk, long heap, long cached, long expected) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("disk_bytes", disk)
        .put("ram_bytes", heap)
        .put("cached_bytes", cached)
        .put("expected_cache_bytes", expected);
  }

  private void optimizations(RestExchange exchange) {
    String collection = exchange.collection();
    Set<String> with = with(exchange.text("with", ""));
    long completedLimit = exchange.number("completed_limit", DEFAULT_COMPLETED);
    List<MergeReport> merges = database.merges(collection);
    List<SegmentSummary> segments = database.segments(collection);
    Set<UUID> busy = new HashSet<>();
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ObjectNode summary = result.putObject("summary");
    ArrayNode running = result.putArray("running");
    for (MergeReport merge : merges) {
      if (merge.finished() == null) {
        write(merge, running.addObject());
        merge.segments().forEach(segment -> busy.add(segment.id()));
      }
    }
    List<SegmentSummary> idle = segments.stream().filter(one -> !busy.contains(one.id())).toList();
    // Merges that are due begin at once; what waits for a thread is not known before it begins.
    summary
        .put("queued_optimizations", 0)
        .put("queued_segments", 0)
        .put("queued_points", 0)
        .put("idle_segments", idle.size());
    if (with.contains("queued")) {
      result.putArray("queued");
    }
    if (with.contains("completed")) {
      ArrayNode completed = result.putArray("completed");
      merges.stream()
          .filter(merge -> merge.finished() != null)
          .limit(completedLimit)
          .forEach(merge -> write(merge, completed.addObject()));
    }
    if (with.contains("idle_segments")) {
      ArrayNode array = result.putArray("idle_segments");
      idle.forEach(segment -> write(segment.id(), segment.points(), array));
    }
    exchange.ok(out -> out.tree(result));
  }

  static void write(MergeReport merge, ObjectNode out) {
    Instant finished = merge.finished();
    String error = merge.error();
    out.put("uuid", merge.id().toString());
    out.put("optimizer", "merge");
    if (error != null) {
      out.putObject("status").put("error", error);
    } else {
      out.put("status", finished == null ? "optimizing" : "done");
    }
    ArrayNode segments = out.putArray("segments");
    long points = 0;
    for (MergeReport.Segment segment : merge.segments()) {
      write(segment.id(), segment.points(), segments);
      points += segment.points();
    }
    ObjectNode progress = out.putObject("progress");
    progress.put("name", "merge");
    progress.put("started_at", merge.started().toString());
    if (finished != null) {
      progress.put("finished_at", finished.toString());
      progress.put("duration_sec", Duration.between(merge.started(), finished).toNanos() / 1e9);
      progress.put("done", points);
    }
    progress.put("total", points);
  }

  private static void write(UUID segment, long points, ArrayNode out) {
    out.addObject().put("uuid", segment.toString()).put("points_count", points);
  }

  private static Set<String> with(String list) {
    Set<String> with = new HashSet<>();
    for (String field : list.split(",", -1)) {
      switch (field.strip()) {
        case "" -> {}
        case "queued", "completed", "idle_segments" -> with.add(field.strip());
        default ->
            throw new QuiverException(
                ErrorCode.WRONG_INPUT,
                "Unknown field in 'with' parameter: " + Shape.abbreviate(field));
      }
    }
    return with;
  }

  /** Nothing that was acknowledged is ever dropped: there is no operation to truncate. */
  private void truncateLog(RestExchange exchange) {
    exchange.flag("wait", true);
    database.collectionConfig(exchange.collection());
    throw QuiverException.badRequest(
        "truncate_unapplied_wal: acknowledged operations cannot be taken back; those that cannot be"
            + " applied are logged as failed and do not hold back the others");
  }
}
