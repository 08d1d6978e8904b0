package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ReadDemand;
import dev.quiver.engine.ScrollPage;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.UpdateResult;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.PayloadIndexes;
import dev.quiver.engine.filter.PayloadPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Points: writing them, reading them by id or in order, and the indexes on their payload. */
final class RestPoints {
  private static final String COLLECTION = "/collections/{collection_name}";
  private static final String POINTS = COLLECTION + "/points";
  private static final String SHARD = COLLECTION + "/shards/{shard_id}";

  private final Database database;
  private final Inference inference;
  private final SearchPool pool;
  private final ResultBudget budget;

  RestPoints(Database database, Inference inference, SearchPool pool, ResultBudget budget) {
    this.database = database;
    this.inference = inference;
    this.pool = pool;
    this.budget = budget;
  }

  void register(RestRouter router) {
    router
        .add("PUT", POINTS, write(RestWrites::upsert))
        .add("POST", POINTS + "/delete", write(RestWrites::deletePoints))
        .add("PUT", POINTS + "/vectors", write(RestWrites::updateVectors))
        .add("POST", POINTS + "/vectors/delete", write(RestWrites::deleteVectors))
        .add("POST", POINTS + "/payload", write(RestWrites::setPayload))
        .add("PUT", POINTS + "/payload", write(RestWrites::overwritePayload))
        .add("POST", POINTS + "/payload/delete", write(RestWrites::deletePayload))
        .add("POST", POINTS + "/payload/clear", write(RestWrites::clearPayload))
        .add("POST", POINTS + "/batch", this::batch)
        .add("GET", POINTS + "/{id}", this::point)
        .add("POST", POINTS, this::points)
        .add("POST", POINTS + "/scroll", this::scroll)
        .add("POST", POINTS + "/count", this::count)
        .add("POST", SHARD + "/points", ofShard(this::points))
        .add("POST", SHARD + "/points/scroll", ofShard(this::scroll))
        .add("POST", SHARD + "/points/count", ofShard(this::count))
        .add("POST", SHARD + "/cleanup", ofShard(this::cleanUp))
        .add("PUT", COLLECTION + "/index", this::createIndex)
        .add("DELETE", COLLECTION + "/index/{field_name}", this::deleteIndex)
        .add("PUT", COLLECTION + "/vectors/{vector_name}", this::createVector)
        .add("DELETE", COLLECTION + "/vectors/{vector_name}", this::deleteVector);
  }

  /** A call to the one shard that there is: all of the collection. */
  private RestRouter.Handler ofShard(RestRouter.Handler handler) {
    return exchange -> {
      String shard = exchange.pathParameter("shard_id");
      if (!shard.matches("[0-9]{1,10}")) {
        throw Problems.format(
            Problems.PATH, "", "can not parse `" + Shape.abbreviate(shard) + "` to a `u32`");
      }
      database.collectionConfig(exchange.collection());
      if (Long.parseLong(shard) != 0) {
        throw QuiverException.notFound("shard " + shard + " not found");
      }
      handler.handle(exchange);
    };
  }

  /** No points are here that belong to another shard. */
  private void cleanUp(RestExchange exchange) {
    exchange.flag("wait", false);
    exchange.updateTimeout();
    exchange.ok(out -> out.tree(JsonNodeFactory.instance.textNode("completed")));
  }

  private RestRouter.Handler write(RestWrites.BodyReader reader) {
    return exchange -> {
      WriteCall call = new WriteCall(exchange);
      PendingWrite operation = exchange.body(reader::read);
      List<UpdateResult> results = write(call, List.of(operation));
      exchange.ok(out -> out.updateResult(results.getFirst()));
    };
  }

  private void batch(RestExchange exchange) {
    WriteCall call = new WriteCall(exchange);
    List<PendingWrite> operations = exchange.body(in -> RestWrites.batch(in, exchange.limits()));
    List<UpdateResult> results = operations.isEmpty() ? List.of() : write(call, operations);
    exchange.ok(out -> out.updateResults(results));
  }

  /** What every writing call has beside its body; checked before the body is read. */
  private static final class WriteCall {
    private final String collection;
    private final boolean wait;
    private final @Nullable Duration timeout;
    private final Duration inferenceTimeout;
    private final Caller caller;

    WriteCall(RestExchange exchange) {
      this.collection = exchange.collection();
      this.wait = exchange.flag("wait", false);
      this.timeout = exchange.updateTimeout();
      this.inferenceTimeout = timeout == null ? Inference.DEFAULT_TIMEOUT : timeout;
      this.caller = exchange.caller();
      exchange.checkOrdering();
    }
  }

  private List<UpdateResult> write(WriteCall call, List<PendingWrite> operations) {
    Inference.Batch texts = inference.batch();
    for (PendingWrite operation : operations) {
      operation.collect(texts);
    }
    if (!texts.isEmpty()) {
      // Nobody shall wait for an embedding only to hear that the collection does not exist.
      database.collectionConfig(call.collection);
      texts.run(call.inferenceTimeout);
    }
    List<WriteOp> resolved = new ArrayList<>(operations.size());
    for (PendingWrite operation : operations) {
      resolved.add(operation.resolve(texts));
    }
    ShardKeys.checkWrite(database.collectionConfig(call.collection), resolved);
    return new Changes(database, call.caller)
        .write(call.collection, resolved, call.wait, call.timeout);
  }

  private void admit(RestExchange exchange, String collection, ReadDemand demand) {
    database.admit(collection, List.of(demand), false, exchange.namedTimeout());
  }

  private void point(RestExchange exchange) {
    String collection = exchange.collection();
    PointId id = exchange.pointId();
    Duration timeout = exchange.readTimeout();
    admit(exchange, collection, ReadDemand.retrieve(1));
    List<PointRecord> found =
        pool.run(
            "Retrieve",
            timeout,
            () ->
                database.retrieve(
                    collection, List.of(id), PayloadSelection.ALL, VectorSelection.ALL));
    if (found.isEmpty()) {
      throw QuiverException.notFound("Point with id " + id + " does not exists!");
    }
    boolean bare = bare(database, collection);
    exchange.ok(out -> out.record(found.getFirst(), bare));
  }

  private void points(RestExchange exchange) {
    String collection = exchange.collection();
    Duration timeout = exchange.readTimeout();
    RestReads.Retrieve wanted = exchange.body(RestReads::retrieve);
    admit(exchange, collection, ReadDemand.retrieve(wanted.ids().size()));
    List<PointRecord> found =
        pool.run(
            "Retrieve",
            timeout,
            () -> {
              budget.check(collection, wanted.ids().size(), wanted.vectors());
              return database.retrieve(
                  collection, wanted.ids(), wanted.payload(), wanted.vectors());
            });
    boolean bare = bare(database, collection);
    exchange.ok(out -> out.records(found, bare));
  }

  private void scroll(RestExchange exchange) {
    String collection = exchange.collection();
    Duration timeout = exchange.readTimeout();
    ScrollRequest request = exchange.body(in -> RestReads.scroll(in, exchange.limits()));
    admit(exchange, collection, ReadDemand.scroll(request.limit(), request.filter()));
    ScrollPage page =
        exchange.search(
            pool,
            "Scroll",
            timeout,
            () -> {
              budget.check(collection, request.limit(), request.vectors());
              return database.scroll(collection, request);
            });
    boolean bare = bare(database, collection);
    exchange.ok(out -> out.scroll(page, bare));
  }

  private void count(RestExchange exchange) {
    String collection = exchange.collection();
    Duration timeout = exchange.readTimeout();
    RestReads.Count request = exchange.body(RestReads::count);
    admit(exchange, collection, ReadDemand.count(request.filter(), request.exact()));
    long count =
        exchange.search(
            pool,
            "Count",
            timeout,
            () -> database.count(collection, request.filter(), request.exact()));
    ObjectNode result = JsonNodeFactory.instance.objectNode().put("count", count);
    exchange.ok(out -> out.tree(result));
  }

  private static final Shape CREATE_INDEX =
      Shape.struct("CreateFieldIndex")
          .required(Shape.string(), "field_name")
          .optional(Shape.any(), "field_schema", "field_type");

  private void createIndex(RestExchange exchange) {
    WriteCall call = new WriteCall(exchange);
    JsonNode body = exchange.bodyTree();
    Problems problems = new Problems(Problems.JSON_BODY);
    CREATE_INDEX.check(body, "", problems);
    JsonNode schema =
        body.hasNonNull("field_schema") ? body.get("field_schema") : body.get("field_type");
    if (schema == null || schema.isNull()) {
      throw QuiverException.badRequest(
          "Can't auto-detect field type, please specify `field_schema` in the request");
    }
    String field = body.get("field_name").textValue();
    PayloadIndex index = RestParts.labelled(() -> PayloadIndexes.parse(field, schema));
    write(call, exchange, new WriteOp.CreateFieldIndex(index));
  }

  private void write(WriteCall call, RestExchange exchange, WriteOp operation) {
    List<UpdateResult> results =
        new Changes(database, call.caller)
            .write(call.collection, List.of(operation), call.wait, call.timeout);
    exchange.ok(out -> out.updateResult(results.getFirst()));
  }

  private void deleteIndex(RestExchange exchange) {
    WriteCall call = new WriteCall(exchange);
    String field = exchange.pathParameter("field_name");
    try {
      PayloadPath.parse(field);
    } catch (QuiverException e) {
      throw Problems.format(Problems.PATH, "", String.valueOf(e.getMessage()));
    }
    write(call, exchange, new WriteOp.DeleteFieldIndex(field));
  }

  private void createVector(RestExchange exchange) {
    WriteCall call = new WriteCall(exchange);
    String name = vectorName(exchange);
    JsonNode body = exchange.bodyTree();
    write(call, exchange, new WriteOp.CreateVector(name, CollectionDocuments.vector(name, body)));
  }

  private void deleteVector(RestExchange exchange) {
    WriteCall call = new WriteCall(exchange);
    write(call, exchange, new WriteOp.DeleteVector(vectorName(exchange)));
  }

  private static String vectorName(RestExchange exchange) {
    String name = exchange.pathParameter("vector_name");
    String wrong = CollectionDocuments.wrongVectorName(name);
    if (wrong != null) {
      throw Problems.validation(Problems.PATH, "vector_name", wrong);
    }
    return name;
  }

  /** Whether the collection has but the default vector, which is then returned without a name. */
  static boolean bare(Database database, String collection) {
    var vectors = database.collectionConfig(collection).vectors();
    return vectors.size() == 1 && vectors.containsKey("");
  }
}
