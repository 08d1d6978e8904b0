package dev.quiver.api;

import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Database;
import dev.quiver.engine.OrderBy;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.SearchRequest;
import dev.quiver.engine.VectorParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.filter.Filter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Qdrant's query endpoint in its dense forms, over a {@link Database}: nearest to a vector, a text
 * or a point; ordered by a payload value; or neither, which lists points by id. Thread-safe.
 */
public final class Queries {
  /** What results are ranked by. */
  public sealed interface Ranking {
    record Nearest(VectorInput to) implements Ranking {}

    record ByValue(OrderBy orderBy) implements Ranking {}

    /** In the order of ids, as scrolling does. */
    record None() implements Ranking {}
  }

  /**
   * One query.
   *
   * @param using the vector's name, {@code ""} for the default vector
   * @param limit 1 or more; together with {@code offset} at most {@link Integer#MAX_VALUE} - 1
   * @param offset ranked points to leave out first, 0 or more
   * @param scoreThreshold only with {@link Ranking.Nearest}; strict
   */
  public record Query(
      String using,
      Ranking ranking,
      @Nullable Filter filter,
      SearchParams params,
      int limit,
      int offset,
      @Nullable Float scoreThreshold,
      PayloadSelection payload,
      VectorSelection vectors) {

    /** This query's best points among those that match a further filter, without vectors. */
    Query candidates(Filter among, int most, PayloadSelection selected) {
      Filter both =
          filter == null ? among : new Filter(List.of(filter, among), List.of(), List.of(), null);
      return new Query(
          using, ranking, both, params, most, 0, scoreThreshold, selected, VectorSelection.NONE);
    }
  }

  private static final float SCORE_WITHOUT_RANKING = 1.0f;

  private final Database database;

  public Queries(Database database) {
    this.database = database;
  }

  /** Adds the texts among the queries' inputs to a batch of inferences. */
  public static void collect(Collection<Query> queries, Inference.Batch inference) {
    for (Query query : queries) {
      if (query.ranking() instanceof Ranking.Nearest(VectorInput to)) {
        inference.add(to);
      }
    }
  }

  /**
   * Runs one query; uses the processor, so call it on the pool for searches. Whether the results
   * fit into memory is for the caller to check before.
   *
   * @param inference has run with this query's text; untouched when there is none
   * @return points in rank order, scored 1.0 where nothing ranks them
   * @throws QuiverException not found when the point that the query names does not exist or has no
   *     such vector
   */
  public List<ScoredPoint> run(String collection, Query query, Inference.Batch inference) {
    Float threshold = query.scoreThreshold();
    return switch (query.ranking()) {
      case Ranking.Nearest(VectorInput.ById(PointId id)) -> nearestToPoint(collection, query, id);
      case Ranking.Nearest(VectorInput to) ->
          database.search(
              collection, request(query, inference.resolve(to), query.limit(), query.offset()));
      case Ranking.ByValue(OrderBy orderBy) -> {
        refuseThreshold(threshold, "order_by");
        yield listed(collection, query, orderBy);
      }
      case Ranking.None() -> {
        refuseThreshold(threshold, "no query");
        yield listed(collection, query, null);
      }
    };
  }

  /**
   * The best points of a query in groups; its limit, offset and selections do not count. As {@link
   * #run} otherwise.
   */
  List<Groups.Group> groups(
      String collection, Query query, Groups.Request request, Inference.Batch inference) {
    return Groups.run(
        database,
        collection,
        request,
        order(collection, query),
        (filter, limit, payload) ->
            run(collection, query.candidates(filter, limit, payload), inference));
  }

  private Groups.Order order(String collection, Query query) {
    return switch (query.ranking()) {
      case Ranking.Nearest _ -> {
        VectorParams params = database.collectionConfig(collection).vectors().get(query.using());
        yield params == null || params.distance().higherScoreIsCloser()
            ? Groups.Order.HIGHER_SCORE
            : Groups.Order.LOWER_SCORE;
      }
      case Ranking.ByValue _, Ranking.None _ -> Groups.Order.ARRIVAL;
    };
  }

  private static void refuseThreshold(@Nullable Float threshold, String with) {
    if (threshold != null) {
      throw QuiverException.badRequest(
          "score_threshold: "
              + threshold
              + " cannot be used with "
              + with
              + ", since every point then scores 1.0; remove it or give a nearest query");
    }
  }

  private List<ScoredPoint> nearestToPoint(String collection, Query query, PointId id) {
    CollectionConfig config = database.collectionConfig(collection);
    if (!config.vectors().containsKey(query.using())) {
      throw QuiverException.wrongInput("Not existing vector name error: " + query.using());
    }
    List<PointRecord> found =
        database.retrieve(
            collection,
            List.of(id),
            PayloadSelection.NONE,
            new VectorSelection.Names(List.of(query.using())));
    if (found.isEmpty()) {
      throw QuiverException.notFound("No point with id " + id + " found");
    }
    Map<String, VectorValue> vectors = found.getFirst().vectors();
    VectorValue vector = vectors == null ? null : vectors.get(query.using());
    if (vector == null) {
      throw QuiverException.notFound("Vector with name \"" + query.using() + "\" for point");
    }
    // The point itself is left out here rather than by a filter: an unfiltered walk is faster than
    // a filtered one, and one hit more costs nothing.
    List<ScoredPoint> hits =
        database.search(collection, request(query, vector, query.limit() + query.offset() + 1, 0));
    List<ScoredPoint> others = new ArrayList<>(Math.min(hits.size(), query.limit()));
    int toSkip = query.offset();
    for (ScoredPoint hit : hits) {
      if (hit.id().equals(id)) {
        continue;
      }
      if (toSkip > 0) {
        toSkip--;
      } else if (others.size() < query.limit()) {
        others.add(hit);
      }
    }
    return others;
  }

  private static SearchRequest request(Query query, VectorValue vector, int limit, int offset) {
    return new SearchRequest(
        query.using(),
        vector,
        query.filter(),
        query.params(),
        limit,
        offset,
        query.scoreThreshold(),
        query.payload(),
        query.vectors());
  }

  private List<ScoredPoint> listed(String collection, Query query, @Nullable OrderBy orderBy) {
    List<PointRecord> points =
        database
            .scroll(
                collection,
                new ScrollRequest(
                    null,
                    query.limit() + query.offset(),
                    query.filter(),
                    orderBy,
                    query.payload(),
                    query.vectors()))
            .points();
    List<ScoredPoint> scored = new ArrayList<>(Math.max(0, points.size() - query.offset()));
    for (PointRecord point :
        points.subList(Math.min(query.offset(), points.size()), points.size())) {
      scored.add(
          new ScoredPoint(
              point.id(),
              0,
              SCORE_WITHOUT_RANKING,
              point.payload(),
              point.vectors(),
              point.orderValue()));
    }
    return scored;
  }
}
