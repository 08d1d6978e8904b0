package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.FacetHit;
import dev.quiver.engine.FacetHit.Value;
import dev.quiver.engine.Fields;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PointIds;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/**
 * The values at a payload path with the number of documents that have each, counted exactly.
 *
 * <p>Two ways to it. Walking the terms of the path in all segments together: a value's documents
 * are counted at once, so that no more than the answer is held in memory. Or reading the payloads
 * of the accepted documents, where these are few, where the path singles out array elements, or
 * where UUIDs are written in several forms; then every distinct value is held.
 *
 * <p>Immutable and thread-safe.
 */
public final class FacetValues {
  /** With fewer accepted documents than one in so many, their payloads are read. */
  private static final int READ_RATIO = 256;

  private final PayloadPath path;
  private final PayloadIndex.Type type;

  /** The accepted documents of a segment. */
  public interface Accepted {
    /** Null for all of the segment, which then has no deleted one. */
    @Nullable Bits in(LeafReaderContext leaf) throws IOException;

    /** How many there are in all segments. */
    long count();
  }

  private FacetValues(PayloadPath path, PayloadIndex.Type type) {
    this.path = path;
    this.type = type;
  }

  /**
   * @throws QuiverException WRONG_INPUT when the key has no index that knows single values
   */
  public static FacetValues of(String key, PayloadIndexes indexes) {
    PayloadIndex index = indexes.get(key);
    if (index == null || !IndexDeclaration.isValueCapable(index)) {
      throw QuiverException.wrongInput(
          "No appropriate index for faceting: `"
              + key
              + "`. Please create one to facet on this field. Check"
              + " https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which"
              + " payload schemas support Match conditions");
    }
    return new FacetValues(PayloadPath.parse(key), index.type());
  }

  /** The most frequent values, at most {@code limit}; equally frequent ones in ascending order. */
  public List<FacetHit> top(IndexReader reader, Accepted accepted, int limit) throws IOException {
    if (limit <= 0) {
      return List.of();
    }
    Best best = new Best(limit);
    boolean few = accepted.count() < reader.maxDoc() / READ_RATIO;
    if (path.hasIndex() || few || !walk(reader, accepted, best)) {
      return byDocument(reader, accepted, limit);
    }
    return best.inOrder();
  }

  // By document.

  private List<FacetHit> byDocument(IndexReader reader, Accepted accepted, int limit)
      throws IOException {
    Map<Value, Long> counts = new HashMap<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      Bits docs = accepted.in(leaf);
      BinaryDocValues payloads = DocValues.getBinary(leaf.reader(), Fields.PAYLOAD);
      DocIdSetIterator wanted =
          docs instanceof BitSet set ? new BitSetIterator(set, set.approximateCardinality()) : null;
      DocIdSetIterator iterator =
          wanted == null
              ? payloads
              : ConjunctionUtils.intersectIterators(List.of(wanted, payloads));
      for (int doc = iterator.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = iterator.nextDoc()) {
        if (docs == null || docs.get(doc)) {
          for (Value value : valuesIn(parsed(payloads.binaryValue()))) {
            counts.merge(value, 1L, Long::sum);
          }
        }
      }
    }
    Best best = new Best(limit);
    counts.forEach((value, count) -> best.offer(new FacetHit(value, count)));
    return best.inOrder();
  }

  private Set<Value> valuesIn(JsonNode payload) {
    Set<Value> values = new HashSet<>();
    for (JsonNode node : path.valuesIn(payload)) {
      if (node.isArray()) {
        node.forEach(element -> add(element, values));
      } else {
        add(node, values);
      }
    }
    return values;
  }

  private void add(JsonNode node, Set<Value> values) {
    switch (type) {
      case KEYWORD -> {
        if (node.isTextual()) {
          values.add(new Value.Keyword(node.textValue()));
        }
      }
      case UUID -> {
        if (node.isTextual() && FieldCompiler.isUuid(node.textValue())) {
          values.add(uuid(node.textValue()));
        }
      }
      case INTEGER -> {
        if (ValueMatch.isInteger(node)) {
          values.add(new Value.Int(node.longValue()));
        }
      }
      case BOOL -> {
        if (node.isBoolean()) {
          values.add(new Value.Bool(node.booleanValue()));
        }
      }
      case FLOAT, GEO, TEXT, DATETIME -> throw new IllegalStateException("no values: " + type);
    }
  }

  private static Value.Keyword uuid(String text) {
    return new Value.Keyword(PointIds.parseUuid(text).toString());
  }

  private static JsonNode parsed(BytesRef bytes) {
    try {
      return Payload.JSON.readTree(bytes.bytes, bytes.offset, bytes.length);
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.CORRUPT, "stored payload is not JSON", e);
    }
  }

  // By term.

  /** A segment's terms, standing on the next one. */
  private static final class Cursor {
    private final LeafReaderContext leaf;
    private final TermsEnum terms;
    private final BytesRef prefix;
    private final @Nullable Bits docs;
    private @Nullable PostingsEnum postings;
    private BytesRef current = new BytesRef();

    Cursor(LeafReaderContext leaf, TermsEnum terms, BytesRef prefix, @Nullable Bits docs) {
      this.leaf = leaf;
      this.terms = terms;
      this.prefix = prefix;
      this.docs = docs;
    }

    boolean first() throws IOException {
      return terms.seekCeil(prefix) != TermsEnum.SeekStatus.END && on(terms.term());
    }

    boolean next() throws IOException {
      return on(terms.next());
    }

    private boolean on(@Nullable BytesRef term) {
      if (term == null || !StringHelper.startsWith(term, prefix)) {
        return false;
      }
      current = term;
      return true;
    }

    /** Documents with the current term, and one of them in {@code example[0]}. */
    long count(int[] example) throws IOException {
      PostingsEnum documents = terms.postings(postings, PostingsEnum.NONE);
      postings = documents;
      if (docs == null) {
        example[0] = documents.nextDoc();
        return terms.docFreq();
      }
      long count = 0;
      for (int doc = documents.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = documents.nextDoc()) {
        if (docs.get(doc)) {
          count++;
          example[0] = doc;
        }
      }
      return count;
    }
  }

  /** Returns false when terms alone do not tell the values apart. */
  private boolean walk(IndexReader reader, Accepted accepted, Best best) throws IOException {
    Location at = Location.of(path);
    return switch (type) {
      case INTEGER -> walk(reader, accepted, Terms.prefix(at, Terms.INTEGER), best);
      case BOOL -> walk(reader, accepted, Terms.prefix(at, Terms.BOOLEAN), best);
      case UUID -> walk(reader, accepted, Terms.prefix(at, Terms.STRING), best);
      case KEYWORD ->
          walk(reader, accepted, Terms.prefix(at, Terms.STRING), best)
              && walk(reader, accepted, Terms.prefix(at, Terms.LONG_STRING), best);
      case FLOAT, GEO, TEXT, DATETIME -> throw new IllegalStateException("no values: " + type);
    };
  }

  private boolean walk(IndexReader reader, Accepted accepted, BytesRef prefix, Best best)
      throws IOException {
    PriorityQueue<Cursor> cursors = new PriorityQueue<>((a, b) -> a.current.compareTo(b.current));
    for (LeafReaderContext leaf : reader.leaves()) {
      org.apache.lucene.index.Terms terms = leaf.reader().terms(Terms.EXACT);
      if (terms != null) {
        Cursor cursor = new Cursor(leaf, terms.iterator(), prefix, accepted.in(leaf));
        if (cursor.first()) {
          cursors.add(cursor);
        }
      }
    }
    int[] example = new int[1];
    while (!cursors.isEmpty()) {
      BytesRef term = BytesRef.deepCopyOf(cursors.peek().current);
      long count = 0;
      LeafReaderContext exampleLeaf = null;
      int exampleDoc = -1;
      while (!cursors.isEmpty() && cursors.peek().current.equals(term)) {
        Cursor cursor = cursors.poll();
        long here = cursor.count(example);
        if (here > 0) {
          count += here;
          exampleLeaf = cursor.leaf;
          exampleDoc = example[0];
        }
        if (cursor.next()) {
          cursors.add(cursor);
        }
      }
      if (exampleLeaf == null) {
        continue;
      }
      if (type == PayloadIndex.Type.UUID && isOtherFormOfUuid(term, prefix.length)) {
        return false;
      }
      Value value = best.admits(count) ? value(term, prefix.length, exampleLeaf, exampleDoc) : null;
      if (value != null) {
        best.offer(new FacetHit(value, count));
      }
    }
    return true;
  }

  private static String text(BytesRef term, int from) {
    return new BytesRef(term.bytes, term.offset + from, term.length - from).utf8ToString();
  }

  private static boolean isOtherFormOfUuid(BytesRef term, int from) {
    String text = text(term, from);
    return FieldCompiler.isUuid(text) && !uuid(text).value().equals(text);
  }

  /** The value of a term; null when it is none of the index's. */
  private @Nullable Value value(BytesRef term, int from, LeafReaderContext leaf, int doc)
      throws IOException {
    return switch (type) {
      case INTEGER ->
          new Value.Int(NumericUtils.sortableBytesToLong(term.bytes, term.offset + from));
      case BOOL -> new Value.Bool(term.bytes[term.offset + from] != 0);
      case UUID -> {
        String text = text(term, from);
        yield FieldCompiler.isUuid(text) ? uuid(text) : null;
      }
      case KEYWORD ->
          term.bytes[term.offset + from - 1] == Terms.STRING
              ? new Value.Keyword(text(term, from))
              : longString(term, leaf, doc);
      case FLOAT, GEO, TEXT, DATETIME -> throw new IllegalStateException("no values: " + type);
    };
  }

  /** A long string's term has only its head and a digest: a document that has it is asked. */
  private Value longString(BytesRef term, LeafReaderContext leaf, int doc) throws IOException {
    Location at = Location.of(path);
    BinaryDocValues payloads = DocValues.getBinary(leaf.reader(), Fields.PAYLOAD);
    if (payloads.advanceExact(doc)) {
      for (Value value : valuesIn(parsed(payloads.binaryValue()))) {
        if (value instanceof Value.Keyword(String text) && Terms.string(at, text).equals(term)) {
          return value;
        }
      }
    }
    throw new QuiverException(
        ErrorCode.CORRUPT, "document " + doc + " of " + leaf.reader() + " lacks an indexed value");
  }

  /** The best hits so far. */
  private static final class Best {
    private final int limit;

    /** The worst first. */
    private final PriorityQueue<FacetHit> hits = new PriorityQueue<>(Best::compareFromWorst);

    Best(int limit) {
      this.limit = limit;
    }

    private static int compareFromWorst(FacetHit a, FacetHit b) {
      int byCount = Long.compare(a.count(), b.count());
      return byCount != 0 ? byCount : compare(b.value(), a.value());
    }

    private static int compare(Value a, Value b) {
      return switch (a) {
        case Value.Keyword(String text) ->
            new BytesRef(text).compareTo(new BytesRef(((Value.Keyword) b).value()));
        case Value.Int(long number) -> Long.compare(number, ((Value.Int) b).value());
        case Value.Bool(boolean value) -> Boolean.compare(value, ((Value.Bool) b).value());
      };
    }

    /** Whether a value so frequent may be among the best. */
    boolean admits(long count) {
      FacetHit worst = hits.size() < limit ? null : hits.peek();
      return worst == null || count >= worst.count();
    }

    void offer(FacetHit hit) {
      hits.add(hit);
      if (hits.size() > limit) {
        hits.poll();
      }
    }

    List<FacetHit> inOrder() {
      List<FacetHit> sorted = new ArrayList<>(hits);
      sorted.sort((a, b) -> compareFromWorst(b, a));
      return sorted;
    }
  }
}
