package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Qdrant's gRPC calls that only a cluster answers, and what one machine says instead. */
final class GrpcMissing {
  private static final Set<String> CLUSTER_ONLY =
      Set.of(
          "qdrant.Collections/UpdateCollectionClusterSetup",
          "qdrant.Collections/CreateShardKey",
          "qdrant.Collections/DeleteShardKey",
          "qdrant.Collections/ListShardKeys");

  private GrpcMissing() {}

  /** The refusal of a call that is missing; null for one that is there. */
  static @Nullable QuiverException refusal(String fullMethodName) {
    if (CLUSTER_ONLY.contains(fullMethodName)) {
      return new QuiverException(ErrorCode.STANDALONE, "Qdrant is running in standalone mode");
    }
    return null;
  }
}
