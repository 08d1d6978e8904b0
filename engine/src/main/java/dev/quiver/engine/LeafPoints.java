package dev.quiver.engine;

import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Reads points out of one segment, in any order of documents. One thread at a time. */
final class LeafPoints {
  private final LeafReader leaf;
  private @Nullable TermsEnum terms;
  private @Nullable PostingsEnum postings;
  private @Nullable BinaryDocValues ids;
  private @Nullable BinaryDocValues payloads;
  private @Nullable NumericDocValues versions;
  private final Map<String, SegmentVectors> vectors = new HashMap<>();
  private final LeafForms forms;

  LeafPoints(LeafReader leaf) {
    this.leaf = leaf;
    this.forms = new LeafForms(leaf);
  }

  /** One for each of a reader's segments, in their order. */
  static LeafPoints[] of(IndexReader reader) {
    LeafPoints[] leaves = new LeafPoints[reader.leaves().size()];
    int i = 0;
    for (LeafReaderContext context : reader.leaves()) {
      leaves[i++] = new LeafPoints(context.reader());
    }
    return leaves;
  }

  LeafReader leaf() {
    return leaf;
  }

  /** Returns the live document of an id, or -1. */
  int find(BytesRef id) throws IOException {
    TermsEnum enumeration = terms;
    if (enumeration == null) {
      Terms all = leaf.terms(Fields.ID);
      if (all == null) {
        return -1;
      }
      enumeration = all.iterator();
      terms = enumeration;
    }
    return enumeration.seekExact(id) ? live(enumeration) : -1;
  }

  /** Returns the live document of the term that the enumeration stands on, or -1. */
  int live(TermsEnum enumeration) throws IOException {
    PostingsEnum documents = enumeration.postings(postings, PostingsEnum.NONE);
    postings = documents;
    Bits live = leaf.getLiveDocs();
    // A segment may hold older, deleted documents of the same id.
    for (int doc = documents.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS;
        doc = documents.nextDoc()) {
      if (live == null || live.get(doc)) {
        return doc;
      }
    }
    return -1;
  }

  BytesRef idBytes(int doc) throws IOException {
    BinaryDocValues values = ids;
    if (values == null || values.docID() > doc) {
      values = present(leaf.getBinaryDocValues(Fields.ID), Fields.ID);
      ids = values;
    }
    if (!values.advanceExact(doc)) {
      throw new QuiverException(
          ErrorCode.CORRUPT, "document " + doc + " of " + leaf + " has no id");
    }
    return values.binaryValue();
  }

  PointId id(int doc) throws IOException {
    BytesRef bytes = idBytes(doc);
    return PointIds.fromBytes(bytes.bytes, bytes.offset, bytes.length);
  }

  long version(int doc) throws IOException {
    NumericDocValues values = versions;
    if (values == null || values.docID() > doc) {
      values = present(leaf.getNumericDocValues(Fields.VERSION), Fields.VERSION);
      versions = values;
    }
    return values.advanceExact(doc) ? values.longValue() : 0;
  }

  Payload payload(int doc) throws IOException {
    BinaryDocValues values = payloads;
    if (values == null || values.docID() > doc) {
      values = leaf.getBinaryDocValues(Fields.PAYLOAD);
      payloads = values;
    }
    if (values == null || !values.advanceExact(doc)) {
      return Payload.EMPTY;
    }
    return payload(values.binaryValue());
  }

  /** A payload as it is stored. */
  static Payload payload(BytesRef stored) {
    return Payload.ofBytes(BytesRef.deepCopyOf(stored).bytes);
  }

  /** Returns the dense vector in a field, owned by the caller, or null when the point lacks it. */
  float @Nullable [] dense(int doc, String field) throws IOException {
    SegmentVectors segment = segment(field);
    return segment == null ? null : segment.vector(doc);
  }

  /**
   * Returns a vector, owned by the caller, or null when the point lacks it.
   *
   * @throws QuiverException wrong input when there is no such vector
   */
  @Nullable VectorValue vector(int doc, VectorFields fields, String name) throws IOException {
    String field = fields.field(name);
    return switch (fields.own(name).kind()) {
      case DENSE -> {
        float[] values = dense(doc, field);
        yield values == null ? null : new VectorValue.Dense(values);
      }
      case MULTI -> {
        BytesRef bytes = forms.bytes(doc, field);
        yield bytes == null ? null : MultiCodec.decode(fields.own(name), bytes);
      }
      case SPARSE -> {
        BytesRef bytes = forms.bytes(doc, field);
        yield bytes == null ? null : SparseCodec.decode(bytes);
      }
    };
  }

  /**
   * @throws QuiverException wrong input when there is no such vector
   */
  boolean hasVector(int doc, VectorFields fields, String name) throws IOException {
    String field = fields.field(name);
    if (fields.own(name).kind() != VectorParams.Kind.DENSE) {
      return forms.has(doc, field);
    }
    SegmentVectors segment = segment(field);
    return segment != null && segment.hasVector(doc);
  }

  private @Nullable SegmentVectors segment(String field) throws IOException {
    SegmentVectors segment = vectors.get(field);
    if (segment == null) {
      segment = SegmentVectors.of(leaf, field);
      if (segment != null) {
        vectors.put(field, segment);
      }
    }
    return segment;
  }

  StoredPoint point(VectorFields fields, int doc) throws IOException {
    Map<String, VectorValue> all = new LinkedHashMap<>();
    for (String name : fields.byName().keySet()) {
      VectorValue vector = vector(doc, fields, name);
      if (vector != null) {
        all.put(name, vector);
      }
    }
    return new StoredPoint(id(doc), all, payload(doc), version(doc));
  }

  private <T> T present(@Nullable T values, String field) {
    if (values == null) {
      throw new QuiverException(ErrorCode.CORRUPT, leaf + " has no field " + field);
    }
    return values;
  }
}
