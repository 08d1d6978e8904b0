package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.ScoredPoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Search and query, one by one and in batches. */
final class RestSearch {
  private static final String POINTS = "/collections/{collection_name}/points";

  private final Database database;
  private final Inference inference;
  private final SearchPool pool;
  private final Queries queries;
  private final ResultBudget budget;

  RestSearch(Database database, Inference inference, SearchPool pool, ResultBudget budget) {
    this.database = database;
    this.inference = inference;
    this.pool = pool;
    this.queries = new Queries(database);
    this.budget = budget;
  }

  void register(RestRouter router) {
    router
        .add("POST", POINTS + "/search", one(RestReads::search, RestOut::hits))
        .add("POST", POINTS + "/query", one(RestReads::query, RestOut::hitsAsPoints))
        .add("POST", POINTS + "/search/batch", many(RestReads::search, RestOut::hits))
        .add("POST", POINTS + "/query/batch", many(RestReads::query, RestOut::hitsAsPoints));
  }

  @FunctionalInterface
  private interface HitsWriter {
    void write(RestOut out, List<ScoredPoint> hits, boolean bare) throws IOException;
  }

  private RestRouter.Handler one(RestReads.OneQuery reader, HitsWriter writer) {
    return exchange -> {
      String collection = exchange.collection();
      Duration timeout = exchange.readTimeout();
      Queries.Query query = exchange.body(in -> reader.read(in, exchange.limits()));
      List<ScoredPoint> hits = run(collection, List.of(query), timeout).getFirst();
      boolean bare = RestPoints.bare(database, collection);
      exchange.ok(out -> writer.write(out, hits, bare));
    };
  }

  private RestRouter.Handler many(RestReads.OneQuery reader, HitsWriter writer) {
    return exchange -> {
      String collection = exchange.collection();
      Duration timeout = exchange.readTimeout();
      List<Queries.Query> all = exchange.body(in -> RestReads.batch(in, exchange.limits(), reader));
      List<List<ScoredPoint>> hits = run(collection, all, timeout);
      boolean bare = RestPoints.bare(database, collection);
      exchange.ok(out -> out.array(hits, list -> writer.write(out, list, bare)));
    };
  }

  private List<List<ScoredPoint>> run(
      String collection, List<Queries.Query> all, Duration timeout) {
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
        i -> payloads.counted(queries.run(collection, all.get(i), texts)));
  }
}
