package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.grpc.Collections.AliasDescription;
import io.qdrant.client.grpc.Collections.VectorParams;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token for one collection learns nothing of the others. */
final class HiddenCollectionsTest {
  private static final String KEY = "a key";
  private static final ApiKeys KEYS = new ApiKeys(KEY, null, null).withTokens();

  @TempDir Path folder;

  private static String token(String... collections) {
    StringBuilder access = new StringBuilder();
    for (String collection : collections) {
      access
          .append(access.isEmpty() ? "" : ",")
          .append("{'collection':'")
          .append(collection)
          .append("','access':'rw'}");
    }
    return TestTokens.signed(KEY, "{'access':[" + access + "]}");
  }

  private static RestFixture.Answer call(
      RestFixture rest, String key, String method, String path, String body) {
    return rest.call(method, path, body.isEmpty() ? null : json(body), "api-key", key);
  }

  private static void prepare(RestFixture rest) {
    for (String name : List.of("mine", "secret")) {
      call(rest, KEY, "PUT", "/collections/" + name, "{'vectors':{'size':2,'distance':'Dot'}}");
    }
    call(
        rest,
        KEY,
        "POST",
        "/collections/aliases",
        "{'actions':[{'create_alias':{'collection_name':'mine','alias_name':'open'}},"
            + "{'create_alias':{'collection_name':'mine','alias_name':'closed-door'}},"
            + "{'create_alias':{'collection_name':'secret','alias_name':'secret-too'}}]}");
  }

  @Test
  void overRest() {
    try (RestFixture rest = new RestFixture(folder, KEYS, ApiLimits.DEFAULT)) {
      prepare(rest);
      String token = token("mine", "open");

      assertThat(
              call(rest, token, "GET", "/collections", "")
                  .json()
                  .at("/result/collections")
                  .toString())
          .isEqualTo(json("[{'name':'mine'}]"));
      String aliases = json("[{'alias_name':'open','collection_name':'mine'}]");
      assertThat(call(rest, token, "GET", "/aliases", "").json().at("/result/aliases").toString())
          .isEqualTo(aliases);
      assertThat(
              call(rest, token, "GET", "/collections/mine/aliases", "")
                  .json()
                  .at("/result/aliases")
                  .toString())
          .isEqualTo(aliases);
      RestFixture.Answer telemetry = call(rest, token, "GET", "/telemetry?details_level=10", "");
      assertThat(telemetry.text()).contains("mine").doesNotContain("secret", "requests");
      assertThat(telemetry.json().at("/result/collections/number_of_collections").intValue())
          .isEqualTo(1);

      assertThat(call(rest, token, "GET", "/collections/open", "").status()).isEqualTo(200);
      for (String hidden : List.of("secret", "nowhere", "secret-too", "closed-door")) {
        RestFixture.Answer refused = call(rest, token, "GET", "/collections/" + hidden, "");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.error())
            .as("the same for one that exists and one that does not")
            .isEqualTo("Forbidden: Access to collection " + hidden + " is required");
        assertThat(call(rest, token, "GET", "/collections/" + hidden + "/exists", "").status())
            .isEqualTo(403);
      }
    }
  }

  @Test
  void overGrpc() {
    try (GrpcFixture fixture =
            new GrpcFixture(folder, KEYS, ApiLimits.DEFAULT, GrpcSettings.defaults());
        QdrantClient writer = fixture.clientWithKey(KEY);
        QdrantClient limited = fixture.clientWithKey(token("mine", "open"))) {
      VectorParams vectors =
          VectorParams.newBuilder()
              .setSize(2)
              .setDistance(io.qdrant.client.grpc.Collections.Distance.Dot)
              .build();
      for (String name : List.of("mine", "secret")) {
        await(writer.createCollectionAsync(name, vectors));
      }
      await(writer.createAliasAsync("open", "mine"));
      await(writer.createAliasAsync("closed-door", "mine"));
      await(writer.createAliasAsync("secret-too", "secret"));

      assertThat(await(limited.listCollectionsAsync())).containsExactly("mine");
      assertThat(await(limited.listAliasesAsync()))
          .extracting(AliasDescription::getAliasName)
          .containsExactly("open");
      assertThat(await(limited.listCollectionAliasesAsync("mine"))).containsExactly("open");
      assertThat(await(limited.countAsync("open"))).isZero();
      for (String hidden : List.of("secret", "nowhere", "secret-too", "closed-door")) {
        assertThat(failure(limited.countAsync(hidden)).getStatus().getDescription())
            .isEqualTo("Forbidden: Access to collection " + hidden + " is required");
      }
    }
  }
}
