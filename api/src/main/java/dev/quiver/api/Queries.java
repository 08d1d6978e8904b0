package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ReadDemand;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.VectorParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterSize;
import dev.quiver.engine.query.LookupLocation;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Queries with texts in them, over a {@link Database}. Thread-safe. */
public final class Queries {
  private final Database database;
  private final Issues issues;

  public Queries(Database database) {
    this(database, new Issues());
  }

  /**
   * @param issues told of every query
   */
  Queries(Database database, Issues issues) {
    this.database = database;
    this.issues = issues;
  }

  /** Adds the texts among the queries' inputs to a batch of inferences. */
  public static void collect(Collection<QueryRequest> queries, Inference.Batch inference) {
    for (QueryRequest query : queries) {
      query
          .root()
          .forEach(
              stage -> {
                if (stage.query() instanceof Query.OfVectors vectors) {
                  vectors.inputs().forEach(inference::add);
                }
              });
    }
  }

  /**
   * Lets queries of a collection through, all stages of each: the caller must be allowed to read
   * the collections in which they look up vectors, and strict mode must allow what they ask for.
   *
   * @param batch whether they are a batch
   * @param timeout the time that the request names; null: none
   * @throws QuiverException {@link ErrorCode#FORBIDDEN}, or as {@link Database#admit} does
   */
  static void admit(
      Database database,
      Access access,
      String collection,
      Collection<QueryRequest> queries,
      boolean batch,
      @Nullable Duration timeout) {
    requireLookups(access, queries);
    database.admit(collection, demands(queries), batch, timeout);
  }

  private static void requireLookups(Access access, Collection<QueryRequest> queries) {
    for (QueryRequest query : queries) {
      query
          .root()
          .forEach(
              stage -> {
                LookupLocation lookup = stage.lookup();
                if (lookup != null) {
                  access.require(Right.READ, lookup.collection());
                }
              });
    }
  }

  /** What the queries ask for, a stage before its prefetches. */
  static List<ReadDemand> demands(Collection<QueryRequest> queries) {
    List<ReadDemand> demands = new ArrayList<>(queries.size());
    for (QueryRequest query : queries) {
      addDemands(query.root(), null, false, demands);
    }
    return demands;
  }

  /**
   * Only leaves read, with the filters of all stages above them; a stage above prefetches compares
   * with what those found.
   */
  private static void addDemands(
      QueryStage stage, @Nullable Filter above, boolean nested, List<ReadDemand> demands) {
    Filter all = Filter.both(above, stage.filter());
    boolean isLeaf = stage.prefetch().isEmpty();
    boolean searches = stage.query() instanceof Query.OfVectors && isLeaf;
    ReadDemand own =
        ReadDemand.search(
            stage.limit(), stage.filter(), stage.params(), searches ? stage.using() : null);
    ReadDemand demand =
        isLeaf
            ? own.costing(1 + FilterSize.conditions(all))
            : own.asReranking(
                stage.query() instanceof Query.Boost(var by) ? by.expression() : null);
    demands.add(nested ? demand.asNested() : demand);
    for (QueryStage prefetch : stage.prefetch()) {
      addDemands(prefetch, all, true, demands);
    }
  }

  /**
   * Runs one query; uses the processor, so call it on the pool for searches. Whether the results
   * fit into memory is for the caller to check before.
   *
   * @param inference has run with this query's texts; untouched when there are none
   * @throws QuiverException as {@link Database#query} does
   */
  public List<ScoredPoint> run(String collection, QueryRequest query, Inference.Batch inference) {
    long startNanos = System.nanoTime();
    List<ScoredPoint> points = database.query(collection, query.map(inference::embedded));
    issues.observe(database, collection, query, System.nanoTime() - startNanos);
    return points;
  }

  /**
   * The best points of a query in groups; its limit, offset and selections do not count. As {@link
   * #run} otherwise.
   */
  List<Groups.Group> groups(
      String collection, QueryRequest query, Groups.Request request, Inference.Batch inference) {
    QueryRequest embedded = query.map(inference::embedded);
    return Groups.run(
        database,
        collection,
        request,
        order(collection, query.root()),
        new Groups.Source() {
          private boolean paid = true;

          @Override
          public List<ScoredPoint> best(Filter filter, int limit, PayloadSelection payload) {
            QueryRequest round = candidates(embedded.root(), filter, limit, payload);
            // The first round was paid for when the query was let through.
            if (!paid) {
              database.charge(
                  collection, demands(List.of(round)).stream().mapToLong(ReadDemand::cost).sum());
            }
            paid = false;
            return database.query(collection, round);
          }
        });
  }

  /** A query's best points among those that match a further filter, without vectors. */
  private static QueryRequest candidates(
      QueryStage root, @Nullable Filter among, int most, PayloadSelection payload) {
    QueryStage stage =
        new QueryStage(
            root.prefetch(),
            root.query(),
            root.using(),
            Filter.both(root.filter(), among),
            root.params(),
            root.scoreThreshold(),
            most,
            root.lookup());
    return new QueryRequest(stage, 0, payload, VectorSelection.NONE);
  }

  private Groups.Order order(String collection, QueryStage root) {
    return switch (root.query()) {
      case Query.OfVectors query when Query.Mmr.of(query) != null -> Groups.Order.ARRIVAL;
      case Query.Nearest _ -> byDistance(collection, root);
      case Query.Recommend recommend when recommend.strategy() == Query.Strategy.AVERAGE_VECTOR ->
          byDistance(collection, root);
      case Query.OfVectors _, Query.Fusion _, Query.Boost _ -> Groups.Order.HIGHER_SCORE;
      case Query.ByValue _, Query.Sample _, Query.None _ -> Groups.Order.ARRIVAL;
    };
  }

  private Groups.Order byDistance(String collection, QueryStage root) {
    VectorParams params = database.collectionConfig(collection).vectors().get(root.using());
    return params == null || params.distance().higherScoreIsCloser()
        ? Groups.Order.HIGHER_SCORE
        : Groups.Order.LOWER_SCORE;
  }

  /**
   * Lets a grouped query through, as {@link #admit} does: its limit is that of all points in its
   * groups, and the caller must be allowed to read the collections in which it looks up points.
   */
  static void admitGroups(
      Database database,
      Access access,
      String collection,
      QueryRequest query,
      Groups.Request groups,
      @Nullable Duration timeout) {
    Groups.Lookup lookup = groups.lookup();
    if (lookup != null) {
      access.require(Right.READ, lookup.collection());
    }
    int points = (int) Math.min((long) groups.limit() * groups.groupSize(), Integer.MAX_VALUE - 1);
    QueryRequest asked = candidates(query.root(), null, points, PayloadSelection.NONE);
    requireLookups(access, List.of(asked));
    List<ReadDemand> demands = demands(List.of(asked));
    demands.set(0, demands.getFirst().groupedBy(groups.groupBy()));
    database.admit(collection, demands, false, timeout);
  }

  /** The query that a call of the older recommendation API stands for. */
  static Query recommend(
      List<VectorInput> positive, List<VectorInput> negative, Query.Strategy strategy) {
    if (positive.isEmpty() && strategy == Query.Strategy.AVERAGE_VECTOR) {
      throw QuiverException.badRequest(
          "At least one positive vector ID required with this strategy");
    }
    if (positive.isEmpty() && negative.isEmpty()) {
      throw QuiverException.badRequest(
          "At least one positive or negative vector ID required with this strategy");
    }
    return new Query.Recommend(positive, negative, strategy);
  }

  /**
   * The query that a call of the older discovery API stands for.
   *
   * @param target at most one
   */
  static Query discover(List<VectorInput> target, List<Query.Pair> context) {
    if (target.isEmpty() && context.isEmpty()) {
      throw QuiverException.badRequest("target and/or context_pairs must be specified");
    }
    return target.isEmpty()
        ? new Query.Context(context)
        : new Query.Discover(target.getFirst(), context);
  }
}
