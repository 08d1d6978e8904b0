package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.List;

/**
 * The routes of Qdrant's API that this version does not answer: each says so, so that nobody takes
 * a missing feature for a wrong address.
 */
final class RestMissing {
  private static final String C = "/collections/{collection_name}";
  private static final String S = C + "/shards/{shard_id}";

  /** Method, path, and what it would do. */
  private static final List<List<String>> LATER =
      List.of(
          List.of("GET", C + "/snapshots", "snapshots"),
          List.of("POST", C + "/snapshots", "snapshots"),
          List.of("PUT", C + "/snapshots/recover", "snapshots"),
          List.of("POST", C + "/snapshots/upload", "snapshots"),
          List.of("GET", C + "/snapshots/{snapshot_name}", "snapshots"),
          List.of("DELETE", C + "/snapshots/{snapshot_name}", "snapshots"),
          List.of("GET", "/snapshots", "snapshots"),
          List.of("POST", "/snapshots", "snapshots"),
          List.of("GET", "/snapshots/{snapshot_name}", "snapshots"),
          List.of("DELETE", "/snapshots/{snapshot_name}", "snapshots"),
          List.of("GET", S + "/snapshot", "snapshots"),
          List.of("GET", S + "/snapshots", "snapshots"),
          List.of("POST", S + "/snapshots", "snapshots"),
          List.of("POST", S + "/snapshots/upload", "snapshots"),
          List.of("PUT", S + "/snapshots/recover", "snapshots"),
          List.of("GET", S + "/snapshots/{snapshot_name}", "snapshots"),
          List.of("DELETE", S + "/snapshots/{snapshot_name}", "snapshots"));

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
    for (List<String> route : LATER) {
      String endpoint = route.get(0) + " " + route.get(1);
      String what = route.get(2);
      router.add(
          route.get(0),
          route.get(1),
          _ -> {
            throw QuiverException.notImplemented(
                endpoint + " (" + what + ") comes in a later version");
          });
    }
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
