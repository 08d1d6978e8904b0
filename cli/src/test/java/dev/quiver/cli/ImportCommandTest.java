package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.server.Configuration;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ImportCommandTest {
  @TempDir Path folder;
  private QuiverServer server;
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void start() {
    server =
        QuiverServer.start(
            ServerConfig.from(
                Configuration.of(
                    Map.of(
                        "data.dir", folder.resolve("data").toString(),
                        "http.port", "0",
                        "grpc.port", "0"))));
    environment = new HashMap<>(Ran.environment(server, "unused"));
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void rowsBecomePointsWithIdVectorAndPayload() throws IOException {
    Path file =
        file(
            "a.jsonl",
            """
            {"id": 7, "vector": [1, 0], "名": "猫", "n": 12345678901, "x": [1.5, null, {"y": true}]}
            {"id": "doc/8", "vector": [0, 1]}
            {"vector": [0.5, 0.5]}
            """);

    Ran ran = quiver("import", "c", file.toString(), "--create", "-o", "json");

    assertThat(ran.err()).contains("c 3 done");
    assertThat(ran.code()).isZero();
    assertThat(ran.json().path("sent").asInt()).isEqualTo(3);
    assertThat(payload("c", "7"))
        .hasToString("{\"名\":\"猫\",\"n\":12345678901,\"x\":[1.5,null,{\"y\":true}]}");
    assertThat(payload("c", Ids.ofName("doc/8").toString())).hasToString("{\"id\":\"doc/8\"}");
    assertThat(payload("c", Ids.ofRow("a.jsonl", 2).toString())).hasToString("{}");
  }

  @Test
  void pointsInQdrantsOwnFormKeepTheirPayload() {
    Ran ran =
        quiverWith(
            "{\"id\": 1, \"vector\": [1, 0], \"payload\": {\"a\": 1}}\n",
            "import",
            "c",
            "--create");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(payload("c", "1")).hasToString("{\"a\":1}");
  }

  @Test
  void importingAgainMakesNoDuplicates() throws IOException {
    Path file = file("a.csv", "vector,text\n\"[1,0]\",a\n\"[0,1]\",b\n");

    assertThat(quiver("import", "c", file.toString(), "--create").code()).isZero();
    assertThat(quiver("import", "c", file.toString()).code()).isZero();

    assertThat(count("c")).isEqualTo(2);
  }

  @Test
  void chosenFieldsFillNamedVectorsAndPayload() throws IOException {
    Path file =
        file(
            "a.jsonl", "{\"key\": 5, \"t\": [1, 0], \"b\": [1, 2, 3], \"keep\": 1, \"drop\": 2}\n");

    Ran ran =
        quiver(
            "import",
            "c",
            file.toString(),
            "--create",
            "--distance",
            "dot",
            "--id-field=key",
            "--vector-field=title=t",
            "--vector-field=body=b",
            "--payload-fields=keep");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(payload("c", "5")).hasToString("{\"keep\":1}");
    assertThat(quiver("collection", "list").out()).contains("2 Dot").contains("3 Dot");
  }

  @Test
  void textsAreEmbeddedByTheServer() throws IOException {
    Path file =
        file(
            "a.jsonl",
            "{\"id\":1,\"text\":\"a small boat moved by oars\"}\n{\"id\":2,\"text\":\"a cat\"}\n");

    Ran ran = quiver("import", "c", file.toString(), "--create", "--embed-field", "text");

    assertThat(ran.code()).as(ran.err()).isZero();
    JsonNode hits = quiver("search", "c", "rowing vessel", "-o", "json").json();
    assertThat(hits.path(0).path("id").asInt()).isEqualTo(1);
    assertThat(hits.path(0).path("payload").path("text").asText()).contains("oars");
    Ran unknown =
        quiver("import", "d", file.toString(), "--create", "--embed-field=text", "--model=none");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("\"none\" is not on board");
  }

  @Test
  void vectorFilesGetTheirRowNumbersAsIdsAcrossAFolder() throws IOException {
    Path vectors = Files.createDirectories(folder.resolve("in"));
    try (WritableHdfFile hdf = HdfFile.write(vectors.resolve("a.hdf5"))) {
      hdf.putDataset("train", new float[][] {{1, 0}, {0, 1}});
      hdf.putAttribute("distance", "euclidean");
    }
    try (WritableHdfFile hdf = HdfFile.write(vectors.resolve("b.hdf5"))) {
      hdf.putDataset("train", new float[][] {{5, 5}});
    }

    Ran ran = quiver("import", "c", vectors.toString(), "--create", "--first-id", "100");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(quiver("collection", "list").out()).contains("2 Euclid");
    assertThat(quiver("search", "c", "--vector", "5,5", "-o", "json").json().findValuesAsText("id"))
        .startsWith("102")
        .hasSize(3);
  }

  @Test
  void badRowsAreNamedAndLeftOut() throws IOException {
    Path file =
        file(
            "a.jsonl",
            """
            {"id": 1, "vector": [1, 0]}
            {"id": 2, "vector": [1]}
            nonsense
            {"id": -4, "vector": [1, 0]}
            {"id": 5}
            {"id": 6, "vector": [1, "x"]}
            {"id": 7, "vector": [1, 1e99]}
            {"id": 8, "vector": [0, 1]}
            """);

    Ran ran = quiver("import", "c", file.toString(), "--create");

    assertThat(ran.code()).isEqualTo(6);
    assertThat(ran.err())
        .contains("a.jsonl:2: vector of 1 numbers (expected: 2)")
        .contains("a.jsonl:3: not JSON")
        .contains("a.jsonl:4: the id is -4")
        .contains("a.jsonl:5: the vector field `vector` is missing")
        .contains("a.jsonl:6: vector[1] is \"x\" (expected: a number)")
        .contains("a.jsonl:7: number 1 of the vector is Infinity");
    assertThat(count("c")).isEqualTo(2);
  }

  @Test
  void tooManyBadRowsEndTheImport() throws IOException {
    Path file = file("a.jsonl", "x\n".repeat(20) + "{\"id\":1,\"vector\":[1]}\n");

    Ran ran = quiver("import", "c", file.toString(), "--create", "--max-errors", "3");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("gave up after 4 bad rows").contains("--max-errors");

    Ran all = quiver("import", "c", file.toString(), "--create", "--max-errors", "-1");
    assertThat(all.code()).isEqualTo(6);
    assertThat(count("c")).isEqualTo(1);
  }

  @Test
  void aGrpcAddressWhereNobodyAnswersIsSaidWithTheWayOut() throws IOException {
    Path file = file("a.jsonl", "{\"id\":1,\"vector\":[1]}\n");
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Ran ran =
        quiver(
            "import", "c", file.toString(), "--create", "--grpc-url", "http://127.0.0.1:" + free);
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.err()).contains("127.0.0.1:" + free).contains("QUIVER_GRPC_URL");
  }

  @Test
  void afterAFailureItGoesOnWhereItStopped() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      rows.append(i == 250 ? "x\n" : "{\"vector\":[1,%d]}\n".formatted(i));
    }
    Path file = file("a.jsonl", rows.toString());
    String[] command = {"import", "c", file.toString(), "--create", "--batch=10"};

    Ran stopped = quiver(with(command, "--max-errors=0"));
    assertThat(stopped.code()).isEqualTo(1);
    Ran resumed = quiver(with(command, "--max-errors=1", "-o", "json"));

    assertThat(resumed.code()).as(resumed.err()).isEqualTo(6);
    assertThat(resumed.json().path("resumed_at").asInt()).isBetween(100, 250);
    assertThat(resumed.json().path("sent").asInt())
        .isEqualTo(299 - resumed.json().path("resumed_at").asInt());
    assertThat(count("c")).isEqualTo(299);
  }

  @Test
  void aDeletedCollectionIsFilledFromTheStart() throws IOException {
    StringBuilder rows = new StringBuilder("{\"vector\":[1,0]}\n".repeat(100));
    Path file = file("a.jsonl", rows.append("x\n").toString());
    String[] command = {"import", "c", file.toString(), "--create", "--batch=10"};
    assertThat(quiver(with(command, "--max-errors=0")).code()).isEqualTo(1);
    assertThat(quiver("collection", "delete", "c", "--yes", "c").code()).isZero();

    assertThat(quiver(with(command, "--max-errors=1")).code()).isEqualTo(6);

    assertThat(count("c")).isEqualTo(100);
  }

  @Test
  void whatCannotWorkIsSaidBeforeAnythingIsSent() throws IOException {
    Path file = file("a.jsonl", "{\"id\":1,\"emb\":[1]}\n");
    assertThat(quiver("import", "none", file.toString()).code()).isEqualTo(4);
    assertThat(quiver("import", "none", file.toString()).err()).contains("--create");
    Ran noVector = quiver("import", "c", file.toString(), "--create");
    assertThat(noVector.code()).isEqualTo(2);
    assertThat(noVector.err()).contains("no vector in the field `vector`").contains("[id, emb]");
    assertThat(quiver("import", "c", "no-such-file").err()).contains("there is no file or folder");
    assertThat(quiver("import", "c", file.toString(), "--batch", "0").code()).isEqualTo(2);
    assertThat(quiver("import", "c", file.toString(), "--vector-field=a", "--vector-field=b").err())
        .contains("two fields for the vector");
    assertThat(
            quiver(
                    "collection",
                    "create",
                    "named",
                    "--config",
                    "{\"vectors\":{\"t\":{\"size\":1,\"distance\":\"Dot\"}}}")
                .code())
        .isZero();
    assertThat(quiver("import", "named", file.toString(), "--vector-field", "emb").err())
        .contains("has no vector ``; it has [t]");
  }

  @Test
  void standardInputAndLimitWork() {
    String input = "id,vector\n1,\"[1,0]\"\n2,\"[0,1]\"\n3,\"[1,1]\"\n";

    Ran ran = quiverWith(input, "import", "c", "-", "--format=csv", "--create", "--limit=2");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(count("c")).isEqualTo(2);
  }

  private Ran quiver(String... arguments) {
    return Ran.quiver(environment, arguments);
  }

  private Ran quiverWith(String input, String... arguments) {
    return Ran.quiverReading(environment, input, arguments);
  }

  private static String[] with(String[] command, String... more) {
    String[] all = java.util.Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    return all;
  }

  private long count(String collection) {
    return Long.parseLong(quiver("collection", "count", collection).out().strip());
  }

  private JsonNode payload(String collection, String id) {
    try (ApiClient api = new ApiClient(java.net.URI.create(environment.get("QUIVER_URL")), null)) {
      return api.get(ApiClient.collection(collection) + "/points/" + id)
          .path("result")
          .path("payload");
    }
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
