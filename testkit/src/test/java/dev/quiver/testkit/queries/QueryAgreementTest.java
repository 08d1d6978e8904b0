package dev.quiver.testkit.queries;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.PayloadPath;
import dev.quiver.engine.query.Expression;
import dev.quiver.engine.query.Formula;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.index.Distance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random trees of queries over random collections are answered as {@link ReferenceQueries} answers
 * them. {@code ./quiver campaign queries} runs thousands of seeds.
 *
 * <p>{@code -Dquiver.query.seed=N} replays one round.
 */
class QueryAgreementTest {
  private static final int ROUNDS = 300;

  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    // Every other segment gets a graph; graphs this small are walked over all their nodes.
    engine = Engine.open(folder, EngineOptions.builder().fullScanThreshold(16).build());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void theEngineAnswersAsAPlainModelDoes() {
    Long replayed = Long.getLong("quiver.query.seed");
    int count = replayed != null ? 1 : ROUNDS;
    long first = replayed != null ? replayed : System.nanoTime();
    System.out.println("quiver.query.seed=" + first + " and the " + (count - 1) + " after it");
    QueryRounds rounds = new QueryRounds(engine);
    for (int round = 0; round < count; round++) {
      rounds.round(first + round);
    }
    QueryRounds.Result result = rounds.result();
    System.out.println(
        result.compared()
            + " queries, "
            + result.leftOut()
            + " left out, "
            + result.found()
            + " results; stages by kind: "
            + new TreeMap<>(result.kinds()));
    assertThat(result.mismatches()).isEmpty();
    if (count > 1) {
      assertThat(result.leftOut()).as("left out for rounding").isLessThan(result.compared() / 8);
      assertThat(result.found()).as("results in all").isGreaterThan(2 * result.compared());
    }
  }

  @Test
  void scoresThatDifferOnlyInDoublePrecisionAreEqual() {
    ObjectNode config = Payload.JSON.createObjectNode();
    config.putObject("params").putObject("vectors");
    engine.createCollection("ties", CollectionConfig.fromDocument(config));
    Map<PointId, ReferencePoint> points = new TreeMap<>();
    for (int id = 1; id <= 4; id++) {
      ObjectNode payload = Payload.JSON.createObjectNode().put("f", id == 1 ? 0.5 : 0.5 + 1e-10);
      PointId point = PointId.of(id);
      points.put(point, new ReferencePoint(point, Map.of(), payload));
      engine.write(
          "ties",
          List.of(
              new WriteOp.Upsert(
                  List.of(new Point(point, Map.of(), Payload.of(payload))),
                  null,
                  WriteOp.UpdateMode.UPSERT)),
          true,
          null);
    }
    QueryStage root =
        new QueryStage(
            List.of(QueryStage.of(new Query.None(), 10)),
            new Query.Boost(
                new Formula(new Expression.PayloadValue(PayloadPath.parse("f")), Map.of())),
            "",
            null,
            SearchParams.DEFAULT,
            null,
            2,
            null);
    List<ScoredPoint> actual =
        engine.query(
            "ties", new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE));
    ReferenceQueries reference =
        new ReferenceQueries(points, Map.of(), Map.of(), RandomPoints.MULTI, false);
    List<PointId> first = List.of(PointId.of(1), PointId.of(2));
    assertThat(actual).extracting(ScoredPoint::id).isEqualTo(first);
    assertThat(reference.run(root, 2)).extracting(hit -> hit.point().id()).isEqualTo(first);
    assertThat(reference.ambiguous()).isFalse();
  }

  @Test
  void aSampleHasDifferentPointsThatMatch() {
    Random random = new Random(7);
    Map<String, Distance> distances =
        new TreeMap<>(Map.of("", Distance.DOT, "b", Distance.COSINE, "m", Distance.DOT));
    RandomPoints here = new RandomPoints(engine, "c", random, distances);
    here.create();
    here.write();
    here.write();
    Map<PointId, ReferencePoint> points = here.points();
    ReferenceQueries reference =
        new ReferenceQueries(points, Map.of(), here.distances(), RandomPoints.MULTI, here.idf());
    RandomQueries queries = new RandomQueries(random, points, Map.of(), reference);
    Map<PointId, Integer> drawn = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      QueryStage all = QueryStage.of(new Query.None(), 1_000);
      QueryStage filtered =
          new QueryStage(
              List.of(), all.query(), "", queries.filter(), all.params(), null, 1_000, null);
      QueryStage source = random.nextBoolean() ? all : filtered;
      int limit = 1 + random.nextInt(8);
      boolean asPrefetch = random.nextBoolean();
      QueryStage root =
          new QueryStage(
              asPrefetch ? List.of(source) : List.of(),
              new Query.Sample(),
              "",
              asPrefetch ? null : source.filter(),
              all.params(),
              null,
              limit,
              null);
      List<PointId> matching =
          reference.run(source, 1_000).stream().map(hit -> hit.point().id()).toList();
      List<ScoredPoint> sample =
          engine.query("c", new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE));
      assertThat(sample).hasSize(Math.min(limit, matching.size()));
      assertThat(sample).extracting(ScoredPoint::id).doesNotHaveDuplicates().isSubsetOf(matching);
      assertThat(sample).extracting(ScoredPoint::score).allMatch(score -> score == 1f);
      sample.forEach(hit -> drawn.merge(hit.id(), 1, Integer::sum));
    }
    assertThat(drawn.keySet()).as("each point is drawn at some time").isEqualTo(points.keySet());
  }
}
