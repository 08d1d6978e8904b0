package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Fields;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Compiled filters and the evaluator accept the same points: random filters over random payloads,
 * in segments with deletions and updates, whatever indexes are declared.
 *
 * <p>{@code -Dquiver.filter.seed=N} replays one round, {@code -Dquiver.filter.rounds=N} runs
 * longer.
 */
class FilterAgreementTest {
  private static final int POINTS = 1_500;
  private static final int FILTERS = 120;

  /** Filters that accepted some points and refused others: the rest proves little. */
  private int telling;

  record Stored(ObjectNode payload, Set<String> vectors) {}

  @Test
  void aCompiledFilterAcceptsWhatTheEvaluatorAccepts() throws IOException {
    Long replayed = Long.getLong("quiver.filter.seed");
    int rounds = replayed != null ? 1 : Integer.getInteger("quiver.filter.rounds", 15);
    long first = replayed != null ? replayed : System.nanoTime();
    for (int round = 0; round < rounds; round++) {
      long seed = first + round;
      System.out.println("quiver.filter.seed=" + seed);
      round(seed);
    }
    assertThat(telling).isGreaterThan(rounds * FILTERS / 4);
  }

  private void round(long seed) throws IOException {
    Random random = new Random(seed);
    RandomPayloads payloads = new RandomPayloads(random);
    RandomFilters filters = new RandomFilters(random);
    PayloadIndexes before = filters.indexes();
    PayloadIndexes now = random.nextInt(3) == 0 ? before : filters.indexes();
    Map<PointId, Stored> stored = new LinkedHashMap<>();
    IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < POINTS; i++) {
          // Some documents are from before the indexes were declared.
          PayloadIndexer indexer = new PayloadIndexer(i < POINTS / 2 ? before : now);
          PointId id = payloads.id(random.nextInt(POINTS));
          if (random.nextInt(8) == 0) {
            stored.remove(id);
            writer.deleteDocuments(Fields.idTerm(id));
          } else {
            Stored point =
                new Stored(
                    payloads.payload(),
                    random.nextBoolean()
                        ? Set.of("")
                        : random.nextBoolean() ? Set.of("", "image") : Set.of());
            stored.put(id, point);
            writer.updateDocument(Fields.idTerm(id), document(id, point, indexer));
          }
          if (random.nextInt(POINTS / 4) == 0) {
            writer.commit();
          }
        }
        if (random.nextBoolean()) {
          writer.getConfig().setMergePolicy(new TieredMergePolicy());
          writer.forceMerge(2);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (int i = 0; i < FILTERS; i++) {
          compare(reader, stored, filters.filter(0), now, seed);
          compare(reader, stored, Filter.must(filters.condition(3)), now, seed);
        }
      }
    }
  }

  static Document document(PointId id, Stored point, PayloadIndexer indexer) {
    Document document = new Document();
    BytesRef bytes = new BytesRef(PointIds.toBytes(id));
    document.add(new StringField(Fields.ID, bytes, Field.Store.NO));
    document.add(new BinaryDocValuesField(Fields.ID, bytes));
    if (!point.payload.isEmpty()) {
      byte[] json = Payload.of(point.payload).bytes();
      document.add(new BinaryDocValuesField(Fields.PAYLOAD, new BytesRef(json)));
    }
    point.vectors.forEach(name -> document.add(new StringField(Fields.HAS, name, Field.Store.NO)));
    indexer.addTo(document, point.payload);
    return document;
  }

  /** Whether the compiled filter finds the point, in an index with nothing else. */
  static boolean finds(Filter filter, PayloadIndexes indexes, PointId id, Stored point)
      throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        writer.addDocument(document(id, point, new PayloadIndexer(indexes)));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        return !found(reader, new FilterCompiler(indexes, name -> name).compile(filter)).isEmpty();
      }
    }
  }

  private void compare(
      DirectoryReader reader,
      Map<PointId, Stored> stored,
      Filter filter,
      PayloadIndexes indexes,
      long seed)
      throws IOException {
    FilterEvaluator evaluator = new FilterEvaluator(filter, indexes);
    Set<String> expected = new TreeSet<>();
    stored.forEach(
        (id, point) -> {
          if (evaluator.matches(id, point.payload, point.vectors)) {
            expected.add(id.toString());
          }
        });
    telling += expected.isEmpty() || expected.size() == stored.size() ? 0 : 1;
    assertThat(found(reader, new FilterCompiler(indexes, name -> name).compile(filter)))
        .as("seed %s, indexes %s, filter %s", seed, indexes, filter)
        .isEqualTo(expected);
  }

  private static Set<String> found(DirectoryReader reader, @Nullable Query query)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    Query rewritten = searcher.rewrite(query == null ? MatchAllDocsQuery.INSTANCE : query);
    Weight weight = searcher.createWeight(rewritten, ScoreMode.COMPLETE_NO_SCORES, 1);
    Set<String> found = new TreeSet<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer == null) {
        continue;
      }
      Bits live = leaf.reader().getLiveDocs();
      var ids = leaf.reader().getBinaryDocValues(Fields.ID);
      var docs = scorer.iterator();
      for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
        if (live == null || live.get(doc)) {
          ids.advanceExact(doc);
          BytesRef id = ids.binaryValue();
          found.add(PointIds.fromBytes(id.bytes, id.offset, id.length).toString());
        }
      }
    }
    return found;
  }
}
