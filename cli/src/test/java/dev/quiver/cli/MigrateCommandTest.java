package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.quiver.server.Configuration;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Collections travel from one server to another over HTTP, and what does not is said. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class MigrateCommandTest {
  private static final String KEY = "the-target's-key";
  private static final String SOURCE_KEY = "the-source's-key";

  @TempDir Path folder;
  private QuiverServer source;
  private QuiverServer target;

  @BeforeEach
  void start() {
    source = server("source", SOURCE_KEY, 0);
    target = server("target", KEY, 0);
  }

  @AfterEach
  void stop() {
    source.close();
    target.close();
  }

  private QuiverServer server(String name, String key, int port) {
    return QuiverServer.start(
        ServerConfig.from(
            Configuration.of(
                Map.of(
                    "data.dir",
                    folder.resolve(name).toString(),
                    "http.port",
                    String.valueOf(port),
                    "grpc.port",
                    "0",
                    "auth.api-key",
                    key))));
  }

  private Ran migrate(String... arguments) {
    return migrateFrom("http://127.0.0.1:" + source.httpPort(), arguments);
  }

  private Ran migrateFrom(String from, String... arguments) {
    Map<String, String> environment = new HashMap<>(Ran.environment(target, KEY));
    environment.put("QUIVER_FROM_API_KEY", SOURCE_KEY);
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    String[] all = new String[arguments.length + 3];
    all[0] = "migrate";
    all[1] = "--from";
    all[2] = from;
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Ran.quiver(environment, all);
  }

  private static ApiClient client(QuiverServer server, String key) {
    return new ApiClient(java.net.URI.create("http://127.0.0.1:" + server.httpPort()), key);
  }

  private static JsonNode json(String text) {
    return Json.parse(text.replace('\'', '"'), "test");
  }

  private void fill(String name, int points) {
    try (ApiClient client = client(source, SOURCE_KEY)) {
      client.put(
          ApiClient.collection(name),
          json(
              "{'vectors':{'text':{'size':3,'distance':'Cosine'},'pic':{'size':2,'distance':'Euclid'}},"
                  + "'metadata':{'owner':'倉庫'}}"));
      client.put(
          ApiClient.collection(name) + "/index?wait=true",
          json("{'field_name':'n','field_schema':{'type':'integer','lookup':true,'range':true}}"));
      client.put(
          ApiClient.collection(name) + "/index?wait=true",
          json("{'field_name':'word','field_schema':'keyword'}"));
      add(client, name, 0, points);
      client.post(
          "/collections/aliases",
          json(
              "{'actions':[{'create_alias':{'collection_name':'%s','alias_name':'%s-alias'}}]}"
                  .formatted(name, name)));
    }
  }

  private static void add(ApiClient client, String name, int from, int to) {
    for (int start = from; start < to; start += 500) {
      StringBuilder body = new StringBuilder("{\"points\":[");
      for (int i = start; i < Math.min(to, start + 500); i++) {
        String id =
            i % 3 == 0
                ? "\"%s\"".formatted(new java.util.UUID(i * 7919L, i))
                : String.valueOf(i % 7 == 0 ? Long.toUnsignedString(-1L - i) : i);
        body.append(i == start ? "" : ",")
            .append("{\"id\":")
            .append(id)
            .append(",\"vector\":{\"text\":[")
            .append(1 + i % 11)
            .append(",0.12345678,")
            .append(i / 7.0)
            .append("]")
            .append(i % 5 == 0 ? "" : ",\"pic\":[" + i + ",-1.5e-7]")
            .append("},\"payload\":{\"n\":")
            .append(i)
            .append(",\"word\":\"слово\\n")
            .append(i % 10)
            .append("\",\"big\":12345678901234567,\"x\":[1.50,null,{\"y\":true}]}}");
      }
      client.put(
          ApiClient.collection(name) + "/points?wait=" + (start + 500 >= to),
          Json.parse(body.append("]}").toString(), "test"));
    }
  }

  private static long count(QuiverServer server, String name) {
    return server.engine().count(name, null, true);
  }

  private static String scrollAll(QuiverServer server, String key, String name) {
    try (ApiClient client = client(server, key)) {
      JsonNode result =
          ServerOptions.result(
              client.post(
                  ApiClient.collection(name) + "/points/scroll",
                  json("{'limit':100000,'with_payload':true,'with_vector':true}")));
      // Vectors that Cosine has normalised twice differ in their last digit.
      Map<String, String> texts = new TreeMap<>();
      for (JsonNode point : result.path("points")) {
        texts.put(
            point.path("id").toString(),
            point.path("payload").toString() + point.path("vector").path("pic"));
      }
      return texts.toString();
    }
  }

  @Test
  void aCollectionArrivesWhole() {
    fill("集合", 2_000);
    fill("other", 10);

    Ran ran = migrate("--verify", "full", "-o", "json");

    assertThat(ran.code()).as(ran.err() + ran.out()).isZero();
    JsonNode result = ran.json().path("collections").path(1);
    assertThat(result.path("collection").asText()).isEqualTo("集合");
    assertThat(result.path("copied").asLong()).isEqualTo(2_000);
    assertThat(result.path("compared").asLong()).isEqualTo(2_000);
    assertThat(result.path("unmapped")).isEmpty();
    assertThat(result.path("notes")).isEmpty();
    assertThat(ran.err()).contains("集合 2,000 done");
    assertThat(scrollAll(target, KEY, "集合")).isEqualTo(scrollAll(source, SOURCE_KEY, "集合"));
    try (ApiClient from = client(source, SOURCE_KEY);
        ApiClient to = client(target, KEY)) {
      String path = ApiClient.collection("集合");
      JsonNode original = ServerOptions.result(from.get(path));
      JsonNode copy = ServerOptions.result(to.get(path));
      assertThat(copy.path("config")).isEqualTo(original.path("config"));
      assertThat(copy.path("payload_schema")).isEqualTo(original.path("payload_schema"));
      assertThat(to.get("/aliases").path("result")).isEqualTo(from.get("/aliases").path("result"));
    }
  }

  @Test
  void afterAnInterruptionItGoesOnWithoutDuplicates() throws Exception {
    fill("c", 20_000);
    int port = target.httpPort();
    QuiverServer first = target;
    Thread killer =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!first.engine().collectionExists("c") || count(first, "c") < 3_000) {
                    Thread.onSpinWait();
                  }
                  first.close();
                });
    Ran interrupted = migrate("--batch", "100", "-o", "json");
    killer.join();
    assertThat(interrupted.code()).as(interrupted.err()).isNotZero();

    target = server("target", KEY, port);
    long before = count(target, "c");
    assertThat(before).isBetween(3_000L, 19_999L);
    Ran again = migrate("--verify", "full", "-o", "json");

    assertThat(again.code()).as(again.err() + again.out()).isZero();
    JsonNode result = again.json().path("collections").path(0);
    assertThat(result.path("resumed_at").asLong()).isPositive();
    assertThat(result.path("copied").asLong() + result.path("resumed_at").asLong())
        .isEqualTo(20_000);
    assertThat(count(target, "c")).isEqualTo(20_000);
    assertThat(scrollAll(target, KEY, "c")).isEqualTo(scrollAll(source, SOURCE_KEY, "c"));
  }

  @Test
  void aSourceThatChangesMeanwhileIsFoundOut() throws Exception {
    fill("c", 5_000);
    AtomicBoolean ended = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (ApiClient client = client(source, SOURCE_KEY)) {
                    // Ids that are passed already when they come.
                    for (int i = 0; !ended.get(); i++) {
                      client.put(
                          "/collections/c/points?wait=true",
                          json("{'points':[{'id':" + (i * 21L) + ",'vector':{}}]}"));
                    }
                  }
                });
    Ran ran;
    try {
      ran = migrate("--batch", "50", "-o", "json");
    } finally {
      ended.set(true);
      writer.join();
    }
    assertThat(ran.code()).as(ran.err() + ran.out()).isEqualTo(6);
    assertThat(ran.json().path("collections").path(0).path("source_changes")).isNotEmpty();

    Ran caughtUp = migrate("--into-existing", "--restart", "--verify", "full", "-o", "json");
    assertThat(caughtUp.code()).as(caughtUp.out()).isZero();
    assertThat(count(target, "c")).isEqualTo(count(source, "c"));
  }

  @Test
  void whatIsInTheWayAtTheTargetIsSaid() {
    fill("c", 100);
    fill("d", 100);
    try (ApiClient client = client(target, KEY)) {
      client.put("/collections/x", json("{'vectors':{'size':2,'distance':'Dot'}}"));
      client.post(
          "/collections/aliases",
          json("{'actions':[{'create_alias':{'collection_name':'x','alias_name':'c-alias'}}]}"));
      client.put("/collections/d", json("{'vectors':{'size':2,'distance':'Dot'}}"));
    }
    Ran partial = migrate("c");
    assertThat(partial.code()).isEqualTo(6);
    assertThat(partial.out())
        .contains("c: 100 points copied")
        .contains("not taken over: alias c-alias: at the target it belongs to x");
    assertThat(migrate("c", "--into-existing", "--allow-partial").code()).isZero();
    assertThat(count(target, "c")).isEqualTo(100);

    Ran existing = migrate("d");
    assertThat(existing.code()).isEqualTo(1);
    assertThat(existing.err()).contains("--into-existing");
    Ran missing = migrate("nothing");
    assertThat(missing.code()).isEqualTo(4);
    assertThat(missing.err()).contains("it has: c, d");
    Ran alias = migrate("d-alias", "--into-existing");
    assertThat(alias.err()).contains("d-alias is an alias of d");
    assertThat(migrate("c", "--from-api-key", "wrong").code()).isEqualTo(5);
  }

  @Test
  void strictModeArrivesAndIsNotInTheWay() {
    fill("c", 300);
    try (ApiClient client = client(source, SOURCE_KEY)) {
      client.confirmed(
          "PATCH",
          "/collections/c",
          json(
              "{'strict_mode_config':{'enabled':true,'upsert_max_batchsize':10,'max_query_limit':1000}}"),
          null);
    }
    Ran ran = migrate("c", "-o", "json");
    assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
    try (ApiClient client = client(target, KEY)) {
      assertThat(
              client
                  .get("/collections/c")
                  .path("result")
                  .path("config")
                  .path("strict_mode_config")
                  .path("upsert_max_batchsize")
                  .asInt())
          .isEqualTo(10);
    }
  }

  /** What Qdrant 1.19 answers, for a collection that has what one machine cannot have. */
  @Test
  void shardKeysAndUnknownParametersOfAQdrantAreSaid() throws IOException {
    AtomicInteger refusals = new AtomicInteger(2);
    HttpServer qdrant =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    Map<String, String> answers =
        Map.of(
            "/collections",
            "{'collections':[{'name':'c'}]}",
            "/aliases",
            "{'aliases':[]}",
            "/collections/c",
            "{'status':'green','optimizer_status':'ok','points_count':2,'segments_count':2,"
                + "'config':{'params':{'vectors':{'size':2,'distance':'Dot'},'shard_number':2,"
                + "'sharding_method':'custom','replication_factor':2,'write_consistency_factor':1,"
                + "'on_disk_payload':true,'brand_new_option':7},"
                + "'hnsw_config':{'m':16,'ef_construct':100,'full_scan_threshold':10000,"
                + "'max_indexing_threads':0,'on_disk':false},"
                + "'optimizer_config':{'deleted_threshold':0.2,'vacuum_min_vector_number':1000,"
                + "'default_segment_number':0,'max_segment_size':null,'indexing_threshold':10000,"
                + "'flush_interval_sec':5,'max_optimization_threads':null},"
                + "'wal_config':{'wal_capacity_mb':32,'wal_segments_ahead':0,'wal_retain_closed':1},"
                + "'quantization_config':null},'payload_schema':{'city':{'data_type':'keyword',"
                + "'points':2}}}",
            "/collections/c/points/scroll",
            "{'points':[{'id':1,'payload':{'city':'Łódź'},'vector':[1.0,2.0],'shard_key':'eu'},"
                + "{'id':2,'payload':{},'vector':[0.5,0.25],'shard_key':'us'}],"
                + "'next_page_offset':null}",
            "/collections/c/points",
            "[{'id':2,'payload':{},'vector':[0.5,0.25]},"
                + "{'id':1,'payload':{'city':'Łódź'},'vector':[1.0,2.0]}]");
    qdrant.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean refused =
              exchange.getRequestURI().getPath().endsWith("/scroll")
                  && refusals.getAndDecrement() > 0;
          String result = answers.get(exchange.getRequestURI().getPath());
          byte[] body =
              ("{\"result\":"
                      + String.valueOf(result).replace('\'', '"')
                      + ",\"status\":\"ok\",\"time\":0.1}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Retry-After", "1");
          exchange.sendResponseHeaders(refused ? 429 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    qdrant.start();
    try {
      String from = "http://127.0.0.1:" + qdrant.getAddress().getPort();
      Ran ran = migrateFrom(from, "-o", "json");
      assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(6);
      JsonNode result = ran.json().path("collections").path(0);
      assertThat(result.path("failures")).isEmpty();
      assertThat(result.path("source_changes")).isEmpty();
      assertThat(texts(result.path("unmapped")))
          .anySatisfy(text -> assertThat(text).contains("sharding_method custom"))
          .anySatisfy(text -> assertThat(text).contains("brand_new_option"))
          .anySatisfy(text -> assertThat(text).isEqualTo("shard keys of points: 2"));
      assertThat(count(target, "c")).isEqualTo(2);
    } finally {
      qdrant.stop(0);
    }
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }
}
