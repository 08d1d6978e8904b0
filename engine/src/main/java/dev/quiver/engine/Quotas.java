package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Refuses writes that grow while memory or disk is fuller than its quota. A resource that reached
 * its limit stays closed until it has fallen below it by the margin, so that it does not open and
 * close with every reading. Readings are at most a second old. Kept in {@code quotas.json}, one of
 * the {@link Documents}:
 *
 * <pre>
 * {"format": 2, "quotas": {"enabled": true, "max_disk_usage_percent": 90, ...}, ...}
 * </pre>
 *
 * <p>Thread-safe.
 */
final class Quotas {
  static final String FILE = "quotas.json";
  private static final Duration READING_AGE = Duration.ofSeconds(1);

  private final Path file;
  private final FileOps files;
  private final ReentrantLock lock = new ReentrantLock();
  private final Resource memory;
  private final Resource disk;
  private volatile QuotaConfig config = QuotaConfig.NONE;

  /** What can be full. */
  private static final class Resource {
    private final Supplier<@Nullable Integer> meter;
    private final String description;
    private final String total;
    private final String parameter;
    private final String remedy;
    private @Nullable Integer percent;
    private long readNanos;
    private boolean read;
    private boolean exceeded;

    Resource(
        Supplier<@Nullable Integer> meter,
        String description,
        String total,
        String parameter,
        String remedy) {
      this.meter = meter;
      this.description = description;
      this.total = total;
      this.parameter = parameter;
      this.remedy = remedy;
    }

    @Nullable Integer percent() {
      if (!read || System.nanoTime() - readNanos > READING_AGE.toNanos()) {
        percent = meter.get();
        readNanos = System.nanoTime();
        read = true;
      }
      return percent;
    }

    /** Why writes are refused; null when they are not. */
    @Nullable String refusal(@Nullable Integer limit, int margin) {
      Integer used = limit == null ? null : percent();
      if (limit == null || used == null) {
        exceeded = false;
        return null;
      }
      int threshold = exceeded ? Math.max(0, limit - margin) : limit;
      exceeded = used >= threshold;
      if (!exceeded) {
        return null;
      }
      String condition =
          used >= limit
              ? description
                  + " is at "
                  + used
                  + "% of "
                  + total
                  + ", exceeding the configured limit of "
                  + limit
                  + "%"
              : description
                  + " is at "
                  + used
                  + "% of "
                  + total
                  + ". It reached the configured limit of "
                  + limit
                  + "% and has to fall below "
                  + threshold
                  + "% before this node takes writes again";
      return condition
          + ". Help: "
          + remedy
          + " (e.g. delete points or drop collections), or raise `"
          + parameter
          + "` in the global quota config.";
    }
  }

  private Quotas(
      Path file,
      FileOps files,
      Supplier<@Nullable Integer> memoryMeter,
      Supplier<@Nullable Integer> diskMeter) {
    this.file = file;
    this.files = files;
    this.memory =
        new Resource(
            memoryMeter,
            "Resident memory usage",
            "total memory",
            "max_resident_memory_percent",
            "Reduce memory usage");
    this.disk =
        new Resource(
            diskMeter,
            "Disk usage",
            "total capacity",
            "max_disk_usage_percent",
            "Reduce disk usage");
  }

  static Quotas open(Path dataFolder, FileOps files) throws IOException {
    return open(dataFolder, files, ProcessMemory::residentPercent, () -> diskPercent(dataFolder));
  }

  /** With given meters; each answers 0 to 100, or null for unknown. */
  static Quotas open(
      Path dataFolder,
      FileOps files,
      Supplier<@Nullable Integer> memoryMeter,
      Supplier<@Nullable Integer> diskMeter)
      throws IOException {
    Quotas quotas = new Quotas(dataFolder.resolve(FILE), files, memoryMeter, diskMeter);
    quotas.load();
    return quotas;
  }

  private static @Nullable Integer diskPercent(Path folder) {
    try {
      FileStore store = Files.getFileStore(folder);
      long total = store.getTotalSpace();
      return total <= 0
          ? null
          : (int) Math.min(100, Math.round(100.0 * (total - store.getUsableSpace()) / total - 0.5));
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "disk usage cannot be read: " + folder, e);
    }
  }

  private void load() throws IOException {
    if (!files.exists(file)) {
      return;
    }
    config = fromJson(Documents.read(files, file).path("quotas"));
  }

  private static QuotaConfig fromJson(JsonNode json) {
    return new QuotaConfig(
        json.path("enabled").asBoolean(),
        percent(json, "max_resident_memory_percent"),
        percent(json, "max_disk_usage_percent"),
        percent(json, "release_margin_percent"));
  }

  private static @Nullable Integer percent(JsonNode json, String name) {
    return json.hasNonNull(name) ? (Integer) json.get(name).intValue() : null;
  }

  private static void put(ObjectNode json, String name, @Nullable Integer percent) {
    if (percent != null) {
      json.put(name, percent);
    }
  }

  /** Durable on return. */
  void update(QuotaConfig changed) throws IOException {
    ObjectNode document = Documents.create();
    ObjectNode json = document.putObject("quotas").put("enabled", changed.enabled());
    put(json, "max_resident_memory_percent", changed.maxResidentMemoryPercent());
    put(json, "max_disk_usage_percent", changed.maxDiskUsagePercent());
    put(json, "release_margin_percent", changed.releaseMarginPercent());
    lock.lock();
    try {
      Documents.write(files, file, document);
      config = changed;
      // What was decided under other limits holds nothing back.
      memory.exceeded = false;
      disk.exceeded = false;
    } finally {
      lock.unlock();
    }
  }

  QuotaStatus status() {
    lock.lock();
    try {
      refusal();
      boolean ofMemory = config.enabled() && config.maxResidentMemoryPercent() != null;
      boolean ofDisk = config.enabled() && config.maxDiskUsagePercent() != null;
      return new QuotaStatus(
          config,
          memory.percent(),
          disk.percent(),
          ofMemory ? (Boolean) memory.exceeded : null,
          ofDisk ? (Boolean) disk.exceeded : null);
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws QuiverException {@link ErrorCode#INSUFFICIENT_STORAGE} for operations that may grow
   *     while a quota is exceeded
   */
  void admit(List<WriteOp> operations) {
    if (!config.enabled() || operations.stream().noneMatch(Quotas::grows)) {
      return;
    }
    lock.lock();
    try {
      String refusal = refusal();
      if (refusal != null) {
        throw new QuiverException(ErrorCode.INSUFFICIENT_STORAGE, refusal);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private @Nullable String refusal() {
    QuotaConfig current = config;
    Integer margin = current.releaseMarginPercent();
    int release = margin == null ? QuotaConfig.DEFAULT_RELEASE_MARGIN_PERCENT : margin;
    // Both are judged, so that the status tells of both.
    String ofMemory =
        memory.refusal(current.enabled() ? current.maxResidentMemoryPercent() : null, release);
    String ofDisk = disk.refusal(current.enabled() ? current.maxDiskUsagePercent() : null, release);
    return ofMemory == null ? ofDisk : ofMemory;
  }

  private static boolean grows(WriteOp operation) {
    return switch (operation) {
      case WriteOp.DeletePoints _,
          WriteOp.DeleteVectors _,
          WriteOp.DeletePayload _,
          WriteOp.ClearPayload _,
          WriteOp.DeleteFieldIndex _,
          WriteOp.DeleteVector _ ->
          false;
      default -> true;
    };
  }
}
