package dev.quiver.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.cli.WordNetGloss;
import dev.quiver.cli.WordNetGlosses;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.Bm25;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TermFrequencyAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;

/**
 * Sparse search against Lucene's own term queries: the same texts, cut into the same tokens, the
 * ten best by BM25. Quiver's answers are exact inner products of the vectors; Lucene's come from
 * term frequencies and lengths of one byte. Lucene has the texts in as many segments as Quiver, and
 * in one. One thread, all in turns, in CPU time.
 */
final class SparseBenchmark implements Benchmark {
  private static final String COLLECTION = "sparse";
  private static final String FIELD = "text";
  private static final int BATCH = 1_000;

  @Override
  public String name() {
    return "sparse";
  }

  @Override
  public String description() {
    return "sparse search over 100,000 texts against Lucene's term queries: queries per second";
  }

  /** A query in both forms. */
  private record Asked(
      QueryRequest quiver, QueryRequest idf, org.apache.lucene.search.Query lucene) {}

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    List<WordNetGloss> texts = new ArrayList<>();
    WordNetGlosses.sample(options.shortRun() ? 10_000 : 100_000).forEach(texts::add);
    Path folder = Files.createTempDirectory("quiver-bench");
    try (Engine engine = Engine.open(folder.resolve("quiver"), EngineOptions.defaults());
        FSDirectory same = FSDirectory.open(folder.resolve("lucene"));
        FSDirectory one = FSDirectory.open(folder.resolve("lucene-1"))) {
      options.say("writing " + texts.size() + " texts to both");
      write(engine, texts);
      int segments = settled(engine);
      write(same, texts, segments);
      write(one, texts, 1);
      try (DirectoryReader sameReader = DirectoryReader.open(same);
          DirectoryReader oneReader = DirectoryReader.open(one)) {
        measure(
            options,
            report,
            engine,
            searcher(sameReader),
            searcher(oneReader),
            questions(texts, options.shortRun() ? 100 : 500));
      }
      report.note(
          String.format(
              Locale.ROOT,
              "%,d definitions of WordNet; example sentences as queries; %d segments",
              texts.size(),
              segments));
    } finally {
      ServerProcess.deleteTree(folder);
    }
  }

  private static String text(WordNetGloss gloss) {
    return String.join(", ", gloss.lemmas()) + ": " + gloss.definition();
  }

  private static void write(Engine engine, List<WordNetGloss> texts) {
    ObjectNode document = Payload.JSON.createObjectNode();
    ObjectNode params = document.putObject("params");
    params.putObject("vectors");
    ObjectNode sparse = params.putObject("sparse_vectors");
    sparse.putObject("plain");
    sparse.putObject("idf").put("modifier", "idf");
    engine.createCollection(COLLECTION, CollectionConfig.fromDocument(document));
    Bm25 bm25 = Bm25.of(null);
    for (int from = 0; from < texts.size(); from += BATCH) {
      List<Point> points = new ArrayList<>();
      for (WordNetGloss gloss : texts.subList(from, Math.min(texts.size(), from + BATCH))) {
        VectorValue.Sparse vector = bm25.document(text(gloss));
        points.add(
            new Point(
                PointId.of(gloss.id()), Map.of("plain", vector, "idf", vector), Payload.EMPTY));
      }
      engine.write(
          COLLECTION,
          List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)),
          true,
          null);
    }
  }

  /** How many segments there are when no merge changes that any more. */
  private static int settled(Engine engine) throws InterruptedException {
    long segments = engine.collectionInfo(COLLECTION).segments();
    for (int same = 0; same < 5; ) {
      Thread.sleep(1_000);
      long now = engine.collectionInfo(COLLECTION).segments();
      same = now == segments ? same + 1 : 0;
      segments = now;
    }
    return Math.toIntExact(segments);
  }

  private static IndexSearcher searcher(DirectoryReader reader) {
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    return searcher;
  }

  private static void write(FSDirectory directory, List<WordNetGloss> texts, int segments)
      throws IOException {
    FieldType type = new FieldType();
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    type.freeze();
    Bm25 bm25 = Bm25.of(null);
    IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config.setRAMBufferSizeMB(256))) {
      int each = (texts.size() + segments - 1) / segments;
      for (int i = 0; i < texts.size(); i++) {
        Document document = new Document();
        document.add(new Field(FIELD, new Tokens(bm25.document(text(texts.get(i)))), type));
        writer.addDocument(document);
        if ((i + 1) % each == 0) {
          writer.flush();
        }
      }
    }
  }

  /** A vector's indices as terms; short texts have nearly all of them once. */
  private static final class Tokens extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final TermFrequencyAttribute frequency = addAttribute(TermFrequencyAttribute.class);
    private final VectorValue.Sparse vector;
    private int next;

    Tokens(VectorValue.Sparse vector) {
      this.vector = vector;
    }

    @Override
    public boolean incrementToken() {
      if (next == vector.indices().length) {
        return false;
      }
      clearAttributes();
      term.append(word(vector.indices()[next]));
      // More than the weight of one occurrence in a short text means two.
      frequency.setTermFrequency(
          vector.values()[next] > 1.93f ? 3 : vector.values()[next] > 1.72f ? 2 : 1);
      next++;
      return true;
    }

    @Override
    public void reset() {
      next = 0;
    }
  }

  private static String word(int index) {
    return Integer.toUnsignedString(index, Character.MAX_RADIX);
  }

  private static List<Asked> questions(List<WordNetGloss> texts, int most) {
    Bm25 bm25 = Bm25.of(null);
    List<Asked> asked = new ArrayList<>();
    List<WordNetGloss> having =
        texts.stream().filter(gloss -> !gloss.examples().isEmpty()).toList();
    int step = Math.max(1, having.size() / most);
    for (int i = 0; i < having.size() && asked.size() < most; i += step) {
      VectorValue.Sparse vector = bm25.query(having.get(i).examples().getFirst());
      if (vector.indices().length == 0) {
        continue;
      }
      BooleanQuery.Builder terms = new BooleanQuery.Builder();
      for (int index : vector.indices()) {
        terms.add(new TermQuery(new Term(FIELD, word(index))), BooleanClause.Occur.SHOULD);
      }
      asked.add(new Asked(request("plain", vector), request("idf", vector), terms.build()));
    }
    return asked;
  }

  private static QueryRequest request(String vector, VectorValue.Sparse query) {
    QueryStage stage =
        new QueryStage(
            List.of(),
            new Query.Nearest(new VectorInput.Sparse(query)),
            vector,
            null,
            SearchParams.DEFAULT,
            null,
            10,
            null);
    return new QueryRequest(stage, 0, PayloadSelection.NONE, VectorSelection.NONE);
  }

  /** One way of asking. */
  @FunctionalInterface
  private interface Way {
    void ask(Asked asked) throws IOException;
  }

  private static void measure(
      BenchOptions options,
      Report report,
      Engine engine,
      IndexSearcher same,
      IndexSearcher one,
      List<Asked> asked)
      throws IOException {
    Map<String, Way> ways = new LinkedHashMap<>();
    ways.put("Quiver, idf", query -> engine.query(COLLECTION, query.idf()));
    ways.put("Quiver, no modifier", query -> engine.query(COLLECTION, query.quiver()));
    ways.put("Lucene, as many segments", query -> same.search(query.lucene(), 10));
    ways.put("Lucene, one segment", query -> one.search(query.lucene(), 10));
    Map<String, Long> nanos = new LinkedHashMap<>();
    int warm = options.shortRun() ? 2 : 6;
    int rounds = options.shortRun() ? 4 : 20;
    options.say("asking " + asked.size() + " queries, " + rounds + " times each");
    for (int round = -warm; round < rounds; round++) {
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        long before = cpuNanos();
        for (Asked query : asked) {
          way.getValue().ask(query);
        }
        if (round >= 0) {
          nanos.merge(way.getKey(), cpuNanos() - before, Long::sum);
        }
      }
    }
    Map<String, Double> perSecond = new LinkedHashMap<>();
    nanos.forEach((way, sum) -> perSecond.put(way, 1e9 * rounds * asked.size() / sum));
    perSecond.forEach((way, rate) -> report.add(Figure.of(way, rate, "queries/s")));
    for (String way : List.of("Quiver, idf", "Quiver, no modifier")) {
      report.add(
          Figure.atLeast(
              way + ", of Lucene, as many segments",
              ratio(perSecond, way, "Lucene, as many segments"),
              "times",
              1));
      report.add(
          Figure.of(
              way + ", of Lucene, one segment",
              ratio(perSecond, way, "Lucene, one segment"),
              "times"));
    }
    report.note("queries per second of one thread's CPU time");
  }

  private static double ratio(Map<String, Double> perSecond, String way, String lucene) {
    return perSecond.getOrDefault(way, Double.NaN) / perSecond.getOrDefault(lucene, Double.NaN);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
