package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/** The live documents that match a filter, segment by segment. One thread at a time. */
final class Matches {
  private final IndexReader reader;
  private final @Nullable Query query;
  private final @Nullable Weight weight;
  private final @Nullable Explain explain = Explain.current();

  Matches(IndexReader reader, @Nullable Filter filter, Declared declared) throws IOException {
    this.reader = reader;
    Query compiled = declared.compiler().compile(filter);
    if (compiled == null) {
      query = null;
      weight = null;
    } else {
      IndexSearcher searcher = new IndexSearcher(reader);
      query = searcher.rewrite(compiled);
      weight = searcher.createWeight(query, ScoreMode.COMPLETE_NO_SCORES, 1);
    }
  }

  /** Returns the accepted documents of a segment; null when it has no deleted one and all match. */
  @Nullable AcceptSet accepted(LeafReaderContext context) throws IOException {
    LeafReader leaf = context.reader();
    Bits live = leaf.getLiveDocs();
    Weight matching = weight;
    if (matching == null) {
      return live == null ? null : new AcceptSet(live, leaf.numDocs());
    }
    long startNanos = explain == null ? 0 : System.nanoTime();
    FixedBitSet docs = new FixedBitSet(leaf.maxDoc());
    ScorerSupplier supplier = matching.scorerSupplier(context);
    long estimated = 0;
    if (supplier != null) {
      estimated = explain == null ? 0 : supplier.cost();
      docs.or(supplier.get(Long.MAX_VALUE).iterator());
    }
    if (live instanceof FixedBitSet liveDocs) {
      docs.and(liveDocs);
    } else if (live != null) {
      for (int doc = nextSetBit(docs, 0); doc < docs.length(); doc = nextSetBit(docs, doc + 1)) {
        if (!live.get(doc)) {
          docs.clear(doc);
        }
      }
    }
    AcceptSet accepted = new AcceptSet(docs, docs.cardinality());
    if (explain != null) {
      long nanos = System.nanoTime() - startNanos;
      explain.filtered(context, estimated, accepted.cardinality(), nanos);
    }
    return accepted;
  }

  /** The accepted documents of a segment. */
  Bits docs(LeafReaderContext context) throws IOException {
    AcceptSet set = accepted(context);
    return set == null ? new Bits.MatchAllBits(context.reader().maxDoc()) : set.docs();
  }

  /**
   * The accepted documents of every segment, by {@link LeafReaderContext#ord}; null where {@link
   * #accepted} is.
   */
  @Nullable AcceptSet[] all() throws IOException {
    @Nullable AcceptSet[] sets = new @Nullable AcceptSet[reader.leaves().size()];
    for (LeafReaderContext context : reader.leaves()) {
      sets[context.ord] = accepted(context);
    }
    return sets;
  }

  /** How many live documents match. */
  long count() throws IOException {
    Query asked = query;
    if (explain != null && asked != null) {
      // Segment by segment, to show each one's share.
      return AcceptedDocs.of(reader, this).count();
    }
    return asked == null ? reader.numDocs() : new IndexSearcher(reader).count(asked);
  }

  private static int nextSetBit(FixedBitSet bits, int from) {
    return from >= bits.length() ? bits.length() : Math.min(bits.nextSetBit(from), bits.length());
  }

  /** The first set bit at or behind {@code from}, or the length. */
  static int next(Bits docs, int from) {
    if (docs instanceof FixedBitSet bits) {
      return nextSetBit(bits, from);
    }
    int doc = from;
    while (doc < docs.length() && !docs.get(doc)) {
      doc++;
    }
    return doc;
  }
}
