package dev.quiver.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.Verification;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether a lock holds can only be seen from another process. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DataFolderLockTest {
  private static final int LOCKED = 7;

  @TempDir Path folder;

  /** What runs in the other process: tries to lock the file that is named. */
  static final class Other {
    private Other() {}

    public static void main(String[] arguments) throws IOException {
      try (FileChannel channel =
          FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
        System.exit(channel.tryLock() == null ? LOCKED : 0);
      }
    }
  }

  private int otherProcess() throws IOException, InterruptedException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Other.class.getName(),
            folder.resolve("quiver.lock").toString())
        .inheritIO()
        .start()
        .waitFor();
  }

  @Test
  void aSecondEngineInTheProcessIsRefusedAndTheFirstKeepsItsLock() throws Exception {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      assertThat(otherProcess()).isEqualTo(LOCKED);
      assertThatThrownBy(() -> Engine.open(folder, EngineOptions.defaults()))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
      assertThat(engine.collections()).isEmpty();
      assertThat(otherProcess()).isEqualTo(LOCKED);
    }
    assertThat(otherProcess()).isZero();
  }

  @Test
  void verificationOfARunningStoreKeepsItsLock() throws Exception {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      Verification running = engine.verify(null, 0);
      Awaitility.await("the verification has ended")
          .atMost(Duration.ofMinutes(1))
          .until(() -> running.progress().state() != Verification.State.RUNNING);
      assertThat(running.progress().state()).isEqualTo(Verification.State.DONE);
      assertThat(otherProcess()).isEqualTo(LOCKED);
    }
  }
}
