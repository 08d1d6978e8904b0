package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static dev.quiver.api.RestFixture.json;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status.Code;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Points;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors and points are looked up only in collections that the caller may read. */
final class LookupAccessTest {
  private static final String KEY = "a key";
  private static final ApiKeys KEYS = new ApiKeys(KEY, null, null).withTokens();
  private static final String MINE =
      TestTokens.signed(KEY, "{'access':[{'collection':'mine','access':'rw'}]}");
  private static final String BOTH =
      TestTokens.signed(
          KEY,
          "{'access':[{'collection':'mine','access':'r'},{'collection':'other','access':'r'}]}");

  @TempDir Path folder;

  /** Bodies by route, with COLLECTION where another collection is named. */
  private static Map<String, String> bodies() {
    String stage = "'query':1,'lookup_from':{'collection':'COLLECTION'}";
    String nested = "'prefetch':[{'prefetch':[{" + stage + "}],'query':1}],'query':1";
    String recommend = "{'positive':[1],'limit':3,'lookup_from':{'collection':'COLLECTION'}}";
    String discover =
        "{'context':[{'positive':1,'negative':2}],'limit':3,"
            + "'lookup_from':{'collection':'COLLECTION'}}";
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("query", "{" + stage + "}");
    bodies.put("query?", "{" + nested + "}");
    bodies.put("query/batch", "{'searches':[{},{" + nested + "}]}");
    bodies.put("recommend", recommend);
    bodies.put("recommend/batch", "{'searches':[" + recommend + "]}");
    bodies.put("discover", discover);
    bodies.put("discover/batch", "{'searches':[" + discover + "]}");
    bodies.put("query/groups", "{'group_by':'of'," + nested + "}");
    bodies.put("query/groups?", "{'group_by':'of','query':1,'with_lookup':'COLLECTION'}");
    bodies.put(
        "search/groups",
        "{'group_by':'of','vector':[1,1],'limit':1,'group_size':1,"
            + "'with_lookup':{'collection':'COLLECTION'}}");
    return bodies;
  }

  @Test
  void overRest() {
    try (RestFixture rest = new RestFixture(folder, KEYS, ApiLimits.DEFAULT)) {
      for (String name : List.of("mine", "other")) {
        String collection = "/collections/" + name;
        call(rest, KEY, "PUT", collection, "{'vectors':{'size':2,'distance':'Dot'}}");
        call(
            rest,
            KEY,
            "PUT",
            collection + "/points?wait=true",
            "{'points':[{'id':1,'vector':[1,2],'payload':{'of':1}},{'id':2,'vector':[2,1]}]}");
      }
      bodies()
          .forEach(
              (route, body) -> {
                String path = "/collections/mine/points/" + route;
                for (String hidden : List.of("other", "nowhere")) {
                  RestFixture.Answer refused =
                      call(rest, MINE, "POST", path, body.replace("COLLECTION", hidden));
                  assertThat(refused.error())
                      .as(route)
                      .isEqualTo("Forbidden: Access to collection " + hidden + " is required");
                  assertThat(refused.status()).isEqualTo(403);
                }
                RestFixture.Answer own =
                    call(rest, MINE, "POST", path, body.replace("COLLECTION", "mine"));
                assertThat(own.status()).as(route + own.text()).isEqualTo(200);
                RestFixture.Answer both =
                    call(rest, BOTH, "POST", path, body.replace("COLLECTION", "other"));
                assertThat(both.status()).as(route + both.text()).isEqualTo(200);
              });
    }
  }

  private static RestFixture.Answer call(
      RestFixture rest, String key, String method, String path, String body) {
    return rest.call(method, path, json(body), "api-key", key);
  }

  /** Calls by name, told the collection to look up in. */
  private static Map<String, Function<String, ListenableFuture<?>>> calls(QdrantClient client) {
    Map<String, Function<String, ListenableFuture<?>>> calls = new LinkedHashMap<>();
    calls.put("query", other -> client.queryAsync(query(other)));
    calls.put("nested", other -> client.queryAsync(nested(other)));
    calls.put(
        "batch",
        other ->
            client.queryBatchAsync(
                "mine", List.of(Points.QueryPoints.getDefaultInstance(), nested(other))));
    calls.put("recommend", other -> client.recommendAsync(recommend(other)));
    calls.put(
        "recommend batch",
        other -> client.recommendBatchAsync("mine", List.of(recommend(other)), null));
    calls.put("discover", other -> client.discoverAsync(discover(other)));
    calls.put(
        "discover batch",
        other -> client.discoverBatchAsync("mine", List.of(discover(other)), null));
    calls.put(
        "query groups",
        other ->
            client.queryGroupsAsync(groups().addPrefetch(nested(other).getPrefetch(0)).build()));
    calls.put(
        "query groups with lookup",
        other -> client.queryGroupsAsync(groups().setWithLookup(withLookup(other)).build()));
    calls.put(
        "search groups with lookup",
        other ->
            client.searchGroupsAsync(
                Points.SearchPointGroups.newBuilder()
                    .setCollectionName("mine")
                    .addAllVector(List.of(1f, 1f))
                    .setGroupBy("of")
                    .setGroupSize(1)
                    .setLimit(1)
                    .setWithLookup(withLookup(other))
                    .build()));
    return calls;
  }

  private static Points.QueryPointGroups.Builder groups() {
    return Points.QueryPointGroups.newBuilder()
        .setCollectionName("mine")
        .setQuery(nearest(id(1)))
        .setGroupBy("of");
  }

  private static Points.WithLookup withLookup(String collection) {
    return Points.WithLookup.newBuilder().setCollection(collection).build();
  }

  private static Points.LookupLocation lookup(String collection) {
    return Points.LookupLocation.newBuilder().setCollectionName(collection).build();
  }

  private static Points.QueryPoints query(String other) {
    return Points.QueryPoints.newBuilder()
        .setCollectionName("mine")
        .setQuery(nearest(id(1)))
        .setLookupFrom(lookup(other))
        .build();
  }

  private static Points.QueryPoints nested(String other) {
    Points.PrefetchQuery leaf =
        Points.PrefetchQuery.newBuilder()
            .setQuery(nearest(id(1)))
            .setLookupFrom(lookup(other))
            .build();
    return Points.QueryPoints.newBuilder()
        .setCollectionName("mine")
        .setQuery(nearest(id(1)))
        .addPrefetch(Points.PrefetchQuery.newBuilder().setQuery(nearest(id(1))).addPrefetch(leaf))
        .build();
  }

  private static Points.RecommendPoints recommend(String other) {
    return Points.RecommendPoints.newBuilder()
        .setCollectionName("mine")
        .addPositive(id(1))
        .setLimit(3)
        .setLookupFrom(lookup(other))
        .build();
  }

  private static Points.DiscoverPoints discover(String other) {
    return Points.DiscoverPoints.newBuilder()
        .setCollectionName("mine")
        .addContext(
            Points.ContextExamplePair.newBuilder()
                .setPositive(Points.VectorExample.newBuilder().setId(id(1)))
                .setNegative(Points.VectorExample.newBuilder().setId(id(2))))
        .setLimit(3)
        .setLookupFrom(lookup(other))
        .build();
  }

  @Test
  void overGrpc() {
    try (GrpcFixture fixture =
            new GrpcFixture(folder, KEYS, ApiLimits.DEFAULT, GrpcSettings.defaults());
        QdrantClient writer = fixture.clientWithKey(KEY);
        QdrantClient mine = fixture.clientWithKey(MINE);
        QdrantClient both = fixture.clientWithKey(BOTH)) {
      for (String name : List.of("mine", "other")) {
        await(
            writer.createCollectionAsync(
                name,
                Collections.VectorParams.newBuilder()
                    .setSize(2)
                    .setDistance(Collections.Distance.Dot)
                    .build()));
        await(
            writer.upsertAsync(
                name,
                List.of(
                    Points.PointStruct.newBuilder().setId(id(1)).setVectors(vectors(1, 2)).build(),
                    Points.PointStruct.newBuilder()
                        .setId(id(2))
                        .setVectors(vectors(2, 1))
                        .build())));
      }
      calls(mine)
          .forEach(
              (name, call) -> {
                for (String hidden : List.of("other", "nowhere")) {
                  var refused = failure(call.apply(hidden)).getStatus();
                  assertThat(refused.getDescription())
                      .as(name)
                      .isEqualTo("Forbidden: Access to collection " + hidden + " is required");
                  assertThat(refused.getCode()).isEqualTo(Code.PERMISSION_DENIED);
                }
                await(call.apply("mine"));
              });
      calls(both).forEach((_, call) -> await(call.apply("other")));
    }
  }
}
