package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.server.Configuration;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups, restores and the log by command, at a server and without one. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BackupCommandsTest {
  private static final String NAME = "订单";

  @TempDir Path folder;

  private QuiverServer server() {
    return QuiverServer.start(
        ServerConfig.from(
            Configuration.of(
                Map.of(
                    "data.dir", folder.resolve("data").toString(),
                    "http.port", "0",
                    "grpc.port", "0",
                    "store.environment", "production",
                    "auth.keys", "owner:read+write+manage+destroy:owner-key",
                    "backup.repository", folder.resolve("repository").toString()))));
  }

  private static void imported(Map<String, String> env, int first, int last) {
    StringBuilder lines = new StringBuilder();
    for (int id = first; id <= last; id++) {
      lines.append("{\"id\":").append(id).append(",\"vector\":[1,").append(id).append("]}\n");
    }
    Ran ran =
        Ran.quiverReading(
            env, lines.toString(), "import", NAME, "-", "--create", "--format", "jsonl");
    assertThat(ran.code()).as(ran.err()).isZero();
  }

  private static Ran restore(Map<String, String> env, String... where) {
    String[] all = new String[where.length + 2];
    all[0] = "backup";
    all[1] = "restore";
    System.arraycopy(where, 0, all, 2, where.length);
    return Ran.quiver(env, all);
  }

  private static String count(Map<String, String> env, String collection) {
    return Ran.quiver(env, "collection", "count", collection).out().strip();
  }

  @Test
  void aCollectionComesBackBesideAndInPlaceByEachKindOfMoment() {
    try (QuiverServer server = server()) {
      Map<String, String> env = Ran.environment(server, "owner-key");
      assertThat(Ran.quiver(env, "backup", "list").out()).startsWith("no backups in ");
      assertThat(Ran.quiver(env, "backup", "verify").code()).isEqualTo(1);
      assertThat(Ran.quiver(env, "backup", "drill").code()).isEqualTo(4);
      imported(env, 1, 3);
      assertThat(Ran.quiver(env, "backup", "create").out()).contains(": 1 collection, ");
      imported(env, 4, 5);
      JsonNode last = null;
      for (String line :
          Ran.quiver(env, "log", "show", NAME, "-o", "json").out().strip().split("\n")) {
        last = Json.parse(line, "an operation");
      }
      assertThat(last).isNotNull();
      assertThat(last.path("ids").toString()).isEqualTo("[\"4\",\"5\"]");
      String number = last.path("number").asText();

      Ran before = restore(env, "--collection", NAME, "--as", "之前", "--before-op", number);
      assertThat(before.code()).as(before.err()).isZero();
      assertThat(count(env, "之前")).isEqualTo("3");
      assertThat(before.out()).startsWith("restored 之前 as before operation " + number + ": 3 ");
      restore(env, "--collection", NAME, "--as", "after", "--to-offset", number);
      assertThat(count(env, "after")).isEqualTo("5");
      String time = last.path("time").asText();
      restore(env, "--collection", NAME, "--as", "at", "--to-time", time);
      assertThat(count(env, "at")).isEqualTo("5");

      assertThat(restore(env, "--collection", NAME, "--in-place", "--before-op", number).err())
          .contains("add --confirm " + NAME);
      Ran inPlace =
          restore(
              env, "--collection", NAME, "--in-place", "--confirm", NAME, "--before-op", number);
      assertThat(inPlace.code()).as(inPlace.err()).isZero();
      assertThat(count(env, NAME)).isEqualTo("3");
      assertThat(Ran.quiver(env, "trash", "list").out()).contains(NAME);
    }
  }

  @Test
  void wrongInputsAreNamed() {
    try (QuiverServer server = server()) {
      Map<String, String> env = Ran.environment(server, "owner-key");
      imported(env, 1, 3);
      assertThat(Ran.quiver(env, "backup", "create").code()).isZero();
      Ran unknown = restore(env, "--collection", "没有", "--as", "x");
      assertThat(unknown.code()).isEqualTo(4);
      assertThat(unknown.err()).contains("没有", "there were: [" + NAME + "]");
      assertThat(restore(env, "--collection", "没有", "--as", "x", "--before-op", "1").err())
          .contains("`没有` in any backup; the newest has: [" + NAME + "]");
      assertThat(restore(env, "--collection", NAME, "--as", NAME).err()).contains("already exists");
      assertThat(
              restore(env, "--collection", NAME, "--as", "x", "--to-time", "2020-01-01T00:00:00Z")
                  .err())
          .contains("2020-01-01T00:00:00Z cannot be restored (expected: from ");
      assertThat(Ran.quiver(env, "backup", "show", "nope").code()).isEqualTo(4);
      assertThat(Ran.quiver(env, "backup", "prune").err()).contains("must be confirmed");
      assertThat(Ran.quiver(env, "backup", "prune", "--confirm", "backups").code()).isZero();
      assertThat(
              Ran.quiver(env, "backup", "prune", "--confirm", "backups", "--keep-last", "-1").err())
          .contains("-1");
    }
  }

  private List<JsonNode> restoresAudited() throws IOException {
    List<JsonNode> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve("data").resolve("audit"))) {
      for (Path file : files.sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode record = Json.parse(line, "a record");
          if (record.path("method").asText().equals("restore_backup")) {
            found.add(record);
          }
        }
      }
    }
    return found;
  }

  @Test
  void withoutAServerTheFolderMustBeARepository() throws IOException {
    try (QuiverServer server = server()) {
      Map<String, String> env = Ran.environment(server, "owner-key");
      imported(env, 1, 3);
      Ran.quiver(env, "backup", "create");
    }
    Map<String, String> none = Map.of();
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Ran listed = Ran.quiver(none, "backup", "list", "--repository", empty.toString());
    assertThat(listed.code()).isEqualTo(4);
    assertThat(listed.err()).contains("is no backup repository");
    assertThat(empty).isEmptyDirectory();
    String data = folder.resolve("data").toString();
    String missing = folder.resolve("missing").toString();
    assertThat(Ran.quiver(none, "log", "show", "--data", data, "--repository", missing).code())
        .isEqualTo(4);
    assertThat(folder.resolve("missing")).doesNotExist();

    String repository = folder.resolve("repository").toString();
    assertThat(Ran.quiver(none, "backup", "verify", "--repository", repository).out())
        .contains(": whole");
    Ran negative =
        Ran.quiver(none, "backup", "prune", "--repository", repository, "--keep-last", "-1");
    assertThat(negative.code()).isEqualTo(2);
    assertThat(negative.err()).contains("backups to keep: -1, ").doesNotContain("bug");
    assertThat(Ran.quiver(none, "backup", "show", "nope", "--repository", repository).code())
        .isEqualTo(4);
    String into = folder.resolve("new").toString();
    assertThat(restore(none, "--all", "--repository", repository, "--into", into).out())
        .contains("restored " + NAME)
        .contains(": 3 points");

    Ran inPlace =
        restore(
            none,
            "--collection",
            NAME,
            "--in-place",
            "--confirm",
            NAME,
            "--repository",
            repository,
            "--data",
            data);
    assertThat(inPlace.code()).as(inPlace.err()).isZero();
    Ran failing =
        restore(
            none, "--collection", "没有", "--as", "x", "--repository", repository, "--data", data);
    assertThat(failing.code()).isEqualTo(4);
    assertThat(restoresAudited())
        .extracting(record -> record.path("result").asText())
        .containsExactly("started", "ok", "started", "failed");
    assertThat(restoresAudited().getFirst().toString())
        .contains("\"via\":\"local\"", "\"subject\":", "\"in_place\":true", NAME);
  }
}
