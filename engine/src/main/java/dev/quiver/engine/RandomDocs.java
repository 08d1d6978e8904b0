package dev.quiver.engine;

import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * Different documents at random, in random order. When most documents match, documents are drawn
 * until enough of them do; else all that match are listed and some of the list drawn.
 */
final class RandomDocs {
  /** Drawing is tried while at least one in so many documents matches. */
  private static final int DRAW_RATIO = 8;

  private RandomDocs() {}

  static int[] draw(ViewPoints points, Matches matches, int count, RandomGenerator random)
      throws IOException {
    List<@Nullable AcceptSet> accepted = new ArrayList<>(points.leafCount());
    long matching = 0;
    for (int leaf = 0; leaf < points.leafCount(); leaf++) {
      LeafReaderContext context = points.context(leaf);
      AcceptSet set = matches.accepted(context);
      accepted.add(set);
      matching += set == null ? context.reader().maxDoc() : set.cardinality();
    }
    int maxDoc = points.reader().maxDoc();
    boolean drawing = matching >= maxDoc / DRAW_RATIO && count <= matching / 2;
    return drawing
        ? drawn(points, accepted, count, maxDoc, random)
        : shuffled(listed(points, accepted, (int) matching), count, random);
  }

  private static int[] drawn(
      ViewPoints points,
      List<@Nullable AcceptSet> accepted,
      int count,
      int maxDoc,
      RandomGenerator random) {
    Set<Integer> docs = new LinkedHashSet<>();
    while (docs.size() < count) {
      int doc = random.nextInt(maxDoc);
      int leaf = points.leafOf(doc);
      AcceptSet set = accepted.get(leaf);
      if (set == null || set.docs().get(doc - points.docBase(leaf))) {
        docs.add(doc);
      }
    }
    return docs.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] listed(ViewPoints points, List<@Nullable AcceptSet> accepted, int matching) {
    int[] all = new int[matching];
    int size = 0;
    for (int leaf = 0; leaf < accepted.size(); leaf++) {
      AcceptSet set = accepted.get(leaf);
      int maxDoc = points.context(leaf).reader().maxDoc();
      Bits docs = set == null ? new Bits.MatchAllBits(maxDoc) : set.docs();
      for (int doc = Matches.next(docs, 0); doc < maxDoc; doc = Matches.next(docs, doc + 1)) {
        all[size++] = points.docBase(leaf) + doc;
      }
    }
    return all;
  }

  /** Some of the documents; changes their order. */
  static int[] shuffled(int[] docs, int count, RandomGenerator random) {
    int wanted = Math.min(count, docs.length);
    for (int i = 0; i < wanted; i++) {
      int other = i + random.nextInt(docs.length - i);
      int doc = docs[other];
      docs[other] = docs[i];
      docs[i] = doc;
    }
    return java.util.Arrays.copyOf(docs, wanted);
  }
}
