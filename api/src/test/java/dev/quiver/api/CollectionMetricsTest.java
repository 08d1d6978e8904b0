package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics and telemetry by collection, and without what belongs to their owners. */
final class CollectionMetricsTest {
  @TempDir Path folder;

  private static void prepare(RestFixture rest) {
    rest.put("/collections/%E7%8C%AB", json("{}"));
    rest.put(
        "/collections/secret",
        json("{'vectors':{'inner':{'size':2,'distance':'Dot'}},'metadata':{'owner':'anna'}}"));
    rest.put("/collections/other", json("{'vectors':{'size':2,'distance':'Dot'}}"));
    for (int i = 0; i < 3; i++) {
      rest.post("/collections/secret/points/count", "{}");
    }
    rest.post("/collections/other/points/count", "{");
    rest.post("/collections/nowhere/points/count", "{}");
  }

  @Test
  void perCollectionTheCallsOfEachAreCounted() {
    try (RestFixture rest = new RestFixture(folder)) {
      prepare(rest);

      String metrics = rest.get("/metrics?per_collection=true").text();

      String count = "endpoint=\"/collections/{collection_name}/points/count\"";
      assertThat(metrics)
          .contains(
              "rest_responses_total{method=\"POST\","
                  + count
                  + ",status=\"200\",collection=\"secret\"} 3\n",
              "rest_responses_total{method=\"POST\","
                  + count
                  + ",status=\"400\",collection=\"other\"} 1\n",
              "rest_responses_duration_seconds_count{method=\"POST\","
                  + count
                  + ",status=\"200\",collection=\"secret\"} 3\n",
              "collection_points{id=\"secret\"} 0\n")
          .doesNotContain("nowhere");
      assertThat(metrics.lines().filter(line -> line.startsWith("rest_responses_total")))
          .as("all together are left out")
          .allMatch(line -> line.contains(",collection="));
      assertThat(rest.get("/metrics").text()).doesNotContain(",collection=");
      assertThat(
              rest.get("/telemetry?per_collection=true")
                  .json()
                  .at("/result/requests/rest/per_collection_responses/secret")
                  .path("POST /collections/{collection_name}/points/count")
                  .path("200")
                  .path("count")
                  .intValue())
          .isEqualTo(3);
      assertThat(rest.get("/telemetry").text()).doesNotContain("per_collection_responses");
    }
  }

  @Test
  void aDroppedCollectionIsForgotten() {
    try (RestFixture rest = new RestFixture(folder)) {
      prepare(rest);
      rest.delete("/collections/secret");

      assertThat(rest.get("/metrics?per_collection=true").text())
          .contains(",collection=\"other\"")
          .doesNotContain("secret");
    }
  }

  @Test
  void anonymousMetricsNameNothing() {
    try (RestFixture rest = new RestFixture(folder)) {
      prepare(rest);

      for (String path :
          new String[] {
            "/metrics?anonymize=true",
            "/metrics?anonymize=true&per_collection=true",
            "/telemetry?anonymize=true&per_collection=true&details_level=10"
          }) {
        assertThat(rest.get(path).text())
            .doesNotContain("secret", "inner", "anna", "猫")
            .contains(MetricsView.hidden("secret"));
      }
      assertThat(rest.get("/telemetry?details_level=10").text())
          .contains("secret", "inner", "anna");
    }
  }

  @Test
  void overGrpcTheCollectionIsTheOneOfTheRequest() {
    try (GrpcFixture fixture = new GrpcFixture(folder)) {
      fixture.createSmall("c");
      await(fixture.client.countAsync("c"));

      Awaitility.await("the metrics have it")
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  fixture
                      .metrics
                      .scrape(new MetricsView(true, false, fixture.engine::collectionExists))
                      .contains(
                          "grpc_responses_total{endpoint=\"/qdrant.Points/Count\",status=\"0\","
                              + "collection=\"c\"} 1\n"));
    }
  }

  @Test
  void moreCollectionsThanTheLimitShareOneSeries() {
    CollectionDurations durations = new CollectionDurations();
    CollectionDurations.Answer answer = new CollectionDurations.Answer("e", 200);
    for (int i = 0; i < CollectionDurations.COLLECTIONS_MAX + 100; i++) {
      durations.record("c" + i, answer, 5);
    }

    assertThat(durations.of(_ -> true))
        .hasSize(CollectionDurations.COLLECTIONS_MAX + 1)
        .containsKey("c0")
        .containsKey(CollectionDurations.OTHERS);
    assertThat(
            durations.of(_ -> true).get(CollectionDurations.OTHERS).get(answer).snapshot().count())
        .isEqualTo(100);

    assertThat(durations.of(name -> name.equals("c0"))).hasSize(2);
    durations.record("late", answer, 5);
    assertThat(durations.of(_ -> true)).as("there is room again").containsKey("late");
  }
}
