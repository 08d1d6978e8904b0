package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.Verification;

/** Comparing what is stored with its checksums: start, progress, cancel. */
final class RestVerification {
  static final String PATH = "/quiver/v1/verification";

  private final Database database;

  RestVerification(Database database) {
    this.database = database;
  }

  void register(RestRouter router) {
    router
        .add("POST", PATH, this::start)
        .add("GET", PATH, this::show)
        .add("DELETE", PATH, this::cancel);
  }

  private void start(RestExchange exchange) {
    String collection = exchange.text("collection");
    long bytesPerSecond = exchange.number("bytes_per_second", 0);
    answer(exchange, database.verify(collection, bytesPerSecond));
  }

  private void show(RestExchange exchange) {
    answer(exchange, last());
  }

  private void cancel(RestExchange exchange) {
    Verification run = last();
    run.cancel();
    answer(exchange, run);
  }

  private Verification last() {
    Verification run = database.verification();
    if (run == null) {
      throw QuiverException.notFound("no verification was started; POST " + PATH + " starts one");
    }
    return run;
  }

  private static void answer(RestExchange exchange, Verification run) {
    ObjectNode result = run.progress().toJson();
    exchange.ok(out -> out.tree(result));
  }
}
