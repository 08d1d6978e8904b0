package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.server.Configuration;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The environment, the trash and the audit log by command. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GuardCommandsTest {
  @TempDir Path folder;

  private QuiverServer server(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("data.dir", folder.resolve("data").toString());
    settings.put("http.port", "0");
    settings.put("grpc.port", "0");
    return QuiverServer.start(ServerConfig.from(Configuration.of(settings)));
  }

  @Test
  void aProductionStoreIsHandledWithItsNamesRepeated() throws IOException {
    String keys = "app:read+write+manage:app-key owner:read+write+manage+destroy:owner-key";
    try (QuiverServer server =
        server(Map.of("store.environment", "production", "auth.keys", keys))) {
      Map<String, String> owner = Ran.environment(server, "owner-key");
      Map<String, String> app = Ran.environment(server, "app-key");
      assertThat(Ran.quiver(app, "environment").out().strip()).isEqualTo("production");
      assertThat(Ran.quiver(app, "collection", "create", "c", "--size", "2").code()).isZero();

      Ran other = Ran.quiver(app, "collection", "list", "--expect-environment", "test");
      assertThat(other.code()).isEqualTo(1);
      assertThat(other.err()).contains("labelled `production` (the caller expects: `test`)");
      assertThat(Ran.quiver(app, "collection", "delete", "c", "--confirm", "c").code())
          .isEqualTo(5);
      assertThat(Ran.quiver(owner, "collection", "delete", "c").code()).isEqualTo(2);
      assertThat(Ran.quiver(owner, "collection", "delete", "c", "--yes", "c").err())
          .contains("must be confirmed");
      assertThat(Ran.quiver(owner, "collection", "delete", "c", "--confirm", "c").code()).isZero();

      assertThat(Ran.quiver(app, "trash", "list").out()).containsPattern("(?m)^c +20");
      assertThat(Ran.quiver(app, "trash", "restore", "nothing").code()).isEqualTo(4);
      assertThat(Ran.quiver(app, "trash", "restore", "c").out()).contains("restored c");
      assertThat(Ran.quiver(app, "collection", "count", "c").out().strip()).isEqualTo("0");
      Ran.quiver(owner, "collection", "delete", "c", "--confirm", "c");
      assertThat(Ran.quiver(owner, "trash", "purge", "c").code()).isEqualTo(2);
      assertThat(Ran.quiver(owner, "trash", "purge", "c", "--confirm", "c").code()).isZero();
      assertThat(Ran.quiver(app, "trash", "list", "-o", "json").json()).isEmpty();

      assertThat(Ran.quiver(owner, "environment", "set", "test").err())
          .contains("must be confirmed");
      assertThat(Ran.quiver(owner, "environment", "set", "test", "--confirm", "production").out())
          .contains("labelled test now");

      Ran audit = Ran.quiver(owner, "audit", "--collection", "c");
      assertThat(audit.out())
          .containsPattern("app +127.0.0.1 +delete_collection +c +denied +Forbidden")
          .containsPattern("owner +127.0.0.1 +delete_collection +c +started")
          .containsPattern("app +127.0.0.1 +restore_from_trash +c +started");
      assertThat(Ran.quiver(owner, "audit", "--method", "settings", "-o", "json").out())
          .contains("\"rights\" : \"read+write+manage+destroy\"")
          .doesNotContain("owner-key");
      Ran verified = Ran.quiver(owner, "audit", "verify");
      assertThat(verified.code()).isZero();
      assertThat(verified.out()).startsWith("intact: ");
    }
    Path log = folder.resolve("data/audit/audit-00000001.jsonl");
    String data = folder.resolve("data").toString();
    assertThat(Ran.quiver(Map.of(), "audit", "verify", "--data", data).code()).isZero();
    List<String> lines = Files.readAllLines(log);
    lines.remove(lines.size() / 2);
    Files.write(log, lines);
    Ran broken = Ran.quiver(Map.of(), "audit", "verify", "--data", data);
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.out()).contains("NOT INTACT").contains("audit-00000001.jsonl:");
  }

  @Test
  void keysThatChangeWithARestartAreInTheAuditLog() {
    server(Map.of("auth.keys", "app:read+write:one")).close();
    server(Map.of("auth.keys", "app:read+write:one")).close();
    server(Map.of("auth.keys", "app:read+write:two")).close();
    try (QuiverServer server = server(Map.of("auth.keys", "app:read+write+manage:two"))) {
      assertThat(
              Ran.quiver(
                      Ran.environment(server, "two"), "audit", "--method", "settings", "-o", "json")
                  .json())
          .hasSize(3);
    }
  }
}
