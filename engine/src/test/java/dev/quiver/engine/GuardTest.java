package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The environment of a store, and which writes destroy a collection's content. */
class GuardTest {
  private static final Filter EMPTY = new Filter(List.of(), List.of(), List.of(), null);

  @TempDir Path folder;

  private Engine open(String environment) {
    return Engine.open(folder, EngineOptions.builder().environment(environment).build());
  }

  @Test
  void aStoreIsDevelopmentUnlessItIsMadeAsSomethingElse() {
    try (Engine engine = open(null)) {
      assertThat(engine.guard().environment()).isEqualTo("development");
      assertThat(engine.guard().isProduction()).isFalse();
    }
    assertThatThrownBy(() -> open("production"))
        .hasMessageStartingWith("Wrong environment: ")
        .hasMessageContaining("`development` (expected: `production`)");
    open("development").close();
  }

  @Test
  void theLabelStaysUntilItIsChangedOnPurpose() {
    open("production").close();
    assertThatThrownBy(() -> open("development")).hasMessageContaining("`production`");
    try (Engine engine = open(null)) {
      assertThat(engine.guard().isProduction()).isTrue();
      engine.guard().label("staging-2");
    }
    try (Engine engine = open("staging-2")) {
      assertThat(engine.guard().environment()).isEqualTo("staging-2");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Production", "2nd", "a b", "produção", "aaaaaaaaaabbbbbbbbbbccccccccccdddd"})
  void whatIsNoLabelIsRefused(String label) {
    try (Engine engine = open(null)) {
      assertThatThrownBy(() -> engine.guard().label(label))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION));
      assertThat(engine.guard().environment()).isEqualTo("development");
    }
  }

  @Test
  void aCallerWhoExpectsAnotherEnvironmentIsRefused() {
    try (Engine engine = open("production")) {
      engine.guard().expect(null);
      engine.guard().expect("production");
      assertThatThrownBy(() -> engine.guard().expect("test"))
          .hasMessage(
              "Wrong environment: this store is labelled `production` (the caller expects: `test`);"
                  + " nothing was done");
    }
  }

  @Test
  void onlyProductionAsksForTheNameAgain() {
    try (Engine engine = open("production")) {
      Guard guard = engine.guard();
      guard.confirm("dropping collection `c`", "c", "c");
      assertThatThrownBy(() -> guard.confirm("dropping collection `c`", "c", null))
          .hasMessageContaining("repeat the name `c`")
          .hasMessageContaining("none was given");
      assertThatThrownBy(() -> guard.confirm("dropping collection `c`", "c", "d"))
          .hasMessageContaining("given: `d`");
      guard.label("development");
      guard.confirm("dropping collection `c`", "c", null);
    }
  }

  private static Filter ids(long... ids) {
    return Filter.must(
        new Condition.HasId(
            java.util.Arrays.stream(ids)
                .mapToObj(PointId::of)
                .collect(java.util.stream.Collectors.toSet())));
  }

  private static WriteOp delete(long... ids) {
    return new WriteOp.DeletePoints(
        new PointSelector.ByIds(java.util.Arrays.stream(ids).mapToObj(PointId::of).toList()));
  }

  private static WriteOp delete(Filter filter) {
    return new WriteOp.DeletePoints(new PointSelector.ByFilter(filter));
  }

  @Test
  void whateverWouldTakeAllPointsIsFoundHoweverItIsWritten() {
    try (Engine engine = open(null)) {
      engine.createCollection("c", Configs.of(2, "Dot"));
      engine.updateAliases(List.of(new Alias.Action.Create("c", "a")));
      for (int i = 1; i <= 6; i++) {
        engine.write("c", List.of(EngineTest.upsert(EngineTest.point(i, "{}", i, 1))), true, null);
      }
      Guard guard = engine.guard();
      PointSelector all = new PointSelector.ByFilter(EMPTY);

      assertThat(guard.destruction("c", List.of(delete(EMPTY)))).contains("empty filter");
      assertThat(guard.destruction("c", List.of(new WriteOp.ClearPayload(all))))
          .contains("empty filter");
      assertThat(guard.destruction("c", List.of(new WriteOp.DeletePayload(List.of("x"), all))))
          .contains("empty filter");
      assertThat(guard.destruction("c", List.of(new WriteOp.DeleteVectors(all, List.of("")))))
          .contains("empty filter");
      assertThat(guard.destruction("c", List.of(new WriteOp.DeleteVector("v")))).contains("`v`");
      assertThat(
              guard.destruction(
                  "c", List.of(delete(Filter.mustNot(new Condition.HasId(Set.of()))))))
          .isEqualTo("deleting of all 6 points of collection `c`");
      assertThat(guard.destruction("c", List.of(delete(Filter.must(EMPTY))))).isNotNull();
      assertThat(guard.destruction("c", List.of(delete(1, 2, 3, 4, 5, 6)))).isNotNull();
      assertThat(guard.destruction("a", List.of(delete(1, 2, 3), delete(4, 5, 6, 7)))).isNotNull();

      assertThat(guard.destruction("a", List.of(delete(ids(1, 2, 3)), delete(ids(3, 4, 5, 6)))))
          .isEqualTo("deleting of all 6 points of collection `a`");
      assertThat(guard.destruction("c", List.of(delete(ids(1, 2, 3)), delete(4, 5, 6))))
          .isNotNull();

      assertThat(guard.destruction("c", List.of(delete(ids(1, 2)), delete(ids(3)), delete(4, 5))))
          .isNull();
      assertThat(guard.destruction("c", List.of(delete(ids(1, 2))))).isNull();
      assertThat(guard.destruction("c", List.of(delete(1, 2)))).isNull();
      assertThat(
              guard.destruction("c", List.of(EngineTest.upsert(EngineTest.point(1, "{}", 1, 1)))))
          .isNull();
    }
  }

  @Test
  void deletingInPiecesIsStoppedBeforeTheLastPoint() {
    try (Engine engine = open(null)) {
      for (String name : List.of("c", "d")) {
        engine.createCollection(name, Configs.of(2, "Dot"));
        for (int i = 1; i <= 5; i++) {
          engine.write(
              name, List.of(EngineTest.upsert(EngineTest.point(i, "{}", i, 1))), true, null);
        }
      }
      engine.updateAliases(List.of(new Alias.Action.Create("c", "a")));
      int deleted = 0;
      for (int i = 1; i <= 5; i++) {
        String called = i % 2 == 0 ? "a" : "c";
        if (engine.guard().destruction(called, List.of(delete(i))) == null) {
          engine.write(called, List.of(delete(i)), true, null);
          deleted++;
        }
      }
      assertThat(deleted).isEqualTo(4);
      assertThat(engine.count("c", null, true)).isEqualTo(1);

      // Another collection may have the name of one that was counted.
      assertThat(engine.guard().destruction("d", List.of(delete(1)))).isNull();
      engine.deleteCollection("d");
      engine.createCollection("d", Configs.of(2, "Dot"));
      engine.write("d", List.of(EngineTest.upsert(EngineTest.point(1, "{}", 1, 1))), true, null);
      assertThat(engine.guard().destruction("d", List.of(delete(1)))).isNotNull();
    }
  }
}
