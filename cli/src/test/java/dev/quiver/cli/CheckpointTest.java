package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.cli.Checkpoint.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadByTheSameImportOnly() throws IOException {
    Path file = folder.resolve("sub/checkpoint.json");
    Checkpoint checkpoint = new Checkpoint(file, "abc");
    assertThat(checkpoint.read()).isEqualTo(Position.START);

    checkpoint.write(new Position(2, 17, 1000));

    assertThat(new Checkpoint(file, "abc").read()).isEqualTo(new Position(2, 17, 1000));
    assertThat(new Checkpoint(file, "abc").read().rowsDone()).isEqualTo(1017);
    assertThat(new Checkpoint(file, "other").read()).isEqualTo(Position.START);
    checkpoint.delete();
    assertThat(new Checkpoint(file, "abc").read()).isEqualTo(Position.START);
  }

  @Test
  void aDamagedFileIsAnErrorThatNamesIt() throws IOException {
    Path file = Files.writeString(folder.resolve("c.json"), "{");

    assertThatThrownBy(() -> new Checkpoint(file, "abc").read())
        .isInstanceOf(CliException.class)
        .hasMessageContaining("c.json");
  }

  @Test
  void theDefaultPlaceIsTheUsersCacheFolder() {
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", folder.toString());

    assertThat(Checkpoint.defaultFile(environment, "x")).startsWithRaw(folder.resolve("quiver"));
    assertThat(Checkpoint.defaultFile(environment, "x"))
        .isEqualTo(Checkpoint.defaultFile(environment, "x"))
        .isNotEqualTo(Checkpoint.defaultFile(environment, "y"));
  }
}
