package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.BackupCatalog;
import dev.quiver.engine.BackupDrill;
import dev.quiver.engine.BackupRetention;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quiver backup}: makes, lists, checks, restores, rehearses and removes backups. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = "Makes, lists, checks, restores, rehearses and removes backups.",
    synopsisSubcommandLabel = "COMMAND")
final class BackupCommand implements Runnable {
  static final String PATH = "/quiver/v1/backups";

  @Spec private CommandSpec spec = CommandSpec.create();

  private BackupCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  static CommandLine commandLine(Context context) {
    CommandLine line = new CommandLine(new BackupCommand());
    line.addSubcommand("create", new Create(context));
    line.addSubcommand("list", new ListBackups(context));
    line.addSubcommand("show", new Show(context));
    line.addSubcommand("verify", new Verify(context));
    line.addSubcommand("restore", new RestoreCommand(context));
    line.addSubcommand("prune", new Prune(context));
    line.addSubcommand("drill", new Drill(context));
    line.addSubcommand("cancel", new Cancel(context));
    return line;
  }

  /** What all of them share. */
  abstract static class Base implements Callable<Integer> {
    @Mixin private BackupTarget target = new BackupTarget();
    @Mixin private OutputOption output = new OutputOption();
    final Context context;

    Base(Context context) {
      this.context = context;
    }

    /** Does the work; what is returned is printed. */
    abstract JsonNode work(BackupTarget of);

    /** Prints for people. */
    abstract void show(JsonNode result);

    /** The exit code for a result. */
    ExitCode code(JsonNode result) {
      return ExitCode.OK;
    }

    @Override
    public Integer call() {
      JsonNode result = work(target);
      if (output.json()) {
        print(Json.pretty(result));
      } else {
        show(result);
      }
      return code(result).number();
    }

    void print(String text) {
      context.out().println(text);
    }
  }

  /** "1 file", "2 files". */
  static String counted(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  static String seconds(JsonNode millis) {
    return Progress.duration(millis.asLong() / 1e3);
  }

  @Command(name = "create", mixinStandardHelpOptions = true, description = "Makes a backup.")
  private static final class Create extends Base {
    Create(Context context) {
      super(context);
    }

    @Override
    JsonNode work(BackupTarget of) {
      return of.offline()
          ? of.onData((backups, _) -> backups.create().toJson())
          : of.job(context, PATH, Json.object());
    }

    @Override
    void show(JsonNode made) {
      print(
          "backup "
              + made.path("id").asText()
              + ": "
              + counted(made.path("collections").asInt(), "collection")
              + ", "
              + BackupTarget.bytes(made.path("bytes").asLong())
              + ", of it "
              + BackupTarget.bytes(made.path("new_bytes").asLong())
              + " new, in "
              + seconds(made.path("duration_millis")));
      for (JsonNode name : made.path("missing")) {
        context.err().println("quiver: not in the backup: " + name.asText() + "; see show");
      }
      for (JsonNode name : made.path("partial")) {
        context.err().println("quiver: partial already: " + name.asText() + "; see show");
      }
    }

    @Override
    ExitCode code(JsonNode made) {
      return made.path("missing").isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the backups.")
  private static final class ListBackups extends Base {
    /** Bytes a second that a restore copies, where nobody has rehearsed one. */
    private static final double COPY_RATE = 100e6;

    ListBackups(Context context) {
      super(context);
    }

    @Override
    JsonNode work(BackupTarget of) {
      if (!of.offline()) {
        try (ApiClient client = of.client(context)) {
          return ServerOptions.result(client.get(PATH));
        }
      }
      return of.onRepository(
          store -> {
            BackupCatalog catalog = new BackupCatalog(store);
            ObjectNode result = Json.object().put("repository", store.location());
            ArrayNode backups = result.putArray("backups");
            catalog.list().forEach(each -> backups.add(each.toJson()));
            result.putObject("status").put("covered", String.valueOf(catalog.latestMoment()));
            return result;
          });
    }

    @Override
    void show(JsonNode result) {
      if (result.path("backups").isEmpty()) {
        print(
            "no backups in "
                + result.path("repository").asText()
                + ": nothing can be restored; make one with `quiver backup create`");
        return;
      }
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode each : result.path("backups")) {
        rows.add(
            List.of(
                each.path("id").asText(),
                each.path("moment").asText(),
                each.path("collections").asText(),
                BackupTarget.bytes(each.path("bytes").asLong()),
                BackupTarget.bytes(each.path("new_bytes").asLong()),
                "about " + restoreTime(each, result.path("status").path("last_drill")),
                state(each)));
      }
      Table.print(
          context.out(),
          List.of("backup", "moment", "collections", "size", "new", "to restore", "state"),
          rows);
      print("restorable up to " + result.path("status").path("covered").asText());
    }

    private static String state(JsonNode backup) {
      if (!backup.path("missing").isEmpty()) {
        return "incomplete";
      }
      return backup.path("partial").isEmpty() ? "whole" : "partial";
    }

    private static String restoreTime(JsonNode backup, JsonNode drill) {
      double rate =
          drill.path("restore_millis").asLong() > 0
              ? drill.path("bytes").asLong() / (drill.path("restore_millis").asLong() / 1e3)
              : COPY_RATE;
      return Progress.duration(backup.path("bytes").asLong() / Math.max(1, rate));
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows what a backup has.")
  private static final class Show extends Base {
    @Parameters(paramLabel = "ID", description = "The backup.")
    private String id = "";

    Show(Context context) {
      super(context);
    }

    @Override
    JsonNode work(BackupTarget of) {
      if (of.offline()) {
        return of.onRepository(store -> new BackupCatalog(store).show(id));
      }
      try (ApiClient client = of.client(context)) {
        return ServerOptions.result(client.get(PATH + "/" + ApiClient.encoded(id)));
      }
    }

    @Override
    void show(JsonNode manifest) {
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode each : manifest.path("collections")) {
        long bytes = 0;
        for (JsonNode file : each.path("files")) {
          bytes += file.path("size").asLong();
        }
        rows.add(
            List.of(
                each.path("name").asText(),
                String.valueOf(each.path("files").size()),
                BackupTarget.bytes(bytes),
                each.path("base_offset").asText(),
                each.path("cut_offset").asText()));
      }
      Table.print(
          context.out(),
          List.of("collection", "files", "size", "operations in files", "operations in all"),
          rows);
      for (JsonNode each : manifest.path("collections")) {
        JsonNode loss = each.path("partial");
        if (loss.isObject()) {
          print(
              "partial: "
                  + each.path("name").asText()
                  + ": without "
                  + counted(loss.path("points").asInt(), "point")
                  + " of "
                  + counted(loss.path("segments").asInt(), "segment")
                  + " that had been damaged before");
        }
      }
      for (JsonNode each : manifest.path("missing")) {
        print("missing: " + each.path("name").asText() + ": " + each.path("reason").asText());
      }
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = "Checks that backups are whole. Exit code 1 when one is not, or there is none.")
  private static final class Verify extends Base {
    @Parameters(paramLabel = "ID", arity = "0..1", description = "The backup. Default: all.")
    private @Nullable String id;

    @Option(names = "--quick", description = "Look for the files, do not read them.")
    private boolean quick;

    Verify(Context context) {
      super(context);
    }

    @Override
    JsonNode work(BackupTarget of) {
      if (!of.offline()) {
        ObjectNode body = Json.object().put("deep", !quick);
        if (id != null) {
          body.put("id", id);
        }
        return of.job(context, PATH + "/verify", body);
      }
      return of.onRepository(
          store ->
              new BackupCatalog(store)
                  .verify(id, !quick, BackupTarget.localJob("verify"))
                  .toJson());
    }

    @Override
    void show(JsonNode found) {
      if (found.path("backups").asInt() == 0) {
        print("there are no backups to verify; make one with `quiver backup create`");
        return;
      }
      print(
          counted(found.path("backups").asInt(), "backup")
              + ", "
              + counted(found.path("files").asInt(), "file")
              + ", "
              + BackupTarget.bytes(found.path("bytes").asLong())
              + (found.path("problems").isEmpty() ? ": whole" : ""));
      for (JsonNode problem : found.path("problems")) {
        print("damaged: " + problem.asText());
      }
      for (JsonNode loss : found.path("partial")) {
        print("partial: " + loss.asText());
      }
    }

    @Override
    ExitCode code(JsonNode found) {
      // No backups are no good news for whoever watches the exit code.
      return found.path("problems").isEmpty() && found.path("backups").asInt() > 0
          ? ExitCode.OK
          : ExitCode.FAILED;
    }
  }

  @Command(
      name = "prune",
      mixinStandardHelpOptions = true,
      description = "Removes old backups and what only they need. The newest one always stays.")
  private static final class Prune extends Base {
    @Option(names = "--keep-last", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int last = BackupRetention.DEFAULT.last();

    @Option(names = "--keep-hourly", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int hourly = BackupRetention.DEFAULT.hourly();

    @Option(names = "--keep-daily", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int daily = BackupRetention.DEFAULT.daily();

    @Option(names = "--keep-weekly", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int weekly = BackupRetention.DEFAULT.weekly();

    @Option(
        names = "--confirm",
        paramLabel = "backups",
        description = "What a store labelled production asks for.")
    private @Nullable String confirmation;

    Prune(Context context) {
      super(context);
    }

    @Override
    JsonNode work(BackupTarget of) {
      if (!of.offline()) {
        ObjectNode body = Json.object().put("last", last).put("hourly", hourly);
        body.put("daily", daily).put("weekly", weekly);
        return of.job(context, PATH + "/prune", body, confirmation);
      }
      return of.onRepository(
          store -> {
            BackupCatalog.Pruned done =
                new BackupCatalog(store)
                    .prune(
                        new BackupRetention(last, hourly, daily, weekly),
                        BackupTarget.localJob("prune"));
            ObjectNode json = Json.object();
            ArrayNode removed = json.putArray("removed");
            done.removed().forEach(removed::add);
            return json.put("freed_bytes", done.freedBytes());
          });
    }

    @Override
    void show(JsonNode done) {
      for (JsonNode id : done.path("removed")) {
        print("removed " + id.asText());
      }
      print("freed " + BackupTarget.bytes(done.path("freed_bytes").asLong()));
    }
  }

  @Command(
      name = "drill",
      mixinStandardHelpOptions = true,
      description =
          "Rehearses a restore of the newest moment to a scratch folder, checks it, and says how"
              + " long it took and how much would be lost.")
  private static final class Drill extends Base {
    @Option(
        names = "--scratch",
        paramLabel = "FOLDER",
        description = "With --repository: where to. Default: ${DEFAULT-VALUE}.")
    private Path scratch = Path.of(System.getProperty("java.io.tmpdir"));

    Drill(Context context) {
      super(context);
    }

    @Override
    JsonNode work(BackupTarget of) {
      if (!of.offline()) {
        return of.job(context, PATH + "/drill", Json.object());
      }
      return of.onRepository(
          store -> {
            BackupDrill drill = new BackupDrill(new BackupCatalog(store), scratch);
            return drill.run(BackupTarget.localJob("drill")).toJson();
          });
    }

    @Override
    void show(JsonNode report) {
      print(
          "restored "
              + counted(report.path("collections").asInt(), "collection")
              + " with "
              + report.path("points").asLong()
              + " points, "
              + BackupTarget.bytes(report.path("bytes").asLong())
              + ", as of "
              + report.path("moment").asText());
      print("searches that found something: " + report.path("searches").asInt());
      print("time to restore (RTO)  " + seconds(report.path("restore_millis")));
      print("would be lost (RPO)    " + seconds(report.path("loss_millis")));
    }
  }

  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      description = "Ends the backup, restore or drill that runs on the server.")
  private static final class Cancel extends Base {
    Cancel(Context context) {
      super(context);
    }

    @Override
    JsonNode work(BackupTarget of) {
      try (ApiClient client = of.client(context)) {
        return client.delete(PATH + "/jobs");
      }
    }

    @Override
    void show(JsonNode answer) {
      print(answer.path("result").asBoolean() ? "it ends" : "nothing is running");
    }
  }
}
