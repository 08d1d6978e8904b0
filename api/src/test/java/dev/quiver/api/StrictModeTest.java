package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static dev.quiver.api.RestFixture.json;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every limit of strict mode: what is within it passes, what is over it is refused by its text. */
final class StrictModeTest {
  private static final String CITY = "{'must':[{'key':'city','match':{'value':'Köln'}}]}";
  private static final String NO_INDEX =
      "Bad request: Index required but not found for \"city\" of one of the following types:"
          + " [keyword]. Help: Create an index for this key or use a different filter.";

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void start() {
    rest = new RestFixture(folder);
    ok(rest.put("/collections/c", json("{'vectors':{'size':2,'distance':'Dot'}}")));
    for (int id = 1; id <= 5; id++) {
      ok(
          put(
              "/points?wait=true",
              "{'points':[{'id':" + id + ",'vector':[1,2],'payload':{'city':'Köln'}}]}"));
    }
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private RestFixture.Answer put(String path, String body) {
    return rest.put("/collections/c" + path, json(body));
  }

  private RestFixture.Answer post(String path, String body) {
    return rest.post("/collections/c" + path, json(body));
  }

  private void strict(String limits) {
    ok(rest.patch("/collections/c", json("{'strict_mode_config':" + limits + "}")));
  }

  private static RestFixture.Answer ok(RestFixture.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer;
  }

  private static void refused(RestFixture.Answer answer, String error) {
    assertThat(answer.error()).isEqualTo(error);
    assertThat(answer.status()).isEqualTo(400);
  }

  private static String limit(String value, String most, String what) {
    return "Bad request: Limit exceeded "
        + value
        + " > "
        + most
        + " for \""
        + what
        + "\". Help: Reduce the \""
        + what
        + "\" parameter to or below "
        + most
        + ".";
  }

  @Test
  void limitsStandInTheConfigurationAndCountOnlyWhileEnabled() {
    String limits =
        "{'enabled':false,'max_query_limit':2,'multivector_config':{'v':{'max_vectors':3}},"
            + "'sparse_config':{'s':{'max_length':4}}}";
    strict(limits);

    assertThat(rest.get("/collections/c").json().at("/result/config/strict_mode_config"))
        .isEqualTo(RestFixture.tree(limits));
    ok(post("/points/scroll", "{'limit':3}"));

    strict("{'enabled':true}");
    refused(post("/points/scroll", "{'limit':3}"), limit("3", "2", "limit"));

    strict("{'enabled':false}");
    ok(post("/points/scroll", "{'limit':3}"));
  }

  @Test
  void aCollectionCanBeStrictFromTheStart() {
    ok(
        rest.put(
            "/collections/d",
            json(
                "{'vectors':{'size':2,'distance':'Dot'},"
                    + "'strict_mode_config':{'enabled':true,'max_query_limit':2}}")));

    refused(
        rest.post("/collections/d/points/query", json("{'limit':3}")), limit("3", "2", "limit"));
  }

  @Test
  void theLimitOfEveryRead() {
    strict("{'enabled':true,'max_query_limit':4}");

    for (String path : List.of("/points/search", "/points/query", "/points/scroll")) {
      String vector = path.endsWith("search") ? "'vector':[1,1]," : "";
      ok(post(path, "{" + vector + "'limit':4}"));
      refused(post(path, "{" + vector + "'limit':5}"), limit("5", "4", "limit"));
    }
    refused(
        post("/points/query/batch", "{'searches':[{'limit':4},{'limit':5}]}"),
        limit("5", "4", "limit"));
    refused(
        post("/points/search/batch", "{'searches':[{'vector':[1,1],'limit':5}]}"),
        limit("5", "4", "limit"));
    refused(post("/points/query", "{'query':1}"), limit("10", "4", "limit"));
    ok(post("/points/query", "{'query':1,'limit':4,'offset':3}"));
  }

  @Test
  void everyStageOfAQuery() {
    strict("{'enabled':true,'max_query_limit':4,'search_max_batchsize':2}");
    String leaf = "{'query':[1,1],'limit':LIMIT}";
    String nested =
        "{'prefetch':[{'prefetch':["
            + leaf
            + "],'query':[1,2],'limit':4}],"
            + "'query':{'fusion':'rrf'},'limit':4}";

    ok(post("/points/query", nested.replace("LIMIT", "4")));
    refused(post("/points/query", nested.replace("LIMIT", "5")), limit("5", "4", "limit"));
    String batch = "{'searches':[" + nested + "," + nested + "]}";
    ok(post("/points/query/batch", batch.replace("LIMIT", "4")));
    refused(post("/points/query/batch", batch.replace("LIMIT", "5")), limit("5", "4", "limit"));

    strict("{'enabled':true,'unindexed_filtering_retrieve':false}");
    refused(post("/points/query", nested.replace("LIMIT", "4,'filter':" + CITY)), NO_INDEX);
    for (String path : List.of("/points/recommend", "/points/discover")) {
      String examples = path.endsWith("recommend") ? "'positive':[1]" : "'target':1";
      refused(post(path, "{" + examples + ",'limit':1,'filter':" + CITY + "}"), NO_INDEX);
    }
  }

  @Test
  void aStageAboveAPrefetchIsNoFullScan() {
    ok(
        rest.put(
            "/collections/d",
            json(
                "{'vectors':{'a':{'size':2,'distance':'Dot'},"
                    + "'b':{'size':2,'distance':'Dot','hnsw_config':{'m':0}}},"
                    + "'strict_mode_config':{'enabled':true,'search_allow_exact':false}}")));

    ok(
        rest.post(
            "/collections/d/points/query",
            json("{'prefetch':[{'query':[1,1],'using':'a'}],'query':[1,1],'using':'b'}")));
    RestFixture.Answer refused =
        rest.post(
            "/collections/d/points/query",
            json("{'prefetch':[{'query':[1,1],'using':'b'}],'query':[1,1],'using':'a'}"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).contains("Request is forbidden on 'b'");
  }

  @Test
  void readsOverManyPoints() {
    strict("{'enabled':true,'max_query_limit':4,'unindexed_filtering_retrieve':false}");
    for (String path : List.of("/points/search/matrix/pairs", "/points/search/matrix/offsets")) {
      ok(post(path, "{'sample':3,'limit':4}"));
      refused(post(path, "{'sample':3,'limit':5}"), limit("5", "4", "limit"));
      refused(post(path, "{'limit':1,'filter':" + CITY + "}"), NO_INDEX);
    }
    refused(post("/facet", "{'key':'city','limit':5}"), limit("5", "4", "limit"));
    refused(post("/facet", "{'key':'city','limit':1,'filter':" + CITY + "}"), NO_INDEX);
  }

  @Test
  void conditionsOfWritesNeedIndexes() {
    strict("{'enabled':true,'unindexed_filtering_update':false}");
    String points = "'points':[{'id':1,'vector':[1,1]}]";

    ok(put("/points?wait=true", "{" + points + "}"));
    for (String path : List.of("/points", "/points/vectors")) {
      refused(put(path, "{" + points + ",'update_filter':" + CITY + "}"), NO_INDEX);
    }
  }

  @Test
  void theTimeoutOfEveryCall() {
    strict("{'enabled':true,'max_timeout':5}");

    ok(post("/points/count?timeout=5", "{}"));
    ok(post("/points/count", "{}"));
    refused(post("/points/count?timeout=6", "{}"), limit("6", "5", "timeout"));
    refused(post("/points/query?timeout=6", "{}"), limit("6", "5", "timeout"));
    refused(post("/points?timeout=6", "{'ids':[1]}"), limit("6", "5", "timeout"));
    refused(rest.get("/collections/c/points/1?timeout=6"), limit("6", "5", "timeout"));
    refused(post("/points/delete?timeout=6", "{'points':[9]}"), limit("6", "5", "timeout"));
  }

  @Test
  void filtersNeedIndexesWhereTheyAreRead() {
    strict("{'enabled':true,'unindexed_filtering_retrieve':false}");

    refused(post("/points/count", "{'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/scroll", "{'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/query", "{'query':[1,1],'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/search", "{'vector':[1,1],'limit':1,'filter':" + CITY + "}"), NO_INDEX);
    ok(post("/points/payload?wait=true", "{'payload':{'a':1},'filter':" + CITY + "}"));

    ok(put("/index?wait=true", "{'field_name':'city','field_schema':'keyword'}"));
    ok(post("/points/count", "{'filter':" + CITY + "}"));
  }

  @Test
  void filtersNeedIndexesWhereTheySelectWhatIsWritten() {
    strict("{'enabled':true,'unindexed_filtering_update':false}");

    refused(post("/points/delete", "{'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/payload", "{'payload':{'a':1},'filter':" + CITY + "}"), NO_INDEX);
    refused(put("/points/payload", "{'payload':{'a':1},'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/payload/delete", "{'keys':['a'],'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/payload/clear", "{'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/vectors/delete", "{'vector':[''],'filter':" + CITY + "}"), NO_INDEX);
    refused(post("/points/batch", "{'operations':[{'delete':{'filter':" + CITY + "}}]}"), NO_INDEX);
    ok(post("/points/count", "{'filter':" + CITY + "}"));
    assertThat(post("/points/count", "{}").json().at("/result/count").intValue()).isEqualTo(5);
  }

  @Test
  void howASearchMaySearch() {
    strict(
        "{'enabled':true,'search_max_hnsw_ef':20,'search_allow_exact':false,"
            + "'search_max_oversampling':1.5}");

    ok(
        post(
            "/points/query",
            "{'query':[1,1],'params':{'hnsw_ef':20,'quantization':{'oversampling':1.5}}}"));
    refused(
        post("/points/query", "{'query':[1,1],'params':{'hnsw_ef':21}}"),
        limit("21", "20", "hnsw_ef"));
    refused(
        post(
            "/points/search",
            "{'vector':[1,1],'limit':1,'params':{'quantization':{'oversampling':2}}}"),
        limit("2", "1.5", "oversampling"));
    String exact = "Bad request: Exact search disabled!. Help: Set exact=false.";
    refused(post("/points/query", "{'query':[1,1],'params':{'exact':true}}"), exact);
    refused(post("/points/count", "{}"), exact);
    ok(post("/points/count", "{'exact':false}"));
  }

  @Test
  void withoutAGraphASearchIsExactWhateverItSays() {
    ok(
        rest.put(
            "/collections/flat",
            json(
                "{'vectors':{'v':{'size':2,'distance':'Dot'}},'hnsw_config':{'m':0},"
                    + "'strict_mode_config':{'enabled':true,'search_allow_exact':false}}")));

    refused(
        rest.post("/collections/flat/points/query", json("{'query':[1,1],'using':'v'}")),
        "Bad request: Request is forbidden on 'v' because global vector indexing is disabled"
            + " (hnsw_config.m = 0). Help: Use tenant-specific filter, enable global vector indexing"
            + " or enable strict mode `search_allow_exact` option");
  }

  @Test
  void batches() {
    strict("{'enabled':true,'upsert_max_batchsize':2,'search_max_batchsize':1}");
    String three = "[{'id':1,'vector':[1,1]},{'id':2,'vector':[1,1]},{'id':3,'vector':[1,1]}]";

    refused(put("/points", "{'points':" + three + "}"), limit("3", "2", "upsert limit"));
    refused(
        put("/points", "{'batch':{'ids':[1,2,3],'vectors':[[1,1],[1,1],[1,1]]}}"),
        limit("3", "2", "upsert limit"));
    refused(put("/points/vectors", "{'points':" + three + "}"), limit("3", "2", "update limit"));
    refused(
        post("/points/batch", "{'operations':[{'upsert':{'points':" + three + "}}]}"),
        limit("3", "2", "upsert limit"));
    refused(
        post("/points/query/batch", "{'searches':[{},{}]}"), limit("2", "1", "search batch size"));
    ok(post("/points/query/batch", "{'searches':[{}]}"));
  }

  @Test
  void theSizeOfACollection() {
    strict("{'enabled':true,'max_points_count':7}");
    String upsert = "{'points':[{'id':%d,'vector':[1,2],'payload':{'city':'%s'}}]}";

    ok(put("/points?wait=true", upsert.formatted(6, "x")));
    ok(put("/points?wait=true", upsert.formatted(6, "y")));
    ok(put("/points?wait=true", upsert.formatted(7, "x")));
    refused(
        put("/points?wait=true", upsert.formatted(8, "x")),
        "Bad request: Max points count limit of 7 reached!");
    ok(post("/points/delete?wait=true", "{'points':[7]}"));
    ok(put("/points?wait=true", upsert.formatted(8, "x")));

    // Two numbers of four bytes each make a vector of a point.
    strict("{'enabled':true,'max_points_count':100,'max_collection_vector_size_bytes':64}");
    ok(put("/points?wait=true", upsert.formatted(9, "x")));
    refused(
        put("/points/vectors?wait=true", "{'points':[{'id':9,'vector':[2,2]}]}"),
        "Bad request: Max vector storage size limit of 0.000061035156MB reached!");

    strict(
        "{'enabled':true,'max_collection_vector_size_bytes':1000000,'max_collection_payload_size_bytes':1048576}");
    ok(put("/points?wait=true", upsert.formatted(10, "x".repeat(1 << 20))));
    refused(
        put("/points?wait=true", upsert.formatted(11, "x")),
        "Bad request: Max payload storage size limit of 1MB reached!");
    refused(
        post("/points/payload?wait=true", "{'payload':{'a':1},'points':[1]}"),
        "Bad request: Max payload storage size limit of 1MB reached!");
    ok(post("/points/payload/clear?wait=true", "{'points':[1]}"));
  }

  @Test
  void theSizeOfAFilter() {
    strict("{'enabled':true,'filter_max_conditions':2,'condition_max_size':3}");

    ok(post("/points/count", "{'filter':{'must':[{'has_id':[1,2,3]},{'is_empty':{'key':'a'}}]}}"));
    refused(
        post(
            "/points/count",
            "{'filter':{'must':[{'has_id':[1]},{'should':[{'has_id':[2]},{'has_id':[3]}]}]}}"),
        "Bad request: Filter condition limit reached (3 > 2). Help: Reduce the amount of conditions"
            + " of your filter.");
    refused(
        post("/points/delete", "{'filter':{'must':[{'key':'a','match':{'any':[1,2,3,4]}}]}}"),
        "Bad request: Condition size limit reached (4 > 3). Help: Reduce the size of your"
            + " condition.");
  }

  @Test
  void payloadIndexes() {
    strict("{'enabled':true,'max_payload_index_count':1}");

    ok(put("/index?wait=true", "{'field_name':'a','field_schema':'keyword'}"));
    refused(
        put("/index?wait=true", "{'field_name':'b','field_schema':'keyword'}"),
        "Bad request: Collection already has the maximum number of payload indices (1). Help:"
            + " Please delete an existing index before creating a new one.");
  }

  @Test
  void memoryOfTheProcess() {
    strict("{'enabled':true,'max_resident_memory_percent':100}");
    ok(put("/points?wait=true", "{'points':[{'id':1,'vector':[1,2]}]}"));
    ok(post("/points/delete?wait=true", "{'points':[1]}"));
  }

  @Test
  void groups() {
    strict("{'enabled':true,'max_query_limit':12}");
    String groups = "{'group_by':'city','query':[1,1],'group_size':3,'limit':LIMIT";

    ok(post("/points/query/groups", groups.replace("LIMIT", "4}")));
    refused(
        post("/points/query/groups", groups.replace("LIMIT", "5}")), limit("15", "12", "limit"));
    refused(
        post(
            "/points/search/groups", "{'group_by':'city','vector':[1,1],'group_size':3,'limit':5}"),
        limit("15", "12", "limit"));

    strict("{'enabled':true,'unindexed_filtering_retrieve':false}");
    String help = " Help: Create an index supporting `match` for this key.";
    refused(
        post("/points/query/groups", groups.replace("LIMIT", "4}")),
        "Bad request: Index required but not found for \"city\"." + help);
    ok(put("/index?wait=true", "{'field_name':'city','field_schema':'text'}"));
    refused(
        post("/points/query/groups", groups.replace("LIMIT", "4}")),
        "Bad request: Index of type \"Text\" found for \"city\"." + help);
    ok(put("/index?wait=true", "{'field_name':'city','field_schema':'keyword'}"));
    ok(post("/points/query/groups", groups.replace("LIMIT", "4}")));
    refused(
        post(
            "/points/query/groups",
            groups.replace("LIMIT", "1,'filter':" + CITY.replace("city", "town") + "}")),
        NO_INDEX.replace("city", "town"));
  }

  @Test
  void everyRoundOfAGroupedQueryIsARead() {
    // One round finds the only group, and one more that nothing is left; then two points are read.
    strict("{'enabled':true,'read_rate_limit':100}");
    String asked = "{'group_by':'city','query':[1,1],'group_size':2,'limit':3,'with_payload':WITH}";
    ok(post("/points/query/groups", asked.replace("WITH", "false")));
    int tokens = tokensLeft(100);
    ok(post("/points/query/groups", asked.replace("WITH", "true")));

    assertThat(tokens).as("one round would cost 1").isLessThan(99);
    assertThat(tokens - tokensLeft(100)).isEqualTo(100 - tokens + 2);
  }

  /** Asks for one token more than there can be left, and reads what there is. */
  private int tokensLeft(int most) {
    String error = post("/points", "{'ids':" + ids(most) + "}").error();
    java.util.regex.Matcher only =
        java.util.regex.Pattern.compile("only ([0-9]+)\\.").matcher(error);
    assertThat(only.find()).as(error).isTrue();
    return Integer.parseInt(only.group(1));
  }

  private static List<Integer> ids(int count) {
    return java.util.stream.IntStream.range(0, count).boxed().toList();
  }

  @Test
  void fieldsOfFormulas() {
    strict("{'enabled':true,'unindexed_filtering_retrieve':false}");
    String asked =
        "{'prefetch':{'query':[1,1],'limit':5},'query':{'formula':{'sum':['$score',EXPRESSION]},"
            + "'defaults':{'n':1}}}";
    String help = " Help: Create an index for this key or use a different formula expression.";

    refused(
        post("/points/query", asked.replace("EXPRESSION", "{'mult':[2,'n']}")),
        "Bad request: Index required but not found for \"n\" of one of the following types:"
            + " [float, integer]."
            + help);
    refused(
        post(
            "/points/query",
            asked.replace("EXPRESSION", "{'gauss_decay':{'x':{'datetime_key':'t'}}}")),
        "Bad request: Index required but not found for \"t\" of one of the following types:"
            + " [datetime]."
            + help);
    refused(
        post("/points/query", asked.replace("EXPRESSION", "{'key':'city','match':{'value':'x'}}")),
        "Bad request: Index required but not found for \"city\" of one of the following types:"
            + " [keyword]."
            + help);
    ok(put("/index?wait=true", "{'field_name':'n','field_schema':'float'}"));
    ok(post("/points/query", asked.replace("EXPRESSION", "{'mult':[2,'n']}")));
  }

  @Test
  void rowsOfMultivectors() {
    ok(
        rest.put(
            "/collections/m",
            json(
                "{'vectors':{'r':{'size':2,'distance':'Dot','multivector_config':{'comparator':"
                    + "'max_sim'}}},'strict_mode_config':{'enabled':true,'multivector_config':"
                    + "{'r':{'max_vectors':2}}}}")));
    String points = "{'points':[{'id':1,'vector':{'r':ROWS}}]}";
    ok(rest.put("/collections/m/points?wait=true", json(points.replace("ROWS", "[[1,2],[3,4]]"))));
    for (String path : List.of("/points", "/points/vectors")) {
      refused(
          rest.put(
              "/collections/m" + path + "?wait=true",
              json(points.replace("ROWS", "[[1,2],[3,4],[5,6]]"))),
          "Bad request: Multivector 'r' has a limit of 2 vectors, but 3 were provided!");
    }
  }

  @Test
  void theRateOfReads() {
    strict("{'enabled':true,'read_rate_limit':5}");

    ok(post("/points/count", "{'filter':" + CITY + "}"));
    ok(post("/points", "{'ids':[1,2,3]}"));
    RestFixture.Answer refused = post("/points/query", "{'query':[1,1],'filter':" + CITY + "}");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.error())
        .startsWith(
            "Rate limiting exceeded: Read rate limit exceeded: Operation requires 2 tokens but"
                + " only 0.");
    assertThat(Integer.parseInt(refused.raw().headers().firstValue("retry-after").orElse("0")))
        .isBetween(1, 24);
    RestFixture.Answer never = post("/points", "{'ids':[1,2,3,4,5,6]}");
    assertThat(never.status()).isEqualTo(429);
    assertThat(never.raw().headers().firstValue("retry-after")).isEmpty();
    ok(rest.get("/collections/c"));
    ok(put("/points?wait=true", "{'points':[{'id':1,'vector':[1,2]}]}"));

    strict("{'enabled':true,'read_rate_limit':1000}");
    ok(post("/points/count", "{}"));
  }

  @Test
  void theRateOfWrites() {
    strict("{'enabled':true,'write_rate_limit':7}");

    ok(post("/points/payload?wait=true", "{'payload':{'a':1},'filter':" + CITY + "}"));
    RestFixture.Answer refused =
        post("/points/payload?wait=true", "{'payload':{'a':2},'filter':" + CITY + "}");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.error())
        .startsWith(
            "Rate limiting exceeded: Write rate limit exceeded: Operation requires 5 tokens but"
                + " only 2.");
    assertThat(refused.raw().headers().firstValue("retry-after")).isPresent();
    assertThat(
            put(
                    "/points",
                    "{'batch':{'ids':[1,2,3,4,5,6,7,8],'vectors':[[1,1],[1,1],[1,1],[1,1],[1,1],[1,1],[1,1],[1,1]]}}")
                .error())
        .isEqualTo(
            "Rate limiting exceeded: Write rate limit exceeded, request larger than rate limiter"
                + " capacity, please try to split your request");
    ok(post("/points/count", "{}"));
  }

  @Test
  void overGrpc() {
    try (GrpcFixture fixture = new GrpcFixture(folder.resolve("grpc"))) {
      fixture.createSmall("c");
      await(
          fixture.client.updateCollectionAsync(
              Collections.UpdateCollection.newBuilder()
                  .setCollectionName("c")
                  .setStrictModeConfig(
                      Collections.StrictModeConfig.newBuilder()
                          .setEnabled(true)
                          .setMaxQueryLimit(3)
                          .setMaxTimeout(9)
                          .setUnindexedFilteringRetrieve(false)
                          .setReadRateLimit(2))
                  .build()));

      StatusRuntimeException limit =
          failure(
              fixture.client.queryAsync(
                  Points.QueryPoints.newBuilder().setCollectionName("c").setLimit(4).build()));
      assertThat(limit.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(limit.getStatus().getDescription()).isEqualTo(limit("4", "3", "limit"));
      assertThat(
              failure(
                      fixture.client.scrollAsync(
                          Points.ScrollPoints.newBuilder()
                              .setCollectionName("c")
                              .setLimit(1)
                              .setTimeout(10)
                              .build()))
                  .getStatus()
                  .getDescription())
          .isEqualTo(limit("10", "9", "timeout"));
      assertThat(
              failure(
                      fixture.client.countAsync(
                          "c",
                          Filter.newBuilder().addMust(matchKeyword("city", "x")).build(),
                          false))
                  .getStatus()
                  .getDescription())
          .isEqualTo(NO_INDEX);
      await(fixture.client.countAsync("c"));
      await(fixture.client.countAsync("c"));
      StatusRuntimeException rate = failure(fixture.client.countAsync("c"));
      assertThat(rate.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(Integer.parseInt(GrpcFixture.trailer(rate, "retry-after"))).isBetween(1, 30);
    }
  }
}
