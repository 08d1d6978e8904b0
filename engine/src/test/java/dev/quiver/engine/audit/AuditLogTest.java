package dev.quiver.engine.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records are there after a crash, in order, and no change to them stays unseen. */
class AuditLogTest {
  private static final AuditEvent.Actor ACTOR =
      new AuditEvent.Actor("api_key", "app", null, "127.0.0.1", "rest", "r-1");

  @TempDir Path folder;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

  private AuditLog open(FileOps files, long fileBytes, Duration retention) throws IOException {
    AuditLog log = new AuditLog(new AuditFiles(folder, files), retention, now::get, fileBytes);
    log.recover();
    return log;
  }

  private AuditLog open() throws IOException {
    return open(DiskFiles.INSTANCE, 2000, Duration.ZERO);
  }

  private static AuditEvent event(String collection) {
    return AuditEvent.started("delete_collection", ACTOR, collection, null);
  }

  private AuditReport verify() throws IOException {
    return AuditLog.verify(folder, DiskFiles.INSTANCE);
  }

  private static AuditQuery last(int limit) {
    return new AuditQuery(null, null, limit, Map.of());
  }

  @Test
  void recordsAreNumberedAndChainedAcrossFilesAndRestarts() throws IOException {
    for (int round = 0; round < 5; round++) {
      try (AuditLog log = open()) {
        for (int i = 0; i < 10; i++) {
          long seq = log.append(event("集合" + i));
          assertThat(seq).isEqualTo(round * 10L + i + 1);
        }
      }
    }
    AuditReport report = verify();
    assertThat(report.problems()).isEmpty();
    assertThat(report.records()).isEqualTo(50);
    assertThat(report.files()).isGreaterThan(3);
    try (AuditLog log = open()) {
      List<ObjectNode> records = log.query(last(3));
      assertThat(records).extracting(r -> r.path("seq").asLong()).containsExactly(50L, 49L, 48L);
      assertThat(records.getFirst().path("collection").asText()).isEqualTo("集合9");
      assertThat(records.getFirst().path("hash").asText()).isEqualTo(report.head());
      assertThat(records.getFirst().path("key").asText()).isEqualTo("app");
    }
  }

  @Test
  void recordsAreFoundByTimeAndMember() throws IOException {
    try (AuditLog log = open()) {
      for (int i = 0; i < 20; i++) {
        long seq = log.append(event("c" + i % 2));
        log.append(event("c" + i % 2).ended(seq, i == 7 ? "no space" : null));
        now.updateAndGet(time -> time.plusSeconds(60));
      }
      Instant start = Instant.parse("2026-01-01T00:00:00Z");
      assertThat(
              log.query(
                  new AuditQuery(start.plusSeconds(60), start.plusSeconds(180), 99, Map.of())))
          .hasSize(4);
      assertThat(log.query(new AuditQuery(null, null, 99, Map.of("result", "failed"))))
          .singleElement()
          .satisfies(r -> assertThat(r.path("error").asText()).isEqualTo("no space"));
      assertThat(
              log.query(
                  new AuditQuery(null, null, 99, Map.of("collection", "c0", "result", "started"))))
          .hasSize(10);
    }
  }

  @Test
  void aChangeStandsBetweenItsRecordsHoweverItEnds() throws IOException {
    try (AuditLog log = open()) {
      List<String> atWork = log.audited(event("好"), () -> results(log));
      assertThat(atWork).containsExactly("started");
      assertThat(results(log)).containsExactly("ok", "started");

      assertThatThrownBy(
              () ->
                  log.audited(
                      event("坏"),
                      () -> {
                        throw new IllegalStateException("no space");
                      }))
          .hasMessage("no space");

      ObjectNode failed = log.query(last(1)).getFirst();
      assertThat(failed.path("result").asText()).isEqualTo("failed");
      assertThat(failed.path("error").asText()).isEqualTo("no space");
      assertThat(failed.path("collection").asText()).isEqualTo("坏");
      assertThat(failed.path("of").asLong()).isEqualTo(3);
    }
    assertThat(verify().records()).isEqualTo(4);
  }

  private static List<String> results(AuditLog log) {
    return log.query(last(9)).stream().map(record -> record.path("result").asText()).toList();
  }

  @Test
  void everyChangeToAByteShows() throws IOException {
    try (AuditLog log = open()) {
      for (int i = 0; i < 12; i++) {
        log.append(event("c" + i));
      }
    }
    List<Path> paths = files();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      Path path = paths.get(random.nextInt(paths.size()));
      byte[] before = Files.readAllBytes(path);
      byte[] changed = before.clone();
      int at = random.nextInt(changed.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(path, changed);
      boolean isEnd = path.equals(paths.getLast()) && at == changed.length - 1;
      if (!isEnd) {
        // The end of the last line is what a torn one lacks.
        assertThat(verify().isIntact()).as("byte %s of %s, seed %s", at, path, seed).isFalse();
      }
      Files.write(path, before);
    }
    assertThat(verify().isIntact()).isTrue();
  }

  @Test
  void aRecordThatIsTakenOutPutInOrMovedShows() throws IOException {
    try (AuditLog log = open(DiskFiles.INSTANCE, 1 << 20, Duration.ZERO)) {
      for (int i = 0; i < 5; i++) {
        log.append(event("c" + i));
      }
    }
    Path file = files().getFirst();
    List<String> lines = Files.readAllLines(file);
    List<String> without = new ArrayList<>(lines);
    without.remove(2);
    Files.write(file, without);
    assertThat(verify().problems()).singleElement().asString().contains(":3:");
    List<String> twice = new ArrayList<>(lines);
    twice.add(3, lines.get(1));
    Files.write(file, twice);
    assertThat(verify().isIntact()).isFalse();
    List<String> swapped = new ArrayList<>(lines);
    java.util.Collections.swap(swapped, 1, 2);
    Files.write(file, swapped);
    assertThat(verify().isIntact()).isFalse();
  }

  @Test
  void aTornLastRecordIsCutOffAndTheLogSaysSo() throws IOException {
    try (AuditLog log = open()) {
      log.append(event("c"));
    }
    Path file = files().getLast();
    Files.writeString(file, "{\"seq\":2,\"timestamp\":\"2026", StandardOpenOption.APPEND);
    try (AuditLog log = open()) {
      assertThat(log.append(event("d"))).isEqualTo(3);
      assertThat(log.query(last(2)).getLast().path("method").asText()).isEqualTo("audit_repaired");
    }
    assertThat(verify().problems()).isEmpty();
    byte[] whole = Files.readAllBytes(file);
    byte[] zeroes = java.util.Arrays.copyOf(whole, whole.length + 300);
    zeroes[zeroes.length - 1] = '\n';
    Files.write(file, zeroes);
    open().close();
    assertThat(verify().problems()).isEmpty();
  }

  @Test
  void aDamagedRecordInTheMiddleStaysAndATornOneBehindItGoes() throws IOException {
    try (AuditLog log = open()) {
      log.append(event("集合"));
      log.append(event("d"));
    }
    Path file = files().getLast();
    byte[] bytes = Files.readAllBytes(file);
    // Makes it no text any more: places must be counted in bytes.
    bytes[20] ^= (byte) 0x80;
    Files.write(file, bytes);
    Files.writeString(file, "{\"seq\":3,", StandardOpenOption.APPEND);
    try (AuditLog log = open()) {
      assertThat(log.append(event("e"))).isEqualTo(4);
      ObjectNode repaired = log.query(last(2)).getLast();
      assertThat(repaired.at("/detail/bytes_cut").asInt()).isEqualTo(9);
      assertThat(repaired.at("/detail/text").asText()).isEqualTo("{\"seq\":3,");
    }
    assertThat(verify().problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.line()).isEqualTo(1);
              assertThat(problem.offset()).isZero();
            });
    assertThat(Files.readAllBytes(file)).startsWith(bytes);
  }

  @Test
  void afterAFailedSyncNothingIsTakenUntilItIsOpenedAgain() throws IOException {
    FailingSync disk = new FailingSync();
    FileOps files = disk.files();
    try (AuditLog log = open(files, 1 << 20, Duration.ZERO)) {
      log.append(event("c"));
      disk.fails = true;
      assertThatThrownBy(() -> log.append(event("d"))).hasMessageContaining("cannot be written");
      disk.fails = false;
      assertThatThrownBy(() -> log.append(event("e"))).hasMessageContaining("restart");
    }
    try (AuditLog log = open(files, 1 << 20, Duration.ZERO)) {
      log.append(event("f"));
    }
    assertThat(verify().isIntact()).isTrue();
  }

  @Test
  void filesOlderThanTheRetentionAreDeletedAndTheRestStillVerifies() throws IOException {
    Duration week = Duration.ofDays(7);
    for (int day = 0; day < 30; day++) {
      try (AuditLog log = open(DiskFiles.INSTANCE, 600, week)) {
        log.append(event("c" + day));
        log.append(event("d" + day));
      }
      now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
    }
    try (AuditLog log = open(DiskFiles.INSTANCE, 600, week)) {
      List<ObjectNode> all = log.query(last(1000));
      assertThat(all).extracting(r -> r.path("method").asText()).contains("audit_pruned");
      Instant oldest = AuditQuery.time(all.getLast());
      assertThat(oldest).isBefore(now.get().minus(week)).isAfter(now.get().minus(week.plusDays(4)));
    }
    assertThat(verify().problems()).isEmpty();
  }

  private List<Path> files() throws IOException {
    try (var list = Files.list(folder)) {
      return list.sorted().toList();
    }
  }

  /** The disk, whose syncs may fail. */
  private static final class FailingSync {
    private boolean fails;

    FileOps files() {
      return (FileOps)
          Proxy.newProxyInstance(
              FileOps.class.getClassLoader(),
              new Class<?>[] {FileOps.class},
              (_, method, arguments) -> {
                Object result = call(DiskFiles.INSTANCE, method, arguments);
                return result instanceof FileOps.Appender appender ? wrap(appender) : result;
              });
    }

    private FileOps.Appender wrap(FileOps.Appender appender) {
      return (FileOps.Appender)
          Proxy.newProxyInstance(
              FileOps.class.getClassLoader(),
              new Class<?>[] {FileOps.Appender.class},
              (_, method, arguments) -> {
                if (fails && method.getName().equals("sync")) {
                  throw new IOException("injected: EIO");
                }
                return call(appender, method, arguments);
              });
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
      try {
        return method.invoke(target, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }
}
