package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.SearchRequest;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultBudgetTest {
  private static final String C = "/collections/c";

  /** Of 256 bytes and a vector of 100 floats, twice: 10,560 bytes are ten results. */
  private static final long TEN_RESULTS = 10 * (256 + 2 * 4 * 100);

  @TempDir Path folder;

  @Test
  void whatDoesNotFitIsRefusedOnlyWhenItIsThere() throws IOException {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config());
      ResultBudget budget = new ResultBudget(engine, 8, TEN_RESULTS);
      // A large limit on a small collection is harmless.
      assertThatCode(() -> budget.check("c", 1_000_000, VectorSelection.ALL))
          .doesNotThrowAnyException();

      List<Point> points = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        points.add(
            new Point(
                PointId.of(i), Map.of("", new VectorValue.Dense(new float[100])), Payload.EMPTY));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);

      assertThatCode(() -> budget.check("c", 10, VectorSelection.ALL)).doesNotThrowAnyException();
      assertThatThrownBy(() -> budget.check("c", 11, VectorSelection.ALL))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("at most 10");
      assertThatCode(() -> budget.check("c", 11, VectorSelection.NONE)).doesNotThrowAnyException();
      assertThatCode(() -> budget.check("c", 11, new VectorSelection.Names(List.of("other"))))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void theResultsOfABatchCountTogether() throws IOException {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config());
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        points.add(
            new Point(
                PointId.of(i), Map.of("", new VectorValue.Dense(new float[100])), Payload.EMPTY));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
      ResultBudget budget = new ResultBudget(engine, 8, TEN_RESULTS);

      assertThatCode(() -> budget.check("c", List.of(query(5), query(5))))
          .doesNotThrowAnyException();
      assertThatCode(() -> budget.check("c", List.of(query(4), query(1_000_000))))
          .as("only six are there")
          .doesNotThrowAnyException();
      assertThatThrownBy(() -> budget.check("c", List.of(query(5), query(1_000_000))))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("the batch's 2 searches");
    }
  }

  @Test
  void prefetchesCount() throws IOException {
    try (Engine engine = Engine.open(folder.resolve("prefetches"), EngineOptions.defaults())) {
      engine.createCollection("c", config());
      ResultBudget budget = new ResultBudget(engine, 8, TEN_RESULTS);
      QueryStage prefetch = QueryStage.of(new Query.None(), 1_000_000);
      QueryStage root =
          new QueryStage(
              Collections.nCopies(100, prefetch),
              new Query.Dbsf(),
              "",
              null,
              SearchParams.DEFAULT,
              null,
              1,
              null);
      QueryRequest query = new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE);
      assertThatCode(() -> budget.check("c", List.of(query)))
          .as("there are no points")
          .doesNotThrowAnyException();
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        points.add(new Point(PointId.of(i), Map.of(), Payload.EMPTY));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
      assertThatThrownBy(() -> budget.check("c", List.of(query)))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("the query and of their prefetches");
    }
  }

  private static QueryRequest query(int limit) {
    return new QueryRequest(
        QueryStage.of(new Query.None(), limit), 0, PayloadSelection.NONE, VectorSelection.ALL);
  }

  @Test
  void everyReadingCallOfRestIsBounded() {
    try (RestFixture rest = new RestFixture(folder)) {
      rest.put(C, json("{'vectors': {'size': 65536, 'distance': 'Dot'}}"));
      long fits = Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 4) / (256 + 40L * 65_536);
      String vector = "[1" + ",0".repeat(65_535) + "]";
      for (long first = 0; first <= fits; first += 50) {
        StringJoiner points = new StringJoiner(",", "{'points': [", "]}");
        for (long id = first; id < first + 50; id++) {
          points.add("{'id': " + id + ", 'vector': " + vector + "}");
        }
        assertThat(rest.put(C + "/points?wait=true", json(points.toString())).status())
            .isEqualTo(200);
      }
      String ids = LongStream.rangeClosed(0, fits).boxed().toList().toString();
      String page = "'limit': 1000000, 'with_vector': true";
      Map<String, String> calls =
          Map.of(
              "/points/scroll",
              "{" + page + "}",
              "/points",
              "{'ids': " + ids + ", 'with_vector': true}",
              "/points/search",
              "{'vector': " + vector + ", " + page + "}",
              "/points/query",
              "{" + page + "}",
              "/points/query/batch",
              "{'searches': [{" + page + "}]}");
      calls.forEach(
          (path, body) -> {
            RestFixture.Answer answer = rest.post(C + path, json(body));
            assertThat(answer.status()).as(path).isEqualTo(400);
            assertThat(answer.error()).as(path).contains("expected: at most " + fits);
          });
      assertThat(rest.post(C + "/points/scroll", json("{'limit': 1000000}")).status())
          .as("without vectors it is small")
          .isEqualTo(200);
    }
  }

  @Test
  void payloadsCountAsTheyAreRead() throws IOException {
    EngineOptions options = EngineOptions.builder().resultPayloadBytes(1000).build();
    try (Engine engine = Engine.open(folder, options)) {
      engine.createCollection("c", config());
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        ObjectNode payload = Payload.JSON.createObjectNode();
        // 100 bytes as JSON.
        payload.put("text", "x".repeat(89));
        points.add(
            new Point(
                PointId.of(i),
                Map.of("", new VectorValue.Dense(new float[100])),
                Payload.of(payload)));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
      List<PointId> all = points.stream().map(Point::id).toList();

      assertThat(
              engine.retrieve("c", all.subList(0, 10), PayloadSelection.ALL, VectorSelection.NONE))
          .hasSize(10);
      assertThatThrownBy(
              () -> engine.retrieve("c", all, PayloadSelection.ALL, VectorSelection.NONE))
          .hasMessage(
              "Bad request: limit: the payloads of the results take more than 1000 bytes together;"
                  + " take a smaller limit and scroll, or select fewer fields with with_payload");
      assertThat(
              engine.retrieve(
                  "c", all, new PayloadSelection.Include(List.of("other")), VectorSelection.NONE))
          .as("what is not selected does not count")
          .hasSize(11);
      assertThatThrownBy(
              () ->
                  engine.scroll(
                      "c",
                      new ScrollRequest(
                          null, 11, null, null, PayloadSelection.ALL, VectorSelection.NONE)))
          .hasMessageContaining("more than 1000 bytes");
      assertThatThrownBy(
              () ->
                  engine.search(
                      "c",
                      new SearchRequest(
                          "",
                          new VectorValue.Dense(new float[100]),
                          null,
                          SearchParams.DEFAULT,
                          11,
                          0,
                          null,
                          PayloadSelection.ALL,
                          VectorSelection.NONE)))
          .hasMessageContaining("more than 1000 bytes");

      ResultBudget.Payloads batch = new ResultBudget(engine, 8, 4 * 1500).payloads();
      List<ScoredPoint> ten =
          all.subList(0, 10).stream()
              .map(
                  id ->
                      new ScoredPoint(
                          id,
                          0,
                          1,
                          points.get((int) ((PointId.Num) id).value()).payload(),
                          null,
                          null))
              .toList();
      assertThat(batch.counted(ten)).isSameAs(ten);
      assertThatThrownBy(() -> batch.counted(ten))
          .hasMessageContaining("the payloads of the batch's results take more than 1500 bytes");
    }
  }

  private static CollectionConfig config() throws IOException {
    return CollectionDocuments.create(
        Payload.JSON.readTree("{\"vectors\": {\"size\": 100, \"distance\": \"Dot\"}}"));
  }
}
