package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import io.qdrant.client.grpc.JsonWithInt;
import io.qdrant.client.grpc.Points;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Searches and queries from their wire form, and their hits back to it. */
final class GrpcReads {
  private static final int DEFAULT_LIMIT = 10;

  private final int resultsMax;

  /**
   * @param resultsMax largest {@code limit + offset}
   */
  GrpcReads(int resultsMax) {
    this.resultsMax = resultsMax;
  }

  Queries.Query search(Points.SearchPoints search) {
    GrpcWrites.refuseShardKey(search.hasShardKeySelector(), search.getShardKeySelector());
    checkConsistency(search.hasReadConsistency(), search.getReadConsistency());
    GrpcFaults.checkAtLeast("limit", search.getLimit(), 1);
    checkResults(search.getLimit(), search.getOffset());
    return new Queries.Query(
        search.getVectorName(),
        new Queries.Ranking.Nearest(GrpcVectors.read(search)),
        GrpcFilters.readIf(search.hasFilter(), search.getFilter()),
        params(search.hasParams(), search.getParams()),
        (int) search.getLimit(),
        (int) search.getOffset(),
        search.hasScoreThreshold() ? threshold(search.getScoreThreshold()) : null,
        payload(search.hasWithPayload(), search.getWithPayload(), PayloadSelection.NONE),
        vectors(search.hasWithVectors(), search.getWithVectors()));
  }

  Queries.Query query(Points.QueryPoints query) {
    GrpcWrites.refuseShardKey(query.hasShardKeySelector(), query.getShardKeySelector());
    checkConsistency(query.hasReadConsistency(), query.getReadConsistency());
    GrpcFaults.refuse(query.getPrefetchCount() > 0, "prefetch");
    GrpcFaults.refuse(query.hasLookupFrom(), "lookup_from");
    long limit = DEFAULT_LIMIT;
    if (query.hasLimit()) {
      limit = query.getLimit();
      GrpcFaults.checkAtLeast("limit", limit, 1);
    }
    checkResults(limit, query.getOffset());
    return new Queries.Query(
        query.getUsing(),
        query.hasQuery() ? ranking(query.getQuery()) : new Queries.Ranking.None(),
        GrpcFilters.readIf(query.hasFilter(), query.getFilter()),
        params(query.hasParams(), query.getParams()),
        (int) limit,
        (int) query.getOffset(),
        query.hasScoreThreshold() ? threshold(query.getScoreThreshold()) : null,
        payload(query.hasWithPayload(), query.getWithPayload(), PayloadSelection.NONE),
        vectors(query.hasWithVectors(), query.getWithVectors()));
  }

  private static Queries.Ranking ranking(Points.Query query) {
    return switch (query.getVariantCase()) {
      case NEAREST -> new Queries.Ranking.Nearest(GrpcVectors.read(query.getNearest()));
      case ORDER_BY -> new Queries.Ranking.ByValue(GrpcSelections.orderBy(query.getOrderBy()));
      case RECOMMEND -> throw later("recommend");
      case DISCOVER -> throw later("discover");
      case CONTEXT -> throw later("context");
      case FUSION -> throw later("fusion");
      case RRF -> throw later("rrf");
      case SAMPLE -> throw later("sample");
      case FORMULA -> throw later("formula");
      case NEAREST_WITH_MMR -> throw later("nearest_with_mmr");
      case RELEVANCE_FEEDBACK -> throw later("relevance_feedback");
      case VARIANT_NOT_SET -> throw GrpcFaults.malformed("Query variant is missing");
    };
  }

  private static QuiverException later(String kind) {
    return QuiverException.notImplemented(
        "query of kind " + kind + ": a later version brings it; this one has nearest and order_by");
  }

  /** Whether the query's vector is a text. */
  static boolean isText(Points.QueryPoints query) {
    return query.getQuery().getNearest().hasDocument();
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

  private static float threshold(float value) {
    if (Float.isNaN(value)) {
      throw QuiverException.badRequest("score_threshold: NaN (expected: a number)");
    }
    return value;
  }

  private static SearchParams params(boolean present, Points.SearchParams params) {
    return present ? GrpcSelections.params(params) : SearchParams.DEFAULT;
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
