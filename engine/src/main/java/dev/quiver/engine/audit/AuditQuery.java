package dev.quiver.engine.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which records to find.
 *
 * @param from inclusive; null: from the beginning
 * @param to exclusive; null: to the end
 * @param limit how many at most, the newest ones
 * @param filters members that must have this value, as text; a member {@code detail.x} is in there
 */
public record AuditQuery(
    @Nullable Instant from, @Nullable Instant to, int limit, Map<String, String> filters) {
  public AuditQuery {
    filters = Map.copyOf(filters);
  }

  boolean matches(ObjectNode record) {
    Instant time = time(record);
    if ((from != null && time.isBefore(from)) || (to != null && !time.isBefore(to))) {
      return false;
    }
    for (Map.Entry<String, String> filter : filters.entrySet()) {
      JsonNode value = record;
      for (String part : filter.getKey().split("\\.")) {
        value = value.path(part);
      }
      if (value.isMissingNode() || !value.asText().equals(filter.getValue())) {
        return false;
      }
    }
    return true;
  }

  static Instant time(ObjectNode record) {
    try {
      return Instant.parse(record.path("timestamp").asText());
    } catch (DateTimeException e) {
      // A record without a time is found by every range rather than by none.
      return Instant.EPOCH;
    }
  }
}
