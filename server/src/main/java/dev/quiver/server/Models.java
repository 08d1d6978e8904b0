package dev.quiver.server;

import dev.quiver.api.Inference;
import dev.quiver.embed.EmbedException;
import dev.quiver.embed.Embedders;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.time.Duration;
import java.util.List;

/** The embedders on board as the API calls them, their errors in the API's words. */
record Models(Embedders embedders) implements Inference.Models {
  @Override
  public float[][] embed(String model, List<String> texts, Duration timeout) {
    try {
      return embedders.find(model).embed(texts, timeout).vectors();
    } catch (EmbedException e) {
      throw new QuiverException(code(e.reason()), String.valueOf(e.getMessage()), e);
    }
  }

  private static ErrorCode code(EmbedException.Reason reason) {
    return switch (reason) {
      case UNKNOWN_MODEL, INVALID_INPUT -> ErrorCode.BAD_REQUEST;
      case OVERLOADED -> ErrorCode.OVERLOADED;
      case DEADLINE_EXCEEDED, INTERRUPTED -> ErrorCode.TIMEOUT;
      case CLOSED -> ErrorCode.UNAVAILABLE;
      case INTERNAL -> ErrorCode.INTERNAL;
    };
  }
}
