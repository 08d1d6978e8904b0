package dev.quiver.api;

import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.WriteOp;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Points;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shard keys, of which one machine has none: whoever names one hears that it does not exist, as
 * from Qdrant on a single node.
 */
final class ShardKeys {
  private ShardKeys() {}

  /** ShardKeySelector of a read: a key, keys, or a key with a fallback; null is none. */
  static void refuseRead(JsonIn in) throws IOException {
    refuse(in, ErrorCode.BAD_REQUEST);
  }

  /** As above, of a write. */
  static void refuseWrite(JsonIn in) throws IOException {
    refuse(in, ErrorCode.WRONG_INPUT);
  }

  private static void refuse(JsonIn in, ErrorCode code) throws IOException {
    if (in.isNull()) {
      return;
    }
    if (in.isObject()) {
      @Nullable String[] keys = new @Nullable String[2];
      in.object(
          "ShardKeyWithFallback",
          name -> {
            switch (name) {
              case "target" -> keys[0] = key(in);
              case "fallback" -> keys[1] = key(in);
              default -> {
                return false;
              }
            }
            return true;
          });
      String target = keys[0];
      String fallback = keys[1];
      if (target == null || fallback == null) {
        throw in.missing(target == null ? "target" : "fallback");
      }
      throw neither(target, fallback);
    }
    List<String> keys = new ArrayList<>();
    if (in.isArray()) {
      in.array(() -> keys.add(key(in)));
      if (keys.isEmpty()) {
        throw in.error("invalid length 0, expected at least one shard key");
      }
    } else {
      keys.add(key(in));
    }
    throw missing(keys.getFirst(), code);
  }

  private static String key(JsonIn in) throws IOException {
    if (in.isString()) {
      return quoted(in.string());
    }
    if (in.isNumber()) {
      return Long.toUnsignedString(in.unsigned("u64"));
    }
    throw in.error("data did not match any variant of untagged enum ShardKeySelector");
  }

  private static String quoted(String key) {
    return '"' + Shape.abbreviate(key) + '"';
  }

  static void refuse(Points.ShardKeySelector selector, boolean write) {
    List<String> keys = selector.getShardKeysList().stream().map(ShardKeys::key).toList();
    if (keys.isEmpty() && !selector.hasFallback()) {
      return;
    }
    if (selector.hasFallback() && !keys.isEmpty()) {
      throw neither(keys.getFirst(), key(selector.getFallback()));
    }
    String key = keys.isEmpty() ? key(selector.getFallback()) : keys.getFirst();
    throw missing(key, write ? ErrorCode.WRONG_INPUT : ErrorCode.BAD_REQUEST);
  }

  private static String key(Collections.ShardKey key) {
    return switch (key.getKeyCase()) {
      case KEYWORD -> quoted(key.getKeyword());
      case NUMBER -> Long.toUnsignedString(key.getNumber());
      case KEY_NOT_SET -> throw GrpcFaults.malformed("Shard key is missing");
    };
  }

  /** A collection with custom sharding has no shard here that a point could go to. */
  static void checkWrite(CollectionConfig config, List<WriteOp> operations) {
    boolean custom =
        config.document().path("params").path("sharding_method").asText().equals("custom");
    if (custom
        && operations.stream()
            .anyMatch(op -> op instanceof WriteOp.Upsert || op instanceof WriteOp.UpdateVectors)) {
      throw new QuiverException(ErrorCode.WRONG_INPUT, "Shard key not specified");
    }
  }

  private static QuiverException missing(String key, ErrorCode code) {
    return new QuiverException(code, "Shard key " + key + " not found");
  }

  private static QuiverException neither(String target, String fallback) {
    return QuiverException.notFound(
        "Neither target shard key " + target + " nor fallback shard key " + fallback + " exist");
  }
}
