package dev.quiver.engine.filter;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Terms as given, one field for all of them: cheaper than a field object for each. */
final class TermStream extends TokenStream {
  private final Collection<BytesRef> terms;
  private final @Nullable List<Integer> steps;
  private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
  private final PositionIncrementAttribute position =
      addAttribute(PositionIncrementAttribute.class);
  private Iterator<BytesRef> rest;
  private int next;

  private TermStream(Collection<BytesRef> terms, @Nullable List<Integer> steps) {
    this.terms = terms;
    this.steps = steps;
    this.rest = terms.iterator();
  }

  static TokenStream of(Collection<BytesRef> terms) {
    return new TermStream(terms, null);
  }

  /**
   * @param steps how many positions each term stands behind the one before
   */
  static TokenStream of(Collection<BytesRef> terms, List<Integer> steps) {
    return new TermStream(terms, steps);
  }

  @Override
  public void reset() {
    rest = terms.iterator();
    next = 0;
  }

  @Override
  public boolean incrementToken() {
    if (!rest.hasNext()) {
      return false;
    }
    clearAttributes();
    term.setBytesRef(rest.next());
    if (steps != null) {
      position.setPositionIncrement(steps.get(next++));
    }
    return true;
  }
}
