package dev.quiver.engine;

import dev.quiver.engine.filter.PayloadEdits;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a point is returned: its payload and vectors as they were asked for. */
final class Records {
  private final VectorFields fields;
  private final PayloadSelection payload;
  private final VectorSelection vectors;

  /**
   * @throws QuiverException {@link ErrorCode#WRONG_INPUT} for a vector name that does not exist
   */
  Records(VectorFields fields, PayloadSelection payload, VectorSelection vectors) {
    this.fields = fields;
    this.payload = payload;
    this.vectors = vectors;
    if (vectors instanceof VectorSelection.Names(List<String> names)) {
      for (String name : names) {
        fields.field(name);
      }
    }
  }

  @Nullable Payload payload(LeafPoints leaf, int doc) throws IOException {
    return payload instanceof PayloadSelection.None
        ? null
        : PayloadEdits.select(leaf.payload(doc), payload);
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
      float[] values = leaf.vector(doc, fields.field(name));
      if (values != null) {
        found.put(name, new VectorValue.Dense(values));
      }
    }
    return found;
  }

  PointRecord record(LeafPoints leaf, int doc, @Nullable Number orderValue) throws IOException {
    return new PointRecord(leaf.id(doc), payload(leaf, doc), vectors(leaf, doc), orderValue);
  }
}
