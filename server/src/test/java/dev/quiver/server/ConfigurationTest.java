package dev.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationTest {
  /** For every key three values that differ from each other and from the default. */
  private static final Map<String, List<String>> SAMPLES =
      Map.ofEntries(
          Map.entry("data.dir", List.of("a", "b", "c")),
          Map.entry("host", List.of("::1", "0.0.0.0", "localhost")),
          Map.entry("http.port", List.of("1001", "1002", "1003")),
          Map.entry("grpc.port", List.of("2001", "2002", "2003")),
          Map.entry("auth.api-key", List.of("k1", "k2", "k3")),
          Map.entry("auth.read-only-api-key", List.of("r1", "r2", "r3")),
          Map.entry("auth.alternate-api-key", List.of("a1", "a2", "a3")),
          Map.entry("auth.tokens", List.of("true", "true", "false")),
          Map.entry("auth.keys", List.of("a:read:k1", "a:read+write:k2", "b:read:k3 c:read:k4")),
          Map.entry("store.environment", List.of("production", "test", "staging")),
          Map.entry("trash.retention-hours", List.of("101", "102", "0")),
          Map.entry("audit.retention-days", List.of("101", "102", "0")),
          Map.entry("tls.certificate", List.of("c1.pem", "c2.pem", "c3.pem")),
          Map.entry("tls.key", List.of("k1.pem", "k2.pem", "k3.pem")),
          Map.entry("tls.reload-seconds", List.of("101", "102", "103")),
          Map.entry("http.max-connections", List.of("101", "102", "103")),
          Map.entry("http.idle-seconds", List.of("101", "102", "103")),
          Map.entry("request.max-mb", List.of("101", "102", "103")),
          Map.entry("request.max-results", List.of("101", "102", "103")),
          Map.entry("request.max-batch", List.of("101", "102", "103")),
          Map.entry("request.timeout-seconds", List.of("101", "102", "103")),
          Map.entry("search.threads", List.of("101", "102", "103")),
          Map.entry("search.queue", List.of("101", "102", "103")),
          Map.entry("embed.threads", List.of("101", "102", "103")),
          Map.entry("embed.queue", List.of("101", "102", "103")),
          Map.entry("collections.idle-seconds", List.of("101", "102", "103")),
          Map.entry("collections.max-open", List.of("101", "102", "103")),
          Map.entry("storage.flush-seconds", List.of("101", "102", "103")),
          Map.entry("storage.indexing-buffer-mb", List.of("101", "102", "103")),
          Map.entry("storage.off-heap-mb", List.of("101", "102", "103")),
          Map.entry("storage.check-on-open-mb", List.of("101", "102", "103")),
          Map.entry("storage.scrub-mb-per-second", List.of("101", "102", "103")),
          Map.entry("storage.scrub-hours", List.of("101", "102", "103")),
          Map.entry("index.merge-threads", List.of("101", "102", "103")),
          Map.entry("index.build-threads", List.of("101", "102", "103")),
          Map.entry("index.full-scan-threshold", List.of("101", "102", "103")),
          Map.entry("search.adaptive", List.of("true", "false", "true")),
          Map.entry("backup.repository", List.of("b1", "b2", "b3")),
          Map.entry("backup.archive-seconds", List.of("101", "102", "103")),
          Map.entry("backup.archive-mb", List.of("101", "102", "103")),
          Map.entry("backup.interval-seconds", List.of("101", "102", "103")),
          Map.entry("backup.drill-seconds", List.of("101", "102", "103")),
          Map.entry("backup.scratch", List.of("s1", "s2", "s3")),
          Map.entry("backup.keep-last", List.of("101", "102", "103")),
          Map.entry("backup.keep-hourly", List.of("101", "102", "103")),
          Map.entry("backup.keep-daily", List.of("101", "102", "103")),
          Map.entry("backup.keep-weekly", List.of("101", "102", "103")),
          Map.entry("log.format", List.of("json", "console", "JSON")),
          Map.entry("log.level", List.of("warn", "error", "debug")),
          Map.entry("shutdown.timeout-seconds", List.of("1", "2", "3")));

  /** What other settings need beside them. */
  private static final Map<String, String> BASE =
      Map.of(
          "auth.api-key",
          "base",
          "tls.certificate",
          "base.pem",
          "tls.key",
          "base.key",
          "backup.repository",
          "base-backups");

  @TempDir Path folder;

  static List<Setting<?>> settings() {
    return Settings.all();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyKeyIsReadFromFileEnvironmentAndFlagInRisingPrecedence(Setting<?> setting)
      throws IOException {
    List<String> values = SAMPLES.get(setting.key());
    assertThat(values).as("add sample values of " + setting.key()).isNotNull();
    Path file = file(setting.key() + ": '" + values.get(0) + "'\n");
    Map<String, String> environment = Map.of(setting.environmentName(), values.get(1));
    Map<String, String> flags = Map.of(setting.key(), values.get(2));

    assertEntry(
        Configuration.load(null, Map.of(), Map.of()), setting, setting.defaultText(), "default");
    assertEntry(
        Configuration.load(file, Map.of(), Map.of()), setting, values.get(0), "file " + file);
    assertEntry(
        Configuration.load(file, environment, Map.of()),
        setting,
        values.get(1),
        "environment " + setting.environmentName());
    assertEntry(
        Configuration.load(file, environment, flags),
        setting,
        values.get(2),
        "flag " + setting.flag());
  }

  private static void assertEntry(
      Configuration configuration, Setting<?> setting, String text, String origin) {
    Configuration.Entry entry = configuration.entry(setting);
    assertThat(entry.text()).isEqualTo(text);
    assertThat(entry.origin()).isEqualTo(origin);
    assertThat(configuration.get(setting)).isEqualTo(setting.parse(text, "test"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyKeyChangesExactlyOnePartOfTheTypedConfiguration(Setting<?> setting) throws Exception {
    Map<String, String> base = new HashMap<>(BASE);
    ServerConfig before = ServerConfig.from(Configuration.of(base));
    base.put(setting.key(), SAMPLES.get(setting.key()).get(1));
    ServerConfig after = ServerConfig.from(Configuration.of(base));

    assertThat(changedParts(before, after)).hasSize(1);
  }

  @Test
  void everyPartOfTheTypedConfigurationHasAKey() throws Exception {
    ServerConfig before = ServerConfig.from(Configuration.of(BASE));
    TreeSet<String> reached = new TreeSet<>();
    for (Setting<?> setting : Settings.all()) {
      Map<String, String> values = new LinkedHashMap<>(BASE);
      values.put(setting.key(), SAMPLES.get(setting.key()).get(1));
      reached.addAll(changedParts(before, ServerConfig.from(Configuration.of(values))));
    }
    assertThat(reached)
        .hasSize(ServerConfig.class.getRecordComponents().length)
        .hasSize(Settings.all().size());
  }

  private static List<String> changedParts(ServerConfig before, ServerConfig after)
      throws ReflectiveOperationException {
    List<String> changed = new ArrayList<>();
    for (RecordComponent part : ServerConfig.class.getRecordComponents()) {
      Object one = part.getAccessor().invoke(before);
      Object other = part.getAccessor().invoke(after);
      if (one == null ? other != null : !one.equals(other)) {
        changed.add(part.getName());
      }
    }
    return changed;
  }

  @Test
  void keysMayBeAListInTheFile() throws IOException {
    Path file = file("auth:\n  keys:\n    - a:read:k:1\n    - \"b:read+write:k2\"\n");

    ServerConfig config = ServerConfig.from(Configuration.load(file, Map.of(), Map.of()));

    assertThat(config.apiKeys()).extracting(key -> key.id()).containsExactly("a", "b");
    assertThat(config.apiKeys())
        .extracting(key -> key.rightsText())
        .containsExactly("read", "read+write");
  }

  @Test
  void aNestedFileMeansTheSameAsADottedOne() throws IOException {
    Path file = file("http:\n  port: 7000\ngrpc: {port: 7001}\nlog.level: warn\n");

    Configuration configuration = Configuration.load(file, Map.of(), Map.of());

    assertThat(configuration.get(Settings.HTTP_PORT)).isEqualTo(7000);
    assertThat(configuration.get(Settings.GRPC_PORT)).isEqualTo(7001);
    assertThat(configuration.get(Settings.LOG_LEVEL)).isEqualTo(LogLevel.WARN);
  }

  @Test
  void theEnvironmentMayNameTheFile() throws IOException {
    Path file = file("http.port: 7000");

    Configuration configuration =
        Configuration.load(null, Map.of("QUIVER_CONFIG", file.toString()), Map.of());

    assertThat(configuration.get(Settings.HTTP_PORT)).isEqualTo(7000);
  }

  @Test
  void anUnknownKeyInTheFileFailsWithTheNearestOne() throws IOException {
    Path file = file("http:\n  prot: 7000\n");

    assertThatThrownBy(() -> Configuration.load(file, Map.of(), Map.of()))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("quiver.yaml")
        .hasMessageContaining("unknown key `http.prot`; did you mean `http.port`?");
  }

  @Test
  void anUnknownVariableFailsWithTheNearestOne() {
    assertThatThrownBy(() -> Configuration.load(null, Map.of("QUIVER_HTTP_PROT", "1"), Map.of()))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("environment variable QUIVER_HTTP_PROT")
        .hasMessageContaining("did you mean QUIVER_HTTP_PORT?");
  }

  @Test
  void variablesOfTheLauncherAndOfTheClientCommandsAreNotSettings() {
    Configuration configuration =
        Configuration.load(
            null, Map.of("QUIVER_JAVA_OPTS", "-Xmx1g", "QUIVER_URL", "http://x"), Map.of());

    assertThat(configuration.entries())
        .allSatisfy(e -> assertThat(e.origin()).isEqualTo("default"));
  }

  @Test
  void qdrantsVariablesAreUnderstoodAndQuiversOwnOverrideThem() {
    Map<String, String> qdrants =
        Map.of("QDRANT__SERVICE__API_KEY", "theirs", "QDRANT__SERVICE__HTTP_PORT", "7000");
    Map<String, String> both = new HashMap<>(qdrants);
    both.put("QUIVER_HTTP_PORT", "8000");

    assertThat(Configuration.load(null, qdrants, Map.of()).get(Settings.API_KEY))
        .isEqualTo("theirs");
    assertThat(Configuration.load(null, qdrants, Map.of()).get(Settings.HTTP_PORT)).isEqualTo(7000);
    assertThat(Configuration.load(null, both, Map.of()).get(Settings.HTTP_PORT)).isEqualTo(8000);
  }

  @Test
  void aVariableOfQdrantThatHasNoCounterpartIsRefused() {
    assertThatThrownBy(
            () -> Configuration.load(null, Map.of("QDRANT__SERVICE__ENABLE_TLS", "1"), Map.of()))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("QDRANT__SERVICE__ENABLE_TLS: Quiver has no such setting");
  }

  @Test
  void aValueOutOfRangeIsRefusedWithOriginValueAndRange() {
    assertThatThrownBy(() -> Configuration.load(null, Map.of(), Map.of("http.port", "70000")))
        .hasMessage(
            "flag --http-port: http.port is `70000` (expected: a whole number from 0 to 65535)");
    assertThatThrownBy(() -> Configuration.load(null, Map.of("QUIVER_LOG_LEVEL", "loud"), Map.of()))
        .hasMessageContaining("environment QUIVER_LOG_LEVEL: log.level is `loud`")
        .hasMessageContaining("one of error, warn, info, debug, trace");
  }

  @Test
  void secretsAreMaskedWhereverTheyAreShown() {
    Configuration configuration = Configuration.of(Map.of("auth.api-key", "s3cret"));

    assertThat(configuration.entry(Settings.API_KEY).shown()).isEqualTo("********");
    assertThat(configuration.entry(Settings.READ_ONLY_API_KEY).shown()).isEmpty();
    assertThat(ServerConfig.from(configuration).toString()).doesNotContain("s3cret");
  }

  @Test
  void listsDuplicatesAndBrokenFilesAreRefused() throws IOException {
    Path list = file("host: [a, b]");
    assertThatThrownBy(() -> Configuration.load(list, Map.of(), Map.of()))
        .hasMessageContaining("host is a list");
    Path twice = file("http.port: 1\nhttp: {port: 2}");
    assertThatThrownBy(() -> Configuration.load(twice, Map.of(), Map.of()))
        .hasMessageContaining("http.port is given twice");
    Path broken = file("http: [");
    assertThatThrownBy(() -> Configuration.load(broken, Map.of(), Map.of()))
        .hasMessageContaining("not YAML");
    assertThatThrownBy(() -> Configuration.load(folder.resolve("none"), Map.of(), Map.of()))
        .hasMessageContaining("there is no configuration file");
    assertThatThrownBy(() -> Configuration.load(folder, Map.of(), Map.of()))
        .hasMessageContaining("is a folder");
  }

  @Test
  void contradictionsBetweenSettingsAreRefused() {
    assertThatThrownBy(() -> serverConfig(Map.of("http.port", "9000", "grpc.port", "9000")))
        .hasMessageContaining("both 9000");
    assertThatThrownBy(() -> serverConfig(Map.of("auth.read-only-api-key", "x")))
        .hasMessageContaining("nobody could write");
    assertThatThrownBy(
            () -> serverConfig(Map.of("auth.api-key", "x", "auth.read-only-api-key", "x")))
        .hasMessageContaining("the same");
    assertThatThrownBy(
            () -> serverConfig(Map.of("auth.api-key", "x", "auth.alternate-api-key", "x")))
        .hasMessageContaining("the same");
    assertThatThrownBy(() -> serverConfig(Map.of("auth.tokens", "true")))
        .hasMessageContaining("set both");
    assertThatThrownBy(() -> serverConfig(Map.of("auth.alternate-api-key", "x")))
        .hasMessageContaining("without auth.api-key");
    assertThatThrownBy(() -> serverConfig(Map.of("tls.key", "k.pem")))
        .hasMessageContaining("only one of tls.certificate and tls.key");
    assertThatThrownBy(() -> serverConfig(Map.of("backup.interval-seconds", "60")))
        .hasMessageContaining("without backup.repository");
    assertThatThrownBy(
            () -> serverConfig(Map.of("data.dir", "x/data", "backup.repository", "x/data/b")))
        .hasMessageContaining("is within the data folder");
  }

  @Test
  void theDocumentationListsEverySettingWithItsDefaultAndNoOther() throws IOException {
    Path document = Path.of(System.getProperty("quiver.root"), "docs", "configuration.md");
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(document)) {
      if (line.startsWith("## Other variables")) {
        break;
      }
      if (line.startsWith("| `")) {
        rows.add(line);
      }
    }
    List<String> expected = Settings.all().stream().map(ConfigurationTest::row).toList();
    assertThat(rows).isEqualTo(expected);
  }

  private static String row(Setting<?> setting) {
    String qdrant = setting.qdrantNames().isEmpty() ? "" : "`" + setting.qdrantNames().get(0) + "`";
    String byDefault = setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`";
    return "| `%s` | %s | %s | %s | `%s` | `%s` | %s |"
        .formatted(
            setting.key(),
            setting.description(),
            setting.expected(),
            byDefault,
            setting.environmentName(),
            setting.flag(),
            qdrant);
  }

  private static ServerConfig serverConfig(Map<String, String> values) {
    return ServerConfig.from(Configuration.of(values));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("quiver.yaml"), text);
  }
}
