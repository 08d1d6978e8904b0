package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A payload index that somebody declared. Every leaf is indexed anyway; a declaration decides what
 * may be ordered by and faceted, how text is matched, and what the collection reports.
 *
 * @param field the path as given
 * @param params Qdrant's parameter object for the type, or null when only the type was given
 */
public record PayloadIndex(String field, Type type, @Nullable ObjectNode params) {
  public enum Type {
    KEYWORD,
    INTEGER,
    FLOAT,
    GEO,
    TEXT,
    BOOL,
    DATETIME,
    UUID;

    /** Qdrant's name of it: {@code keyword}, {@code integer}, ... */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
