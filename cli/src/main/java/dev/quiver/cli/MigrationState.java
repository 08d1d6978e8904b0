package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an interrupted migration of one collection goes on: every point before {@code offset} has
 * been taken by the target. A file, replaced as a whole. Points behind the offset may have been
 * taken too; they are sent again under the same ids, which changes nothing.
 *
 * @param offset first point of the next page; null: at the first one
 * @param ids of the points before it
 * @param unmapped what is known so far that could not be taken over
 */
record MigrationState(@Nullable JsonNode offset, long copied, String ids, List<String> unmapped) {
  private static final int FORMAT = 1;

  /** Where the state of one collection is kept: in the user's cache folder. */
  static Path file(Map<String, String> environment, URI from, URI to, String collection) {
    return StateFile.of(environment, "migrations", from + "\n" + to + "\n" + collection);
  }

  /** Null when there is none. */
  static @Nullable MigrationState read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException _) {
      return null;
    }
    JsonNode json = Json.parse(text, "state of the migration " + file);
    if (json.path("format").asInt() != FORMAT) {
      return null;
    }
    List<String> unmapped = new ArrayList<>();
    json.path("unmapped").forEach(one -> unmapped.add(one.asText()));
    return new MigrationState(
        json.hasNonNull("offset") ? json.get("offset") : null,
        json.path("copied").asLong(),
        json.path("ids").asText(),
        List.copyOf(unmapped));
  }

  void write(Path file) throws IOException {
    ObjectNode json = Json.object();
    json.put("format", FORMAT);
    json.set("offset", offset);
    json.put("copied", copied);
    json.put("ids", ids);
    ArrayNode list = json.putArray("unmapped");
    unmapped.forEach(list::add);
    StateFile.replace(file, json.toString());
  }
}
