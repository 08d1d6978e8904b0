package dev.quiver.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which call needs which right: the only place that says so, for REST and gRPC together. A call
 * that is missing here can only be made by who may do everything.
 */
final class Rights {
  private static final String COLLECTION = "/collections/{collection_name}";
  private static final String POINTS = COLLECTION + "/points";
  private static final String SHARD = COLLECTION + "/shards/{shard_id}";

  private static final Map<String, Right> REST = new HashMap<>();
  private static final Map<String, Right> GRPC = new HashMap<>();

  static {
    add(Right.OPEN, "GET /", "qdrant.Qdrant/HealthCheck");
    add(Right.OPEN, "GET /healthz", "grpc.health.v1.Health/Check");
    add(Right.OPEN, "GET /livez", null);
    add(Right.OPEN, "GET /readyz", null);
    add(Right.ANY, "GET /collections", "qdrant.Collections/List");
    add(Right.ANY, "GET /aliases", "qdrant.Collections/ListAliases");
    add(Right.ANY, "GET /telemetry", null);
    add(Right.ANY, "GET /cluster/telemetry", null);
    add(Right.ANY, "GET /issues", null);
    add(Right.GLOBAL_READ, "GET /metrics", null);
    add(Right.GLOBAL_READ, "GET " + RestVerification.PATH, null);
    add(Right.GLOBAL_MANAGE, "POST " + RestVerification.PATH, null);
    add(Right.GLOBAL_MANAGE, "DELETE " + RestVerification.PATH, null);
    add(Right.GLOBAL_READ, "GET /cluster", null);
    add(Right.GLOBAL_READ, "GET /cluster/metadata/keys", null);
    add(Right.GLOBAL_READ, "GET /cluster/metadata/keys/{key}", null);
    add(Right.GLOBAL_READ, "GET /quotas", null);
    add(Right.GLOBAL_READ, "GET /logger", null);
    add(Right.GLOBAL_READ, "GET /snapshots", "qdrant.Snapshots/ListFull");
    add(Right.GLOBAL_READ, "GET /snapshots/{snapshot_name}", null);
    add(Right.GLOBAL_MANAGE, "PUT " + COLLECTION, "qdrant.Collections/Create");
    add(Right.GLOBAL_MANAGE, "PATCH " + COLLECTION, "qdrant.Collections/Update");
    add(Right.GLOBAL_MANAGE, "DELETE " + COLLECTION, "qdrant.Collections/Delete");
    add(Right.GLOBAL_MANAGE, "POST /collections/aliases", "qdrant.Collections/UpdateAliases");
    add(Right.GLOBAL_MANAGE, "PUT " + COLLECTION + "/shards", "qdrant.Collections/CreateShardKey");
    add(
        Right.GLOBAL_MANAGE,
        "POST " + COLLECTION + "/shards/delete",
        "qdrant.Collections/DeleteShardKey");
    add(Right.GLOBAL_MANAGE, "PUT " + COLLECTION + "/snapshots/recover", null);
    add(Right.GLOBAL_MANAGE, "POST " + COLLECTION + "/snapshots/upload", null);
    add(Right.GLOBAL_MANAGE, "PUT " + SHARD + "/snapshots/recover", null);
    add(Right.GLOBAL_MANAGE, "POST " + SHARD + "/snapshots/upload", null);
    add(Right.GLOBAL_MANAGE, "POST /snapshots", "qdrant.Snapshots/CreateFull");
    add(Right.GLOBAL_MANAGE, "DELETE /snapshots/{snapshot_name}", "qdrant.Snapshots/DeleteFull");
    add(Right.GLOBAL_MANAGE, "POST /cluster/recover", null);
    add(Right.GLOBAL_MANAGE, "DELETE /cluster/peer/{peer_id}", null);
    add(Right.GLOBAL_MANAGE, "PUT /cluster/metadata/keys/{key}", null);
    add(Right.GLOBAL_MANAGE, "DELETE /cluster/metadata/keys/{key}", null);
    add(Right.GLOBAL_MANAGE, "PUT /quotas", null);
    add(Right.GLOBAL_MANAGE, "POST /logger", null);
    add(Right.GLOBAL_MANAGE, "DELETE /issues", null);
    add(Right.GLOBAL_MANAGE, "GET /stacktrace", null);
    add(Right.GLOBAL_MANAGE, "GET /profiler/slow_requests", null);
    add(Right.GLOBAL_MANAGE, "GET /debugger", null);
    add(Right.GLOBAL_MANAGE, "PATCH /debugger", null);
    add(Right.GLOBAL_MANAGE, "POST /audit/logs", null);
    add(Right.GLOBAL_MANAGE, "GET /dashboard", null);
    add(Right.GLOBAL_MANAGE, "POST " + COLLECTION + "/truncate_unapplied_wal", null);
    add(
        Right.COLLECTION_MANAGE,
        "POST " + COLLECTION + "/cluster",
        "qdrant.Collections/UpdateCollectionClusterSetup");
    add(Right.COLLECTION_MANAGE, "POST " + SHARD + "/cleanup", null);
    add(Right.READ, "GET " + COLLECTION, "qdrant.Collections/Get");
    add(Right.READ, "GET " + COLLECTION + "/exists", "qdrant.Collections/CollectionExists");
    add(Right.READ, "GET " + COLLECTION + "/aliases", "qdrant.Collections/ListCollectionAliases");
    add(Right.READ, "GET " + COLLECTION + "/shards", "qdrant.Collections/ListShardKeys");
    add(Right.READ, "GET " + COLLECTION + "/optimizations", null);
    add(Right.READ, "GET " + COLLECTION + "/memory", null);
    add(Right.READ, "GET " + POINTS + "/{id}", null);
    add(Right.READ, "POST " + POINTS, "qdrant.Points/Get");
    add(Right.READ, "POST " + POINTS + "/scroll", "qdrant.Points/Scroll");
    add(Right.READ, "POST " + POINTS + "/count", "qdrant.Points/Count");
    add(Right.READ, "POST " + POINTS + "/search", "qdrant.Points/Search");
    add(Right.READ, "POST " + POINTS + "/search/batch", "qdrant.Points/SearchBatch");
    add(Right.READ, "POST " + POINTS + "/search/groups", "qdrant.Points/SearchGroups");
    add(Right.READ, "POST " + POINTS + "/query", "qdrant.Points/Query");
    add(Right.READ, "POST " + POINTS + "/query/batch", "qdrant.Points/QueryBatch");
    add(Right.READ, "POST " + POINTS + "/query/groups", "qdrant.Points/QueryGroups");
    add(Right.READ, "POST " + POINTS + "/recommend", "qdrant.Points/Recommend");
    add(Right.READ, "POST " + POINTS + "/recommend/batch", "qdrant.Points/RecommendBatch");
    add(Right.READ, "POST " + POINTS + "/recommend/groups", "qdrant.Points/RecommendGroups");
    add(Right.READ, "POST " + POINTS + "/discover", "qdrant.Points/Discover");
    add(Right.READ, "POST " + POINTS + "/discover/batch", "qdrant.Points/DiscoverBatch");
    add(Right.READ, "POST " + POINTS + "/search/matrix/pairs", "qdrant.Points/SearchMatrixPairs");
    add(
        Right.READ,
        "POST " + POINTS + "/search/matrix/offsets",
        "qdrant.Points/SearchMatrixOffsets");
    add(Right.READ, "POST " + COLLECTION + "/facet", "qdrant.Points/Facet");
    add(Right.READ, "POST " + SHARD + "/points", null);
    add(Right.READ, "POST " + SHARD + "/points/scroll", null);
    add(Right.READ, "POST " + SHARD + "/points/count", null);
    add(
        Right.READ_EXTRAS,
        "GET " + COLLECTION + "/cluster",
        "qdrant.Collections/CollectionClusterInfo");
    add(Right.READ_EXTRAS, "GET " + COLLECTION + "/snapshots", "qdrant.Snapshots/List");
    add(Right.READ_EXTRAS, "GET " + COLLECTION + "/snapshots/{snapshot_name}", null);
    add(Right.READ_EXTRAS, "GET " + SHARD + "/snapshots", null);
    add(Right.READ_EXTRAS, "GET " + SHARD + "/snapshots/{snapshot_name}", null);
    add(Right.WRITE, "PUT " + POINTS, "qdrant.Points/Upsert");
    add(Right.WRITE, "POST " + POINTS + "/delete", "qdrant.Points/Delete");
    add(Right.WRITE, "PUT " + POINTS + "/vectors", "qdrant.Points/UpdateVectors");
    add(Right.WRITE, "POST " + POINTS + "/vectors/delete", "qdrant.Points/DeleteVectors");
    add(Right.WRITE, "POST " + POINTS + "/payload", "qdrant.Points/SetPayload");
    add(Right.WRITE, "PUT " + POINTS + "/payload", "qdrant.Points/OverwritePayload");
    add(Right.WRITE, "POST " + POINTS + "/payload/delete", "qdrant.Points/DeletePayload");
    add(Right.WRITE, "POST " + POINTS + "/payload/clear", "qdrant.Points/ClearPayload");
    add(Right.WRITE, "POST " + POINTS + "/batch", "qdrant.Points/UpdateBatch");
    add(Right.WRITE_EXTRAS, "PUT " + COLLECTION + "/index", "qdrant.Points/CreateFieldIndex");
    add(
        Right.WRITE_EXTRAS,
        "DELETE " + COLLECTION + "/index/{field_name}",
        "qdrant.Points/DeleteFieldIndex");
    add(
        Right.WRITE_EXTRAS,
        "PUT " + COLLECTION + "/vectors/{vector_name}",
        "qdrant.Points/CreateVectorName");
    add(
        Right.WRITE_EXTRAS,
        "DELETE " + COLLECTION + "/vectors/{vector_name}",
        "qdrant.Points/DeleteVectorName");
    add(Right.WRITE_EXTRAS, "POST " + COLLECTION + "/snapshots", "qdrant.Snapshots/Create");
    add(
        Right.WRITE_EXTRAS,
        "DELETE " + COLLECTION + "/snapshots/{snapshot_name}",
        "qdrant.Snapshots/Delete");
    add(Right.WRITE_EXTRAS, "POST " + SHARD + "/snapshots", null);
    add(Right.WRITE_EXTRAS, "DELETE " + SHARD + "/snapshots/{snapshot_name}", null);
    add(Right.WRITE_EXTRAS, "GET " + SHARD + "/snapshot", null);
    for (String backups :
        List.of(
            "GET /quiver/v1/backups",
            "GET /quiver/v1/backups/{backup_id}",
            "GET /quiver/v1/backups/jobs/{job_id}",
            "GET /quiver/v1/log")) {
      add(Right.GLOBAL_READ, backups, null);
    }
    for (String backups :
        List.of(
            "POST /quiver/v1/backups",
            "POST /quiver/v1/backups/verify",
            "POST /quiver/v1/backups/prune",
            "POST /quiver/v1/backups/restore",
            "POST /quiver/v1/backups/drill",
            "DELETE /quiver/v1/backups/jobs")) {
      add(Right.GLOBAL_MANAGE, backups, null);
    }
    add(Right.READ_EXTRAS, "GET /quiver/v1" + COLLECTION + "/log", null);
    add(Right.OPEN, null, "grpc.health.v1.Health/Watch");
    add(Right.ANY, null, "grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
  }

  static {
    add(Right.OPEN, "GET /quiver/v1/openapi.json", null);
    add(Right.ANY, "GET /quiver/v1/environment", null);
    add(Right.GLOBAL_MANAGE, "PUT /quiver/v1/environment", null);
    add(Right.GLOBAL_READ, "GET /quiver/v1/trash", null);
    add(Right.GLOBAL_MANAGE, "POST /quiver/v1/trash/{id}/restore", null);
    add(Right.GLOBAL_MANAGE, "DELETE /quiver/v1/trash/{id}", null);
    add(Right.GLOBAL_MANAGE, "GET /quiver/v1/audit", null);
    add(Right.GLOBAL_MANAGE, "GET /quiver/v1/audit/verification", null);
  }

  private Rights() {}

  private static void add(Right right, @Nullable String rest, @Nullable String grpc) {
    if (rest != null) {
      REST.put(rest, right);
    }
    if (grpc != null) {
      GRPC.put(grpc, right);
    }
  }

  /**
   * @param endpoint method and route, as {@code PUT /collections/{collection_name}/points}
   */
  static Right ofRest(String endpoint) {
    return REST.getOrDefault(endpoint, Right.GLOBAL_MANAGE);
  }

  /**
   * @param fullMethodName as {@code qdrant.Points/Search}
   */
  static Right ofGrpc(String fullMethodName) {
    return GRPC.getOrDefault(fullMethodName, Right.GLOBAL_MANAGE);
  }

  static Set<String> restEndpoints() {
    return Set.copyOf(REST.keySet());
  }

  static Set<String> grpcMethods() {
    return Set.copyOf(GRPC.keySet());
  }
}
