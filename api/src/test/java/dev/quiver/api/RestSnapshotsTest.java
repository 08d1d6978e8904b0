package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots over REST: made, listed, loaded, recovered from; and what is refused. */
class RestSnapshotsTest {
  private static final String C = "/collections/b%C3%BCcher";

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void start() {
    rest = new RestFixture(folder.resolve("data"));
    rest.put(C, "{\"vectors\":{\"size\":2,\"distance\":\"Dot\"}}");
    rest.put(
        C + "/points?wait=true",
        RestFixture.json(
            "{'points':[{'id':1,'vector':[1,2],'payload':{'ü':'漢'}},{'id':2,'vector':[3,4]}]}"));
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private String points(String collection) {
    return rest.post(collection + "/points/scroll", "{\"with_vector\":true,\"with_payload\":true}")
        .result()
        .path("points")
        .toString();
  }

  private byte[] download(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        rest.client.send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + rest.port() + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/octet-stream");
    return response.body();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void aSnapshotIsMadeListedLoadedAndDeleted() throws Exception {
    JsonNode made = rest.post(C + "/snapshots", "").result();

    assertThat(rest.get(C + "/snapshots").result()).hasSize(1).first().isEqualTo(made);
    String path = C + "/snapshots/" + made.path("name").asText();
    byte[] content = download(path);
    assertThat(content).hasSize(made.path("size").asInt());
    assertThat(sha256(content)).isEqualTo(made.path("checksum").asText());
    assertThat(made.path("creation_time").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d");
    assertThat(rest.delete(path).result().asBoolean()).isTrue();
    assertThat(rest.delete(path).status()).isEqualTo(404);
    assertThat(rest.get(path).status()).isEqualTo(404);
    assertThat(rest.get(C + "/snapshots").result()).isEmpty();
  }

  @Test
  void aCollectionIsRecoveredFromAFileAnAddressAndAnUpload() throws Exception {
    String before = points(C);
    JsonNode made = rest.post(C + "/snapshots", "").result();
    String path = C + "/snapshots/" + made.path("name").asText();
    byte[] content = download(path);
    String location = "http://localhost:" + rest.port() + path;

    rest.post(C + "/points/delete?wait=true", "{\"filter\":{}}");
    assertThat(points(C)).isEqualTo("[]");
    assertThat(
            rest.put(C + "/snapshots/recover", "{\"location\":\"" + location + "\"}")
                .result()
                .asBoolean())
        .isTrue();
    assertThat(points(C)).isEqualTo(before);

    Path file = folder.resolve("data/snapshots/brought.snapshot");
    Files.write(file, content);
    String fromFile =
        "{\"location\":\""
            + file.toUri()
            + "\",\"priority\":\"replica\",\"api_key\":\"unused for files\",\"checksum\":\""
            + made.path("checksum").asText()
            + "\"}";
    assertThat(rest.put("/collections/other/snapshots/recover", fromFile).status()).isEqualTo(200);
    assertThat(points("/collections/other")).isEqualTo(before);

    byte[] form = form("snapshot", content);
    HttpRequest upload =
        HttpRequest.newBuilder(
                URI.create(
                    "http://localhost:"
                        + rest.port()
                        + "/collections/third/snapshots/upload?checksum="
                        + made.path("checksum").asText()))
            .header("Content-Type", "multipart/form-data; boundary=xYz")
            .POST(HttpRequest.BodyPublishers.ofByteArray(form))
            .build();
    assertThat(rest.send(upload).result().asBoolean()).isTrue();
    assertThat(points("/collections/third")).isEqualTo(before);
  }

  private static byte[] form(String part, byte[] content) throws IOException {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    form.write(
        ("preamble\r\n--xYz\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nvalue\r\n"
                + "--xYz\r\nContent-Disposition: form-data; name=\""
                + part
                + "\"; filename=\"a.snapshot\"\r\nContent-Type: application/octet-stream\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    form.write(content);
    form.write("\r\n--xYz--\r\n".getBytes(StandardCharsets.UTF_8));
    return form.toByteArray();
  }

  @Test
  void whatIsWrongIsRefusedAndChangesNothing() throws Exception {
    String before = points(C);
    JsonNode made = rest.post(C + "/snapshots", "").result();
    String location =
        "http://localhost:" + rest.port() + C + "/snapshots/" + made.path("name").asText();

    RestFixture.Answer checksum =
        rest.put(
            C + "/snapshots/recover",
            "{\"location\":\"" + location + "\",\"checksum\":\"" + "0".repeat(64) + "\"}");
    assertThat(checksum.status()).isEqualTo(400);
    assertThat(checksum.error()).contains("Checksum mismatch", "0".repeat(64));
    assertThat(rest.put(C + "/snapshots/recover", "{\"location\":\"file:///etc/passwd\"}").error())
        .contains("outside the snapshots directory");
    assertThat(rest.put(C + "/snapshots/recover", "{\"location\":\"ftp://x/y\"}").error())
        .contains("scheme `ftp`");
    assertThat(
            rest.put(
                    C + "/snapshots/recover",
                    "{\"location\":\"" + location + "\",\"priority\":\"best\"}")
                .status())
        .isEqualTo(400);
    assertThat(
            rest.put(
                    C + "/snapshots/recover",
                    "{\"location\":\"http://localhost:" + rest.port() + "/healthz\"}")
                .error())
        .contains("no snapshot that Quiver made");
    HttpRequest noForm =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + rest.port() + C + "/snapshots/upload"))
            .header("Content-Type", "multipart/form-data; boundary=xYz")
            .POST(HttpRequest.BodyPublishers.ofByteArray(form("else", new byte[10])))
            .build();
    assertThat(rest.send(noForm).error()).contains("no part `snapshot`");
    assertThat(rest.post("/collections/no/snapshots", "").status()).isEqualTo(404);
    assertThat(rest.get(C + "/snapshots/..%2F..%2Fquiver.lock").status()).isEqualTo(404);
    assertThat(rest.post(C + "/shards/1/snapshots", "").status()).isEqualTo(404);
    assertThat(points(C)).isEqualTo(before);
  }

  @Test
  void aShardAndTheWholeStoreHaveSnapshotsToo() throws Exception {
    JsonNode shard = rest.post(C + "/shards/0/snapshots", "").result();
    assertThat(rest.get(C + "/shards/0/snapshots").result()).hasSize(1);
    assertThat(rest.get(C + "/snapshots").result()).isEmpty();
    assertThat(
            rest.put(
                    C + "/shards/0/snapshots/recover",
                    "{\"location\":\"" + shard.path("name").asText() + "\"}")
                .result()
                .asBoolean())
        .isTrue();
    assertThat(download(C + "/shards/0/snapshot")).hasSizeGreaterThan(1000);
    assertThat(rest.get(C + "/shards/0/snapshots").result()).hasSize(1);

    JsonNode full = rest.post("/snapshots", "").result();
    assertThat(full.path("name").asText()).startsWith("full-snapshot-");
    assertThat(rest.get("/snapshots").result()).hasSize(1);
    assertThat(download("/snapshots/" + full.path("name").asText()))
        .hasSize(full.path("size").asInt());
    assertThat(rest.delete("/snapshots/" + full.path("name").asText()).status()).isEqualTo(200);
    assertThat(rest.post(C + "/snapshots?wait=false", "").status()).isEqualTo(202);
  }

  @Test
  void aFormsPartIsWhatWasSentWhereverItsBytesAreCut() throws IOException {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      byte[] content = new byte[random.nextInt(200_000)];
      random.nextBytes(content);
      if (content.length > 100) {
        byte[] almost = "\r\n--xY\r\n--xYy".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(almost, 0, content, random.nextInt(80), almost.length);
      }
      byte[] form = form("snapshot", content);
      InputStream slow =
          new ByteArrayInputStream(form) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
              return super.read(target, offset, Math.min(length, 1 + random.nextInt(70_000)));
            }
          };
      try (InputStream part =
          FormPart.open(slow, "multipart/form-data; boundary=\"xYz\"", "snapshot")) {
        assertThat(part.readAllBytes()).as("seed " + seed).isEqualTo(content);
      }
    }
  }
}
