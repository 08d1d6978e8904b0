package dev.quiver.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.QdrantRest.Endpoint;
import java.net.URI;
import java.net.http.HttpRequest;

/** Sends what {@link RestProbe} asks of snapshots: it needs files that are there. */
final class SnapshotProbe {
  private static final String COLLECTION = "/collections/shots";

  private final RestFixture fixture;
  private final JsonNode made;
  private final byte[] content;

  /** Makes a collection with a point, and a snapshot of it. */
  SnapshotProbe(RestFixture fixture) {
    this.fixture = fixture;
    fixture.put(COLLECTION, "{\"vectors\": {\"size\": 1, \"distance\": \"Dot\"}}");
    fixture.put(COLLECTION + "/points?wait=true", "{\"points\": [{\"id\": 1, \"vector\": [1]}]}");
    RestFixture.Answer answer = fixture.post(COLLECTION + "/snapshots", "");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    this.made = answer.result();
    this.content = fixture.get(location()).raw().body();
  }

  private String location() {
    return COLLECTION + "/snapshots/" + made.path("name").asText();
  }

  /** Of the snapshot that bodies and forms bring. */
  String checksum() {
    return made.path("checksum").asText();
  }

  RestFixture.Answer send(Endpoint endpoint, JsonNode body, String query) {
    String path = endpoint.path().replace("{collection_name}", "shots").replace("{shard_id}", "0");
    int one = path.indexOf("/{snapshot_name}");
    if (one >= 0) {
      String all = path.substring(0, one);
      path = all + "/" + fixture.post(all, "").result().path("name").asText();
    }
    if (path.endsWith("/upload")) {
      return upload(path + query);
    }
    String text =
        body == null
            ? null
            : body.toString()
                .replace("$location", "http://localhost:" + fixture.port() + location())
                .replace("$checksum", checksum());
    return fixture.call(endpoint.method(), path + query, text);
  }

  private RestFixture.Answer upload(String path) {
    String form =
        "--xYz\r\nContent-Disposition: form-data; name=\"snapshot\"; filename=\"a\"\r\n\r\n"
            + new String(content, ISO_8859_1)
            + "\r\n--xYz--\r\n";
    return fixture.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + fixture.port() + path))
            .header("Content-Type", "multipart/form-data; boundary=xYz")
            .POST(HttpRequest.BodyPublishers.ofByteArray(form.getBytes(ISO_8859_1)))
            .build());
  }
}
