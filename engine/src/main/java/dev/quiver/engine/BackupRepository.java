package dev.quiver.engine;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.blob.BlobContent;
import dev.quiver.engine.blob.BlobDocument;
import dev.quiver.engine.blob.BlobInfo;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.Sha256;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backups of one store in a {@link BlobStore}:
 *
 * <pre>
 * document catalog     {"format": 1, "store": id, "backups": [...], "lease": {...}, "dirty": bool}
 * document archive     {"covered_micros": every change up to this moment is archived}
 * manifests/&lt;id&gt;.json  see {@link BackupManifest}
 * files/&lt;ab&gt;/&lt;sha256&gt;   index files, by their content: what is equal is there once
 * log/&lt;id&gt;/...         see {@link ArchivedLog}
 * </pre>
 *
 * <p>A backup exists when the catalogue names it. That is one compare-and-set, made after
 * everything that it refers to is durable. The lease in the catalogue keeps those apart who publish
 * or remove; a holder that died is followed after {@link #LEASE}, or at once by the same store,
 * whose data folder only one process can have open. {@code dirty} says that a backup began and did
 * not end, so that there may be files that no backup refers to. Thread-safe.
 */
final class BackupRepository {
  static final Duration LEASE = Duration.ofMinutes(2);

  private static final String CATALOG = "catalog";
  private static final String ARCHIVE = "archive";
  private static final int FORMAT = 1;
  private static final int ATTEMPTS = 20;

  private final BlobStore store;
  private final Background clock;

  BackupRepository(BlobStore store, Background clock) {
    this.store = store;
    this.clock = clock;
  }

  BlobStore store() {
    return store;
  }

  static String fileKey(String sha256) {
    return "files/" + sha256.substring(0, 2) + "/" + sha256;
  }

  private static String manifestKey(String id) {
    return "manifests/" + id + ".json";
  }

  /** The listed backups, oldest first. */
  List<BackupInfo> list() throws IOException {
    BlobDocument document = store.document(CATALOG);
    List<BackupInfo> backups = new ArrayList<>();
    if (document != null) {
      for (JsonNode each : read(document).path("backups")) {
        backups.add(info(each));
      }
      backups.sort(Comparator.comparing(BackupInfo::moment));
    }
    return backups;
  }

  private static BackupInfo info(JsonNode json) {
    return new BackupInfo(
        json.path("id").asText(),
        LogClock.instant(json.path("micros").asLong()),
        json.path("collections").asInt(),
        json.path("bytes").asLong(),
        json.path("new_bytes").asLong(),
        json.path("duration_millis").asLong(),
        texts(json.path("missing")),
        texts(json.path("partial")));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private ObjectNode read(BlobDocument document) throws IOException {
    try {
      if (Payload.JSON.readTree(document.content()) instanceof ObjectNode catalog
          && catalog.path("format").asInt() == FORMAT) {
        return catalog;
      }
    } catch (JacksonException e) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          store.location() + ": the catalogue is damaged: " + e.getOriginalMessage(),
          e);
    }
    throw new QuiverException(
        ErrorCode.CORRUPT,
        store.location() + ": the catalogue is of another format (expected: " + FORMAT + ")");
  }

  /**
   * @throws QuiverException {@link ErrorCode#NOT_FOUND} when no backup is called so, {@link
   *     ErrorCode#CORRUPT} when its manifest is not what was published
   */
  BackupManifest manifest(String id) throws IOException {
    BlobDocument document = store.document(CATALOG);
    if (document != null) {
      for (JsonNode each : read(document).path("backups")) {
        if (each.path("id").asText().equals(id)) {
          return manifest(id, each.path("manifest_sha256").asText());
        }
      }
    }
    throw QuiverException.notFound("backup `" + id + "` in " + store.location());
  }

  /**
   * Reads a blob that the catalogue refers to; the caller closes it.
   *
   * @throws QuiverException {@link ErrorCode#CORRUPT} when it is missing
   */
  InputStream open(String key) throws IOException {
    try {
      return store.read(key);
    } catch (NoSuchFileException e) {
      throw new QuiverException(
          ErrorCode.CORRUPT, store.location() + " is damaged: " + key + " is missing", e);
    }
  }

  private BackupManifest manifest(String id, String sha256) throws IOException {
    byte[] bytes;
    try (InputStream in = open(manifestKey(id))) {
      bytes = in.readAllBytes();
    }
    if (!Sha256.of(bytes).equals(sha256)) {
      throw new QuiverException(
          ErrorCode.CORRUPT, store.location() + ": " + manifestKey(id) + " is damaged");
    }
    return BackupManifest.fromJson(Payload.JSON.readTree(bytes));
  }

  /** The newest manifest, or null when there is no backup. */
  @Nullable BackupManifest newest() throws IOException {
    List<BackupInfo> backups = list();
    return backups.isEmpty() ? null : manifest(backups.getLast().id());
  }

  /** The moment up to which every change is archived; 0 when that was never so. */
  long coveredMicros() throws IOException {
    BlobDocument document = store.document(ARCHIVE);
    return document == null
        ? 0
        : Payload.JSON.readTree(document.content()).path("covered_micros").asLong();
  }

  /** Says that every change up to a moment is archived. */
  void covered(long micros) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      BlobDocument before = store.document(ARCHIVE);
      byte[] content = ("{\"covered_micros\":" + micros + "}").getBytes(StandardCharsets.UTF_8);
      if (store.replace(ARCHIVE, before == null ? null : before.version(), content) != null) {
        return;
      }
    }
    throw contended();
  }

  private QuiverException contended() {
    return new QuiverException(
        ErrorCode.UNAVAILABLE, store.location() + " is changed by others all the time; try again");
  }

  /**
   * The right to publish and to remove; one holder at a time. To be closed, and renewed in long
   * work.
   */
  final class Lease implements AutoCloseable {
    private final String holder;
    private final boolean wasDirty;
    private long renewedNanos = clock.nanoTime();

    private Lease(String holder, boolean wasDirty) {
      this.holder = holder;
      this.wasDirty = wasDirty;
    }

    /** Whether an earlier backup may have left files that nothing refers to. */
    boolean wasDirty() {
      return wasDirty;
    }

    /** Keeps it, when half of its time is over; cheap. */
    void renew() throws IOException {
      if (clock.nanoTime() - renewedNanos > LEASE.toNanos() / 2) {
        change(_ -> {});
      }
    }

    /** Changes the catalogue while it is held, in one compare-and-set. */
    void change(Change change) throws IOException {
      update(
          catalog -> {
            if (!catalog.path("lease").path("holder").asText().equals(holder)) {
              throw new QuiverException(
                  ErrorCode.UNAVAILABLE,
                  store.location() + ": the work took too long and another took its place");
            }
            lease(catalog, holder, catalog.path("lease").path("store").asText());
            change.make(catalog);
          });
      renewedNanos = clock.nanoTime();
    }

    /** Lists a backup; its manifest and everything that it refers to must be there. */
    void publish(BackupManifest manifest, BackupInfo info) throws IOException {
      byte[] bytes = Payload.JSON.writeValueAsBytes(manifest.toJson());
      store.putIfAbsent(manifestKey(manifest.id()), BlobContent.of(bytes));
      change(
          catalog -> {
            ObjectNode entry = catalog.withArray("backups").addObject();
            entry.put("id", info.id()).put("micros", manifest.micros());
            entry.put("manifest_sha256", Sha256.of(bytes));
            entry.put("collections", info.collections()).put("bytes", info.bytes());
            entry.put("new_bytes", info.newBytes()).put("duration_millis", info.durationMillis());
            ArrayNode missing = entry.putArray("missing");
            info.missing().forEach(missing::add);
            ArrayNode partial = entry.putArray("partial");
            info.partial().forEach(partial::add);
            catalog.put("dirty", wasDirty);
          });
    }

    @Override
    public void close() throws IOException {
      update(
          catalog -> {
            if (catalog.path("lease").path("holder").asText().equals(holder)) {
              catalog.remove("lease");
            }
          });
    }
  }

  interface Change {
    void make(ObjectNode catalog);
  }

  /**
   * Takes the lease.
   *
   * @param storeId the store whose backups are made or removed
   * @param holder who works: unique
   * @param makesFiles whether files are put that only the publishing refers to
   * @throws QuiverException {@link ErrorCode#UNAVAILABLE} while another holds it, {@link
   *     ErrorCode#BAD_REQUEST} when the repository belongs to another store
   */
  Lease lease(String storeId, String holder, boolean makesFiles) throws IOException {
    boolean[] dirty = {false};
    update(
        catalog -> {
          String owner = catalog.path("store").asText();
          if (makesFiles && !owner.isEmpty() && !owner.equals(storeId)) {
            throw new QuiverException(
                ErrorCode.BAD_REQUEST,
                store.location()
                    + " holds the backups of another store ("
                    + owner
                    + "; this one is "
                    + storeId
                    + "); name another place");
          }
          if (makesFiles) {
            catalog.put("store", storeId);
          }
          JsonNode lease = catalog.path("lease");
          boolean free =
              lease.isMissingNode()
                  || lease.path("store").asText().equals(storeId)
                  || lease.path("expires_millis").asLong() < clock.now().toEpochMilli();
          if (!free) {
            throw new QuiverException(
                ErrorCode.UNAVAILABLE,
                store.location()
                    + " is in use by another process for at least "
                    + Math.max(
                        0, lease.path("expires_millis").asLong() - clock.now().toEpochMilli())
                    + " ms more; try again");
          }
          lease(catalog, holder, storeId);
          dirty[0] = catalog.path("dirty").asBoolean();
          catalog.put("dirty", dirty[0] || makesFiles);
        });
    return new Lease(holder, dirty[0]);
  }

  private void lease(ObjectNode catalog, String holder, String storeId) {
    catalog
        .putObject("lease")
        .put("holder", holder)
        .put("store", storeId)
        .put("expires_millis", clock.now().toEpochMilli() + LEASE.toMillis());
  }

  private void update(Change change) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      BlobDocument before = store.document(CATALOG);
      ObjectNode catalog;
      if (before == null) {
        catalog = Payload.JSON.createObjectNode().put("format", FORMAT);
        catalog.putArray("backups");
      } else {
        catalog = read(before);
      }
      change.make(catalog);
      byte[] content = Payload.JSON.writeValueAsBytes(catalog);
      if (store.replace(CATALOG, before == null ? null : before.version(), content) != null) {
        return;
      }
    }
    throw contended();
  }

  /**
   * Deletes what no listed backup needs: manifests, files, and logs that no moment since the oldest
   * backup needs.
   *
   * @return bytes that were freed
   */
  long sweep(Lease lease) throws IOException {
    List<BackupManifest> manifests = new ArrayList<>();
    for (BackupInfo each : list()) {
      manifests.add(manifest(each.id()));
    }
    Set<String> needed = new HashSet<>();
    for (BackupManifest manifest : manifests) {
      needed.add(manifestKey(manifest.id()));
      for (BackupManifest.Entry entry : manifest.collections()) {
        entry.files().forEach(file -> needed.add(fileKey(file.sha256())));
      }
    }
    List<BlobInfo> garbage = new ArrayList<>();
    for (String prefix : List.of("manifests/", "files/")) {
      for (BlobInfo blob : store.list(prefix)) {
        if (!needed.contains(blob.key())) {
          garbage.add(blob);
        }
      }
    }
    if (!manifests.isEmpty()) {
      for (BlobInfo blob : store.list(ArchivedLog.PREFIX)) {
        if (!reaches(ArchivedLog.parse(blob), manifests.getFirst())) {
          garbage.add(blob);
        }
      }
    }
    lease.renew();
    store.delete(garbage.stream().map(BlobInfo::key).toList());
    lease.change(catalog -> catalog.put("dirty", false));
    return garbage.stream().mapToLong(BlobInfo::size).sum();
  }

  /** Whether a chunk has records that some moment since the oldest backup needs. */
  private static boolean reaches(ArchivedLog.Chunk chunk, BackupManifest oldest) {
    String id = ArchivedLog.idOf(chunk.key());
    if (id.equals(ArchivedLog.JOURNAL)) {
      return chunk.end() > oldest.journalOffset();
    }
    BackupManifest.Entry entry = oldest.byId(id);
    if (entry != null) {
      return chunk.end() > entry.baseOffset();
    }
    boolean beginning = chunk.first() == chunk.end();
    return beginning || chunk.lastMicros() > oldest.micros();
  }
}
