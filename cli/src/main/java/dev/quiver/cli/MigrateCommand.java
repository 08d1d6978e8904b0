package dev.quiver.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quiver migrate}: copies the collections of a live Qdrant or Quiver. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = {
      "Copies collections of a live Qdrant or Quiver into a Quiver: configuration, payload indexes,",
      "points with vectors and payloads, aliases; then compares both sides. Run again after an",
      "interruption, it goes on where it stopped, without duplicates."
    })
final class MigrateCommand implements Callable<Integer> {
  private static final int MAX_BATCH = 10_000;
  private static final int MAX_IN_FLIGHT = 64;

  /** How much of the points is compared, beside their ids. */
  enum Verify {
    ids,
    sample,
    full
  }

  @Parameters(
      arity = "0..*",
      paramLabel = "COLLECTION",
      description = "What to copy. Default: every collection.")
  private List<String> collections = List.of();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "URL",
      description = "REST address of the source, http or https.")
  private String from = "";

  @Option(
      names = "--from-api-key",
      paramLabel = "KEY",
      description = "Key of the source; better given as $QUIVER_FROM_API_KEY.")
  private @Nullable String fromKey;

  @Option(
      names = "--to",
      paramLabel = "URL",
      description = "REST address of the target. Default: that of --url.")
  private @Nullable String to;

  @Option(
      names = "--ca-certificate",
      paramLabel = "FILE",
      description = "PEM file with certificates to trust, of both sides; beside the JDK's.")
  private @Nullable Path certificates;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Points per request at most. Default: ${DEFAULT-VALUE}.")
  private int batch = 500;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Requests on their way to the target at most. Default: ${DEFAULT-VALUE}.")
  private int inFlight = 4;

  @Option(
      names = "--verify",
      paramLabel = "WHAT",
      description =
          "${COMPLETION-CANDIDATES}: how many points are compared whole, beside the ids of all."
              + " Default: ${DEFAULT-VALUE}.")
  private Verify verify = Verify.sample;

  @Option(
      names = "--into-existing",
      description = "Write into collections that the target has already.")
  private boolean intoExisting;

  @Option(
      names = "--restart",
      description = "Copy from the first point on, whatever was done before.")
  private boolean restart;

  @Option(
      names = "--allow-partial",
      description = "Exit with 0 even if something could not be taken over, or the source changed.")
  private boolean allowPartial;

  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOption output = new OutputOption();

  private final Context context;

  MigrateCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (batch < 1 || batch > MAX_BATCH) {
      throw new CliException(ExitCode.USAGE, "--batch " + batch + " (expected: 1 to 10000)");
    }
    if (inFlight < 1 || inFlight > MAX_IN_FLIGHT) {
      throw new CliException(ExitCode.USAGE, "--in-flight " + inFlight + " (expected: 1 to 64)");
    }
    Map<String, String> environment = context.environment();
    URI source = ServerOptions.address(from);
    URI target = to == null ? server.uri(environment) : ServerOptions.address(to);
    if (source.equals(target)) {
      throw new CliException(
          ExitCode.USAGE, "source and target are the same: " + source + "; name another --to");
    }
    String sourceKey = fromKey == null ? environment.get("QUIVER_FROM_API_KEY") : fromKey;
    var trust = certificates == null ? null : Certificates.trusting(certificates);
    try (ApiClient reading = new ApiClient(source, sourceKey, null, trust);
        ApiClient writing = server.client(context, target, trust)) {
      Migration migration =
          new Migration(
              reading,
              writing,
              new Migration.Plan(batch, inFlight, verify, intoExisting, restart),
              context);
      return run(migration);
    }
  }

  private int run(Migration migration) throws IOException, InterruptedException {
    List<MigrationResult> results = new ArrayList<>();
    try (Signals _ = Signals.install(migration::stop)) {
      for (String name : migration.names(collections)) {
        results.add(migration.copy(name));
      }
    }
    if (output.json()) {
      ObjectNode json = Json.object();
      ArrayNode list = json.putArray("collections");
      results.forEach(result -> list.add(result.json()));
      context.out().println(Json.pretty(json));
    } else {
      results.forEach(this::print);
    }
    if (results.stream().anyMatch(result -> !result.failures().isEmpty())) {
      return ExitCode.FAILED.number();
    }
    boolean partial = results.stream().anyMatch(MigrationResult::isPartial);
    return (partial && !allowPartial ? ExitCode.PARTIAL : ExitCode.OK).number();
  }

  private void print(MigrationResult result) {
    String compared =
        result.compared() == 0
            ? "ids of both sides are compared"
            : String.format(
                Locale.ROOT, "ids and %,d whole points are compared", result.compared());
    context
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%s: %,d points copied in %s%s; %s",
                result.collection(),
                result.copied(),
                Progress.duration(result.duration().toMillis() / 1000.0),
                result.resumedAt() > 0
                    ? String.format(
                        Locale.ROOT, ", behind %,d of an earlier run", result.resumedAt())
                    : "",
                compared));
    lines("  FAILED: ", result.failures());
    lines("  source changed: ", result.changes());
    lines("  not taken over: ", result.unmapped());
    lines("  note: ", result.notes());
  }

  private void lines(String label, List<String> texts) {
    texts.forEach(text -> context.out().println(label + text));
  }
}
