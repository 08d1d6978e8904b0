package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The collection at the target: made like the original, as far as the target takes it. What it
 * refuses is left out, part by part, and said.
 */
final class MigrationTarget {
  /** Members of a configuration and the names that a request to create has for them. */
  private static final Map<String, String> SECTIONS =
      Map.of(
          "hnsw_config", "hnsw_config",
          "optimizer_config", "optimizers_config",
          "wal_config", "wal_config",
          "quantization_config", "quantization_config",
          "metadata", "metadata");

  /** How a collection is spread over a cluster: no part of what it answers. */
  private static final List<String> LAYOUT =
      List.of(
          "shard_number",
          "replication_factor",
          "write_consistency_factor",
          "read_fan_out_factor",
          "read_fan_out_delay_ms");

  /** Left out one after the other until the target takes the rest. */
  private static final List<String> OPTIONAL =
      List.of(
          "wal_config",
          "optimizers_config",
          "quantization_config",
          "metadata",
          "on_disk_payload",
          "hnsw_config",
          "sparse_vectors");

  private final ApiClient target;
  private final String name;
  private final String path;
  private final JsonNode info;

  /**
   * @param info what the source says of the collection
   */
  MigrationTarget(ApiClient target, String name, JsonNode info) {
    this.target = target;
    this.name = name;
    this.path = ApiClient.collection(name);
    this.info = info;
  }

  private JsonNode config() {
    return info.path("config");
  }

  /** Makes the collection and its payload indexes; returns what could not be taken over. */
  List<String> create() {
    List<String> unmapped = new ArrayList<>();
    ObjectNode body = request(unmapped);
    CliException refusal = tryCreate(body);
    for (String part : OPTIONAL) {
      if (refusal == null) {
        break;
      }
      if (body.has(part)) {
        JsonNode removed = body.remove(part);
        CliException without = tryCreate(body);
        if (without != null && sameText(without, refusal)) {
          // It was not this part that was in the way.
          body.set(part, removed);
        } else {
          unmapped.add(part + " " + removed + ": " + refusal.getMessage());
          refusal = without;
        }
      }
    }
    if (refusal != null) {
      throw new CliException(
          refusal.exitCode(), "collection " + name + " cannot be made: " + refusal.getMessage());
    }
    unmapped.addAll(createIndexes());
    return unmapped;
  }

  private static boolean sameText(CliException a, CliException b) {
    return String.valueOf(a.getMessage()).equals(b.getMessage());
  }

  private @Nullable CliException tryCreate(ObjectNode body) {
    try {
      target.patiently("PUT", path, body);
      return null;
    } catch (CliException e) {
      if (e.exitCode() != ExitCode.FAILED) {
        throw e;
      }
      return e;
    }
  }

  private ObjectNode request(List<String> unmapped) {
    ObjectNode body = Json.object();
    JsonNode params = config().path("params");
    params
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isNull()) {
                return;
              }
              switch (entry.getKey()) {
                case "vectors", "sparse_vectors", "on_disk_payload" ->
                    body.set(entry.getKey(), withoutNulls(entry.getValue()));
                case "sharding_method" -> {
                  if (!entry.getValue().asText().equals("auto")) {
                    unmapped.add(
                        "sharding_method "
                            + entry.getValue().asText()
                            + ": the points of all shard keys are in one collection now");
                  }
                }
                default -> {
                  if (!LAYOUT.contains(entry.getKey())) {
                    unmapped.add(entry.getKey() + " " + entry.getValue() + ": not known here");
                  }
                }
              }
            });
    if (!body.has("vectors")) {
      body.putObject("vectors");
    }
    SECTIONS.forEach(
        (from, to) -> {
          if (config().hasNonNull(from)) {
            body.set(to, withoutNulls(config().get(from)));
          }
        });
    return body;
  }

  /** A configuration names what is not set as null; a request leaves it out. */
  private static JsonNode withoutNulls(JsonNode node) {
    if (!node.isObject()) {
      return node;
    }
    ObjectNode copy = Json.object();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isNull()) {
        copy.set(entry.getKey(), withoutNulls(entry.getValue()));
      }
    }
    return copy;
  }

  private List<String> createIndexes() {
    List<String> unmapped = new ArrayList<>();
    for (Map.Entry<String, JsonNode> index : info.path("payload_schema").properties()) {
      ObjectNode body = Json.object();
      body.put("field_name", index.getKey());
      JsonNode params = index.getValue().path("params");
      body.set(
          "field_schema",
          params.isObject() ? withoutNulls(params) : index.getValue().path("data_type"));
      try {
        target.patiently("PUT", path + "/index?wait=true", body);
      } catch (CliException e) {
        unmapped.add("payload index on " + index.getKey() + ": " + e.getMessage());
      }
    }
    return unmapped;
  }

  private JsonNode now() {
    return ServerOptions.result(Json.parse(target.patiently("GET", path, null), path));
  }

  /** Vectors that the target's collection has; {@code ""} is the default one. */
  Set<String> vectorNames() {
    JsonNode params = now().path("config").path("params");
    Set<String> names = new LinkedHashSet<>();
    if (params.path("vectors").has("size")) {
      names.add("");
    } else {
      params.path("vectors").properties().forEach(entry -> names.add(entry.getKey()));
    }
    params.path("sparse_vectors").properties().forEach(entry -> names.add(entry.getKey()));
    return names;
  }

  /** What would have been in the way of the copy: strict mode. */
  List<String> finish() {
    JsonNode strict = config().path("strict_mode_config");
    if (!strict.isObject() || strict.isEmpty()) {
      return List.of();
    }
    ObjectNode body = Json.object();
    body.set("strict_mode_config", withoutNulls(strict));
    try {
      target.patiently("PATCH", path, body);
      return List.of();
    } catch (CliException e) {
      return List.of("strict_mode_config " + strict + ": " + e.getMessage());
    }
  }

  /** Payload indexes that the original has and the copy has not, or of another type. */
  List<String> missingIndexes() {
    List<String> missing = new ArrayList<>();
    JsonNode there = now().path("payload_schema");
    for (Map.Entry<String, JsonNode> index : info.path("payload_schema").properties()) {
      String wanted = index.getValue().path("data_type").asText();
      String seen = there.path(index.getKey()).path("data_type").asText("none");
      if (!seen.equals(wanted)) {
        missing.add("payload index on " + index.getKey() + ": " + wanted + " became " + seen);
      }
    }
    return missing;
  }

  /** Parts of the configuration that the target holds differently. */
  List<String> differences() {
    List<String> found = new ArrayList<>();
    compare("", config(), now().path("config"), found);
    return found;
  }

  private static void compare(String at, JsonNode wanted, JsonNode seen, List<String> found) {
    if (wanted.isObject()) {
      for (Map.Entry<String, JsonNode> entry : wanted.properties()) {
        String where = at.isEmpty() ? entry.getKey() : at + "." + entry.getKey();
        compare(where, entry.getValue(), seen.path(entry.getKey()), found);
      }
    } else if (!wanted.isNull() && !JsonValues.same(wanted, seen, 0)) {
      found.add(at + ": " + wanted + " became " + (seen.isMissingNode() ? "none" : seen));
    }
  }
}
