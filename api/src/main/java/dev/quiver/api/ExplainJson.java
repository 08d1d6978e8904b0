package dev.quiver.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SegmentReport;
import dev.quiver.engine.StageReport;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Writes what an {@link ExplainLog} recorded: a list with one entry for each search. Bounded: so
 * many segments in all are listed one by one, and the others only counted.
 */
final class ExplainJson {
  private static final int SEGMENTS_MAX = 1_000;

  /** For trailers: no line breaks, and nothing but ASCII. */
  private static final ObjectWriter ASCII =
      Payload.JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private final int stagesDepth;
  private int segmentsLeft;

  private ExplainJson(int segments, int stagesDepth) {
    this.segmentsLeft = segments;
    this.stagesDepth = stagesDepth;
  }

  static ArrayNode tree(ExplainLog log) {
    return new ExplainJson(SEGMENTS_MAX, Integer.MAX_VALUE).searches(log);
  }

  /** As much of it as {@code maxBytes} hold: without segments, without stages, or nothing. */
  static String ascii(ExplainLog log, int maxBytes) {
    for (int segments = SEGMENTS_MAX; ; segments /= 4) {
      int depth = segments > 0 ? Integer.MAX_VALUE : 0;
      String text = ascii(new ExplainJson(segments, depth).searches(log));
      if (text.length() <= maxBytes) {
        return text;
      }
      if (segments == 0) {
        return "[]";
      }
    }
  }

  private static String ascii(ArrayNode tree) {
    try {
      return ASCII.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "the explain cannot be written as JSON", e);
    }
  }

  private ArrayNode searches(ExplainLog log) {
    ArrayNode searches = JsonNodeFactory.instance.arrayNode();
    for (ExplainLog.Search search : log.searches()) {
      ObjectNode node = searches.addObject();
      node.put("seconds", seconds(search.nanos()));
      node.put("distances", search.reads().stream().mapToLong(StageReport::totalDistances).sum());
      node.put("nodes_visited", sum(search.reads(), SegmentReport.Searched::nodesVisited));
      node.put("reranked", sum(search.reads(), SegmentReport.Searched::reranked));
      node.put("bytes", sum(search.reads(), SegmentReport.Searched::bytes));
      if (stagesDepth > 0) {
        ArrayNode reads = node.putArray("reads");
        search.reads().forEach(stage -> write(stage, reads.addObject(), 1));
      } else {
        node.put("cut", true);
      }
    }
    return searches;
  }

  private static long sum(List<StageReport> stages, ToLongFunction<SegmentReport.Searched> part) {
    return stages.stream().mapToLong(stage -> stage.sum(part)).sum();
  }

  private void write(StageReport stage, ObjectNode node, int depth) {
    node.put("kind", stage.kind());
    if (!stage.using().isEmpty()) {
      node.put("using", stage.using());
    }
    if (stage.limit() > 0) {
      node.put("limit", stage.limit());
    }
    if (stage.examples() > 0) {
      node.put("examples", stage.examples());
    }
    node.put("candidates", stage.candidates());
    if (stage.distances() > 0) {
      node.put("distances", stage.distances());
    }
    node.put("returned", stage.returned());
    node.put("seconds", seconds(stage.nanos()));
    if (!stage.segments().isEmpty()) {
      segments(stage, node);
    }
    if (!stage.prefetch().isEmpty() && depth < stagesDepth) {
      ArrayNode prefetch = node.putArray("prefetch");
      stage.prefetch().forEach(below -> write(below, prefetch.addObject(), depth + 1));
    }
  }

  private void segments(StageReport stage, ObjectNode node) {
    int listed = Math.min(segmentsLeft, stage.segments().size());
    segmentsLeft -= listed;
    ArrayNode segments = node.putArray("segments");
    for (SegmentReport segment : stage.segments().subList(0, listed)) {
      write(segment, segments.addObject());
    }
    if (listed < stage.segments().size()) {
      node.put("more_segments", stage.segments().size() - listed);
    }
  }

  private static void write(SegmentReport segment, ObjectNode node) {
    node.put("segment", segment.segment());
    node.put("points", segment.points());
    node.put("deleted", segment.deleted());
    SegmentReport.Filtered filter = segment.filter();
    if (filter != null) {
      double points = Math.max(1, segment.points());
      node.putObject("filter")
          .put("estimated", filter.estimated())
          .put("matched", filter.matched())
          .put("selectivity_estimated", Math.min(1, filter.estimated() / points))
          .put("selectivity", filter.matched() / points)
          .put("seconds", seconds(filter.nanos()));
    }
    SegmentReport.Searched search = segment.search();
    if (search != null) {
      node.putObject("search")
          .put("vectors", search.vectors())
          .put("graph", search.hasGraph())
          .put("by_codes", search.byCodes())
          .put("strategy", search.strategy().name().toLowerCase(Locale.ROOT))
          .put("why", search.why())
          .put("candidates", search.candidates())
          .put("distances", search.distances())
          .put("nodes_visited", search.nodesVisited())
          .put("reranked", search.reranked())
          .put("bytes", search.bytes())
          .put("completed_by_scan", search.completedByScan())
          .put("returned", search.returned())
          .put("seconds", seconds(search.nanos()));
    }
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
