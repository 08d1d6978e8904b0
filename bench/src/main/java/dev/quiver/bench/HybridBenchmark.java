package dev.quiver.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.cli.WordNetGloss;
import dev.quiver.cli.WordNetGlosses;
import dev.quiver.embed.Embedder;
import dev.quiver.embed.Embedders;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.Bm25;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What fusing dense and sparse search is worth on real text: nDCG@10 of each by two judged sets,
 * whose judgements are WordNet's own structure ({@link Synonyms}, {@link ExampleSentences}).
 */
final class HybridBenchmark implements Benchmark {
  private static final String COLLECTION = "wordnet";
  private static final String MODEL = "sentence-transformers/all-MiniLM-L6-v2";
  private static final int RESULTS = 10;
  private static final int CANDIDATES = 100;
  private static final int BATCH = 256;

  /** Searches whose nDCG is this close are expected to gain from fusion. */
  private static final double ALIKE = 0.75;

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Override
  public String name() {
    return "hybrid";
  }

  @Override
  public String description() {
    return "nDCG@10 of dense, BM25, RRF and DBSF on WordNet, judged by its own structure";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    List<WordNetGloss> meanings = new ArrayList<>();
    WordNetGlosses.sample(options.shortRun() ? 1_500 : WordNetGlosses.DEFAULT_LIMIT)
        .forEach(meanings::add);
    int most = options.shortRun() ? 200 : Integer.MAX_VALUE;
    List<JudgedSet> sets =
        List.of(Synonyms.of(meanings, most), ExampleSentences.of(meanings, most));
    try (Embedders embedders = Embedders.open()) {
      Embedder embedder = embedders.find(MODEL);
      for (JudgedSet set : sets) {
        options.say(
            String.format(
                Locale.ROOT,
                "%s: embedding %,d documents and %,d questions",
                set.name(),
                set.documents().size(),
                set.questions().size()));
        tell(set, gains(embedder, set), report);
      }
    }
    report.note("%d candidates of each search are fused".formatted(CANDIDATES));
  }

  /** Mean nDCG@10 of a set's questions by way of searching. */
  static Map<String, Double> gains(Embedder embedder, JudgedSet set) throws Exception {
    Path folder = Files.createTempDirectory("quiver-bench");
    Bm25 bm25 = fitting(set.documents());
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      write(engine, embedder, bm25, set.documents());
      return gains(engine, embedder, bm25, set.questions());
    } finally {
      ServerProcess.deleteTree(folder);
    }
  }

  /** BM25 that knows the mean length of the documents, as its option wants it. */
  private static Bm25 fitting(List<String> documents) {
    Bm25 any = Bm25.of(null);
    double length =
        documents.stream()
            .mapToInt(text -> any.document(text).indices().length)
            .average()
            .orElse(1);
    return Bm25.of(Payload.JSON.createObjectNode().put("avg_len", length));
  }

  private static void write(Engine engine, Embedder embedder, Bm25 bm25, List<String> documents)
      throws Exception {
    ObjectNode document = Payload.JSON.createObjectNode();
    ObjectNode params = document.putObject("params");
    params.putObject("vectors").putObject("dense").put("size", 384).put("distance", "Cosine");
    params.putObject("sparse_vectors").putObject("bm25").put("modifier", "idf");
    engine.createCollection(COLLECTION, CollectionConfig.fromDocument(document));
    for (int from = 0; from < documents.size(); from += BATCH) {
      List<String> texts = documents.subList(from, Math.min(documents.size(), from + BATCH));
      float[][] dense = embedder.embed(texts, PATIENCE).vectors();
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        points.add(
            new Point(
                PointId.of(from + i),
                Map.of(
                    "dense", new VectorValue.Dense(dense[i]), "bm25", bm25.document(texts.get(i))),
                Payload.EMPTY));
      }
      engine.write(
          COLLECTION,
          List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)),
          true,
          null);
    }
  }

  /** Mean nDCG@10 by way of searching. */
  private static Map<String, Double> gains(
      Engine engine, Embedder embedder, Bm25 bm25, List<JudgedSet.Question> questions)
      throws Exception {
    Map<String, Double> sums = new LinkedHashMap<>();
    for (int from = 0; from < questions.size(); from += BATCH) {
      List<JudgedSet.Question> batch =
          questions.subList(from, Math.min(questions.size(), from + BATCH));
      float[][] dense =
          embedder.embed(batch.stream().map(JudgedSet.Question::text).toList(), PATIENCE).vectors();
      for (int i = 0; i < batch.size(); i++) {
        QueryStage byMeaning = leaf("dense", new VectorInput.Dense(dense[i]));
        QueryStage byWords = leaf("bm25", new VectorInput.Sparse(bm25.query(batch.get(i).text())));
        Map<String, QueryStage> ways = new LinkedHashMap<>();
        ways.put("dense", byMeaning);
        ways.put("bm25", byWords);
        ways.put("rrf", fused(new Query.Rrf(Query.Rrf.DEFAULT_K, null), byMeaning, byWords));
        ways.put("rrf, k 60", fused(new Query.Rrf(60, null), byMeaning, byWords));
        ways.put(
            "rrf, dense counts 3",
            fused(new Query.Rrf(Query.Rrf.DEFAULT_K, List.of(3f, 1f)), byMeaning, byWords));
        ways.put("dbsf", fused(new Query.Dbsf(), byMeaning, byWords));
        Map<Long, Integer> relevant = batch.get(i).relevant();
        ways.forEach((way, stage) -> sums.merge(way, gain(engine, stage, relevant), Double::sum));
      }
    }
    sums.replaceAll((_, sum) -> sum / questions.size());
    return sums;
  }

  private static QueryStage leaf(String vector, VectorInput input) {
    return new QueryStage(
        List.of(),
        new Query.Nearest(input),
        vector,
        null,
        SearchParams.DEFAULT,
        null,
        CANDIDATES,
        null);
  }

  private static QueryStage fused(Query.Fusion fusion, QueryStage... prefetch) {
    return new QueryStage(
        List.of(prefetch), fusion, "", null, SearchParams.DEFAULT, null, RESULTS, null);
  }

  private static double gain(Engine engine, QueryStage stage, Map<Long, Integer> relevant) {
    List<ScoredPoint> hits =
        engine.query(
            COLLECTION, new QueryRequest(stage, 0, PayloadSelection.NONE, VectorSelection.NONE));
    double gain = 0;
    for (int rank = 0; rank < Math.min(RESULTS, hits.size()); rank++) {
      long id = ((PointId.Num) hits.get(rank).id()).value();
      gain += discounted(relevant.getOrDefault(id, 0), rank);
    }
    List<Integer> grades = new ArrayList<>(relevant.values());
    grades.sort((a, b) -> b - a);
    double best = 0;
    for (int rank = 0; rank < Math.min(RESULTS, grades.size()); rank++) {
      best += discounted(grades.get(rank), rank);
    }
    return gain / best;
  }

  private static double discounted(int grade, int rank) {
    return ((1 << grade) - 1) / (Math.log(rank + 2.0) / Math.log(2));
  }

  private static void tell(JudgedSet set, Map<String, Double> gains, Report report) {
    List<List<String>> rows = new ArrayList<>();
    gains.forEach(
        (way, gain) -> {
          report.add(Figure.of(set.name() + ", nDCG@10, " + way, gain, ""));
          rows.add(List.of(way, Report.number(gain)));
        });
    report.table(
        new TextTable(
            String.format(
                Locale.ROOT,
                "%s: %s; %,d documents, %,d questions",
                set.name(),
                set.about(),
                set.documents().size(),
                set.questions().size()),
            List.of("search", "nDCG@10"),
            rows));
    double better = Math.max(gain(gains, "dense"), gain(gains, "bm25"));
    double worse = Math.min(gain(gains, "dense"), gain(gains, "bm25"));
    double best = Math.max(gain(gains, "rrf"), gain(gains, "dbsf"));
    String gained = set.name() + ", best of rrf and dbsf over the better one alone";
    // Lists that count the same can only gain from each other when both are good.
    report.add(
        worse >= ALIKE * better
            ? Figure.atLeast(gained, best / better, "times", 1)
            : Figure.of(gained, best / better, "times"));
    report.add(
        Figure.atLeast(
            set.name() + ", worst of rrf and dbsf over the worse one alone",
            Math.min(gain(gains, "rrf"), gain(gains, "dbsf")) / worse,
            "times",
            1));
  }

  private static double gain(Map<String, Double> gains, String way) {
    return gains.getOrDefault(way, Double.NaN);
  }
}
