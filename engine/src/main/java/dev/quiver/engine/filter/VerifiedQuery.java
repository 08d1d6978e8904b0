package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Fields;
import dev.quiver.engine.Payload;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.TwoPhaseIterator;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Candidates of which the evaluator, on the stored payload, accepts some. */
final class VerifiedQuery extends Query {
  /** Reading and parsing a payload, in units of comparing two doc ids. */
  private static final float MATCH_COST = 2_000;

  private final Query candidates;
  private final Condition condition;
  private final PayloadIndexes indexes;
  private final FilterEvaluator evaluator;

  /**
   * @param condition decided by the payload alone
   */
  VerifiedQuery(Query candidates, Condition condition, PayloadIndexes indexes) {
    this(candidates, condition, indexes, new FilterEvaluator(Filter.must(condition), indexes));
  }

  private VerifiedQuery(
      Query candidates, Condition condition, PayloadIndexes indexes, FilterEvaluator evaluator) {
    this.candidates = candidates;
    this.condition = condition;
    this.indexes = indexes;
    this.evaluator = evaluator;
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    Query rewritten = candidates.rewrite(searcher);
    if (rewritten instanceof MatchNoDocsQuery) {
      return rewritten;
    }
    return rewritten.equals(candidates)
        ? this
        : new VerifiedQuery(rewritten, condition, indexes, evaluator);
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost)
      throws IOException {
    Weight candidateWeight = searcher.createWeight(candidates, ScoreMode.COMPLETE_NO_SCORES, 1);
    return new ConstantScoreWeight(this, boost) {
      @Override
      public @Nullable ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        ScorerSupplier supplier = candidateWeight.scorerSupplier(context);
        if (supplier == null) {
          return null;
        }
        return new ScorerSupplier() {
          @Override
          public Scorer get(long leadCost) throws IOException {
            BinaryDocValues payloads = DocValues.getBinary(context.reader(), Fields.PAYLOAD);
            TwoPhaseIterator verification = verification(supplier.get(leadCost), payloads);
            return new ConstantScoreScorer(score(), scoreMode, verification);
          }

          @Override
          public long cost() {
            return supplier.cost();
          }
        };
      }

      @Override
      public boolean isCacheable(LeafReaderContext context) {
        return candidateWeight.isCacheable(context);
      }
    };
  }

  private TwoPhaseIterator verification(Scorer scorer, BinaryDocValues payloads) {
    TwoPhaseIterator inner = scorer.twoPhaseIterator();
    DocIdSetIterator approximation = inner == null ? scorer.iterator() : inner.approximation();
    return new TwoPhaseIterator(approximation) {
      @Override
      public boolean matches() throws IOException {
        if (inner != null && !inner.matches()) {
          return false;
        }
        int doc = approximation.docID();
        JsonNode payload =
            payloads.advanceExact(doc) ? parsed(payloads.binaryValue()) : Payload.EMPTY.json();
        return evaluator.matches(payload);
      }

      @Override
      public float matchCost() {
        return MATCH_COST + (inner == null ? 0 : inner.matchCost());
      }
    };
  }

  private static JsonNode parsed(BytesRef bytes) {
    try {
      return Payload.JSON.readTree(bytes.bytes, bytes.offset, bytes.length);
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.CORRUPT, "stored payload is not JSON", e);
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return "verified(" + candidates + ", " + condition + ")";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerifiedQuery that
        && candidates.equals(that.candidates)
        && condition.equals(that.condition)
        && indexes.equals(that.indexes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(candidates, condition);
  }
}
