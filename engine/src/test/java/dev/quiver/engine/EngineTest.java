package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine's main path: create, write, read back, search, scroll, restart. */
class EngineTest {
  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open(folder, EngineOptions.defaults());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  static Payload payload(String json) {
    try {
      return Payload.of((ObjectNode) Payload.JSON.readTree(json));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Point point(long id, String payload, float... vector) {
    return new Point(PointId.of(id), Map.of("", new VectorValue.Dense(vector)), payload(payload));
  }

  static WriteOp upsert(Point... points) {
    return new WriteOp.Upsert(List.of(points), null, WriteOp.UpdateMode.UPSERT);
  }

  static SearchRequest search(int limit, float... vector) {
    return new SearchRequest(
        "",
        new VectorValue.Dense(vector),
        null,
        SearchParams.DEFAULT,
        limit,
        0,
        null,
        PayloadSelection.ALL,
        VectorSelection.ALL);
  }

  private void write(WriteOp... operations) {
    engine.write("c", List.of(operations), true, null);
  }

  @Test
  void pointsAreFoundNearestFirstAndComeBackAsTheyWereWritten() {
    engine.createCollection("c", Configs.of(2, "Euclid"));
    write(upsert(point(1, "{\"a\":1}", 0, 0), point(2, "{}", 3, 4), point(3, "{}", 1, 0)));

    List<ScoredPoint> hits = engine.search("c", search(2, 0, 0));

    assertThat(hits).extracting(ScoredPoint::id).containsExactly(PointId.of(1), PointId.of(3));
    assertThat(hits).extracting(ScoredPoint::score).containsExactly(0f, 1f);
    assertThat(hits.getFirst().payload()).isEqualTo(payload("{\"a\":1}"));
    assertThat(hits.getLast().vectors()).isEqualTo(Map.of("", VectorValue.dense(1, 0)));
  }

  @Test
  void everythingIsThereAfterARestart() {
    engine.createCollection("c", Configs.of(2, "Cosine"));
    write(upsert(point(1, "{\"a\":1}", 3, 4), point(2, "{}", 0, 1)));
    write(new WriteOp.DeletePoints(new PointSelector.ByIds(List.of(PointId.of(2)))));
    engine.updateAliases(List.of(new Alias.Action.Create("c", "alias")));
    engine.close();
    engine = Engine.open(folder, EngineOptions.defaults());

    List<PointRecord> all =
        engine.retrieve(
            "alias",
            List.of(PointId.of(1), PointId.of(2)),
            PayloadSelection.ALL,
            VectorSelection.ALL);

    assertThat(all)
        .containsExactly(
            new PointRecord(
                PointId.of(1),
                payload("{\"a\":1}"),
                Map.of("", VectorValue.dense(0.6f, 0.8f)),
                null));
  }

  @Test
  void aWrongDimensionOrNameIsRefusedBeforeAnythingIsLogged() {
    engine.createCollection("c", Configs.of(2, "Dot"));

    assertThatThrownBy(() -> write(upsert(point(1, "{}", 1, 2)), upsert(point(2, "{}", 1, 2, 3))))
        .hasMessage("Wrong input: Vector dimension error: expected dim: 2, got 3");
    assertThat(engine.count("c", null, true)).isZero();
    assertThat(engine.stats().logRecords()).isZero();
  }

  @Test
  void updatingVectorsOfAMissingPointIsNotFoundAndLeavesTheCollectionWorking() {
    engine.createCollection("c", Configs.of(2, "Dot"));
    write(upsert(point(1, "{}", 1, 2)));

    assertThatThrownBy(
            () ->
                write(
                    new WriteOp.UpdateVectors(
                        List.of(
                            new WriteOp.PointVectors(
                                PointId.of(3), Map.of("", VectorValue.dense(1, 1)))),
                        null)))
        .hasMessage("Not found: No point with id 3 found");
    assertThat(engine.count("c", null, true)).isEqualTo(1);
  }

  @Test
  void scrollingGoesThroughAllIdsInOrder() {
    engine.createCollection("c", Configs.of(1, "Dot"));
    for (long id = 25; id > 0; id--) {
      write(upsert(point(id, "{}", id)));
    }
    List<PointId> seen = new java.util.ArrayList<>();
    PointId next = null;
    do {
      ScrollPage page =
          engine.scroll(
              "c",
              new ScrollRequest(next, 10, null, null, PayloadSelection.NONE, VectorSelection.NONE));
      page.points().forEach(record -> seen.add(record.id()));
      next = page.nextOffset();
    } while (next != null);

    assertThat(seen).hasSize(25).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aSecondEngineOnTheSameFolderIsRefusedAndToldWhoHoldsIt() {
    assertThatThrownBy(() -> Engine.open(folder, EngineOptions.defaults()))
        .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
  }
}
