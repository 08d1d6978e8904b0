package dev.quiver.engine;

import java.io.IOException;
import org.apache.lucene.index.ImpactsEnum;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermState;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The terms of one query's indices in one segment, each looked up once. Entry {@code 2 i} is that
 * of the i-th index's positive components, {@code 2 i + 1} that of its negative ones. One thread at
 * a time.
 */
final class SparseTerms {
  private final @Nullable TermsEnum terms;
  private final String field;
  private final int[] indices;
  private final @Nullable TermState[] states;
  private final int[] counts;

  /**
   * @param all the segment's terms of the field; null: it has none
   */
  SparseTerms(@Nullable Terms all, String field, int[] indices) throws IOException {
    this.field = field;
    this.indices = indices;
    this.terms = all == null ? null : all.iterator();
    this.states = new @Nullable TermState[2 * indices.length];
    this.counts = new int[2 * indices.length];
    TermsEnum found = terms;
    if (found == null) {
      return;
    }
    // Ascending indices are ascending terms, so neighbours are found in blocks that are read.
    for (int entry = 0; entry < states.length; entry++) {
      if (found.seekExact(term(entry))) {
        states[entry] = found.termState();
        counts[entry] = found.docFreq();
      }
    }
  }

  /** The terms in each segment. */
  static SparseTerms[] of(ViewPoints points, String field, int[] indices) throws IOException {
    SparseTerms[] terms = new SparseTerms[points.leafCount()];
    for (int leaf = 0; leaf < terms.length; leaf++) {
      terms[leaf] = new SparseTerms(points.context(leaf).reader().terms(field), field, indices);
    }
    return terms;
  }

  private BytesRef term(int entry) {
    return SparseField.term(field, indices[entry / 2], entry % 2 == 1).bytes();
  }

  /** How many documents have such a component, deleted ones included. */
  int count(int entry) {
    return counts[entry];
  }

  /**
   * The documents that have such a component, with the codes of its size as frequencies.
   *
   * @param entry one with a count above 0
   */
  PostingsEnum postings(int entry) throws IOException {
    return at(entry).postings(null, PostingsEnum.FREQS);
  }

  /** The same documents, with bounds of the codes. */
  ImpactsEnum impacts(int entry) throws IOException {
    return at(entry).impacts(PostingsEnum.FREQS);
  }

  private TermsEnum at(int entry) throws IOException {
    TermsEnum found = terms;
    TermState state = states[entry];
    if (found == null || state == null) {
      throw new IllegalStateException("no such term: entry " + entry + " of " + field);
    }
    found.seekExact(term(entry), state);
    return found;
  }
}
