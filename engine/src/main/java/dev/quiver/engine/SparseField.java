package dev.quiver.engine;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TermFrequencyAttribute;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The terms of a sparse vector in its document, one for each component that is not 0. A term is the
 * index as four big-endian bytes, with a byte 1 behind it when the component is negative. Its
 * frequency is the {@link SparseCode} of the component's size, never below it, so that the impacts
 * that Lucene keeps of each block of postings bound what a document can score.
 */
final class SparseField extends Field {
  /** Codes of one document are added up by Lucene in an int. */
  static final int ENTRIES_MAX = Integer.MAX_VALUE / SparseCode.CODE_MAX;

  private static final FieldType TYPE = new FieldType();

  static {
    TYPE.setTokenized(true);
    TYPE.setOmitNorms(true);
    TYPE.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    TYPE.freeze();
  }

  private final VectorValue.Sparse vector;
  private final SparseCode code;

  SparseField(String name, VectorValue.Sparse vector, SparseCode code) {
    super(name, TYPE);
    this.vector = vector;
    this.code = code;
  }

  /** The term of an index's components of one sign. */
  static Term term(String field, int index, boolean negative) {
    return new Term(field, write(new BytesRef(new byte[5], 0, 0), index, negative));
  }

  private static BytesRef write(BytesRef term, int index, boolean negative) {
    term.bytes[0] = (byte) (index >>> 24);
    term.bytes[1] = (byte) (index >>> 16);
    term.bytes[2] = (byte) (index >>> 8);
    term.bytes[3] = (byte) index;
    term.bytes[4] = 1;
    term.length = negative ? 5 : 4;
    return term;
  }

  @Override
  public TokenStream tokenStream(Analyzer analyzer, @Nullable TokenStream reuse) {
    return new Terms(vector, code);
  }

  private static final class Terms extends TokenStream {
    private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
    private final TermFrequencyAttribute frequency = addAttribute(TermFrequencyAttribute.class);
    private final BytesRef bytes = new BytesRef(new byte[5], 0, 0);
    private final VectorValue.Sparse vector;
    private final SparseCode code;
    private int next;

    Terms(VectorValue.Sparse vector, SparseCode code) {
      this.vector = vector;
      this.code = code;
    }

    @Override
    public boolean incrementToken() {
      float[] values = vector.values();
      while (next < values.length && values[next] == 0) {
        next++;
      }
      if (next == values.length) {
        return false;
      }
      clearAttributes();
      float value = values[next];
      term.setBytesRef(write(bytes, vector.indices()[next], value < 0));
      frequency.setTermFrequency(code.encode(Math.abs(value)));
      next++;
      return true;
    }

    @Override
    public void reset() {
      next = 0;
    }
  }
}
