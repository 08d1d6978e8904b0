package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.PointId;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final String UUID_TEXT = "550e8400-e29b-41d4-a716-446655440000";

  @Test
  void numbersAndUuidsStayWhatTheyAre() {
    assertThat(Ids.ofName("17")).isEqualTo(PointId.of(17));
    assertThat(Ids.ofName("18446744073709551615")).isEqualTo(PointId.of(-1));
    assertThat(Ids.ofName(UUID_TEXT)).isEqualTo(PointId.of(UUID.fromString(UUID_TEXT)));
    assertThat(Ids.toJson(Ids.ofName("18446744073709551615"))).hasToString("18446744073709551615");
  }

  @Test
  void anyOtherNameBecomesTheSameUuidEveryTime() {
    PointId id = Ids.ofName("doc-17/猫");

    assertThat(id).isEqualTo(Ids.ofName("doc-17/猫")).isNotEqualTo(Ids.ofName("doc-17/犬"));
    assertThat(((PointId.Uuid) id).value().version()).isEqualTo(5);
    assertThat(((PointId.Uuid) id).value().variant()).isEqualTo(2);
    assertThat(Ids.isExact("18446744073709551616")).isFalse();
  }

  @Test
  void namesBecomeTheUuidsThatEarlierVersionsMadeOfThem() {
    assertThat(Ids.nameUuid("doc-17")).hasToString("ce8530e4-6b94-586b-9cb0-fa76ab7de198");
    assertThat(Ids.ofRow("a.jsonl", 3)).hasToString("8594403e-9a25-5792-88fa-2d612b118203");
  }

  @Test
  void rowsOfDifferentFilesGetDifferentIds() {
    assertThat(Ids.ofRow("a.jsonl", 3))
        .isNotEqualTo(Ids.ofRow("b.jsonl", 3))
        .isNotEqualTo(Ids.ofRow("a.jsonl", 4));
  }

  @Test
  void whereAnIdIsAskedForNothingElseIsTaken() {
    assertThat(Ids.parseExact("5")).isEqualTo(PointId.of(5));
    assertThatThrownBy(() -> Ids.parseExact("doc")).hasMessageContaining("id: doc (expected:");
    assertThatThrownBy(() -> Ids.parseExact("-1")).isInstanceOf(CliException.class);
  }
}
