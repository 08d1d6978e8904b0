package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies collections from one server to another, one after the other: configuration, points, then
 * the comparison of both sides, and last what would be in the way before: strict mode and aliases.
 * For one thread; {@link #stop} may come from any.
 */
final class Migration {
  /**
   * How to do it.
   *
   * @param batch points in a request at most
   * @param inFlight requests on their way to the target at most
   */
  record Plan(
      int batch,
      int inFlight,
      MigrateCommand.Verify verify,
      boolean intoExisting,
      boolean restart) {}

  private final ApiClient source;
  private final ApiClient target;
  private final Plan plan;
  private final Context context;
  private volatile boolean stopped;

  Migration(ApiClient source, ApiClient target, Plan plan, Context context) {
    this.source = source;
    this.target = target;
    this.plan = plan;
    this.context = context;
  }

  /** Asks a running migration to stop soon and to remember where. */
  void stop() {
    stopped = true;
  }

  boolean stopped() {
    return stopped;
  }

  /** The collections to copy: those that are asked for, by their own names, or all. */
  List<String> names(List<String> asked) {
    List<String> all = new ArrayList<>();
    ServerOptions.result(read(source, "/collections"))
        .path("collections")
        .forEach(one -> all.add(one.path("name").asText()));
    if (asked.isEmpty()) {
      return all;
    }
    Set<String> chosen = new LinkedHashSet<>();
    for (String name : asked) {
      if (all.contains(name)) {
        chosen.add(name);
        continue;
      }
      String real = null;
      for (JsonNode alias : aliases(source)) {
        if (alias.path("alias_name").asText().equals(name)) {
          real = alias.path("collection_name").asText();
        }
      }
      if (real == null) {
        throw new CliException(
            ExitCode.NOT_FOUND,
            "the source "
                + source.base()
                + " has no collection "
                + name
                + "; it has: "
                + String.join(", ", all));
      }
      context.terminal().println(name + " is an alias of " + real + ", which is copied");
      chosen.add(real);
    }
    return List.copyOf(chosen);
  }

  private static JsonNode read(ApiClient client, String path) {
    return Json.parse(client.patiently("GET", path, null), client.base() + path);
  }

  private static List<JsonNode> aliases(ApiClient client) {
    return ServerOptions.result(read(client, "/aliases")).path("aliases").valueStream().toList();
  }

  /** Copies one collection. */
  MigrationResult copy(String name) throws IOException, InterruptedException {
    long startNanos = System.nanoTime();
    Path file = MigrationState.file(context.environment(), source.base(), target.base(), name);
    JsonNode info = ServerOptions.result(read(source, ApiClient.collection(name)));
    MigrationState state = plan.restart() ? null : MigrationState.read(file);
    List<String> unmapped = new ArrayList<>();
    boolean there =
        ServerOptions.result(read(target, ApiClient.collection(name) + "/exists"))
            .path("exists")
            .asBoolean();
    MigrationTarget made = new MigrationTarget(target, name, info);
    if (there && state == null && !plan.intoExisting()) {
      throw new CliException(
          ExitCode.FAILED,
          "the target "
              + target.base()
              + " has a collection "
              + name
              + " already; drop it, or write into it with --into-existing");
    }
    if (!there) {
      state = null;
      unmapped.addAll(made.create());
    } else if (state != null) {
      unmapped.addAll(state.unmapped());
    }
    if (state == null) {
      state = new MigrationState(null, 0, new IdSet().checksum(), unmapped);
      state.write(file);
    }
    if (state.copied() > 0) {
      context
          .terminal()
          .println(name + ": going on behind " + state.copied() + " points of an earlier run");
    }
    PointCopy copy =
        new PointCopy(
            new PointPages(source, name, true, plan.batch()),
            target,
            name,
            made.vectorNames(),
            plan.inFlight(),
            context.terminal(),
            this::stopped);
    IdSet copied = copy.run(state, file, info.path("points_count").asLong());
    unmapped.addAll(copy.unmapped());

    MigrationCheck check = new MigrationCheck(source, target, name, made.vectorNames());
    check.run(copied, plan.verify(), plan.intoExisting());
    unmapped.addAll(made.finish());
    unmapped.addAll(takeAliases(name));
    unmapped.addAll(made.missingIndexes());
    Files.deleteIfExists(file);
    List<String> notes = new ArrayList<>(check.notes());
    notes.addAll(made.differences());
    return new MigrationResult(
        name,
        copied.count() - state.copied(),
        state.copied(),
        check.points(),
        check.compared(),
        Duration.ofNanos(System.nanoTime() - startNanos),
        check.failures(),
        check.changes(),
        unmapped,
        notes);
  }

  /** Gives the copy the aliases of the original, as far as their names are free. */
  private List<String> takeAliases(String name) {
    List<String> unmapped = new ArrayList<>();
    List<JsonNode> there = aliases(target);
    for (JsonNode alias : aliases(source)) {
      if (!alias.path("collection_name").asText().equals(name)) {
        continue;
      }
      String aliasName = alias.path("alias_name").asText();
      String taken = owner(there, aliasName);
      if (name.equals(taken)) {
        continue;
      }
      if (taken != null) {
        unmapped.add("alias " + aliasName + ": at the target it belongs to " + taken);
        continue;
      }
      ObjectNode body = Json.object();
      body.putArray("actions")
          .addObject()
          .putObject("create_alias")
          .put("alias_name", aliasName)
          .put("collection_name", name);
      try {
        target.patiently("POST", "/collections/aliases", body);
      } catch (CliException e) {
        unmapped.add("alias " + aliasName + ": " + e.getMessage());
      }
    }
    return unmapped;
  }

  private static @Nullable String owner(List<JsonNode> aliases, String name) {
    for (JsonNode alias : aliases) {
      if (alias.path("alias_name").asText().equals(name)) {
        return alias.path("collection_name").asText();
      }
    }
    return null;
  }
}
