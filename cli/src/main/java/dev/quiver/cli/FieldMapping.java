package dev.quiver.cli;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a row becomes what.
 *
 * @param idField null: the field {@code id} where a row has it
 * @param firstNumericId id of the first row of inputs that hold vectors only
 * @param vectorFields vector name to the field that holds its numbers; {@code ""} is the default
 *     vector
 * @param embedFields vector name to the field whose text the server embeds
 * @param payloadFields null: all that are not vectors
 */
record FieldMapping(
    @Nullable String idField,
    long firstNumericId,
    Map<String, String> vectorFields,
    Map<String, String> embedFields,
    String model,
    @Nullable Set<String> payloadFields) {
  static final String DEFAULT_ID = "id";
  static final String DEFAULT_VECTOR = "vector";

  FieldMapping {
    for (String name : vectorFields.keySet()) {
      if (embedFields.containsKey(name)) {
        throw new CliException(
            ExitCode.USAGE,
            "the vector `" + name + "` is given twice: by --vector-field and by --embed-field");
      }
    }
  }

  /** Only what is written in files: numbers in {@code vector}, ids in {@code id}. */
  static FieldMapping ofDefaults() {
    return new FieldMapping(
        null, 0, Map.of("", DEFAULT_VECTOR), Map.of(), SearchCommand.DEFAULT_MODEL, null);
  }
}
