package dev.quiver.engine.filter;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.lucene.index.FilteredTermsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.MultiTermQuery;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.util.AttributeSource;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/** Strings under a prefix of terms that pass a test: each distinct string is tested once. */
final class TermScanQuery extends MultiTermQuery {
  private final BytesRef prefix;
  private final Predicate<String> test;
  private final String name;

  /**
   * @param name says what is tested; equal names with equal prefixes mean equal tests
   */
  TermScanQuery(BytesRef prefix, Predicate<String> test, String name) {
    super(dev.quiver.engine.filter.Terms.EXACT, CONSTANT_SCORE_BLENDED_REWRITE);
    this.prefix = prefix;
    this.test = test;
    this.name = name;
  }

  @Override
  protected TermsEnum getTermsEnum(Terms terms, AttributeSource attributes) throws IOException {
    return new FilteredTermsEnum(terms.iterator()) {
      {
        setInitialSeekTerm(prefix);
      }

      @Override
      protected AcceptStatus accept(BytesRef term) {
        if (!StringHelper.startsWith(term, prefix)) {
          return AcceptStatus.END;
        }
        String text =
            new BytesRef(term.bytes, term.offset + prefix.length, term.length - prefix.length)
                .utf8ToString();
        return test.test(text) ? AcceptStatus.YES : AcceptStatus.NO;
      }
    };
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return "strings(" + prefix + " " + name + ")";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return super.equals(other)
        && other instanceof TermScanQuery that
        && prefix.equals(that.prefix)
        && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), prefix, name);
  }
}
