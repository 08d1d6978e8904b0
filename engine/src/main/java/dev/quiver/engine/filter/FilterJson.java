package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The JSON form of a filter, as Qdrant's REST API writes it. Stateless.
 *
 * <p>Reading is strict: members that a filter or condition does not have are refused, as are wrong
 * types, paths that cannot be read, open polygons and coordinates off the globe. At most {@link
 * #MAX_DEPTH} filters stand inside each other, and {@link #MAX_CONDITIONS} conditions in one.
 */
public final class FilterJson {
  public static final int MAX_DEPTH = 64;
  public static final int MAX_CONDITIONS = 16_384;

  private FilterJson() {}

  /**
   * Reads a filter.
   *
   * @throws dev.quiver.engine.QuiverException FORMAT with the bare text (REST puts {@code Format
   *     error in JSON body: } before it), or VALIDATION with {@code [filter.path: text]}
   */
  public static Filter parse(JsonNode node) {
    return parse(node, "filter");
  }

  /**
   * The same.
   *
   * @param at where the filter stands in the body, for messages: {@code update_filter}
   */
  public static Filter parse(JsonNode node, String at) {
    return new FilterReader().filter(node, at, 1);
  }

  /** Reads one condition, with the same limits and errors. */
  public static Condition parseCondition(JsonNode node, String at) {
    return new FilterReader().condition(node, at, 1);
  }

  /** Reads a place, {@code {"lon": .., "lat": ..}} in degrees. */
  public static Condition.GeoPoint parsePoint(JsonNode node, String at) {
    return FieldReader.point(node, at);
  }

  /** Checks a filter that did not come as JSON (gRPC) by the same rules. */
  public static Filter checked(Filter filter) {
    return parse(toJson(filter));
  }

  /** The JSON that reads back as an equal filter. */
  public static ObjectNode toJson(Filter filter) {
    return FilterWriter.filter(filter);
  }
}
