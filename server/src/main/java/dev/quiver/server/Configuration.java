package dev.quiver.server;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The effective configuration: for every setting its value and where that came from. In rising
 * precedence: default, file, environment (Qdrant's variables, then Quiver's), flags.
 *
 * <p>A name that nobody knows is an error in every source, never ignored. Immutable.
 */
public final class Configuration {
  /** Variables of this prefix that belong to the launcher and to the client commands. */
  static final Set<String> OTHER_VARIABLES =
      Set.of(
          "QUIVER_API_KEY",
          "QUIVER_CONFIG",
          "QUIVER_EXPECT_ENVIRONMENT",
          "QUIVER_FROM_API_KEY",
          "QUIVER_GRPC_URL",
          "QUIVER_HOME",
          "QUIVER_JAVA_HOME",
          "QUIVER_JAVA_OPTS",
          "QUIVER_JDK_PLACES",
          "QUIVER_NO_AOT",
          "QUIVER_NO_BUILD",
          "QUIVER_URL");

  /** The file that is read when none is named and this one exists. */
  public static final String DEFAULT_FILE = "quiver.yaml";

  private static final String PREFIX = "QUIVER_";
  private static final String QDRANT_PREFIX = "QDRANT__";

  /**
   * A value and its origin.
   *
   * @param text as it was written
   * @param origin "default", "file quiver.yaml", "environment QUIVER_HTTP_PORT" or "flag
   *     --http-port"
   */
  public record Entry(Setting<?> setting, String text, Object value, String origin) {
    /** The text, or for a secret that is set a row of asterisks. */
    public String shown() {
      return setting.secret() && !text.isEmpty() ? "********" : text;
    }
  }

  private final Map<Setting<?>, Entry> entries;

  private Configuration(Map<Setting<?>, Entry> entries) {
    this.entries = entries;
  }

  /**
   * Resolves all sources.
   *
   * @param file the file to read; null: the one that {@code QUIVER_CONFIG} names, else {@value
   *     #DEFAULT_FILE} in the working folder, if it exists
   * @param flags values by setting key
   * @throws QuiverException when a name is unknown or a value is not what its setting takes
   */
  public static Configuration load(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    Map<Setting<?>, Entry> entries = new LinkedHashMap<>();
    for (Setting<?> setting : Settings.all()) {
      put(entries, setting, setting.defaultText(), "default");
    }
    Path chosen = file == null ? implicitFile(environment) : file;
    if (chosen != null) {
      ConfigFile.read(chosen)
          .forEach((key, text) -> put(entries, known(key, chosen), text, "file " + chosen));
    }
    readEnvironment(entries, environment);
    flags.forEach(
        (key, text) -> {
          Setting<?> setting = known(key, null);
          put(entries, setting, text, "flag " + setting.flag());
        });
    return new Configuration(entries);
  }

  /** The defaults alone with some values, by key; for tests and programs that embed a server. */
  public static Configuration of(Map<String, String> values) {
    Map<Setting<?>, Entry> entries = new LinkedHashMap<>();
    for (Setting<?> setting : Settings.all()) {
      put(entries, setting, setting.defaultText(), "default");
    }
    values.forEach((key, text) -> put(entries, known(key, null), text, "program"));
    return new Configuration(entries);
  }

  public <T> T get(Setting<T> setting) {
    @SuppressWarnings("unchecked") // put() stores what the setting's own parser returned
    T value = (T) entry(setting).value();
    return value;
  }

  public Entry entry(Setting<?> setting) {
    Entry entry = entries.get(setting);
    if (entry == null) {
      throw new IllegalArgumentException("not a registered setting: " + setting.key());
    }
    return entry;
  }

  /** In the order of {@link Settings#all()}. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  private static @Nullable Path implicitFile(Map<String, String> environment) {
    String named = environment.get("QUIVER_CONFIG");
    if (named != null && !named.isBlank()) {
      return Path.of(named);
    }
    Path inWorkingFolder = Path.of(DEFAULT_FILE);
    return Files.isRegularFile(inWorkingFolder) ? inWorkingFolder : null;
  }

  private static void readEnvironment(
      Map<Setting<?>, Entry> entries, Map<String, String> environment) {
    Map<String, Setting<?>> own = new LinkedHashMap<>();
    Map<String, Setting<?>> qdrants = new LinkedHashMap<>();
    for (Setting<?> setting : Settings.all()) {
      own.put(setting.environmentName(), setting);
      setting.qdrantNames().forEach(name -> qdrants.put(name, setting));
    }
    environment.forEach((name, text) -> readVariable(entries, name, text, QDRANT_PREFIX, qdrants));
    environment.forEach((name, text) -> readVariable(entries, name, text, PREFIX, own));
  }

  private static void readVariable(
      Map<Setting<?>, Entry> entries,
      String name,
      String text,
      String prefix,
      Map<String, Setting<?>> known) {
    if (!name.startsWith(prefix) || OTHER_VARIABLES.contains(name)) {
      return;
    }
    Setting<?> setting = known.get(name);
    if (setting == null) {
      String remedy =
          prefix.equals(PREFIX)
              ? "unset it, or did you mean " + Names.nearest(name, known.keySet()) + "?"
              : "Quiver has no such setting: unset it; it understands "
                  + String.join(", ", known.keySet());
      throw new QuiverException(
          ErrorCode.VALIDATION, "environment variable " + name + ": " + remedy);
    }
    put(entries, setting, text, "environment " + name);
  }

  private static Setting<?> known(String key, @Nullable Path file) {
    Setting<?> setting = Settings.byKey(key);
    if (setting == null) {
      List<String> keys = new ArrayList<>();
      Settings.all().forEach(each -> keys.add(each.key()));
      throw new QuiverException(
          ErrorCode.VALIDATION,
          (file == null ? "" : file + ": ")
              + "unknown key `"
              + key
              + "`; did you mean `"
              + Names.nearest(key, keys)
              + "`? `quiver config` lists all of them");
    }
    return setting;
  }

  private static void put(
      Map<Setting<?>, Entry> entries, Setting<?> setting, String text, String origin) {
    Object value = setting.parse(text.strip(), origin);
    entries.put(setting, new Entry(setting, text.strip(), value, origin));
  }
}
