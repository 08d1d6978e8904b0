package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static dev.quiver.api.RestFixture.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestCollectionsTest {
  private static final String SMALL = json("{'vectors': {'size': 2, 'distance': 'Cosine'}}");

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void start() {
    rest = new RestFixture(folder);
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private static void ok(Answer answer, String result) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.result()).isEqualTo(tree(result));
  }

  @Test
  void aNewCollectionReportsItsEffectiveConfiguration() {
    ok(rest.put("/collections/c", SMALL), "true");
    ok(
        rest.get("/collections/c"),
        """
        {'status': 'green', 'optimizer_status': 'ok', 'indexed_vectors_count': 0,
         'points_count': 0, 'segments_count': 1,
         'config': {
           'params': {'vectors': {'size': 2, 'distance': 'Cosine'}, 'shard_number': 1,
             'replication_factor': 1, 'write_consistency_factor': 1, 'on_disk_payload': true},
           'hnsw_config': {'m': 16, 'ef_construct': 100, 'full_scan_threshold': 10000,
             'max_indexing_threads': 0, 'on_disk': false},
           'optimizer_config': {'deleted_threshold': 0.2, 'vacuum_min_vector_number': 1000,
             'default_segment_number': 0, 'max_segment_size': null, 'memmap_threshold': null,
             'indexing_threshold': 10000, 'flush_interval_sec': 5,
             'max_optimization_threads': null, 'prevent_unoptimized': null},
           'wal_config': {'wal_capacity_mb': 32, 'wal_segments_ahead': 0, 'wal_retain_closed': 1},
           'quantization_config': null},
         'payload_schema': {}, 'update_queue': {'length': 0}}
        """);
  }

  @Test
  void whatIsGivenIsReturned() {
    String body =
        """
        {'vectors': {
           'text': {'size': 3, 'distance': 'Euclid', 'datatype': 'float16', 'on_disk': true,
             'hnsw_config': {'m': 32}},
           'image': {'size': 5, 'distance': 'Manhattan', 'memory': 'cold'}},
         'shard_number': 2, 'replication_factor': 2, 'on_disk_payload': false,
         'hnsw_config': {'m': 8, 'payload_m': 4}, 'wal_config': {'wal_capacity_mb': 1},
         'optimizers_config': {'indexing_threshold_kb': 7, 'max_optimization_threads': 3},
         'quantization_config': {'scalar': {'type': 'int8', 'always_ram': true}},
         'strict_mode_config': {'enabled': false, 'max_query_limit': 5},
         'metadata': {'owner': 'Zoë', 'n': [1, 1.0]}, 'made_up': 1}
        """;
    ok(rest.put("/collections/c", json(body)), "true");
    JsonNode config = rest.get("/collections/c").result().path("config");
    assertThat(config.path("params").path("vectors"))
        .isEqualTo(
            tree(
                """
                {'text': {'size': 3, 'distance': 'Euclid', 'hnsw_config': {'m': 32},
                   'on_disk': true, 'datatype': 'float16'},
                 'image': {'size': 5, 'distance': 'Manhattan', 'memory': 'cold'}}
                """));
    assertThat(config.path("params").path("shard_number").asInt()).isEqualTo(2);
    assertThat(config.path("params").path("replication_factor").asInt()).isEqualTo(2);
    assertThat(config.path("params").path("on_disk_payload").asBoolean(true)).isFalse();
    assertThat(config.path("hnsw_config").path("m").asInt()).isEqualTo(8);
    assertThat(config.path("hnsw_config").path("payload_m").asInt()).isEqualTo(4);
    assertThat(config.path("hnsw_config").path("ef_construct").asInt()).isEqualTo(100);
    assertThat(config.path("wal_config").path("wal_capacity_mb").asInt()).isEqualTo(1);
    assertThat(config.path("optimizer_config").path("indexing_threshold").asInt()).isEqualTo(7);
    assertThat(config.path("optimizer_config").path("max_optimization_threads").asInt())
        .isEqualTo(3);
    assertThat(config.path("quantization_config"))
        .isEqualTo(tree("{'scalar': {'type': 'int8', 'always_ram': true}}"));
    assertThat(config.path("strict_mode_config"))
        .isEqualTo(tree("{'enabled': false, 'max_query_limit': 5}"));
    assertThat(config.path("metadata")).isEqualTo(tree("{'owner': 'Zoë', 'n': [1, 1.0]}"));
    assertThat(config.has("made_up")).isFalse();
  }

  @Test
  void aPatchMergesAndKeepsTheRest() {
    rest.put(
        "/collections/c",
        json(
            "{'vectors': {'size': 2, 'distance': 'Dot'}, 'metadata': {'a': 1, 'b': 2},"
                + " 'quantization_config': {'binary': {}}}"));
    ok(
        rest.patch(
            "/collections/c",
            json(
                """
                {'hnsw_config': {'ef_construct': 123}, 'params': {'replication_factor': 3},
                 'optimizers_config': {'max_optimization_threads': 'auto', 'flush_interval_sec': 9},
                 'quantization_config': 'Disabled', 'vectors': {'': {'hnsw_config': {'m': 24}}},
                 'metadata': {'b': null, 'c': {'d': 3}}}
                """)),
        "true");
    JsonNode config = rest.get("/collections/c").result().path("config");
    assertThat(config.path("hnsw_config").path("ef_construct").asInt()).isEqualTo(123);
    assertThat(config.path("hnsw_config").path("m").asInt()).isEqualTo(16);
    assertThat(config.path("params").path("replication_factor").asInt()).isEqualTo(3);
    assertThat(config.path("params").path("vectors"))
        .isEqualTo(tree("{'size': 2, 'distance': 'Dot', 'hnsw_config': {'m': 24}}"));
    assertThat(config.path("optimizer_config").path("max_optimization_threads").isNull()).isTrue();
    assertThat(config.path("optimizer_config").path("flush_interval_sec").asInt()).isEqualTo(9);
    assertThat(config.path("quantization_config").isNull()).isTrue();
    assertThat(config.path("metadata")).isEqualTo(tree("{'a': 1, 'c': {'d': 3}}"));
  }

  @Test
  void collectionsAreListedFoundAndDeleted() {
    ok(rest.get("/collections"), "{'collections': []}");
    rest.put("/collections/b", SMALL);
    rest.put("/collections/a%20%C3%A9%2B+", SMALL);
    ok(rest.get("/collections"), "{'collections': [{'name': 'a é++'}, {'name': 'b'}]}");
    ok(rest.get("/collections/a%20é++/exists".replace("é", "%C3%A9")), "{'exists': true}");
    ok(rest.get("/collections/none/exists"), "{'exists': false}");
    ok(rest.delete("/collections/b"), "true");
    ok(rest.delete("/collections/b"), "false");
    assertThat(rest.patch("/collections/b", "{}").status()).isEqualTo(404);
    ok(rest.get("/collections/"), "{'collections': [{'name': 'a é++'}]}");
  }

  @Test
  void aliasesStandForTheirCollection() {
    rest.put("/collections/c", SMALL);
    ok(
        rest.post(
            "/collections/aliases",
            json(
                """
                {'actions': [
                  {'create_alias': {'collection_name': 'c', 'alias_name': 'x'}},
                  {'create_alias': {'collection_name': 'c', 'alias_name': 'y'}},
                  {'rename_alias': {'old_alias_name': 'y', 'new_alias_name': 'z'}},
                  {'delete_alias': {'alias_name': 'x'}},
                  {'delete_alias': {'alias_name': 'never'}}]}
                """)),
        "true");
    String z = "{'aliases': [{'alias_name': 'z', 'collection_name': 'c'}]}";
    ok(rest.get("/aliases"), z);
    ok(rest.get("/collections/c/aliases"), z);
    Answer written =
        rest.put(
            "/collections/z/points?wait=true",
            json("{'points': [{'id': 1, 'vector': [0.6, 0.8]}]}"));
    assertThat(written.status()).as(written.text()).isEqualTo(200);
    ok(rest.post("/collections/c/points/count", "{}"), "{'count': 1}");
    assertThat(rest.put("/collections/z", SMALL).error())
        .isEqualTo(
            "Wrong input: Can't create collection with name z. Alias with the same name"
                + " already exists");
    assertThat(
            rest.post(
                    "/collections/aliases",
                    json(
                        "{'actions': [{'create_alias': {'collection_name': 'c',"
                            + " 'alias_name': 'c'}}]}"))
                .status())
        .isEqualTo(409);
  }

  @Test
  void payloadIndexesAreReported() {
    rest.put("/collections/c", SMALL);
    rest.put(
        "/collections/c/points?wait=true",
        json("{'points': [{'id': 1, 'vector': [1, 0], 'payload': {'k': 'v', 'n': {'m': 3}}}]}"));
    for (String body :
        new String[] {
          "{'field_name': 'k', 'field_schema': 'keyword'}",
          "{'field_name': 'n.m', 'field_schema': {'type': 'integer', 'lookup': true,"
              + " 'range': true}}"
        }) {
      Answer answer = rest.put("/collections/c/index?wait=true", json(body));
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.result().path("status").asText()).isEqualTo("completed");
    }
    JsonNode schema = rest.get("/collections/c").result().path("payload_schema");
    assertThat(schema.path("k")).isEqualTo(tree("{'data_type': 'keyword', 'points': 1}"));
    assertThat(schema.path("n.m").path("data_type").asText()).isEqualTo("integer");
    assertThat(schema.path("n.m").path("params").path("range").asBoolean()).isTrue();
    assertThat(rest.delete("/collections/c/index/n.m?wait=true").status()).isEqualTo(200);
    assertThat(rest.get("/collections/c").result().path("payload_schema").has("n.m")).isFalse();
  }

  @Test
  void aCollectionHasOneLocalShard() {
    rest.put("/collections/c", SMALL);
    ok(
        rest.get("/collections/c/cluster"),
        "{'peer_id': 1, 'shard_count': 1, 'local_shards': [{'shard_id': 0, 'points_count': 0,"
            + " 'state': 'Active'}], 'remote_shards': [], 'shard_transfers': []}");
    ok(rest.get("/cluster"), "{'status': 'disabled'}");
  }
}
