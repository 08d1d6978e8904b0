package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Damage;
import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.Verification;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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
    ObjectNode result = json(run.progress());
    exchange.ok(out -> out.tree(result));
  }

  private static ObjectNode json(Verification.Progress progress) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("state", progress.state().name().toLowerCase(Locale.ROOT));
    result.put("bytes", progress.bytes());
    result.put("total_bytes", progress.totalBytes());
    result.put("seconds", progress.elapsed().toMillis() / 1000.0);
    if (progress.error() != null) {
      result.put("error", progress.error());
    }
    ArrayNode damages = result.putArray("damages");
    progress.damages().forEach(damage -> damages.add(json(damage)));
    return result;
  }

  static ObjectNode json(Damage damage) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    put(node, "collection", damage.collection());
    node.put("file", damage.file());
    put(node, "section", damage.section());
    node.put("offset", damage.offset());
    node.put("length", damage.length());
    node.put("what", damage.what());
    put(node, "segment", damage.segment());
    node.put("points", damage.points());
    return node;
  }

  private static void put(ObjectNode node, String name, @Nullable String value) {
    if (value != null) {
      node.put(name, value);
    }
  }
}
