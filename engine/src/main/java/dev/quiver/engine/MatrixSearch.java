package dev.quiver.engine;

import dev.quiver.engine.DistanceMatrix.Neighbour;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.VectorInput;
import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;

/**
 * A distance matrix over a view: chooses points that have the vector, each set of them equally
 * likely, and compares every one with every other. O(sample² · dimension) for the distances.
 */
final class MatrixSearch {
  /** Draws for each point that is wanted, before all that match are looked at. */
  private static final int DRAWS = 32;

  private final IndexReader reader;
  private final MatrixRequest request;
  private final VectorFields fields;
  private final ViewPoints points;
  private final FieldSearch search;
  private final AcceptedDocs accepted;

  MatrixSearch(
      IndexReader reader,
      Declared declared,
      CollectionConfig config,
      EngineOptions options,
      MatrixRequest request)
      throws IOException {
    this.reader = reader;
    this.request = request;
    this.fields = declared.vectors();
    this.points = new ViewPoints(reader);
    this.search = FieldSearch.of(points, declared, config, request.using(), options);
    this.accepted = AcceptedDocs.of(reader, new Matches(reader, request.filter(), declared));
  }

  DistanceMatrix search() throws IOException {
    int[] docs = sample(ThreadLocalRandom.current());
    if (docs.length < 2) {
      return new DistanceMatrix(List.of(), List.of());
    }
    Arrays.sort(docs);
    Map<PointId, Integer> docOf = new TreeMap<>();
    for (int doc : docs) {
      docOf.put(points.id(doc), doc);
    }
    List<PointId> ids = List.copyOf(docOf.keySet());
    Map<PointId, Integer> indexes = HashMap.newHashMap(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      indexes.put(ids.get(i), i);
    }
    List<List<Neighbour>> neighbours = new ArrayList<>(ids.size());
    for (Map.Entry<PointId, Integer> point : docOf.entrySet()) {
      List<Neighbour> found = new ArrayList<>();
      for (Hit hit : nearest(point.getValue(), docs)) {
        Integer index = indexes.get(hit.id());
        if (index != null && !hit.id().equals(point.getKey()) && found.size() < request.limit()) {
          found.add(new Neighbour(index, hit.score()));
        }
      }
      neighbours.add(List.copyOf(found));
    }
    return new DistanceMatrix(ids, neighbours);
  }

  private List<Hit> nearest(int doc, int[] docs) throws IOException {
    VectorValue vector = points.vector(doc, fields, request.using());
    // One more than wanted: the point itself is found too.
    int k = (int) Math.min((long) request.limit() + 1, docs.length);
    return search.bestOf(
        new Query.Nearest(VectorInput.of(vector)), List.of(vector), SearchParams.DEFAULT, docs, k);
  }

  // Choosing.

  private boolean isChoosable(int ord, int doc) throws IOException {
    AcceptSet set = accepted.sets()[ord];
    return (set == null || set.docs().get(doc))
        && points.leaf(ord).hasVector(doc, fields, request.using());
  }

  /** Documents in the whole reader, in any order. */
  private int[] sample(RandomGenerator random) throws IOException {
    if (accepted.count() > 2L * request.sample()) {
      int[] drawn = draw(random);
      if (drawn.length == request.sample()) {
        return drawn;
      }
    }
    return pick(random);
  }

  /** Draws documents until enough can be chosen; fewer when few match or have the vector. */
  private int[] draw(RandomGenerator random) throws IOException {
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
  private int[] pick(RandomGenerator random) throws IOException {
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
