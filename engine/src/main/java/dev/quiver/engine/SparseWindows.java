package dev.quiver.engine;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.LongHeap;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the postings of a query's components in one segment and finds the documents that
 * can reach a bar, by MaxScore in windows of documents: the components that can add so little that
 * together they stay below the bar are only looked up for documents that others have found.
 *
 * <p>Sums are floats: what n of them lose to rounding is in the weights ({@link #weight}). Reusable
 * for one segment after another. One thread.
 *
 * <p>Source: H. Turtle, J. Flood, Query evaluation: strategies and optimizations, 1995 (MaxScore);
 * S. Ding, T. Suel, Faster top-k document retrieval using block-max indexes, 2011.
 */
final class SparseWindows {
  /** A window's sums take 16 KiB, which fit into a core's nearest cache. */
  private static final int WINDOW = 4096;

  private final float[] sums = new float[WINDOW];
  private final long[] touched = new long[WINDOW / Long.SIZE];
  private final LongHeap largest = new LongHeap(64);

  /** Documents that are considered in their order, in which they are read fastest. */
  private final int[] batch = new int[16];

  /** What can reach the bar. */
  interface Candidates {
    /** What a document must be able to score; rises, or stays. */
    float bar();

    /** A document of the segment that may reach it. */
    void consider(int doc) throws IOException;
  }

  /**
   * The weight that bounds are multiplied with, so that sums of them are bounds again.
   *
   * @param weight 0 or more
   * @param components how many are added up
   */
  static float weight(float weight, int components) {
    return weight * (1 + 1e-5f + components * 2.5e-7f);
  }

  /**
   * @param postings those of all components; their order is changed
   * @param accepted null: all documents
   */
  void walk(SparsePostings[] postings, int maxDoc, @Nullable Bits accepted, Candidates candidates)
      throws IOException {
    float[] below = new float[postings.length];
    int from = 0;
    while (from < maxDoc) {
      int to = Math.min(maxDoc, from + WINDOW);
      sortByMost(postings, from, to);
      float bar = candidates.bar();
      int first = 0;
      float sum = 0;
      while (first < postings.length && sum + postings[first].most() < bar) {
        sum += postings[first].most();
        below[first++] = sum;
      }
      int start = maxDoc;
      for (int i = first; i < postings.length; i++) {
        start = Math.min(start, postings[i].advance(from));
      }
      if (start < to) {
        for (int i = first; i < postings.length; i++) {
          postings[i].addTo(sums, touched, from, to);
        }
        if (first == 0) {
          collectBestFirst(from, accepted, candidates);
        } else {
          collect(postings, first, below, from, accepted, candidates);
        }
      }
      // No document before the start can reach the bar, as far as these bounds hold.
      for (int i = 0; i < first; i++) {
        start = Math.min(start, postings[i].mostUntil());
      }
      from = Math.max(to, start);
    }
  }

  /** The order is nearly that of the window before. */
  private static void sortByMost(SparsePostings[] postings, int from, int to) {
    for (int i = 0; i < postings.length; i++) {
      SparsePostings one = postings[i];
      float most = one.most(from, to);
      int at = i;
      for (; at > 0 && postings[at - 1].most() > most; at--) {
        postings[at] = postings[at - 1];
      }
      postings[at] = one;
    }
  }

  /**
   * Considers what the sums alone bound, the largest first: it makes the bar rise fastest, while
   * there is none or a low one.
   */
  private void collectBestFirst(int from, @Nullable Bits accepted, Candidates candidates)
      throws IOException {
    float bar = candidates.bar();
    largest.clear();
    for (int word = 0; word < touched.length; word++) {
      for (long bits = touched[word]; bits != 0; bits &= bits - 1) {
        int at = (word << 6) + Long.numberOfTrailingZeros(bits);
        float sum = sums[at];
        sums[at] = 0;
        if (sum >= bar && (accepted == null || accepted.get(from + at))) {
          // Sums are 0 or more, so their bits have their order; the heap gives the least.
          largest.push((long) ~Float.floatToRawIntBits(sum) << 32 | at);
        }
      }
      touched[word] = 0;
    }
    while (largest.size() > 0) {
      int size = 0;
      while (size < batch.length && largest.size() > 0) {
        long least = largest.pop();
        if (Float.intBitsToFloat(~(int) (least >>> 32)) < candidates.bar()) {
          largest.clear();
        } else {
          batch[size++] = from + (int) least;
        }
      }
      Arrays.sort(batch, 0, size);
      for (int i = 0; i < size; i++) {
        candidates.consider(batch[i]);
      }
    }
  }

  private void collect(
      SparsePostings[] postings,
      int first,
      float[] below,
      int from,
      @Nullable Bits accepted,
      Candidates candidates)
      throws IOException {
    float bar = candidates.bar();
    float others = below[first - 1];
    for (int word = 0; word < touched.length; word++) {
      for (long bits = touched[word]; bits != 0; bits &= bits - 1) {
        int at = (word << 6) + Long.numberOfTrailingZeros(bits);
        float sum = sums[at];
        sums[at] = 0;
        int doc = from + at;
        if (sum + others < bar || (accepted != null && !accepted.get(doc))) {
          continue;
        }
        int left = first;
        while (left > 0 && sum + below[left - 1] >= bar) {
          sum += postings[--left].gainOf(doc);
        }
        if (left == 0 && sum >= bar) {
          candidates.consider(doc);
          bar = candidates.bar();
        }
      }
      touched[word] = 0;
    }
  }
}
