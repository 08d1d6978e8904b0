package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.query.QueryRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Queries and the older calls that are queries, one by one and in batches. */
final class RestSearch {
  private static final String POINTS = "/collections/{collection_name}/points";

  private final Database database;
  private final Inference inference;
  private final SearchPool pool;
  private final Queries queries;
  private final ResultBudget budget;

  RestSearch(
      Database database, Inference inference, SearchPool pool, ResultBudget budget, Issues issues) {
    this.database = database;
    this.inference = inference;
    this.pool = pool;
    this.queries = new Queries(database, issues);
    this.budget = budget;
  }

  void register(RestRouter router) {
    router
        .add("POST", POINTS + "/search", one(RestQueries::search, RestOut::hits))
        .add("POST", POINTS + "/recommend", one(RestQueries::recommend, RestOut::hits))
        .add("POST", POINTS + "/discover", one(RestQueries::discover, RestOut::hits))
        .add("POST", POINTS + "/query", one(RestQueries::query, RestOut::hitsAsPoints))
        .add("POST", POINTS + "/search/batch", many(RestQueries::search, RestOut::hits))
        .add("POST", POINTS + "/recommend/batch", many(RestQueries::recommend, RestOut::hits))
        .add("POST", POINTS + "/discover/batch", many(RestQueries::discover, RestOut::hits))
        .add("POST", POINTS + "/query/batch", many(RestQueries::query, RestOut::hitsAsPoints));
  }

  @FunctionalInterface
  private interface HitsWriter {
    void write(RestOut out, List<ScoredPoint> hits, boolean bare) throws IOException;
  }

  private RestRouter.Handler one(RestQueries.OneQuery reader, HitsWriter writer) {
    return exchange -> {
      String collection = exchange.collection();
      Duration timeout = exchange.readTimeout();
      QueryRequest query = exchange.body(in -> reader.read(in, exchange.limits()));
      admit(exchange, collection, List.of(query), false);
      List<ScoredPoint> hits = run(exchange, collection, List.of(query), timeout).getFirst();
      boolean bare = RestPoints.bare(database, collection);
      exchange.ok(out -> writer.write(out, hits, bare));
    };
  }

  private RestRouter.Handler many(RestQueries.OneQuery reader, HitsWriter writer) {
    return exchange -> {
      String collection = exchange.collection();
      Duration timeout = exchange.readTimeout();
      List<QueryRequest> all =
          exchange.body(in -> RestQueries.batch(in, exchange.limits(), reader));
      admit(exchange, collection, all, true);
      List<List<ScoredPoint>> hits = run(exchange, collection, all, timeout);
      boolean bare = RestPoints.bare(database, collection);
      exchange.ok(out -> out.array(hits, list -> writer.write(out, list, bare)));
    };
  }

  private void admit(
      RestExchange exchange, String collection, List<QueryRequest> queries, boolean batch) {
    Queries.admit(database, exchange.access(), collection, queries, batch, exchange.namedTimeout());
  }

  private List<List<ScoredPoint>> run(
      RestExchange exchange, String collection, List<QueryRequest> all, Duration timeout) {
    ExplainLog explains = exchange.explains();
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    budget.check(collection, all);
    Inference.Batch texts = inference.batch();
    Queries.collect(all, texts);
    if (!texts.isEmpty()) {
      // Nobody shall wait for an embedding only to hear that the collection does not exist.
      database.collectionConfig(collection);
      texts.run(timeout);
    }
    ResultBudget.Payloads payloads = budget.payloads();
    return pool.runAll(
        "Search",
        Duration.ofNanos(deadlineNanos - System.nanoTime()),
        all.size(),
        i ->
            explains.recorded(
                i, () -> payloads.counted(queries.run(collection, all.get(i), texts))));
  }
}
