package dev.quiver.engine;

import dev.quiver.engine.filter.PayloadEdits;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of the points of one answer is returned: their payloads and vectors as they were asked for.
 * One thread.
 */
final class Records {
  private final VectorFields fields;
  private final PayloadSelection payload;
  private final VectorSelection vectors;
  private final long payloadBytesMax;
  private long payloadBytes;

  /**
   * @param payloadBytesMax what the payloads of the answer may take together, as JSON
   * @throws QuiverException {@link ErrorCode#WRONG_INPUT} for a vector name that does not exist
   */
  Records(
      VectorFields fields,
      PayloadSelection payload,
      VectorSelection vectors,
      long payloadBytesMax) {
    this.fields = fields;
    this.payload = payload;
    this.vectors = vectors;
    this.payloadBytesMax = payloadBytesMax;
    if (vectors instanceof VectorSelection.Names(List<String> names)) {
      for (String name : names) {
        fields.field(name);
      }
    }
  }

  /**
   * @throws QuiverException {@link ErrorCode#BAD_REQUEST} when the payloads so far take too much
   */
  @Nullable Payload payload(LeafPoints leaf, int doc) throws IOException {
    if (payload instanceof PayloadSelection.None) {
      return null;
    }
    Payload selected = PayloadEdits.select(leaf.payload(doc), payload);
    if (selected == null) {
      return null;
    }
    payloadBytes += selected.bytes().length;
    if (payloadBytes > payloadBytesMax) {
      throw QuiverException.badRequest(
          "limit: the payloads of the results take more than "
              + payloadBytesMax
              + " bytes together; take a smaller limit and scroll, or select fewer fields with"
              + " with_payload");
    }
    return selected;
  }

  @Nullable Map<String, VectorValue> vectors(LeafPoints leaf, int doc) throws IOException {
    Iterable<String> names;
    switch (vectors) {
      case VectorSelection.None _ -> {
        return null;
      }
      case VectorSelection.All _ -> names = fields.byName().keySet();
      case VectorSelection.Names(List<String> some) -> names = some;
    }
    Map<String, VectorValue> found = new LinkedHashMap<>();
    for (String name : names) {
      VectorValue vector = leaf.vector(doc, fields, name);
      if (vector != null) {
        found.put(name, vector);
      }
    }
    return found;
  }

  PointRecord record(LeafPoints leaf, int doc, @Nullable Number orderValue) throws IOException {
    return new PointRecord(leaf.id(doc), payload(leaf, doc), vectors(leaf, doc), orderValue);
  }
}
