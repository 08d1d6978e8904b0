package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.server.Configuration;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CommandsTest {
  private static final String KEY = "read-and-write";

  @TempDir static Path folder;
  private static QuiverServer server;

  @BeforeAll
  static void start() {
    server =
        QuiverServer.start(
            ServerConfig.from(
                Configuration.of(
                    Map.of(
                        "data.dir",
                        folder.resolve("data").toString(),
                        "http.port",
                        "0",
                        "grpc.port",
                        "0",
                        "auth.api-key",
                        KEY))));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Ran quiver(String... arguments) {
    return Ran.quiver(Ran.environment(server, KEY), arguments);
  }

  @Test
  void versionTellsWhatRuns() {
    assertThat(quiver("version").out()).startsWith("quiver 0.").contains("Qdrant 1.19.0");
    JsonNode json = quiver("version", "--output", "json").json();
    assertThat(json.path("api").asText()).isEqualTo("1.19.0");
    assertThat(json.path("java").asText()).contains("25");
    assertThat(quiver("--version").out()).startsWith("quiver 0.");
  }

  @Test
  void configShowsValuesOriginsAndNoSecret() throws IOException {
    Path file = Files.writeString(folder.resolve("c.yaml"), "auth: {api-key: s3cret}\nhost: ::1");

    Ran ran =
        Ran.quiver(
            Map.of("QUIVER_GRPC_PORT", "7001"),
            "config",
            "--config",
            file.toString(),
            "--http-port=7000",
            "--data",
            "here");

    assertThat(ran.out())
        .containsPattern("http.port +7000 +flag --http-port")
        .containsPattern("grpc.port +7001 +environment QUIVER_GRPC_PORT")
        .containsPattern("host +::1 +file .*c.yaml")
        .containsPattern("data.dir +here +flag --data-dir")
        .containsPattern("auth.api-key +\\*+ +file")
        .doesNotContain("s3cret");
    JsonNode json = Ran.quiver(Map.of(), "config", "-o", "json").json();
    assertThat(json.path("http.port").path("value").asText()).isEqualTo("6333");
    assertThat(json.path("http.port").path("from").asText()).isEqualTo("default");
  }

  @Test
  void aWrongConfigurationIsAUsageErrorWithoutAStackTrace() {
    Ran ran = Ran.quiver(Map.of("QUIVER_HTTP_PROT", "1"), "config");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).startsWith("quiver: environment variable").doesNotContain("\tat ");
  }

  @Test
  void anUnknownCommandOrFlagSuggestsTheNearest() {
    Ran command = quiver("serach");
    assertThat(command.code()).isEqualTo(2);
    assertThat(command.err()).contains("search");
    Ran flag = quiver("config", "--http-prot", "1");
    assertThat(flag.code()).isEqualTo(2);
    assertThat(flag.err()).contains("--http-port");
    assertThat(quiver().code()).isEqualTo(2);
    assertThat(quiver("help-me").err()).doesNotContain("\tat ");
  }

  @Test
  void everyCommandHasHelp() {
    for (String command :
        new String[] {
          "serve", "quickstart", "import", "search", "collection", "config", "version", "completion"
        }) {
      Ran ran = quiver(command, "--help");
      assertThat(ran.code()).as(command).isZero();
      assertThat(ran.out()).as(command).contains("Usage: quiver " + command);
    }
    assertThat(quiver("--help").out()).contains("Exit codes").doesNotContain("warm-up");
  }

  @Test
  void collectionsAreMadeListedShownCountedAndDeleted() {
    assertThat(quiver("collection", "create", "作品", "--size", "2").code()).isZero();
    Ran again = quiver("collection", "create", "作品", "--size", "2");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("409").contains("already exists");
    assertThat(quiver("collection", "list").out()).containsPattern("作品 +0 +2 Cosine +green");
    assertThat(quiver("collection", "list", "-o", "json").out()).contains("作品");
    assertThat(quiver("collection", "info", "作品").out()).containsPattern("vectors +2 Cosine");
    assertThat(quiver("collection", "info", "作品", "-o", "json").json().path("status").asText())
        .isEqualTo("green");
    assertThat(quiver("collection", "count", "作品").out().strip()).isEqualTo("0");

    Ran refused = quiver("collection", "delete", "作品");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("would delete 作品 with its 0 points")
        .contains("--confirm 作品");
    assertThat(quiver("collection", "delete", "作品", "--yes", "other").code()).isEqualTo(2);
    assertThat(quiver("collection", "info", "作品").code()).isZero();
    assertThat(quiver("collection", "delete", "作品", "--yes", "作品").code()).isZero();
    assertThat(quiver("collection", "info", "作品").code()).isEqualTo(4);
  }

  @Test
  void aCollectionIsMadeFromTheWholeRequestToo() {
    String request =
        "{\"vectors\":{\"title\":{\"size\":2,\"distance\":\"Dot\"},"
            + "\"body\":{\"size\":3,\"distance\":\"Euclid\"}}}";
    assertThat(quiver("collection", "create", "named", "--config", request).code()).isZero();
    assertThat(quiver("collection", "list").out()).contains("2 Dot").contains("3 Euclid");
    assertThat(quiver("collection", "create", "none").err()).contains("--size");
    assertThat(quiver("collection", "create", "none", "--config", "{").err())
        .contains("--config is not JSON");
  }

  @Test
  void searchesGoByVectorIdAndFilter() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("s.jsonl"),
            """
            {"id": 1, "vector": [1, 0], "kind": "a", "text": "猫"}
            {"id": 2, "vector": [0.9, 0.1], "kind": "b"}
            {"id": 3, "vector": [0, 1], "kind": "b"}
            """);
    assertThat(quiver("import", "s", file.toString(), "--create").code()).isZero();

    JsonNode hits = quiver("search", "s", "--vector", "1,0", "-o", "json").json();
    assertThat(hits.findValuesAsText("id")).containsExactly("1", "2", "3");
    Ran table = quiver("search", "s", "--vector", "[1, 0]", "-n", "1");
    assertThat(table.out()).containsPattern("1\\.0000 +1 +.*猫");
    assertThat(quiver("search", "s", "--id", "3", "-o", "json").json().findValuesAsText("id"))
        .containsExactly("2", "1");
    String filter = "{\"must\":[{\"key\":\"kind\",\"match\":{\"value\":\"b\"}}]}";
    JsonNode filtered =
        quiver("search", "s", "--vector", "1,0", "--filter", filter, "--exact", "-o", "json")
            .json();
    assertThat(filtered.findValuesAsText("id")).containsExactly("2", "3");
    assertThat(quiver("collection", "count", "s", "--filter", filter).out().strip()).isEqualTo("2");
  }

  @Test
  void aSearchMustSayWhatItLooksFor() {
    assertThat(quiver("search", "s").code()).isEqualTo(2);
    assertThat(quiver("search", "s", "text", "--vector", "1").code()).isEqualTo(2);
    assertThat(quiver("search", "s", "--id", "abc").err()).contains("id: abc");
    assertThat(quiver("search", "s", "--vector", "1,x").err()).contains("--vector is not JSON");
    assertThat(quiver("search", "missing", "--vector", "1").code()).isEqualTo(4);
  }

  @Test
  void aServerThatIsNotThereIsSaidWithTheWayOut() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Ran ran = quiver("collection", "list", "--url", "http://127.0.0.1:" + free);
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.err()).contains("no server answers").contains("quiver serve");
    assertThat(quiver("collection", "list", "--url", "ftp://x").code()).isEqualTo(2);
  }

  @Test
  void theWrongPortOfAServerIsSaid() {
    Ran ran = quiver("collection", "list", "--url", "http://127.0.0.1:" + server.grpcPort());
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.err()).contains("is it the gRPC port?").doesNotContain("parser state");
  }

  @Test
  void aWordTooManyIsNamed() {
    Ran command = quiver("serach");
    assertThat(command.code()).isEqualTo(2);
    assertThat(command.err()).contains("there is no command `serach`").contains("search");
    assertThat(quiver("version", "extra").err()).contains("one argument too many: `extra`");
  }

  @Test
  void aWrongKeyIsSaidWithTheWayOut() {
    Ran ran = quiver("collection", "list", "--api-key", "wrong");
    assertThat(ran.code()).isEqualTo(5);
    assertThat(ran.err()).contains("401").contains("QUIVER_API_KEY");
  }

  @Test
  void shellsGetScriptsThatCompleteEveryCommand() {
    for (String shell : new String[] {"bash", "zsh", "fish"}) {
      assertThat(quiver("completion", shell).out())
          .as(shell)
          .contains("quickstart")
          .contains("http-port");
    }
    assertThat(quiver("completion", "csh").code()).isEqualTo(2);
  }
}
