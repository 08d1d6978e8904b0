package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.Snapshots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard over REST: confirmations, expected environments, rights, trash and audit log. */
final class RestGuardTest {
  private static final String PLAIN = "the-application's-key";
  private static final ApiKeys KEYS =
      new ApiKeys(PLAIN, null, "the-reader's-key")
          .withTokens()
          .with(
              NamedKey.parse(
                  "app:read+write:app-secret ops:read+write+manage:ops-secret"
                      + " owner:read+write+manage+destroy:owner:secret writer:write:writer-secret"));

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void start() {
    rest = new RestFixture(folder, KEYS, ApiLimits.DEFAULT);
    fill("c", 3);
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private void fill(String name, int points) {
    call("PUT", "/collections/" + name, "{'vectors':{'size':2,'distance':'Dot'}}", "ops-secret");
    List<String> list = new ArrayList<>();
    for (int i = 1; i <= points; i++) {
      list.add("{'id':" + i + ",'vector':[1,2],'payload':{'n':" + i + "}}");
    }
    call(
        "PUT",
        "/collections/" + name + "/points?wait=true",
        "{'points':[" + String.join(",", list) + "]}",
        "ops-secret");
  }

  private RestFixture.Answer call(
      String method, String path, String body, String key, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("api-key", key));
    return rest.call(
        method, path, body == null ? null : RestFixture.json(body), all.toArray(String[]::new));
  }

  private long count(String name) {
    return rest.engine.count(name, null, true);
  }

  private void production() {
    rest.engine.guard().label("production");
  }

  @Test
  void inProductionADropNeedsTheRightAndTheName() {
    production();
    for (String key : List.of(PLAIN, "app-secret", "ops-secret", "the-reader's-key")) {
      RestFixture.Answer refused =
          call("DELETE", "/collections/c", null, key, "Quiver-Confirm", "c");
      assertThat(refused.status()).as(key).isEqualTo(403);
    }
    RestFixture.Answer unconfirmed = call("DELETE", "/collections/c", null, "owner:secret");
    assertThat(unconfirmed.status()).isEqualTo(428);
    assertThat(unconfirmed.error())
        .startsWith("Not confirmed: dropping collection `c` in a store labelled `production`");
    assertThat(
            call("DELETE", "/collections/c", null, "owner:secret", "Quiver-Confirm", "d").status())
        .isEqualTo(428);
    assertThat(count("c")).isEqualTo(3);

    assertThat(
            call("DELETE", "/collections/c", null, "owner:secret", "Quiver-Confirm", "c").status())
        .isEqualTo(200);
    assertThat(rest.engine.collectionExists("c")).isFalse();
  }

  @Test
  void inProductionASnapshotReplacesACollectionOnlyWhenThatIsConfirmed() {
    JsonNode made = call("POST", "/collections/c/snapshots", "{}", "ops-secret").result();
    String body =
        "{'location':'"
            + rest.engine
                .snapshots()
                .file(Snapshots.Scope.of("c"), made.path("name").asText())
                .toUri()
            + "'}";
    call("POST", "/collections/c/points/delete?wait=true", "{'points':[1]}", "ops-secret");
    production();
    String recover = "/collections/c/snapshots/recover";

    assertThat(call("PUT", recover, body, "ops-secret", "Quiver-Confirm", "c").status())
        .isEqualTo(403);
    RestFixture.Answer unconfirmed = call("PUT", recover, body, "owner:secret");
    assertThat(unconfirmed.status()).isEqualTo(428);
    assertThat(unconfirmed.error()).contains("restoring collection `c` in place");
    RestFixture.Answer upload =
        call("POST", "/collections/c/snapshots/upload", "{}", "owner:secret");
    assertThat(upload.status()).isEqualTo(428);
    assertThat(count("c")).isEqualTo(2);
    // Beside what there is, nothing is lost.
    assertThat(call("PUT", "/collections/d/snapshots/recover", body, "ops-secret").status())
        .isEqualTo(200);
    assertThat(count("d")).isEqualTo(3);

    assertThat(call("PUT", recover, body, "owner:secret", "Quiver-Confirm", "c").status())
        .isEqualTo(200);
    assertThat(count("c")).isEqualTo(3);
    assertThat(call("GET", "/quiver/v1/trash", null, "ops-secret").result().path("collections"))
        .hasSize(1);
    assertThat(
            call("GET", "/quiver/v1/audit?method=recover_snapshot", null, "ops-secret")
                .result()
                .findValuesAsText("result"))
        .contains("denied", "started", "ok");
  }

  @Test
  void inProductionASnapshotIsDeletedOnlyByWhoMayDestroyAndConfirmsIt() {
    String snapshots = "/collections/c/snapshots";
    String first = call("POST", snapshots, "{}", PLAIN).result().path("name").asText();
    // Outside production the ordinary key has every right, as Qdrant's clients expect.
    assertThat(call("DELETE", snapshots + "/" + first, null, PLAIN).status()).isEqualTo(200);
    String second = call("POST", snapshots, "{}", PLAIN).result().path("name").asText();
    production();
    String one = snapshots + "/" + second;

    for (String key : List.of(PLAIN, "app-secret", "ops-secret", "the-reader's-key")) {
      assertThat(call("DELETE", one, null, key, "Quiver-Confirm", second).status())
          .as(key)
          .isEqualTo(403);
    }
    RestFixture.Answer unconfirmed = call("DELETE", one, null, "owner:secret");
    assertThat(unconfirmed.status()).isEqualTo(428);
    assertThat(unconfirmed.error()).contains("deleting snapshot `" + second + "`");
    assertThat(call("GET", snapshots, null, "ops-secret").result()).hasSize(1);

    assertThat(call("DELETE", one, null, "owner:secret", "Quiver-Confirm", second).status())
        .isEqualTo(200);
    assertThat(call("GET", snapshots, null, "ops-secret").result()).isEmpty();
    assertThat(
            call("GET", "/quiver/v1/audit?method=delete_snapshot", null, "ops-secret")
                .result()
                .findValuesAsText("result"))
        .contains("denied", "started", "ok");
  }

  @Test
  void aNameThatIsNotAsciiIsConfirmedPercentEncoded() {
    fill("%E9%9B%86%E5%90%88", 1);
    production();
    assertThat(
            call(
                    "DELETE",
                    "/collections/%E9%9B%86%E5%90%88",
                    null,
                    "owner:secret",
                    "Quiver-Confirm",
                    "%E9%9B%86%E5%90%88")
                .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST | /points/delete          | {'filter':{}}",
        "POST | /points/delete          | {'filter':{'must':[]}}",
        "POST | /points/delete          | {'filter':{'must_not':[{'has_id':[]}]}}",
        "POST | /points/delete          | {'filter':{'should':[{'has_id':[1,2,3]}]}}",
        "POST | /points/delete          | {'points':[1,2,3,4]}",
        "POST | /points/payload/clear   | {'filter':{}}",
        "POST | /points/payload/delete  | {'keys':['n'],'filter':{}}",
        "PUT  | /points/payload         | {'payload':{},'filter':{}}",
        "POST | /points/vectors/delete  | {'vector':[''],'filter':{}}",
        "POST | /points/batch           | {'operations':[{'delete':{'points':[1]}},{'delete':{'points':[2,3]}}]}",
        "POST | /points/batch           | {'operations':[{'delete':{'filter':{}}}]}",
      })
  void whateverTakesAllNeedsTheRightAndTheName(String method, String path, String body) {
    String url = "/collections/c" + path + "?wait=true";
    RestFixture.Answer withoutRight = call(method, url, body, "app-secret");
    assertThat(withoutRight.status()).isEqualTo(403);
    assertThat(withoutRight.error()).contains("needs a key with the right destroy").contains("app");
    production();
    assertThat(call(method, url, body, PLAIN).status()).isEqualTo(403);
    assertThat(call(method, url, body, "owner:secret").status()).isEqualTo(428);
    assertThat(count("c")).isEqualTo(3);
    assertThat(call(method, url, body, "owner:secret", "Quiver-Confirm", "c").status())
        .isEqualTo(200);
  }

  @Test
  void ordinaryWritesAreNotInTheWay() {
    production();
    assertThat(
            call("POST", "/collections/c/points/delete?wait=true", "{'points':[1]}", "app-secret")
                .status())
        .isEqualTo(200);
    assertThat(
            call(
                    "POST",
                    "/collections/c/points/delete?wait=true",
                    "{'filter':{'must':[{'key':'n','match':{'value':2}}]}}",
                    PLAIN)
                .status())
        .isEqualTo(200);
    assertThat(count("c")).isEqualTo(1);
  }

  @Test
  void inDevelopmentTheSingleKeyDoesWhatItAlwaysDid() {
    assertThat(
            call("POST", "/collections/c/points/delete?wait=true", "{'filter':{}}", PLAIN).status())
        .isEqualTo(200);
    assertThat(call("DELETE", "/collections/c", null, PLAIN).status()).isEqualTo(200);
    fill("d", 1);
    String token = TestTokens.signed(PLAIN, "{'access':'m','subject':'anna'}");
    assertThat(call("DELETE", "/collections/d", null, token).status()).isEqualTo(200);
    fill("d", 1);
    production();
    assertThat(call("DELETE", "/collections/d", null, token).status()).isEqualTo(403);
    assertThat(audit("result=denied").getFirst().path("subject").asText()).isEqualTo("anna");
  }

  @Test
  void aKeyDoesWhatItsRightsSay() {
    String point = "{'points':[{'id':9,'vector':[1,2]}]}";
    String create = "{'vectors':{'size':2,'distance':'Dot'}}";
    record Row(String key, int read, int write, int index, int manage) {}
    for (Row row :
        List.of(
            new Row("app-secret", 200, 200, 200, 403),
            new Row("writer-secret", 403, 200, 200, 403),
            new Row("ops-secret", 200, 200, 200, 200),
            new Row("the-reader's-key", 200, 403, 403, 403))) {
      assertThat(call("GET", "/collections/c", null, row.key).status())
          .as("%s", row)
          .isEqualTo(row.read);
      assertThat(call("PUT", "/collections/c/points", point, row.key).status())
          .as("%s", row)
          .isEqualTo(row.write);
      assertThat(
              call(
                      "PUT",
                      "/collections/c/index",
                      "{'field_name':'n','field_schema':'integer'}",
                      row.key)
                  .status())
          .as("%s", row)
          .isEqualTo(row.index);
      assertThat(call("PUT", "/collections/new", create, row.key).status())
          .as("%s", row)
          .isEqualTo(row.manage);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"test", "Production", "development"})
  void anUnexpectedEnvironmentIsRefusedBeforeAnythingHappens(String expected) {
    production();
    for (String[] request :
        new String[][] {
          {"GET", "/", null},
          {"GET", "/collections", null},
          {"PUT", "/collections/c/points?wait=true", "{'points':[{'id':7,'vector':[1,2]}]}"},
          {"POST", "/collections/c/points/query", "{}"},
          {"DELETE", "/collections/c", null},
          {"GET", "/quiver/v1/environment", null}
        }) {
      RestFixture.Answer answer =
          call(
              request[0],
              request[1],
              request[2],
              "owner:secret",
              "Quiver-Expect-Environment",
              expected,
              "Quiver-Confirm",
              "c");
      assertThat(answer.status()).as(request[1]).isEqualTo(412);
      assertThat(answer.error()).startsWith("Wrong environment: ").contains(expected);
    }
    assertThat(count("c")).isEqualTo(3);
    assertThat(
            call(
                    "GET",
                    "/collections/c",
                    null,
                    "owner:secret",
                    "Quiver-Expect-Environment",
                    "production")
                .status())
        .isEqualTo(200);
  }

  @Test
  void theEnvironmentIsChangedOnPurposeOnly() {
    assertThat(call("GET", "/quiver/v1/environment", null, "app-secret").json().path("result"))
        .isEqualTo(RestFixture.tree("{'environment':'development','guarded':false}"));
    assertThat(
            call("PUT", "/quiver/v1/environment", "{'environment':'production'}", "ops-secret")
                .status())
        .isEqualTo(403);
    assertThat(
            call("PUT", "/quiver/v1/environment", "{'environment':'production'}", "owner:secret")
                .status())
        .isEqualTo(200);
    assertThat(
            call("PUT", "/quiver/v1/environment", "{'environment':'test'}", "owner:secret")
                .status())
        .isEqualTo(428);
    assertThat(call("PUT", "/quiver/v1/environment", "{'environment':'test'}", PLAIN).status())
        .isEqualTo(403);
    assertThat(
            call(
                    "PUT",
                    "/quiver/v1/environment",
                    "{'environment':'test'}",
                    "owner:secret",
                    "Quiver-Confirm",
                    "production")
                .json()
                .path("result")
                .path("guarded")
                .asBoolean())
        .isFalse();
    assertThat(
            call("PUT", "/quiver/v1/environment", "{'environment':'A B'}", "owner:secret").status())
        .isEqualTo(422);
  }

  @Test
  void theTrashIsListedRestoredAndPurged() {
    call("DELETE", "/collections/c", null, "owner:secret");
    JsonNode entry =
        call("GET", "/quiver/v1/trash", null, "the-reader's-key")
            .json()
            .path("result")
            .path("collections")
            .path(0);
    String id = entry.path("id").asText();
    assertThat(entry.path("collection").asText()).isEqualTo("c");
    assertThat(call("POST", "/quiver/v1/trash/" + id + "/restore", null, "app-secret").status())
        .isEqualTo(403);
    assertThat(call("POST", "/quiver/v1/trash/nothing/restore", null, "ops-secret").status())
        .isEqualTo(404);
    JsonNode restored =
        call("POST", "/quiver/v1/trash/" + id + "/restore", "{'name':'d'}", "ops-secret")
            .json()
            .path("result");
    assertThat(restored.path("collection").asText()).isEqualTo("d");
    assertThat(count("d")).isEqualTo(3);

    call("DELETE", "/collections/d", null, "owner:secret");
    production();
    assertThat(call("DELETE", "/quiver/v1/trash/" + id, null, "ops-secret").status())
        .isEqualTo(403);
    assertThat(call("DELETE", "/quiver/v1/trash/" + id, null, "owner:secret").status())
        .isEqualTo(428);
    assertThat(
            call("DELETE", "/quiver/v1/trash/" + id, null, "owner:secret", "Quiver-Confirm", "d")
                .status())
        .isEqualTo(200);
    assertThat(rest.engine.trash().list()).isEmpty();
  }

  private List<JsonNode> audit(String query) {
    RestFixture.Answer answer = call("GET", "/quiver/v1/audit?" + query, null, "ops-secret");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("result").path("entries").valueStream().toList();
  }

  @Test
  void theAuditLogSaysWhoDidWhatWhenAndFromWhere() {
    call(
        "POST",
        "/collections/c/points/delete?wait=true",
        "{'filter':{'must':[{'key':'n','match':{'value':2}}]}}",
        "app-secret",
        "X-Request-Id",
        "job-7");
    call("PUT", "/collections/c/index", "{'field_name':'n','field_schema':'integer'}", PLAIN);
    call(
        "POST",
        "/collections/aliases",
        "{'actions':[{'create_alias':{'collection_name':'c','alias_name':'a'}}]}",
        "ops-secret");
    call(
        "POST",
        "/collections/a/points/payload/delete?wait=true",
        "{'keys':['x'],'filter':{'must':[{'has_id':[1]}]}}",
        "app-secret");
    call("PATCH", "/collections/c", "{'strict_mode_config':{'enabled':true}}", "ops-secret");
    call("DELETE", "/collections/c", null, "app-secret");
    call("DELETE", "/collections/c", null, "ops-secret");

    List<JsonNode> bulks = audit("method=update_points&key=app&result=started&collection=c");
    JsonNode bulk = bulks.getLast();
    assertThat(bulk.path("request_id").asText()).isEqualTo("job-7");
    assertThat(bulk.path("remote").asText()).isNotEmpty();
    assertThat(bulk.path("via").asText()).isEqualTo("rest");
    assertThat(bulk.path("collection").asText()).isEqualTo("c");
    assertThat(bulk.path("detail").toString()).contains("\"filter\"").contains("\"value\":2");
    assertThat(bulks).hasSize(2);
    assertThat(bulks.getFirst().at("/detail/alias").asText()).isEqualTo("a");
    assertThat(audit("method=update_points&result=ok&limit=1").getFirst().path("of").asLong())
        .isPositive();
    assertThat(audit("method=update_points&key=api-key&result=started")).hasSize(1);
    assertThat(audit("method=update_aliases&result=ok")).hasSize(1);
    assertThat(
            audit("method=update_collection&result=started").getFirst().path("detail").toString())
        .contains("strict_mode_config");
    // The first caller may not manage and never gets so far; the second one may, but not destroy.
    assertThat(audit("method=delete_collection"))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.path("result").asText()).isEqualTo("denied");
              assertThat(record.path("key").asText()).isEqualTo("ops");
            });
    assertThat(audit("limit=1000").toString()).doesNotContain("secret").doesNotContain(PLAIN);
    JsonNode report =
        call("GET", "/quiver/v1/audit/verification", null, "ops-secret").json().path("result");
    assertThat(report.path("intact").asBoolean()).isTrue();
    assertThat(report.path("records").asLong()).isGreaterThan(10);
  }

  @Test
  void qdrantsRouteToTheAuditLogAnswersTheSame() {
    RestFixture.Answer answer =
        call(
            "POST",
            "/audit/logs",
            "{'time_from':'2020-01-01T00:00:00Z','limit':2,'filters':{'method':'create_collection'}}",
            "ops-secret");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("result").path("entries").valueStream().toList()).hasSize(2);
    assertThat(call("POST", "/audit/logs", "{'limit':0}", "ops-secret").status()).isEqualTo(422);
    assertThat(call("POST", "/audit/logs", "{'time_from':'soon'}", "ops-secret").status())
        .isEqualTo(400);
    assertThat(call("POST", "/audit/logs", "{}", "app-secret").status()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app:read",
        "app:read:",
        "app::secret",
        "app:read+fly:secret",
        "a b",
        "jwt:read:secret",
        "x:read:secret x:write:secret2",
        "ä:read:secret"
      })
  void aMalformedKeyIsRefusedWithoutItsSecret(String text) {
    assertThatThrownBy(() -> NamedKey.parse(text))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION))
        .hasMessageNotContaining("secret");
  }

  @Test
  void everyRouteOfOurOwnIsDescribed() {
    JsonNode document = rest.get("/quiver/v1/openapi.json").json();
    TreeSet<String> described = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            described.add(
                                method.getKey().toUpperCase(java.util.Locale.ROOT)
                                    + " "
                                    + path.getKey())));
    assertThat(rest.api.endpoints().stream().filter(endpoint -> endpoint.contains("/quiver/v1/")))
        .containsExactlyInAnyOrderElementsOf(described);
    assertThat(document.toString()).doesNotContain("\"$ref\":\"#/components/schemas/null\"");
    document
        .findValuesAsText("$ref")
        .forEach(
            reference ->
                assertThat(document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse());
  }
}
