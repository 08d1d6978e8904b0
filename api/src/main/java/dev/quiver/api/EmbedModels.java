package dev.quiver.api;

import dev.quiver.embed.EmbedException;
import dev.quiver.embed.Embedder;
import dev.quiver.embed.Embedders;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.time.Duration;
import java.util.List;

/** The embedding models on board, with their errors in the API's words. */
final class EmbedModels implements Inference.Models {
  private final Embedders embedders;

  EmbedModels(Embedders embedders) {
    this.embedders = embedders;
  }

  @Override
  public float[][] embed(String model, List<String> texts, Duration timeout) {
    try {
      Embedder embedder = embedders.find(model);
      return embedder.embed(texts, timeout).vectors();
    } catch (EmbedException e) {
      ErrorCode code =
          switch (e.reason()) {
            case UNKNOWN_MODEL, INVALID_INPUT -> ErrorCode.BAD_REQUEST;
            case OVERLOADED -> ErrorCode.OVERLOADED;
            case DEADLINE_EXCEEDED, INTERRUPTED -> ErrorCode.TIMEOUT;
            case CLOSED -> ErrorCode.UNAVAILABLE;
            case INTERNAL -> ErrorCode.INTERNAL;
          };
      throw new QuiverException(code, String.valueOf(e.getMessage()), e);
    }
  }
}
