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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What fusing dense and sparse search is worth on real text. The judgements are WordNet's own: a
 * meaning is a document of its words and its definition; the question is a sentence that WordNet
 * gives as an example of the meaning, which no document has. The meaning itself is relevant (2),
 * and so are others that share one of its words (1).
 */
final class HybridBenchmark implements Benchmark {
  private static final String COLLECTION = "wordnet";
  private static final String MODEL = "sentence-transformers/all-MiniLM-L6-v2";
  private static final int RESULTS = 10;
  private static final int CANDIDATES = 100;
  private static final int BATCH = 256;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Override
  public String name() {
    return "hybrid";
  }

  @Override
  public String description() {
    return "nDCG@10 of dense, BM25, RRF and DBSF on WordNet, judged by its own structure";
  }

  /** A sentence and how relevant points are to it. */
  private record Question(String text, Map<Long, Integer> relevant) {}

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    List<WordNetGloss> meanings = new ArrayList<>();
    WordNetGlosses.sample(options.shortRun() ? 1_500 : WordNetGlosses.DEFAULT_LIMIT)
        .forEach(meanings::add);
    List<Question> questions = questions(meanings, options.shortRun() ? 200 : 1_000);
    Path folder = Files.createTempDirectory("quiver-bench");
    try (Embedders embedders = Embedders.open();
        Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      Embedder embedder = embedders.find(MODEL);
      options.say(
          "embedding " + meanings.size() + " meanings and " + questions.size() + " questions");
      write(engine, embedder, meanings);
      Map<String, Double> gains = gains(engine, embedder, questions);
      tell(gains, meanings.size(), questions.size(), report);
    } finally {
      ServerProcess.deleteTree(folder);
    }
  }

  private static List<Question> questions(List<WordNetGloss> meanings, int most) {
    Map<String, Set<Long>> byLemma = new HashMap<>();
    for (WordNetGloss meaning : meanings) {
      meaning
          .lemmas()
          .forEach(
              lemma ->
                  byLemma
                      .computeIfAbsent(lemma.toLowerCase(Locale.ROOT), _ -> new HashSet<>())
                      .add(meaning.id()));
    }
    List<WordNetGloss> asked =
        meanings.stream().filter(meaning -> !meaning.examples().isEmpty()).toList();
    int step = Math.max(1, asked.size() / most);
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < asked.size() && questions.size() < most; i += step) {
      WordNetGloss meaning = asked.get(i);
      Map<Long, Integer> relevant = new HashMap<>();
      for (String lemma : meaning.lemmas()) {
        for (long id : byLemma.getOrDefault(lemma.toLowerCase(Locale.ROOT), Set.of())) {
          relevant.put(id, 1);
        }
      }
      relevant.put(meaning.id(), 2);
      questions.add(new Question(meaning.examples().getFirst(), relevant));
    }
    return questions;
  }

  private static void write(Engine engine, Embedder embedder, List<WordNetGloss> meanings)
      throws Exception {
    ObjectNode document = Payload.JSON.createObjectNode();
    ObjectNode params = document.putObject("params");
    params.putObject("vectors").putObject("dense").put("size", 384).put("distance", "Cosine");
    params.putObject("sparse_vectors").putObject("bm25").put("modifier", "idf");
    engine.createCollection(COLLECTION, CollectionConfig.fromDocument(document));
    Bm25 bm25 = Bm25.of(null);
    for (int from = 0; from < meanings.size(); from += BATCH) {
      List<WordNetGloss> batch = meanings.subList(from, Math.min(meanings.size(), from + BATCH));
      List<String> texts = batch.stream().map(HybridBenchmark::text).toList();
      float[][] dense = embedder.embed(texts, PATIENCE).vectors();
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        points.add(
            new Point(
                PointId.of(batch.get(i).id()),
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

  private static String text(WordNetGloss meaning) {
    return String.join(", ", meaning.lemmas()) + ": " + meaning.definition();
  }

  /** Mean nDCG@10 by way of searching. */
  private static Map<String, Double> gains(
      Engine engine, Embedder embedder, List<Question> questions) throws Exception {
    Bm25 bm25 = Bm25.of(null);
    Map<String, Double> sums = new LinkedHashMap<>();
    for (int from = 0; from < questions.size(); from += BATCH) {
      List<Question> batch = questions.subList(from, Math.min(questions.size(), from + BATCH));
      float[][] dense =
          embedder.embed(batch.stream().map(Question::text).toList(), PATIENCE).vectors();
      for (int i = 0; i < batch.size(); i++) {
        QueryStage byMeaning = leaf("dense", new VectorInput.Dense(dense[i]));
        QueryStage byWords = leaf("bm25", new VectorInput.Sparse(bm25.query(batch.get(i).text())));
        Map<String, QueryStage> ways = new LinkedHashMap<>();
        ways.put("dense", byMeaning);
        ways.put("bm25", byWords);
        ways.put("rrf", fused(new Query.Rrf(Query.Rrf.DEFAULT_K, null), byMeaning, byWords));
        ways.put("rrf, k 60", fused(new Query.Rrf(60, null), byMeaning, byWords));
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

  private static void tell(Map<String, Double> gains, int meanings, int questions, Report report) {
    gains.forEach((way, gain) -> report.add(Figure.of("nDCG@10, " + way, gain, "")));
    double alone = Math.max(gain(gains, "dense"), gain(gains, "bm25"));
    report.add(
        Figure.atLeast(
            "best of rrf and dbsf over the better one alone",
            Math.max(gain(gains, "rrf"), gain(gains, "dbsf")) / alone,
            "times",
            1));
    report.note(
        String.format(
            Locale.ROOT,
            "%,d meanings of WordNet (words and definition), %,d example sentences as questions;"
                + " %d candidates of each search are fused",
            meanings,
            questions,
            CANDIDATES));
  }

  private static double gain(Map<String, Double> gains, String way) {
    return gains.getOrDefault(way, Double.NaN);
  }
}
