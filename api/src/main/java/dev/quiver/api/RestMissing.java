package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.List;

/** The routes of Qdrant's API that only a cluster answers: each says so. */
final class RestMissing {
  private static final String C = "/collections/{collection_name}";

  /** Method and path of calls that only a cluster answers. */
  private static final List<List<String>> CLUSTER_ONLY =
      List.of(
          List.of("PUT", C + "/shards"),
          List.of("GET", C + "/shards"),
          List.of("POST", C + "/shards/delete"),
          List.of("POST", C + "/cluster"),
          List.of("GET", "/cluster/telemetry"),
          List.of("POST", "/cluster/recover"),
          List.of("DELETE", "/cluster/peer/{peer_id}"),
          List.of("GET", "/cluster/metadata/keys"),
          List.of("GET", "/cluster/metadata/keys/{key}"),
          List.of("PUT", "/cluster/metadata/keys/{key}"),
          List.of("DELETE", "/cluster/metadata/keys/{key}"));

  private RestMissing() {}

  static void register(RestRouter router) {
    for (List<String> route : CLUSTER_ONLY) {
      router.add(
          route.get(0),
          route.get(1),
          _ -> {
            throw new QuiverException(ErrorCode.STANDALONE, "Qdrant is running in standalone mode");
          });
    }
  }
}
