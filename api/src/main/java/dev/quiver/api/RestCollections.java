package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Collections and their aliases. */
final class RestCollections {
  private static final String COLLECTION = "/collections/{collection_name}";

  /** Standalone there is one peer and one shard; clients want to see an id all the same. */
  private static final long PEER_ID = 1;

  private final Database database;

  RestCollections(Database database) {
    this.database = database;
  }

  void register(RestRouter router) {
    router
        .add("GET", "/collections", this::list)
        .add("GET", COLLECTION, this::info)
        .add("PUT", COLLECTION, this::create)
        .add("PATCH", COLLECTION, this::update)
        .add("DELETE", COLLECTION, this::delete)
        .add("GET", COLLECTION + "/exists", this::exists)
        .add("GET", COLLECTION + "/cluster", this::clusterInfo)
        .add("POST", "/collections/aliases", this::updateAliases)
        .add("GET", COLLECTION + "/aliases", this::collectionAliases)
        .add("GET", "/aliases", this::allAliases);
  }

  private Changes changes(RestExchange exchange) {
    return new Changes(database, exchange.caller());
  }

  private void list(RestExchange exchange) {
    List<String> names = database.collections();
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ArrayNode collections = result.putArray("collections");
    for (String name : names) {
      if (exchange.access().sees(name)) {
        collections.addObject().put("name", name);
      }
    }
    exchange.ok(out -> out.tree(result));
  }

  private void info(RestExchange exchange) {
    ObjectNode result = CollectionInfos.json(database.collectionInfo(exchange.collection()));
    exchange.ok(out -> out.tree(result));
  }

  private void create(RestExchange exchange) {
    String name = exchange.pathParameter("collection_name");
    CollectionDocuments.checkNewName(name);
    exchange.updateTimeout();
    CollectionConfig config = CollectionDocuments.create(exchange.bodyTree());
    changes(exchange).createCollection(name, config);
    exchange.ok(out -> out.bool(true));
  }

  private void update(RestExchange exchange) {
    String name = exchange.collection();
    exchange.updateTimeout();
    ObjectNode change = CollectionDocuments.checkUpdate(exchange.bodyTree());
    boolean existed =
        changes(exchange)
            .updateCollection(name, change, config -> CollectionDocuments.update(config, change));
    if (!existed) {
      throw QuiverException.notFound("Collection `" + name + "` doesn't exist!");
    }
    exchange.ok(out -> out.bool(true));
  }

  private void delete(RestExchange exchange) {
    String name = exchange.collection();
    exchange.updateTimeout();
    boolean existed = changes(exchange).deleteCollection(name);
    exchange.ok(out -> out.bool(existed));
  }

  private void exists(RestExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("exists", database.collectionExists(exchange.collection()));
    exchange.ok(out -> out.tree(result));
  }

  private void clusterInfo(RestExchange exchange) {
    long points = database.count(exchange.collection(), null, false);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("peer_id", PEER_ID);
    result.put("shard_count", 1);
    ObjectNode shard = result.putArray("local_shards").addObject();
    shard.put("shard_id", 0);
    shard.put("points_count", points);
    shard.put("state", "Active");
    result.putArray("remote_shards");
    result.putArray("shard_transfers");
    exchange.ok(out -> out.tree(result));
  }

  private void updateAliases(RestExchange exchange) {
    exchange.updateTimeout();
    List<Alias.Action> actions = new ArrayList<>();
    for (JsonNode action : CollectionDocuments.aliasActions(exchange.bodyTree())) {
      actions.add(action(action));
    }
    changes(exchange).updateAliases(actions);
    exchange.ok(out -> out.bool(true));
  }

  private static Alias.Action action(JsonNode action) {
    if (action.hasNonNull("create_alias")) {
      JsonNode create = action.get("create_alias");
      return new Alias.Action.Create(
          create.get("collection_name").textValue(), create.get("alias_name").textValue());
    }
    if (action.hasNonNull("delete_alias")) {
      return new Alias.Action.Delete(action.get("delete_alias").get("alias_name").textValue());
    }
    JsonNode rename = action.get("rename_alias");
    return new Alias.Action.Rename(
        rename.get("old_alias_name").textValue(), rename.get("new_alias_name").textValue());
  }

  private void collectionAliases(RestExchange exchange) {
    String name = exchange.collection();
    database.collectionConfig(name);
    Access access = exchange.access();
    aliases(exchange, alias -> alias.collection().equals(name) && access.sees(alias.alias()));
  }

  private void allAliases(RestExchange exchange) {
    Access access = exchange.access();
    aliases(exchange, alias -> access.sees(alias.collection()) && access.sees(alias.alias()));
  }

  private void aliases(RestExchange exchange, Predicate<Alias> wanted) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ArrayNode aliases = result.putArray("aliases");
    for (Alias alias : database.aliases()) {
      if (wanted.test(alias)) {
        aliases
            .addObject()
            .put("alias_name", alias.alias())
            .put("collection_name", alias.collection());
      }
    }
    exchange.ok(out -> out.tree(result));
  }
}
