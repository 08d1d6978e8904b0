package dev.quiver.engine;

import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** The sparse vectors of one segment, by document. One thread at a time. */
final class SparseForward {
  private final LeafForms forms;
  private final String field;

  SparseForward(LeafReader leaf, String field) {
    this.forms = new LeafForms(leaf);
    this.field = field;
  }

  /** Reads a document's vector, valid until the next call; null when it has none. */
  @Nullable BytesRef vector(int doc) throws IOException {
    return forms.bytes(doc, field);
  }

  boolean has(int doc) throws IOException {
    return vector(doc) != null;
  }
}
