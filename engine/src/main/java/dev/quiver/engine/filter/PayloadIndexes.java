package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.QuiverException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The payload indexes that a collection has declared, by path. Immutable and thread-safe; equal
 * when the declarations are.
 */
public final class PayloadIndexes {
  public static final PayloadIndexes NONE = new PayloadIndexes(List.of());

  private final Map<PayloadPath, PayloadIndex> byPath = new LinkedHashMap<>();
  private final Map<PayloadPath, TextAnalysis> texts = new LinkedHashMap<>();

  /**
   * @param declared as {@link #parse} gave them; at most one per path, the last one counts
   */
  public PayloadIndexes(Collection<PayloadIndex> declared) {
    for (PayloadIndex index : declared) {
      PayloadPath path = PayloadPath.parse(index.field());
      byPath.put(path, index);
      texts.remove(path);
      if (index.type() == PayloadIndex.Type.TEXT) {
        texts.put(path, new TextAnalysis(index.params()));
      }
    }
  }

  /**
   * Reads and checks a declaration as the API takes it.
   *
   * @param field the path
   * @param schema a type's name, or an object with {@code type} and parameters
   * @throws QuiverException FORMAT for a wrong shape, VALIDATION for values that do not go
   *     together, NOT_IMPLEMENTED for an option that is not there yet
   */
  public static PayloadIndex parse(String field, JsonNode schema) {
    return IndexDeclaration.parse(field, schema);
  }

  /** The index on a path, however the path is quoted. */
  public @Nullable PayloadIndex get(String field) {
    return byPath.get(PayloadPath.parse(field));
  }

  @Nullable TextAnalysis text(PayloadPath path) {
    return texts.get(path);
  }

  Map<PayloadPath, TextAnalysis> texts() {
    return texts;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PayloadIndexes that && byPath.equals(that.byPath);
  }

  @Override
  public int hashCode() {
    return byPath.hashCode();
  }

  @Override
  public String toString() {
    return byPath.values().toString();
  }
}
