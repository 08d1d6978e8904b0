package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.query.QueryRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Searches, recommendations and queries whose points are grouped by a payload value. */
final class RestGroups {
  private static final String POINTS = "/collections/{collection_name}/points";
  private static final String LABEL = "search_group_request.group_request.";
  private static final int DEFAULT_LIMIT = 10;
  private static final int DEFAULT_GROUP_SIZE = 3;

  private final Database database;
  private final Inference inference;
  private final SearchPool pool;
  private final Queries queries;
  private final ResultBudget budget;

  RestGroups(
      Database database, Inference inference, SearchPool pool, ResultBudget budget, Issues issues) {
    this.database = database;
    this.inference = inference;
    this.pool = pool;
    this.queries = new Queries(database, issues);
    this.budget = budget;
  }

  void register(RestRouter router) {
    router
        .add("POST", POINTS + "/search/groups", grouped(RestGroups::search))
        .add("POST", POINTS + "/recommend/groups", grouped(RestGroups::recommend))
        .add("POST", POINTS + "/query/groups", grouped(RestGroups::query));
  }

  /** A query and how its points are grouped. */
  private record Grouped(QueryRequest query, Groups.Request groups) {}

  @FunctionalInterface
  private interface Reader {
    Grouped read(JsonIn in, ApiLimits limits) throws IOException;
  }

  private RestRouter.Handler grouped(Reader reader) {
    return exchange -> {
      String collection = exchange.collection();
      Duration timeout = exchange.readTimeout();
      Grouped grouped = exchange.body(in -> reader.read(in, exchange.limits()));
      Queries.admitGroups(
          database,
          exchange.access(),
          collection,
          grouped.query(),
          grouped.groups(),
          exchange.namedTimeout());
      List<Groups.Group> groups = run(exchange, collection, grouped, timeout);
      boolean bare = RestPoints.bare(database, collection);
      Groups.Lookup lookup = grouped.groups().lookup();
      boolean bareLookup = lookup != null && RestPoints.bare(database, lookup.collection());
      exchange.ok(out -> out.groups(groups, bare, bareLookup));
    };
  }

  private List<Groups.Group> run(
      RestExchange exchange, String collection, Grouped grouped, Duration timeout) {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    Groups.Request request = grouped.groups();
    budget.check(collection, List.of(grouped.query()));
    budget.check(collection, (long) request.limit() * request.groupSize(), request.vectors());
    Inference.Batch texts = inference.batch();
    Queries.collect(List.of(grouped.query()), texts);
    if (!texts.isEmpty()) {
      database.collectionConfig(collection);
      texts.run(timeout);
    }
    return exchange.search(
        pool,
        "GroupBy",
        Duration.ofNanos(deadlineNanos - System.nanoTime()),
        () -> queries.groups(collection, grouped.query(), request, texts));
  }

  // Bodies.

  private static Grouped search(JsonIn in, ApiLimits limits) throws IOException {
    Body body = new Body(in, limits, "u32");
    return body.groupedAsAsked(RestQueries.search(in, limits, body::read, false));
  }

  private static Grouped recommend(JsonIn in, ApiLimits limits) throws IOException {
    Body body = new Body(in, limits, "u32");
    return body.groupedAsAsked(RestQueries.recommend(in, limits, body::read, false));
  }

  private static Grouped query(JsonIn in, ApiLimits limits) throws IOException {
    Body body = new Body(in, limits, "usize");
    return body.grouped(RestQueries.query(in, limits, body::read));
  }

  private static final class Body {
    private final JsonIn in;
    private final ApiLimits limits;
    private final String numbers;
    private @Nullable String groupBy;
    private @Nullable Integer groupSize;
    private @Nullable Integer limit;
    private Groups.@Nullable Lookup lookup;

    Body(JsonIn in, ApiLimits limits, String numbers) {
      this.in = in;
      this.limits = limits;
      this.numbers = numbers;
    }

    boolean read(String name) throws IOException {
      switch (name) {
        case "group_by" -> groupBy = RestParts.payloadPath(in);
        case "group_size" -> groupSize = number("group_size");
        case "limit" -> limit = number("limit");
        case "with_lookup" -> lookup = in.isNull() ? null : lookup(in);
        case "offset" -> in.tree();
        default -> {
          return false;
        }
      }
      return true;
    }

    private @Nullable Integer number(String name) throws IOException {
      if (in.isNull() && numbers.equals("usize")) {
        return null;
      }
      return RestParts.bounded(in, LABEL + name, limits.resultsMax(), numbers);
    }

    /** As below; the older calls have no defaults. */
    Grouped groupedAsAsked(QueryRequest query) {
      if (limit == null) {
        throw in.missing("limit");
      }
      if (groupSize == null) {
        throw in.missing("group_size");
      }
      return grouped(query);
    }

    Grouped grouped(QueryRequest query) {
      if (groupBy == null) {
        throw in.missing("group_by");
      }
      int most = limit == null ? DEFAULT_LIMIT : limit;
      int size = groupSize == null ? DEFAULT_GROUP_SIZE : groupSize;
      if ((long) most * size > limits.resultsMax()) {
        in.invalid(
            LABEL + "limit",
            "limit * group_size is "
                + (long) most * size
                + ", must be "
                + limits.resultsMax()
                + " or smaller");
      }
      return new Grouped(
          query, new Groups.Request(groupBy, size, most, lookup, query.payload(), query.vectors()));
    }
  }

  /** WithLookupInterface: a collection's name, or it and what to return of its points. */
  private static Groups.Lookup lookup(JsonIn in) throws IOException {
    if (in.isString()) {
      return new Groups.Lookup(in.string(), PayloadSelection.ALL, VectorSelection.NONE);
    }
    LookupBody body = new LookupBody();
    in.object(
        "WithLookup",
        name -> {
          switch (name) {
            case "collection" -> body.collection = in.string();
            case "with_payload" ->
                body.payload = in.isNull() ? PayloadSelection.NONE : RestParts.withPayload(in);
            case "with_vectors", "with_vector" ->
                body.vectors = in.isNull() ? VectorSelection.NONE : RestParts.withVector(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (body.collection == null) {
      throw in.missing("collection");
    }
    return new Groups.Lookup(body.collection, body.payload, body.vectors);
  }

  private static final class LookupBody {
    private @Nullable String collection;
    private PayloadSelection payload = PayloadSelection.ALL;
    private VectorSelection vectors = VectorSelection.NONE;
  }
}
