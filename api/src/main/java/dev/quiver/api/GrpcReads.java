package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import io.qdrant.client.grpc.JsonWithInt;
import io.qdrant.client.grpc.Points;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What reading calls share: checks of their messages, and points in their wire form. */
final class GrpcReads {
  private final int resultsMax;

  /**
   * @param resultsMax largest {@code limit + offset}
   */
  GrpcReads(int resultsMax) {
    this.resultsMax = resultsMax;
  }

  void checkResults(long limit, long offset) {
    if (limit < 0 || offset < 0 || limit > resultsMax || offset > resultsMax - limit) {
      throw QuiverException.badRequest(
          "limit + offset: "
              + Long.toUnsignedString(limit)
              + " + "
              + Long.toUnsignedString(offset)
              + " (expected: at most "
              + resultsMax
              + " together); scroll instead");
    }
  }

  static PayloadSelection payload(
      boolean present, Points.WithPayloadSelector selector, PayloadSelection absent) {
    return present ? GrpcSelections.payload(selector) : absent;
  }

  static VectorSelection vectors(boolean present, Points.WithVectorsSelector selector) {
    return present ? GrpcSelections.vectors(selector) : VectorSelection.NONE;
  }

  /** There is one replica, so any consistency is kept; only nonsense is refused. */
  static void checkConsistency(boolean present, Points.ReadConsistency consistency) {
    if (!present) {
      return;
    }
    switch (consistency.getValueCase()) {
      case FACTOR -> {
        if (consistency.getFactor() == 0) {
          throw GrpcFaults.malformed("Read consistency factor can't be zero");
        }
      }
      case TYPE -> {
        if (consistency.getType() == Points.ReadConsistencyType.UNRECOGNIZED) {
          throw GrpcFaults.malformed(
              "Unknown read consistency type: " + consistency.getTypeValue());
        }
      }
      case VALUE_NOT_SET -> throw GrpcFaults.malformed("Read consistency without a value");
    }
  }

  static Points.ScoredPoint write(ScoredPoint point) {
    Points.ScoredPoint.Builder reply =
        Points.ScoredPoint.newBuilder()
            .setId(GrpcIds.write(point.id()))
            .setVersion(point.version())
            .setScore(point.score());
    putPayload(point.payload(), reply::putPayload);
    Map<String, VectorValue> vectors = point.vectors();
    if (vectors != null) {
      reply.setVectors(GrpcVectors.write(vectors));
    }
    Points.OrderValue order = order(point.orderValue());
    if (order != null) {
      reply.setOrderValue(order);
    }
    return reply.build();
  }

  static Points.RetrievedPoint write(PointRecord point) {
    Points.RetrievedPoint.Builder reply =
        Points.RetrievedPoint.newBuilder().setId(GrpcIds.write(point.id()));
    putPayload(point.payload(), reply::putPayload);
    Map<String, VectorValue> vectors = point.vectors();
    if (vectors != null) {
      reply.setVectors(GrpcVectors.write(vectors));
    }
    Points.OrderValue order = order(point.orderValue());
    if (order != null) {
      reply.setOrderValue(order);
    }
    return reply.build();
  }

  private static void putPayload(
      @Nullable Payload payload, BiConsumer<String, JsonWithInt.Value> fields) {
    if (payload != null) {
      for (Map.Entry<String, JsonNode> field : payload.json().properties()) {
        fields.accept(field.getKey(), GrpcValues.write(field.getValue()));
      }
    }
  }

  private static Points.@Nullable OrderValue order(@Nullable Number value) {
    return switch (value) {
      case null -> null;
      case Long number -> Points.OrderValue.newBuilder().setInt(number).build();
      default -> Points.OrderValue.newBuilder().setFloat(value.doubleValue()).build();
    };
  }

  static Points.BatchResult batch(List<ScoredPoint> points) {
    Points.BatchResult.Builder batch = Points.BatchResult.newBuilder();
    for (ScoredPoint point : points) {
      batch.addResult(write(point));
    }
    return batch.build();
  }
}
