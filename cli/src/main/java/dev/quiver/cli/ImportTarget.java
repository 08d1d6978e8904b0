package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.cli.input.Row;
import dev.quiver.cli.input.RowReader;
import dev.quiver.embed.EmbedException;
import dev.quiver.embed.Embedders;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The collection that an import fills: looked up, or made to fit the first row. */
final class ImportTarget implements Importer.Preparation {
  /** Chooses a new collection's distance, given the one that the file names, if it does. */
  interface DistanceChoice {
    String choose(@Nullable String ofFile);
  }

  private final ApiClient api;
  private final String collection;
  private final FieldMapping mapping;
  private final @Nullable DistanceChoice distance;
  private @Nullable JsonNode existing;

  /**
   * @param distance null: the collection must exist
   */
  ImportTarget(
      ApiClient api, String collection, FieldMapping mapping, @Nullable DistanceChoice distance) {
    this.api = api;
    this.collection = collection;
    this.mapping = mapping;
    this.distance = distance;
    boolean exists =
        ServerOptions.result(api.get(ApiClient.collection(collection) + "/exists"))
            .path("exists")
            .asBoolean();
    if (exists) {
      this.existing = ServerOptions.result(api.get(ApiClient.collection(collection)));
    } else if (distance == null) {
      throw new CliException(
          ExitCode.NOT_FOUND,
          "there is no collection `"
              + collection
              + "`; create it with --create or with `quiver collection create`");
    }
  }

  /** Whether nothing of an earlier import can be in it. */
  boolean isNew() {
    return existing == null || existing.path("points_count").asLong() == 0;
  }

  @Override
  public RowMapper prepare(Row first, RowReader reader) {
    JsonNode info = existing;
    if (info == null) {
      create(first, reader);
      info = ServerOptions.result(api.get(ApiClient.collection(collection)));
      existing = info;
    }
    Map<String, Integer> sizes =
        ImportCommand.sizes(info.path("config").path("params").path("vectors"));
    for (String name : mapping.vectorFields().keySet()) {
      requireVector(sizes, name);
    }
    for (String name : mapping.embedFields().keySet()) {
      requireVector(sizes, name);
    }
    return new RowMapper(mapping, sizes);
  }

  private void requireVector(Map<String, Integer> sizes, String name) {
    if (!sizes.containsKey(name)) {
      throw new CliException(
          ExitCode.USAGE,
          "the collection `"
              + collection
              + "` has no vector `"
              + name
              + "`; it has "
              + sizes.keySet()
              + ": name one as --vector-field NAME=FIELD, --embed-field NAME=FIELD or --using NAME");
    }
  }

  private void create(Row first, RowReader reader) {
    DistanceChoice choice = distance;
    if (choice == null) {
      throw new IllegalStateException("a missing collection is refused before");
    }
    String name = choice.choose(reader.distance());
    ObjectNode vectors = Json.object();
    mapping
        .vectorFields()
        .forEach((vector, field) -> describe(vectors, vector, sizeOf(first, field), name));
    mapping.embedFields().forEach((vector, _) -> describe(vectors, vector, modelSize(), name));
    ObjectNode body = Json.object();
    body.set("vectors", vectors.has("") ? vectors.get("") : vectors);
    api.put(ApiClient.collection(collection), body);
  }

  private static void describe(ObjectNode vectors, String name, int size, String distance) {
    vectors.putObject(name).put("size", size).put("distance", distance);
  }

  private static int sizeOf(Row first, String field) {
    if (first.vector() != null) {
      return first.vector().length;
    }
    JsonNode numbers = first.fields().path(field);
    if (!numbers.isArray() || numbers.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          "the first row (line "
              + first.line()
              + ") has no vector in the field `"
              + field
              + "`; its fields are "
              + first.fields().propertyStream().map(Map.Entry::getKey).toList()
              + ": name it with --vector-field, or a text to embed with --embed-field");
    }
    return numbers.size();
  }

  private int modelSize() {
    try (Embedders embedders = Embedders.open()) {
      return embedders.find(mapping.model()).model().dimension();
    } catch (EmbedException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }
}
