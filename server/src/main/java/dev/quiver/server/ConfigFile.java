package dev.quiver.server;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads the configuration file: YAML, nested or dotted, into texts by dotted key. */
final class ConfigFile {
  /** A file this large is not a configuration. */
  private static final int MAX_BYTES = 1 << 20;

  private ConfigFile() {}

  static Map<String, String> read(Path file) {
    if (Files.isDirectory(file)) {
      throw new QuiverException(
          ErrorCode.FORMAT, "configuration file " + file + " is a folder (expected: a YAML file)");
    }
    Object document;
    try (InputStream in = Files.newInputStream(file)) {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setCodePointLimit(MAX_BYTES).build();
      document = new Load(settings).loadFromInputStream(in);
    } catch (NoSuchFileException e) {
      throw new QuiverException(ErrorCode.FORMAT, "there is no configuration file " + file, e);
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.FORMAT, "configuration file " + file + " cannot be read: " + e, e);
    } catch (YamlEngineException e) {
      throw new QuiverException(
          ErrorCode.FORMAT, "configuration file is not YAML: " + e.getMessage(), e);
    }
    Map<String, String> values = new LinkedHashMap<>();
    if (document != null) {
      if (!(document instanceof Map<?, ?> top)) {
        throw new QuiverException(
            ErrorCode.FORMAT,
            file + ": expected keys and values, for example `http: {port: 6333}`");
      }
      flatten(file, "", top, values);
    }
    return values;
  }

  private static void flatten(Path file, String prefix, Map<?, ?> map, Map<String, String> values) {
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = prefix + entry.getKey();
      @Nullable Object value = entry.getValue();
      switch (value) {
        case null -> {
          // A key without a value is an empty section or the default: both change nothing.
        }
        case Map<?, ?> nested -> flatten(file, key + ".", nested, values);
        case Iterable<?> list when key.equals(Settings.API_KEYS.key()) -> {
          StringJoiner all = new StringJoiner(" ");
          list.forEach(one -> all.add(String.valueOf(one)));
          values.put(key, all.toString());
        }
        case Iterable<?> list ->
            throw new QuiverException(
                ErrorCode.VALIDATION,
                file + ": " + key + " is a list: " + list + " (expected: one value)");
        default -> {
          if (values.put(key, value.toString()) != null) {
            throw new QuiverException(ErrorCode.VALIDATION, file + ": " + key + " is given twice");
          }
        }
      }
    }
  }
}
