package dev.quiver.engine;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** The vectors of one segment that are kept as bytes by document. One thread at a time. */
final class LeafForms {
  private final LeafReader leaf;
  private final Map<String, BinaryDocValues> values = new HashMap<>();

  LeafForms(LeafReader leaf) {
    this.leaf = leaf;
  }

  /** The bytes of a document, valid until the next call; null when it has none. Any order. */
  @Nullable BytesRef bytes(int doc, String field) throws IOException {
    BinaryDocValues found = at(doc, field);
    return found == null ? null : found.binaryValue();
  }

  /** Whether a document has any. */
  boolean has(int doc, String field) throws IOException {
    return at(doc, field) != null;
  }

  /** The field's values, standing on a document that has some. */
  private @Nullable BinaryDocValues at(int doc, String field) throws IOException {
    BinaryDocValues found = values.get(field);
    if (found == null || found.docID() > doc) {
      found = leaf.getBinaryDocValues(field);
      if (found == null) {
        return null;
      }
      values.put(field, found);
    }
    return found.advanceExact(doc) ? found : null;
  }
}
