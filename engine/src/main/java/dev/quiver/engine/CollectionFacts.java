package dev.quiver.engine;

import dev.quiver.engine.filter.FilterCompiler;
import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;

/** What a collection tells of itself: its state, its segments, its memory. Thread-safe. */
final class CollectionFacts {
  private final Engine engine;

  CollectionFacts(Engine engine) {
    this.engine = engine;
  }

  CollectionInfo info(String nameOrAlias) {
    return engine.reading(
        nameOrAlias,
        (lease, view) -> {
          Shard shard = lease.shard();
          long indexed = 0;
          for (LeafReaderContext context : view.reader().leaves()) {
            indexed += indexedVectors(context.reader(), shard.declared().vectors());
          }
          Map<String, PayloadIndex> indexes = shard.declared().byField();
          IndexSearcher searcher = new IndexSearcher(view.reader());
          Map<String, Long> pointsByIndex = new LinkedHashMap<>();
          for (PayloadIndex index : indexes.values()) {
            pointsByIndex.put(
                index.field(), (long) searcher.count(FilterCompiler.havingValue(index)));
          }
          return new CollectionInfo(
              status(lease.slot(), shard),
              lease.config(),
              view.reader().numDocs(),
              indexed,
              Math.max(1, view.reader().leaves().size()),
              indexes,
              pointsByIndex,
              shard.queued(),
              lease.slot().damages());
        });
  }

  /** Vectors that a graph covers, and sparse vectors, all of which are in an inverted index. */
  private static long indexedVectors(LeafReader leaf, VectorFields fields) throws IOException {
    long indexed = 0;
    for (String name : fields.byName().keySet()) {
      if (fields.own(name).kind() == VectorParams.Kind.SPARSE) {
        indexed += leaf.docFreq(Fields.hasTerm(String.valueOf(fields.keyOrNull(name))));
      } else {
        SegmentVectors vectors = SegmentVectors.of(leaf, fields.field(name));
        indexed += vectors != null && vectors.hasGraph() ? vectors.size() : 0;
      }
    }
    return indexed;
  }

  private static CollectionInfo.Status status(Slot slot, Shard shard) {
    if (!slot.damages().isEmpty()) {
      return CollectionInfo.Status.RED;
    }
    return shard.upkeep().optimizing() ? CollectionInfo.Status.YELLOW : CollectionInfo.Status.GREEN;
  }

  List<SegmentSummary> segments(String collection) {
    return engine.reading(
        collection,
        (lease, view) ->
            new SegmentFiles(view.reader(), lease.shard().declared().vectors()).summaries());
  }

  CollectionMemory memory(String collection) {
    return engine.reading(
        collection,
        (lease, view) ->
            new SegmentFiles(view.reader(), lease.shard().declared().vectors())
                .memory(lease.shard().upkeep().bufferedBytes()));
  }
}
