package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.Payload;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultBudgetTest {
  /** Of 256 bytes and a vector of 100 floats, twice: 10,560 bytes are ten results. */
  private static final long TEN_RESULTS = 10 * (256 + 2 * 4 * 100);

  @TempDir Path folder;

  @Test
  void whatDoesNotFitIsRefusedOnlyWhenItIsThere() throws IOException {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config());
      ResultBudget budget = new ResultBudget(engine, TEN_RESULTS);
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

  private static CollectionConfig config() throws IOException {
    return CollectionDocuments.create(
        Payload.JSON.readTree("{\"vectors\": {\"size\": 100, \"distance\": \"Dot\"}}"));
  }
}
