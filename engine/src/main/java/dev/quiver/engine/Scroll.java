package dev.quiver.engine;

import dev.quiver.engine.filter.OrderedValues;
import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * A page of points in id order. Two ways to it: walking the id terms of all segments together from
 * the page's first id on, when many documents match; or picking the smallest ids out of the
 * matches, when these are few and the walk would pass over many that do not match.
 */
final class Scroll {
  /** With fewer matches than one in so many documents, matches are picked. */
  private static final int PICK_RATIO = 16;

  private final IndexReader reader;
  private final Matches matches;
  private final Records records;

  Scroll(IndexReader reader, Matches matches, Records records) {
    this.reader = reader;
    this.matches = matches;
    this.records = records;
  }

  private record Found(BytesRef id, LeafPoints leaf, int doc, int docBase) {}

  /** The first points in id order, by their documents in the whole view. */
  List<Hit> first(int limit) throws IOException {
    List<Hit> hits = new ArrayList<>();
    for (Found each : found(new BytesRef(), limit)) {
      hits.add(new Hit(each.docBase() + each.doc(), each.leaf().id(each.doc()), 1, null));
    }
    return hits;
  }

  ScrollPage page(@Nullable PointId from, int limit) throws IOException {
    BytesRef first = from == null ? new BytesRef() : new BytesRef(PointIds.toBytes(from));
    // One more than the page: the first id of the next.
    List<Found> found = found(first, limit == Integer.MAX_VALUE ? limit : limit + 1);
    List<PointRecord> points = new ArrayList<>(Math.min(found.size(), limit));
    for (Found each : found.subList(0, Math.min(found.size(), limit))) {
      points.add(records.record(each.leaf(), each.doc(), null));
    }
    PointId next = found.size() > limit ? found.get(limit).leaf().id(found.get(limit).doc()) : null;
    return new ScrollPage(points, next);
  }

  private List<Found> found(BytesRef first, int most) throws IOException {
    List<LeafReaderContext> leaves = reader.leaves();
    List<@Nullable AcceptSet> accepted = new ArrayList<>(leaves.size());
    long matching = 0;
    for (LeafReaderContext context : leaves) {
      AcceptSet set = matches.accepted(context);
      accepted.add(set);
      matching += set == null ? context.reader().maxDoc() : set.cardinality();
    }
    return matching < reader.maxDoc() / PICK_RATIO
        ? pick(accepted, first, most)
        : walk(accepted, first, most);
  }

  /** The first points in the order of a payload value; such pages have no next id. */
  ScrollPage ordered(OrderBy orderBy, Declared declared, int limit) throws IOException {
    OrderedValues order = OrderedValues.of(orderBy, declared.indexes());
    LeafPoints[] leaves = LeafPoints.of(reader);
    List<PointRecord> points = new ArrayList<>();
    for (OrderedValues.Entry entry : order.top(reader, this::acceptedOrNull, limit)) {
      int leaf = ReaderUtil.subIndex(entry.docId(), reader.leaves());
      int doc = entry.docId() - reader.leaves().get(leaf).docBase;
      points.add(records.record(leaves[leaf], doc, entry.value()));
    }
    return new ScrollPage(points, null);
  }

  private @Nullable Bits acceptedOrNull(LeafReaderContext context) throws IOException {
    AcceptSet set = matches.accepted(context);
    return set == null ? null : set.docs();
  }

  /** A segment's terms, standing on the next one. */
  private static final class Cursor {
    private final LeafPoints leaf;
    private final int docBase;
    private final TermsEnum terms;
    private final @Nullable Bits accept;
    private @Nullable BytesRef current;

    Cursor(LeafPoints leaf, int docBase, TermsEnum terms, @Nullable Bits accept, BytesRef first)
        throws IOException {
      this.leaf = leaf;
      this.docBase = docBase;
      this.terms = terms;
      this.accept = accept;
      this.current = terms.seekCeil(first) == TermsEnum.SeekStatus.END ? null : terms.term();
    }

    BytesRef id() {
      BytesRef id = current;
      if (id == null) {
        throw new IllegalStateException("behind the last term");
      }
      return id;
    }
  }

  private List<Found> walk(List<@Nullable AcceptSet> accepted, BytesRef first, int most)
      throws IOException {
    PriorityQueue<Cursor> cursors = new PriorityQueue<>(Comparator.comparing(Cursor::id));
    for (int i = 0; i < accepted.size(); i++) {
      LeafReaderContext context = reader.leaves().get(i);
      LeafPoints leaf = new LeafPoints(context.reader());
      Terms terms = leaf.leaf().terms(Fields.ID);
      if (terms != null) {
        AcceptSet set = accepted.get(i);
        Bits accept = set == null ? null : set.docs();
        Cursor cursor = new Cursor(leaf, context.docBase, terms.iterator(), accept, first);
        if (cursor.current != null) {
          cursors.add(cursor);
        }
      }
    }
    List<Found> found = new ArrayList<>();
    while (found.size() < most) {
      Cursor cursor = cursors.poll();
      if (cursor == null) {
        break;
      }
      int doc = cursor.leaf.live(cursor.terms);
      if (doc >= 0 && (cursor.accept == null || cursor.accept.get(doc))) {
        found.add(new Found(cursor.id(), cursor.leaf, doc, cursor.docBase));
      }
      cursor.current = cursor.terms.next();
      if (cursor.current != null) {
        cursors.add(cursor);
      }
    }
    return found;
  }

  private List<Found> pick(List<@Nullable AcceptSet> accepted, BytesRef first, int most)
      throws IOException {
    Comparator<Found> byId = Comparator.comparing(Found::id);
    PriorityQueue<Found> smallest = new PriorityQueue<>(byId.reversed());
    for (int i = 0; i < accepted.size(); i++) {
      AcceptSet set = accepted.get(i);
      LeafReaderContext context = reader.leaves().get(i);
      LeafPoints leaf = new LeafPoints(context.reader());
      Bits docs = set == null ? new Bits.MatchAllBits(leaf.leaf().maxDoc()) : set.docs();
      for (int doc = Matches.next(docs, 0);
          doc < docs.length();
          doc = Matches.next(docs, doc + 1)) {
        BytesRef id = leaf.idBytes(doc);
        if (id.compareTo(first) < 0) {
          continue;
        }
        Found worst = smallest.size() < most ? null : smallest.peek();
        if (worst == null || id.compareTo(worst.id()) < 0) {
          if (worst != null) {
            smallest.poll();
          }
          smallest.add(new Found(BytesRef.deepCopyOf(id), leaf, doc, context.docBase));
        }
      }
    }
    List<Found> found = new ArrayList<>(smallest);
    found.sort(byId);
    return found;
  }
}
