package dev.quiver.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appending on the real file system. */
class DiskFilesTest {
  @TempDir private Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("file");
  }

  private static void write(FileOps.Appender appender, String text) throws Exception {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    appender.write(bytes, 0, bytes.length);
  }

  @Test
  void reservedBytesAreZeroesThatWritesGoOver() throws Exception {
    try (FileOps.Appender appender = DiskFiles.INSTANCE.create(file)) {
      write(appender, "ab");
      appender.reserve(4);
      assertThat(appender.size()).isEqualTo(2);
      assertThat(Files.readString(file)).isEqualTo("ab\0\0\0\0");

      write(appender, "cd");
      appender.sync();
      assertThat(appender.size()).isEqualTo(4);
      assertThat(Files.readString(file)).isEqualTo("abcd\0\0");

      appender.reserve(1);
      assertThat(Files.size(file)).isEqualTo(6);
      write(appender, "efg");
      assertThat(Files.readString(file)).isEqualTo("abcdefg");
    }
  }

  @Test
  void truncatingTakesReservedBytesAway() throws Exception {
    try (FileOps.Appender appender = DiskFiles.INSTANCE.create(file)) {
      write(appender, "abc");
      appender.reserve(100);
      appender.truncate(2);
      assertThat(appender.size()).isEqualTo(2);
      write(appender, "x");
    }
    assertThat(Files.readString(file)).isEqualTo("abx");
    try (FileOps.Appender appender = DiskFiles.INSTANCE.append(file)) {
      assertThat(appender.size()).isEqualTo(3);
    }
  }

  @Test
  void anInterruptedThreadSyncsAndTheFileStaysUsable() throws Exception {
    try (FileOps.Appender appender = DiskFiles.INSTANCE.create(file)) {
      for (int i = 0; i < 3; i++) {
        write(appender, "a");
        Thread.currentThread().interrupt();
        appender.sync();
        assertThat(Thread.interrupted()).isTrue();
        appender.sync();
      }
    }
    assertThat(Files.readString(file)).isEqualTo("aaa");
  }
}
