package dev.quiver.engine;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.FreqAndNormBuffer;
import org.apache.lucene.index.Impacts;
import org.apache.lucene.index.ImpactsEnum;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.jspecify.annotations.Nullable;

/**
 * What the components of one index and sign, times the query's weight, can add to the scores of one
 * segment's documents: at most so much for each document, and at most so much for any document of a
 * window. Windows are asked for in ascending order, and so are documents. One thread.
 *
 * <p>Lucene keeps the largest code of each full block of postings; that of the last, incomplete
 * block is found by reading it. Few postings are such a block and nothing else.
 */
final class SparsePostings {
  /** Not below Lucene's blocks. */
  private static final int FEW = 256;

  /** Of more blocks Lucene's larger ones, of 32 each, are looked at. */
  private static final int BLOCKS_MAX = 512;

  private final SparseCode code;
  private final float weight;
  private final PostingsEnum postings;
  private final DocAndFloatFeatureBuffer read = new DocAndFloatFeatureBuffer();

  /** When there are few: all documents in order, behind them {@code NO_MORE_DOCS}, and gains. */
  private int @Nullable [] docs;

  private float[] gains = new float[0];
  private int next;

  /** The last document of each block, ascending, and the most that one of the block gains. */
  private int[] ends = new int[1];

  private float[] bounds = new float[1];
  private int blocks;
  private int block;

  /** What {@link #most(int, int)} returned last. */
  private float most;

  private int until;

  /**
   * @param entry one that the segment has
   * @param weight 0 or more; 0 for components that make scores smaller
   */
  SparsePostings(SparseTerms terms, int entry, float weight, SparseCode code) throws IOException {
    this.code = code;
    this.weight = weight;
    int count = terms.count(entry);
    if (count <= FEW) {
      postings = terms.postings(entry);
      keep(count);
    } else {
      bound(terms.impacts(entry), count);
      postings = terms.postings(entry);
      postings.nextDoc();
    }
  }

  private void keep(int count) throws IOException {
    int[] all = new int[count + 1];
    gains = new float[count];
    float largest = 0;
    int size = 0;
    postings.nextDoc();
    for (postings.nextPostings(DocIdSetIterator.NO_MORE_DOCS, read);
        read.size > 0;
        postings.nextPostings(DocIdSetIterator.NO_MORE_DOCS, read)) {
      for (int i = 0; i < read.size; i++) {
        float gain = gain((int) read.features[i]);
        all[size] = read.docs[i];
        gains[size++] = gain;
        largest = Math.max(largest, gain);
      }
    }
    all[size] = DocIdSetIterator.NO_MORE_DOCS;
    docs = all;
    add(DocIdSetIterator.NO_MORE_DOCS, largest);
  }

  /** Reads where blocks end and the most that each can add. */
  private void bound(ImpactsEnum impacts, int count) throws IOException {
    boolean many = count / FEW > BLOCKS_MAX;
    int from = 0;
    while (true) {
      impacts.advanceShallow(from);
      Impacts known = impacts.getImpacts();
      int level = many ? known.numLevels() - 1 : 0;
      int last = known.getDocIdUpTo(level);
      if (last == DocIdSetIterator.NO_MORE_DOCS) {
        add(last, impacts.advance(from) == DocIdSetIterator.NO_MORE_DOCS ? 0 : rest(impacts));
        return;
      }
      FreqAndNormBuffer largest = known.getImpacts(level);
      int code = 0;
      for (int i = 0; i < largest.size; i++) {
        code = Math.max(code, largest.freqs[i]);
      }
      add(last, gain(code));
      from = last + 1;
    }
  }

  private void add(int last, float bound) {
    if (blocks == ends.length) {
      ends = Arrays.copyOf(ends, 4 * blocks);
      bounds = Arrays.copyOf(bounds, 4 * blocks);
    }
    ends[blocks] = last;
    bounds[blocks++] = bound;
  }

  /** Reads all postings that are left and returns the most that one of them gains. */
  private float rest(PostingsEnum from) throws IOException {
    float rest = 0;
    for (from.nextPostings(DocIdSetIterator.NO_MORE_DOCS, read);
        read.size > 0;
        from.nextPostings(DocIdSetIterator.NO_MORE_DOCS, read)) {
      for (int i = 0; i < read.size; i++) {
        rest = Math.max(rest, gain((int) read.features[i]));
      }
    }
    return rest;
  }

  private float gain(int code) {
    return weight * this.code.decode(code);
  }

  /** The most that a document of the window can gain. */
  float most(int from, int to) {
    while (ends[block] < from) {
      block++;
    }
    int last = block;
    most = bounds[last];
    while (ends[last] < to - 1) {
      most = Math.max(most, bounds[++last]);
    }
    until = ends[last];
    return most;
  }

  /**
   * Up to which document, exclusive, what {@link #most()} says holds; not before the window's end.
   */
  int mostUntil() {
    return until;
  }

  float most() {
    return most;
  }

  /** The first document at or behind one, or {@code NO_MORE_DOCS}. */
  int advance(int doc) throws IOException {
    int[] all = docs;
    if (all == null) {
      return postings.docID() < doc ? postings.advance(doc) : postings.docID();
    }
    while (all[next] < doc) {
      next++;
    }
    return all[next];
  }

  /** What a document gains. */
  float gainOf(int doc) throws IOException {
    if (advance(doc) != doc) {
      return 0;
    }
    return docs == null ? gain(postings.freq()) : gains[next];
  }

  /**
   * Adds what the documents of a window gain.
   *
   * @param sums by document, from the window's first
   * @param touched a bit for each document that has the component
   */
  void addTo(float[] sums, long[] touched, int from, int to) throws IOException {
    advance(from);
    int[] all = docs;
    if (all != null) {
      for (; all[next] < to; next++) {
        int at = all[next] - from;
        sums[at] += gains[next];
        touched[at >> 6] |= 1L << at;
      }
      return;
    }
    for (postings.nextPostings(to, read); read.size > 0; postings.nextPostings(to, read)) {
      for (int i = 0; i < read.size; i++) {
        int at = read.docs[i] - from;
        sums[at] += gain((int) read.features[i]);
        touched[at >> 6] |= 1L << at;
      }
    }
  }
}
