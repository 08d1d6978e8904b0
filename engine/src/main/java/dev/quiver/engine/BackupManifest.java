package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a backup consists of. As JSON:
 *
 * <pre>
 * {"format": 1, "id": ..., "store": ..., "micros": moment, "state": see {@link StoreState},
 *  "journal_offset": first event behind the moment,
 *  "collections": [{"name", "id", "base_offset", "cut_offset",
 *                   "files": [{"name", "size", "sha256", "stored_checksum"}, ...],
 *                   "partial": only when segments are missing, {"segments", "points"}}, ...],
 *  "missing": [{"name", "reason"}, ...]}
 * </pre>
 *
 * @param micros the moment that the backup holds, in microseconds since 1970
 * @param journalOffset the state has every event of the journal before it
 * @param missing collections that could not be read, with the reason; the others are whole
 */
record BackupManifest(
    String id,
    String storeId,
    long micros,
    StoreState state,
    long journalOffset,
    List<Entry> collections,
    List<Missing> missing) {
  private static final int FORMAT = 1;

  /**
   * One collection.
   *
   * @param id of its folder
   * @param baseOffset the files hold every operation before it
   * @param cutOffset the moment has every operation before it: from the base on, they are in the
   *     archived log
   * @param loss what was damaged before; null: the collection was whole
   */
  record Entry(
      String name,
      String id,
      long baseOffset,
      long cutOffset,
      List<File> files,
      @Nullable BackupLoss loss) {
    long bytes() {
      return files.stream().mapToLong(File::size).sum();
    }
  }

  /**
   * One file of an index.
   *
   * @param storedChecksum what Lucene wrote into its last bytes: tells whether a file of the same
   *     name and size is the same, without reading it
   */
  record File(String name, long size, String sha256, long storedChecksum) {}

  record Missing(String name, String reason) {}

  BackupManifest {
    collections = List.copyOf(collections);
    missing = List.copyOf(missing);
  }

  long bytes() {
    return collections.stream().mapToLong(Entry::bytes).sum();
  }

  @Nullable Entry byId(String collectionId) {
    for (Entry entry : collections) {
      if (entry.id().equals(collectionId)) {
        return entry;
      }
    }
    return null;
  }

  /** Names of the collections that lacked something already. */
  List<String> partial() {
    return collections.stream().filter(each -> each.loss() != null).map(Entry::name).toList();
  }

  private static @Nullable BackupLoss loss(JsonNode json) {
    return json.isObject()
        ? new BackupLoss(json.path("segments").asInt(), json.path("points").asLong())
        : null;
  }

  ObjectNode toJson() {
    ObjectNode json = Payload.JSON.createObjectNode();
    json.put("format", FORMAT).put("id", id).put("store", storeId).put("micros", micros);
    state.toJson(json.putObject("state"));
    json.put("journal_offset", journalOffset);
    ArrayNode array = json.putArray("collections");
    for (Entry entry : collections) {
      ObjectNode object = array.addObject();
      object.put("name", entry.name()).put("id", entry.id());
      object.put("base_offset", entry.baseOffset()).put("cut_offset", entry.cutOffset());
      ArrayNode files = object.putArray("files");
      for (File file : entry.files()) {
        files
            .addObject()
            .put("name", file.name())
            .put("size", file.size())
            .put("sha256", file.sha256())
            .put("stored_checksum", file.storedChecksum());
      }
      if (entry.loss() != null) {
        object.set("partial", entry.loss().toJson());
      }
    }
    ArrayNode reasons = json.putArray("missing");
    for (Missing each : missing) {
      reasons.addObject().put("name", each.name()).put("reason", each.reason());
    }
    return json;
  }

  /**
   * @throws QuiverException {@link ErrorCode#CORRUPT} when it is of another format
   */
  static BackupManifest fromJson(JsonNode json) {
    if (json.path("format").asInt() != FORMAT) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "backup of format "
              + json.path("format")
              + " (expected: "
              + FORMAT
              + "); a newer Quiver may have written it");
    }
    List<Entry> collections = new ArrayList<>();
    for (JsonNode each : json.path("collections")) {
      List<File> files = new ArrayList<>();
      for (JsonNode file : each.path("files")) {
        files.add(
            new File(
                file.path("name").asText(),
                file.path("size").asLong(),
                file.path("sha256").asText(),
                file.path("stored_checksum").asLong()));
      }
      collections.add(
          new Entry(
              each.path("name").asText(),
              each.path("id").asText(),
              each.path("base_offset").asLong(),
              each.path("cut_offset").asLong(),
              files,
              loss(each.path("partial"))));
    }
    List<Missing> missing = new ArrayList<>();
    for (JsonNode each : json.path("missing")) {
      missing.add(new Missing(each.path("name").asText(), each.path("reason").asText()));
    }
    return new BackupManifest(
        json.path("id").asText(),
        json.path("store").asText(),
        json.path("micros").asLong(),
        StoreState.fromJson(json.path("state")),
        json.path("journal_offset").asLong(),
        collections,
        missing);
  }
}
