package dev.quiver.engine;

import dev.quiver.engine.DistanceMatrix.Neighbour;
import dev.quiver.lucene.AcceptSet;
import dev.quiver.lucene.SegmentHits;
import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * A distance matrix over a view: chooses points that have the vector, each set of them equally
 * likely, and compares every one with every other. O(sample² · dimension) for the distances.
 */
final class MatrixSearch {
  /** Draws for each point that is wanted, before all that match are looked at. */
  private static final int DRAWS = 32;

  private final IndexReader reader;
  private final MatrixRequest request;
  private final String field;
  private final boolean similarity;
  private final AcceptedDocs accepted;
  private final @Nullable SegmentVectors[] vectors;

  MatrixSearch(IndexReader reader, Declared declared, MatrixRequest request) throws IOException {
    if (declared.vectors().own(request.using()).kind() != VectorParams.Kind.DENSE) {
      throw QuiverException.notImplemented(
          "matrix of sparse vectors and multivectors is not supported yet");
    }
    this.reader = reader;
    this.request = request;
    this.field = declared.vectors().field(request.using());
    this.similarity = declared.vectors().own(request.using()).distance().higherScoreIsCloser();
    this.accepted = AcceptedDocs.of(reader, new Matches(reader, request.filter(), declared));
    this.vectors = new @Nullable SegmentVectors[reader.leaves().size()];
    for (LeafReaderContext context : reader.leaves()) {
      vectors[context.ord] = SegmentVectors.of(context.reader(), field);
    }
  }

  /** A chosen point. */
  private record Chosen(PointId id, LeafPoints leaf, int ord, int doc) {}

  DistanceMatrix search() throws IOException {
    List<Chosen> chosen = new ArrayList<>();
    LeafPoints[] leaves = ShardIndex.leavesOf(reader);
    for (int global : sample(ThreadLocalRandom.current())) {
      int ord = ReaderUtil.subIndex(global, reader.leaves());
      int doc = global - reader.leaves().get(ord).docBase;
      chosen.add(new Chosen(leaves[ord].id(doc), leaves[ord], ord, doc));
    }
    if (chosen.size() < 2) {
      return new DistanceMatrix(List.of(), List.of());
    }
    chosen.sort(Comparator.comparing(Chosen::id));
    List<List<Neighbour>> neighbours = new ArrayList<>(chosen.size());
    SampledLeaf[] sampled = sampledLeaves(chosen);
    for (int i = 0; i < chosen.size(); i++) {
      neighbours.add(neighbours(i, chosen.get(i), sampled));
    }
    return new DistanceMatrix(chosen.stream().map(Chosen::id).toList(), neighbours);
  }

  /** The chosen documents of one segment, and where each stands among all chosen points. */
  private record SampledLeaf(SegmentVectors vectors, AcceptSet docs, int[] sorted, int[] indexes) {
    int indexOf(int doc) {
      return indexes[Arrays.binarySearch(sorted, doc)];
    }
  }

  private SampledLeaf[] sampledLeaves(List<Chosen> chosen) {
    List<SampledLeaf> sampled = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      SegmentVectors segment = vectors[context.ord];
      int[] sorted =
          chosen.stream()
              .filter(each -> each.ord() == context.ord)
              .mapToInt(Chosen::doc)
              .sorted()
              .toArray();
      if (segment == null || sorted.length == 0) {
        continue;
      }
      FixedBitSet docs = new FixedBitSet(context.reader().maxDoc());
      int[] indexes = new int[sorted.length];
      for (int i = 0; i < chosen.size(); i++) {
        if (chosen.get(i).ord() == context.ord) {
          docs.set(chosen.get(i).doc());
          indexes[Arrays.binarySearch(sorted, chosen.get(i).doc())] = i;
        }
      }
      sampled.add(new SampledLeaf(segment, new AcceptSet(docs, sorted.length), sorted, indexes));
    }
    return sampled.toArray(SampledLeaf[]::new);
  }

  private List<Neighbour> neighbours(int self, Chosen point, SampledLeaf[] sampled)
      throws IOException {
    float[] query = point.leaf().dense(point.doc(), field);
    if (query == null) {
      throw new QuiverException(ErrorCode.CORRUPT, "point " + point.id() + " has no vector");
    }
    // One more than wanted: the point itself is found too.
    int k = (int) Math.min((long) request.limit() + 1, Integer.MAX_VALUE - 1);
    List<Neighbour> found = new ArrayList<>();
    for (SampledLeaf leaf : sampled) {
      int most = Math.min(k, leaf.sorted().length);
      SegmentHits hits = leaf.vectors().search(query, most, most, true, leaf.docs());
      for (int i = 0; i < hits.size(); i++) {
        int index = leaf.indexOf(hits.docs()[i]);
        if (index != self) {
          found.add(new Neighbour(index, hits.scores()[i]));
        }
      }
    }
    // Indexes are in the order of ids, by which equal scores are ordered.
    Comparator<Neighbour> byScore = (a, b) -> Float.compare(a.score(), b.score());
    found.sort((similarity ? byScore.reversed() : byScore).thenComparingInt(Neighbour::index));
    return List.copyOf(found.subList(0, Math.min(request.limit(), found.size())));
  }

  // Choosing.

  private boolean isChoosable(int ord, int doc) {
    AcceptSet set = accepted.sets()[ord];
    SegmentVectors segment = vectors[ord];
    return segment != null && (set == null || set.docs().get(doc)) && segment.hasVector(doc);
  }

  /** Documents in the whole reader, in any order. */
  private int[] sample(RandomGenerator random) {
    if (accepted.count() > 2L * request.sample()) {
      int[] drawn = draw(random);
      if (drawn.length == request.sample()) {
        return drawn;
      }
    }
    return pick(random);
  }

  /** Draws documents until enough can be chosen; fewer when few match or have the vector. */
  private int[] draw(RandomGenerator random) {
    Set<Integer> drawn = new HashSet<>();
    long draws = (long) DRAWS * request.sample();
    for (long i = 0; i < draws && drawn.size() < request.sample(); i++) {
      int global = random.nextInt(reader.maxDoc());
      int ord = ReaderUtil.subIndex(global, reader.leaves());
      if (isChoosable(ord, global - reader.leaves().get(ord).docBase)) {
        drawn.add(global);
      }
    }
    return drawn.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Looks at every document that matches; each later one replaces a chosen one by lot. */
  private int[] pick(RandomGenerator random) {
    int[] reservoir = new int[Math.min(request.sample(), reader.maxDoc())];
    int seen = 0;
    for (LeafReaderContext context : reader.leaves()) {
      for (int doc = 0; doc < context.reader().maxDoc(); doc++) {
        if (isChoosable(context.ord, doc)) {
          int place = seen < reservoir.length ? seen : random.nextInt(seen + 1);
          if (place < reservoir.length) {
            reservoir[place] = context.docBase + doc;
          }
          seen++;
        }
      }
    }
    return Arrays.copyOf(reservoir, Math.min(seen, reservoir.length));
  }
}
