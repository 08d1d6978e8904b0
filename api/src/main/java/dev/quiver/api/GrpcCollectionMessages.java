package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Damage;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.QuiverException;
import io.qdrant.client.grpc.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collections, aliases and payload indexes between their wire form and ours. */
final class GrpcCollectionMessages {
  private static final String MAX_THREADS = "max_optimization_threads";

  private GrpcCollectionMessages() {}

  /** The REST body that asks for the same collection, or the same change of one. */
  static ObjectNode body(Message request) {
    ObjectNode body = GrpcMessageJson.write(request);
    body.remove("collection_name");
    body.remove("timeout");
    rename(body, "vectors_config", "vectors");
    rename(body, "sparse_vectors_config", "sparse_vectors");
    foldDeprecatedThreads(body);
    return body;
  }

  private static void rename(ObjectNode object, String from, String to) {
    JsonNode value = object.remove(from);
    if (value != null) {
      object.set(to, value);
    }
  }

  private static void foldDeprecatedThreads(ObjectNode body) {
    if (body.get("optimizers_config") instanceof ObjectNode optimizers) {
      JsonNode older = optimizers.remove("deprecated_" + MAX_THREADS);
      if (older != null && !optimizers.has(MAX_THREADS)) {
        optimizers.set(MAX_THREADS, older);
      }
    }
  }

  static List<Alias.Action> aliasActions(Collections.ChangeAliases request) {
    List<Alias.Action> actions = new ArrayList<>(request.getActionsCount());
    for (Collections.AliasOperations operation : request.getActionsList()) {
      actions.add(
          switch (operation.getActionCase()) {
            case CREATE_ALIAS -> {
              String alias = operation.getCreateAlias().getAliasName();
              CollectionDocuments.checkNewName(alias);
              yield new Alias.Action.Create(operation.getCreateAlias().getCollectionName(), alias);
            }
            case DELETE_ALIAS -> new Alias.Action.Delete(operation.getDeleteAlias().getAliasName());
            case RENAME_ALIAS -> {
              String alias = operation.getRenameAlias().getNewAliasName();
              CollectionDocuments.checkNewName(alias);
              yield new Alias.Action.Rename(operation.getRenameAlias().getOldAliasName(), alias);
            }
            case ACTION_NOT_SET -> throw GrpcFaults.malformed("Malformed AliasOperation type");
          });
    }
    return actions;
  }

  static Collections.CollectionInfo write(CollectionInfo info) {
    Collections.CollectionInfo.Builder reply =
        Collections.CollectionInfo.newBuilder()
            .setStatus(
                switch (info.status()) {
                  case GREEN -> Collections.CollectionStatus.Green;
                  case YELLOW -> Collections.CollectionStatus.Yellow;
                  case GREY -> Collections.CollectionStatus.Grey;
                  case RED -> Collections.CollectionStatus.Red;
                })
            .setOptimizerStatus(optimizerStatus(info.damages()))
            .setSegmentsCount(info.segments())
            .setPointsCount(info.points())
            .setIndexedVectorsCount(info.indexedVectors())
            .setConfig(config(info.config()))
            .setUpdateQueue(
                Collections.UpdateQueueInfo.newBuilder().setLength(info.queuedOperations()));
    for (Map.Entry<String, PayloadIndex> entry : info.payloadIndexes().entrySet()) {
      PayloadIndex index = entry.getValue();
      reply.putPayloadSchema(
          entry.getKey(),
          GrpcPayloadIndexes.write(index, info.pointsByIndex().getOrDefault(entry.getKey(), 0L)));
    }
    return reply.build();
  }

  private static Collections.OptimizerStatus optimizerStatus(List<Damage> damages) {
    Collections.OptimizerStatus.Builder status = Collections.OptimizerStatus.newBuilder();
    return damages.isEmpty()
        ? status.setOk(true).build()
        : status.setOk(false).setError(CollectionInfos.error(damages)).build();
  }

  private static Collections.CollectionConfig config(CollectionConfig config) {
    ObjectNode document = config.document().deepCopy();
    if (document.get("params") instanceof ObjectNode params) {
      rename(params, "vectors", "vectors_config");
      rename(params, "sparse_vectors", "sparse_vectors_config");
    }
    if (document.get("optimizer_config") instanceof ObjectNode optimizers
        && optimizers.path(MAX_THREADS).isNull()) {
      optimizers.put(MAX_THREADS, "auto");
    }
    return GrpcMessageJson.read(document, Collections.CollectionConfig.newBuilder()).build();
  }

  static QuiverException noCollection(String name) {
    return new QuiverException(ErrorCode.NOT_FOUND, "Collection `" + name + "` doesn't exist!");
  }

  /** Refuses a timeout of zero seconds. */
  static void checkTimeout(boolean present, @Nullable Long seconds) {
    if (present && seconds != null) {
      GrpcFaults.checkAtLeast("timeout", seconds, 1);
    }
  }
}
