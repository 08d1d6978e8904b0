package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes stop at a quota, and go on when there is room again. */
class QuotasTest {
  private static final List<WriteOp> GROWING =
      List.of(EngineTest.upsert(EngineTest.point(1, "{}", 0, 0)));
  private static final List<WriteOp> SHRINKING =
      List.of(new WriteOp.DeletePoints(new PointSelector.ByIds(List.of(PointId.of(1)))));

  @TempDir Path folder;
  private final AtomicInteger memory = new AtomicInteger(10);
  private final AtomicInteger disk = new AtomicInteger(10);

  private Quotas open() throws IOException {
    return Quotas.open(folder, DiskFiles.INSTANCE, memory::get, disk::get);
  }

  /** Readings are kept for a second. */
  private static void untilReadAnew() {
    LockSupport.parkNanos(1_100_000_000L);
  }

  @Test
  void aFullDiskRefusesWhatGrowsUntilItIsBelowTheMargin() throws IOException {
    Quotas quotas = open();
    quotas.update(new QuotaConfig(true, null, 80, 10));
    assertThatCode(() -> quotas.admit(GROWING)).doesNotThrowAnyException();
    disk.set(80);
    untilReadAnew();
    assertThatThrownBy(() -> quotas.admit(GROWING))
        .hasMessage(
            "Insufficient storage: Disk usage is at 80% of total capacity, exceeding the configured"
                + " limit of 80%. Help: Reduce disk usage (e.g. delete points or drop"
                + " collections), or raise `max_disk_usage_percent` in the global quota config.");
    assertThatCode(() -> quotas.admit(SHRINKING)).doesNotThrowAnyException();
    assertThat(quotas.status().diskExceeded()).isTrue();
    assertThat(quotas.status().memoryExceeded()).isNull();
    disk.set(72);
    untilReadAnew();
    assertThatThrownBy(() -> quotas.admit(GROWING))
        .hasMessageContaining("is at 72% of total capacity. It reached the configured limit of 80%")
        .hasMessageContaining("has to fall below 70% before this node takes writes again");
    disk.set(69);
    untilReadAnew();
    assertThatCode(() -> quotas.admit(GROWING)).doesNotThrowAnyException();
  }

  @Test
  void memoryCountsByItself() throws IOException {
    Quotas quotas = open();
    quotas.update(new QuotaConfig(true, 50, 99, 0));
    memory.set(50);
    untilReadAnew();
    assertThatThrownBy(() -> quotas.admit(GROWING))
        .hasMessageStartingWith(
            "Insufficient storage: Resident memory usage is at 50% of total memory");
    memory.set(49);
    untilReadAnew();
    assertThatCode(() -> quotas.admit(GROWING)).doesNotThrowAnyException();
  }

  @Test
  void quotasOutliveTheProcessAndDisabledOnesCountForNothing() throws IOException {
    QuotaConfig config = new QuotaConfig(false, 1, 1, null);
    open().update(config);
    Quotas later = open();
    assertThat(later.status().config()).isEqualTo(config);
    assertThatCode(() -> later.admit(GROWING)).doesNotThrowAnyException();
    later.update(new QuotaConfig(true, 1, null, null));
    assertThatThrownBy(() -> open().admit(GROWING)).isInstanceOf(QuiverException.class);
  }

  @Test
  void percentsHaveTheirRanges() {
    assertThatThrownBy(() -> new QuotaConfig(true, 0, null, null))
        .hasMessage("Bad request: max_resident_memory_percent: 0 (expected: 1 to 100)");
    assertThatThrownBy(() -> new QuotaConfig(true, null, null, 101))
        .hasMessage("Bad request: release_margin_percent: 101 (expected: 0 to 100)");
  }

  @Test
  void theEngineAsksThem() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.of(2, "Dot"));
      engine.updateQuotas(new QuotaConfig(true, null, 1, null));
      // Some of every disk is used.
      assertThatThrownBy(() -> engine.write("c", GROWING, true, null))
          .hasMessageStartingWith("Insufficient storage: Disk usage is at ");
      assertThatCode(() -> engine.write("c", SHRINKING, true, null)).doesNotThrowAnyException();
      engine.updateQuotas(QuotaConfig.NONE);
      engine.write("c", GROWING, true, null);
      assertThat(engine.count("c", null, true)).isEqualTo(1);
    }
  }
}
