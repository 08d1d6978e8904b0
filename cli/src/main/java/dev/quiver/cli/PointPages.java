package dev.quiver.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The points of one collection, page by page in the order of their ids. A page holds as many points
 * as make about four megabytes, so that large payloads do not fill the memory. Numbers stay what
 * they are, digit by digit. For one thread.
 */
final class PointPages {
  private static final long PAGE_BYTES = 4L << 20;
  private static final int FIRST_PAGE = 32;

  static final ObjectMapper EXACT =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /**
   * Some points.
   *
   * @param next first point of the next page; null: this was the last one
   */
  record Page(List<JsonNode> points, @Nullable JsonNode next) {}

  private final ApiClient client;
  private final String path;
  private final boolean whole;
  private int most;
  private int limit;

  /**
   * @param whole with vectors and payloads; else ids alone
   * @param most points in a page
   */
  PointPages(ApiClient client, String collection, boolean whole, int most) {
    this.client = client;
    this.path = ApiClient.collection(collection) + "/points";
    this.whole = whole;
    this.most = most;
    this.limit = whole ? Math.min(FIRST_PAGE, most) : most;
  }

  /**
   * @param offset first point of the page; null: the first one that there is
   */
  Page read(@Nullable JsonNode offset) {
    String text = scroll(offset);
    JsonNode result = parse(text).path("result");
    List<JsonNode> points = list(result.path("points"));
    if (!points.isEmpty() && whole) {
      long bytesPerPoint = Math.max(1L, (long) text.length() / points.size());
      limit = Math.clamp(PAGE_BYTES / bytesPerPoint, 1, most);
    }
    JsonNode next = result.get("next_page_offset");
    return new Page(points, next == null || next.isNull() ? null : next);
  }

  private String scroll(@Nullable JsonNode offset) {
    while (true) {
      ObjectNode body = Json.object();
      body.put("limit", limit);
      body.put("with_payload", whole);
      body.put("with_vector", whole);
      if (offset != null) {
        body.set("offset", offset);
      }
      try {
        return client.patiently("POST", path + "/scroll", body);
      } catch (CliException e) {
        // Strict mode says what it allows only by refusing what is more.
        if (limit == 1 || !String.valueOf(e.getMessage()).contains("Limit exceeded")) {
          throw e;
        }
        most = Math.max(1, limit / 2);
        limit = most;
      }
    }
  }

  /** Whole points by their ids, in any order; those that are missing are left out. */
  List<JsonNode> byIds(List<JsonNode> ids) {
    ObjectNode body = Json.object();
    ids.forEach(body.putArray("ids")::add);
    body.put("with_payload", true);
    body.put("with_vector", true);
    return list(parse(client.patiently("POST", path, body)).path("result"));
  }

  private JsonNode parse(String text) {
    try {
      return EXACT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CliException(
          ExitCode.FAILED,
          client.base() + " does not speak this API: " + e.getOriginalMessage(),
          e);
    }
  }

  private static List<JsonNode> list(JsonNode array) {
    return array.valueStream().toList();
  }
}
