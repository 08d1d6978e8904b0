package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.BackupCatalog;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.RestorePoint;
import dev.quiver.engine.audit.AuditEvent;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quiver backup restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Brings a collection, or the whole store, to a moment.",
      "",
      "One collection: --collection NAME with --as NEW_NAME (beside what there is) or --in-place.",
      "Everything: --all with --in-place, or with --repository and --into FOLDER (a new data"
          + " folder).",
      "The moment: one of --to-time, --to-offset, --before-op; without one, the newest there is.",
      "`quiver log show` helps to find it."
    })
final class RestoreCommand extends BackupCommand.Base {
  @Option(names = "--collection", paramLabel = "NAME", description = "Restore this collection.")
  private @Nullable String collection;

  @Option(names = "--all", description = "Restore the whole store.")
  private boolean all;

  @Option(names = "--as", paramLabel = "NEW_NAME", description = "Its name afterwards.")
  private @Nullable String as;

  @Option(names = "--in-place", description = "Replace what there is now.")
  private boolean inPlace;

  @Option(names = "--into", paramLabel = "FOLDER", description = "A new data folder.")
  private @Nullable Path into;

  @Option(
      names = "--confirm",
      paramLabel = "NAME",
      description = "With --in-place: the collection's name once more, or `all`.")
  private @Nullable String confirmed;

  @Option(
      names = "--to-time",
      paramLabel = "TIME",
      description = "After every change up to this time, as 2026-11-20T12:34:56Z.")
  private @Nullable String toTime;

  @Option(
      names = "--to-offset",
      paramLabel = "N",
      description = "After the operation of this number.")
  private @Nullable Long toOffset;

  @Option(
      names = "--before-op",
      paramLabel = "N",
      description = "Before the operation of this number.")
  private @Nullable Long beforeOp;

  RestoreCommand(Context context) {
    super(context);
  }

  @Override
  JsonNode work(BackupTarget of) {
    check(of);
    Path folder = into;
    if (folder != null) {
      return of.onRepository(
          store ->
              new BackupCatalog(store)
                  .restoreInto(
                      folder, point(), EngineOptions.defaults(), BackupTarget.localJob("restore"))
                  .toJson());
    }
    if (of.offline()) {
      String name = collection;
      return of.onData(
          (backups, audit) ->
              audit
                  .audited(
                      AuditEvent.started("restore_backup", BackupTarget.user(), name, detail()),
                      () ->
                          name == null
                              ? backups.restoreStore(point())
                              : backups.restoreCollection(name, point(), as))
                  .toJson());
    }
    return of.job(context, BackupCommand.PATH + "/restore", body(), confirmed);
  }

  private void check(BackupTarget of) {
    if ((collection == null) != all) {
      throw new CliException(ExitCode.USAGE, "restore what? Give --collection NAME, or --all");
    }
    int where = (as == null ? 0 : 1) + (inPlace ? 1 : 0) + (into == null ? 0 : 1);
    if (where != 1 || (all && as != null) || (!all && into != null)) {
      throw new CliException(
          ExitCode.USAGE,
          all
              ? "restore to where? Give --in-place, or --into FOLDER with --repository"
              : "restore to where? Give --as NEW_NAME, or --in-place");
    }
    if (into != null && !of.offline()) {
      throw new CliException(ExitCode.USAGE, "--into needs --repository FOLDER");
    }
    String wanted = all ? "all" : collection;
    if (inPlace && !String.valueOf(wanted).equals(confirmed)) {
      throw new CliException(
          ExitCode.USAGE,
          "this would replace what is in "
              + (all ? "the whole store" : wanted)
              + "; if that is meant, add --confirm "
              + wanted);
    }
    int moments =
        (toTime == null ? 0 : 1) + (toOffset == null ? 0 : 1) + (beforeOp == null ? 0 : 1);
    if (moments > 1) {
      throw new CliException(
          ExitCode.USAGE, "only one of --to-time, --to-offset and --before-op can be the moment");
    }
    point();
  }

  private RestorePoint point() {
    if (toTime != null) {
      return new RestorePoint.At(time(toTime));
    }
    if (toOffset != null) {
      return new RestorePoint.AfterOp(toOffset);
    }
    return beforeOp == null ? new RestorePoint.Latest() : new RestorePoint.BeforeOp(beforeOp);
  }

  static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new CliException(
          ExitCode.USAGE, "not a time: " + text + " (expected: as 2026-11-20T12:34:56Z)", e);
    }
  }

  private ObjectNode detail() {
    ObjectNode detail = Json.object();
    detail.set("request", body());
    return detail;
  }

  private ObjectNode body() {
    ObjectNode body = Json.object().put("in_place", inPlace);
    if (collection != null) {
      body.put("collection", collection);
    }
    if (as != null) {
      body.put("as", as);
    }
    if (toTime != null) {
      body.put("to_time", toTime);
    }
    if (toOffset != null) {
      body.put("to_operation", toOffset);
    }
    if (beforeOp != null) {
      body.put("before_operation", beforeOp);
    }
    return body;
  }

  /** An operation's number says more than the time of the backup that was used. */
  private String moment(JsonNode done) {
    if (toOffset != null) {
      return " as after operation " + toOffset;
    }
    return beforeOp == null
        ? " as of " + done.path("moment").asText()
        : " as before operation " + beforeOp;
  }

  @Override
  void show(JsonNode done) {
    List<String> names = new ArrayList<>();
    done.path("collections").forEach(name -> names.add(name.asText()));
    print(
        "restored "
            + String.join(", ", names)
            + moment(done)
            + ": "
            + done.path("points").asLong()
            + " points, "
            + BackupTarget.bytes(done.path("bytes").asLong())
            + " of files, in "
            + BackupCommand.seconds(done.path("duration_millis")));
  }
}
