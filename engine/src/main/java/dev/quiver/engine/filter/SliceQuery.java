package dev.quiver.engine.filter;

import dev.quiver.engine.Fields;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorerSupplier;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.TwoPhaseIterator;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Points whose id's hash falls into one slice: decided by the id's doc value. */
final class SliceQuery extends Query {
  /** Reading and hashing an id, in units of comparing two doc ids. */
  private static final float MATCH_COST = 50;

  private final int total;
  private final int index;

  SliceQuery(int total, int index) {
    this.total = total;
    this.index = index;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    return new ConstantScoreWeight(this, boost) {
      @Override
      public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        BinaryDocValues ids = DocValues.getBinary(context.reader(), Fields.ID);
        int maxDoc = context.reader().maxDoc();
        TwoPhaseIterator iterator =
            new TwoPhaseIterator(DocIdSetIterator.all(maxDoc)) {
              @Override
              public boolean matches() throws IOException {
                if (!ids.advanceExact(approximation.docID())) {
                  return false;
                }
                BytesRef bytes = ids.binaryValue();
                PointId id = PointIds.fromBytes(bytes.bytes, bytes.offset, bytes.length);
                return Long.remainderUnsigned(SipHash.ofId(id), total) == index;
              }

              @Override
              public float matchCost() {
                return MATCH_COST;
              }
            };
        return ConstantScoreScorerSupplier.fromIterator(
            TwoPhaseIterator.asDocIdSetIterator(iterator), score(), scoreMode, maxDoc);
      }

      @Override
      public boolean isCacheable(LeafReaderContext context) {
        return true;
      }
    };
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return "slice(" + index + " of " + total + ")";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SliceQuery that && total == that.total && index == that.index;
  }

  @Override
  public int hashCode() {
    return Objects.hash(total, index);
  }
}
