package dev.quiver.engine.filter;

import dev.quiver.engine.OrderBy;
import dev.quiver.engine.OrderBy.StartFrom;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.PointValues.PointTree;
import org.apache.lucene.index.PointValues.Relation;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;

/**
 * Documents in the order of a payload value, by walking the points of its location from one end: no
 * payload is read, and the walk ends when no better value can come.
 *
 * <p>A document comes once per value that it has (per distinct one, of equal ones); documents
 * without a value of the index's type do not come. Equal values come in order of document ids.
 * Immutable and thread-safe.
 */
public final class OrderedValues {
  private final Location at;
  private final PayloadIndex.Type type;
  private final boolean descending;
  private final @Nullable StartFrom startFrom;

  /**
   * One value of one document.
   *
   * @param docId in the whole reader
   * @param value a Long (integers, microseconds of datetimes) or a Double
   */
  public record Entry(Number value, int docId) {}

  /** Which documents of a segment take part; null for all of it, deleted ones included. */
  public interface Accepted {
    @Nullable Bits in(LeafReaderContext leaf) throws IOException;
  }

  private OrderedValues(
      Location at, PayloadIndex.Type type, boolean descending, @Nullable StartFrom startFrom) {
    this.at = at;
    this.type = type;
    this.descending = descending;
    this.startFrom = startFrom;
  }

  /**
   * @throws QuiverException WRONG_INPUT when the key has no range-capable index (integer with
   *     range, float, datetime)
   */
  public static OrderedValues of(OrderBy orderBy, PayloadIndexes indexes) {
    PayloadPath path = PayloadPath.parse(orderBy.key());
    PayloadIndex index = indexes.get(orderBy.key());
    if (index == null || !IndexDeclaration.isRangeCapable(index) || path.hasIndex()) {
      throw QuiverException.wrongInput(
          "No range index for `order_by` key: `"
              + orderBy.key()
              + "`. Please create one to use `order_by`. Check"
              + " https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which"
              + " payload schemas support Range conditions");
    }
    return new OrderedValues(
        Location.of(path), index.type(), orderBy.descending(), orderBy.startFrom());
  }

  /** The first {@code limit} values in order. */
  public List<Entry> top(IndexReader reader, Accepted accepted, int limit) throws IOException {
    if (limit <= 0) {
      return List.of();
    }
    Best best = new Best(limit);
    for (LeafReaderContext leaf : reader.leaves()) {
      Bits docs = accepted.in(leaf);
      switch (type) {
        case INTEGER -> walk(leaf, docs, Terms.INTEGERS, best);
        case DATETIME -> walk(leaf, docs, Terms.TIMES, best);
        case FLOAT -> {
          walk(leaf, docs, Terms.INTEGERS, best);
          walk(leaf, docs, Terms.FLOATS, best);
        }
        case KEYWORD, GEO, TEXT, BOOL, UUID ->
            throw new IllegalStateException("not in order: " + type);
      }
    }
    return best.inOrder();
  }

  private void walk(LeafReaderContext leaf, @Nullable Bits docs, String field, Best best)
      throws IOException {
    PointValues points = leaf.reader().getPointValues(field);
    if (points != null) {
      new Walk(field.equals(Terms.FLOATS), docs, leaf.docBase, best).node(points.getPointTree());
    }
  }

  private Number value(long sortable, boolean isFloat) {
    if (isFloat) {
      return NumericUtils.sortableLongToDouble(sortable);
    }
    if (type == PayloadIndex.Type.FLOAT) {
      return (double) sortable;
    }
    return sortable;
  }

  /** Negative when a comes first. */
  private int compare(Number a, Number b) {
    int ascending =
        a instanceof Long x && b instanceof Long y
            ? Long.compare(x, y)
            : Double.compare(a.doubleValue() + 0.0, b.doubleValue() + 0.0);
    return descending ? -ascending : ascending;
  }

  private boolean isBeforeStart(Number value) {
    return switch (startFrom) {
      case null -> false;
      case StartFrom.Int(long start) -> compare(value, start) < 0;
      case StartFrom.Real(double start) -> compare(value, start) < 0;
      case StartFrom.Datetime(long micros) -> compare(value, micros) < 0;
    };
  }

  /** The best entries so far. */
  private final class Best {
    private final int limit;
    private final Comparator<Entry> order =
        ((Comparator<Entry>) (a, b) -> compare(a.value(), b.value()))
            .thenComparingInt(Entry::docId);

    /** A set: integers may be one and the same double, and come from another field than it. */
    private final NavigableSet<Entry> entries = new TreeSet<>(order);

    Best(int limit) {
      this.limit = limit;
    }

    /** Whether an entry with this value may still get in. */
    boolean admits(Number value) {
      return entries.size() < limit || compare(value, entries.last().value()) <= 0;
    }

    void offer(Entry entry) {
      if (entries.add(entry) && entries.size() > limit) {
        entries.pollLast();
      }
    }

    List<Entry> inOrder() {
      return List.copyOf(entries);
    }
  }

  /** The walk over one segment's tree, the best end first. */
  private final class Walk implements PointValues.IntersectVisitor {
    private final boolean isFloat;
    private final @Nullable Bits docs;
    private final int docBase;
    private final Best best;

    Walk(boolean isFloat, @Nullable Bits docs, int docBase, Best best) {
      this.isFloat = isFloat;
      this.docs = docs;
      this.docBase = docBase;
      this.best = best;
    }

    void node(PointTree tree) throws IOException {
      if (compare(tree.getMinPackedValue(), tree.getMaxPackedValue())
          == Relation.CELL_OUTSIDE_QUERY) {
        return;
      }
      if (!tree.moveToChild()) {
        tree.visitDocValues(this);
        return;
      }
      if (descending) {
        PointTree left = tree.clone();
        if (tree.moveToSibling()) {
          node(tree);
        }
        node(left);
      } else {
        do {
          node(tree);
        } while (tree.moveToSibling());
      }
      tree.moveToParent();
    }

    @Override
    public void visit(int doc) {
      throw new IllegalStateException("no cell is inside, so values always come along");
    }

    @Override
    public void visit(int doc, byte[] point) {
      if (hash(point) != at.hash() || (docs != null && !docs.get(doc))) {
        return;
      }
      Number value = value(point);
      if (!isBeforeStart(value) && best.admits(value)) {
        best.offer(new Entry(value, docBase + doc));
      }
    }

    @Override
    public Relation compare(byte[] min, byte[] max) {
      if (at.hash() < hash(min) || at.hash() > hash(max)) {
        return Relation.CELL_OUTSIDE_QUERY;
      }
      // Cells with other locations at an end say nothing of this one's values there.
      byte[] first = descending ? max : min;
      byte[] last = descending ? min : max;
      boolean outside =
          (hash(first) == at.hash() && !best.admits(value(first)))
              || (hash(last) == at.hash() && isBeforeStart(value(last)));
      return outside ? Relation.CELL_OUTSIDE_QUERY : Relation.CELL_CROSSES_QUERY;
    }

    private long hash(byte[] point) {
      return NumericUtils.sortableBytesToLong(point, 0);
    }

    private Number value(byte[] point) {
      return OrderedValues.this.value(NumericUtils.sortableBytesToLong(point, Long.BYTES), isFloat);
    }
  }
}
