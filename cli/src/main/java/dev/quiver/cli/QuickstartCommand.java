package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.server.Configuration;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quiver quickstart}: the main job on real text, from nothing to answers. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server, fills it with the definitions of WordNet, a dictionary of English, and",
      "searches them by meaning. Leaves the server running, until Ctrl-C."
    })
final class QuickstartCommand implements Callable<Integer> {
  static final String COLLECTION = "wordnet";

  private static final int BATCH = 256;
  private static final int IN_FLIGHT = 3;
  private static final String HOST = "127.0.0.1";

  @Option(names = "--all", description = "Every definition (117,791) instead of a sample.")
  private boolean all;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many definitions. Default: ${DEFAULT-VALUE}.")
  private int limit = WordNetGlosses.DEFAULT_LIMIT;

  @Option(names = "--once", description = "Stop when all is shown.")
  private boolean once;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where its data is kept. Default: ~/.quiver/quickstart.")
  private @Nullable Path data;

  @Option(
      names = "--http-port",
      paramLabel = "N",
      description = "Default: 6333, or a free one if that is taken.")
  private @Nullable Integer httpPort;

  @Option(
      names = "--grpc-port",
      paramLabel = "N",
      description = "Default: 6334, or a free one if that is taken.")
  private @Nullable Integer grpcPort;

  @Mixin private OutputOption output = new OutputOption();

  private final Context context;

  QuickstartCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkPort("--http-port", httpPort);
    checkPort("--grpc-port", grpcPort);
    if (limit < 1) {
      throw new CliException(ExitCode.USAGE, "--limit " + limit + " (expected: 1 or more)");
    }
    Path folder =
        data == null
            ? Path.of(System.getProperty("user.home"), ".quiver", "quickstart")
            : data.toAbsolutePath();
    Stop stop = new Stop();
    try (Signals signals = Signals.install(stop::request);
        QuiverServer server = QuiverServer.start(config(folder))) {
      say(
          "REST on http://%s:%d, gRPC on %s:%d, data in %s"
              .formatted(HOST, server.httpPort(), HOST, server.grpcPort(), folder));
      try (ApiClient api =
              new ApiClient(URI.create("http://" + HOST + ":" + server.httpPort()), null);
          GrpcTarget grpc =
              new GrpcTarget(URI.create("http://" + HOST + ":" + server.grpcPort()), null)) {
        Importer.@Nullable Result filled = fill(api, grpc, folder, stop);
        QuickstartReport report =
            QuickstartReport.make(api, server.embedders(), filled, stop::check);
        if (output.json()) {
          context.out().println(Json.pretty(report.json()));
        } else {
          report.print(context.out());
          NextSteps.print(context.out(), server.httpPort(), server.grpcPort(), !once);
        }
      }
      context.out().flush();
      if (!once) {
        say("the server keeps running; Ctrl-C stops it");
        signals.await();
      }
    }
    return ExitCode.OK.number();
  }

  private ServerConfig config(Path folder) {
    int http = port(httpPort, 6333, "REST");
    int grpc = port(grpcPort, 6334, "gRPC");
    return ServerConfig.from(
        Configuration.of(
            Map.of(
                "data.dir", folder.toString(),
                "host", HOST,
                "http.port", Integer.toString(http),
                "grpc.port", Integer.toString(grpc))));
  }

  private static void checkPort(String flag, @Nullable Integer port) {
    if (port != null && (port < 0 || port > 65_535)) {
      throw new CliException(
          ExitCode.USAGE, flag + " " + port + " (expected: 0, for a free one, to 65535)");
    }
  }

  /** The port that was asked for, else the usual one, else any: 0. */
  private int port(@Nullable Integer asked, int usual, String name) {
    if (asked != null) {
      return asked;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), usual));
      return usual;
    } catch (IOException _) {
      say("port " + usual + " is taken: " + name + " takes a free one");
      return 0;
    }
  }

  /** Returns null when an earlier run has filled it. */
  private Importer.@Nullable Result fill(ApiClient api, GrpcTarget grpc, Path folder, Stop stop)
      throws IOException, InterruptedException {
    int wanted = all ? Integer.MAX_VALUE : limit;
    QuickstartData glosses = new QuickstartData(all, limit);
    Checkpoint checkpoint =
        new Checkpoint(folder.resolve("quickstart.json"), Checkpoint.digest(glosses.identity()));
    boolean exists =
        ServerOptions.result(api.get(ApiClient.collection(COLLECTION) + "/exists"))
            .path("exists")
            .asBoolean();
    if (exists) {
      long points = count(api);
      if (points >= Math.min(wanted, QuickstartData.ALL)) {
        say(String.format(Locale.ROOT, "the %,d definitions of an earlier run are there", points));
        return null;
      }
      if (points == 0) {
        checkpoint.delete();
      }
    } else {
      checkpoint.delete();
      createIndexes(api);
    }
    FieldMapping mapping =
        new FieldMapping(
            null, 0, Map.of(), Map.of("", QuickstartData.TEXT), SearchCommand.DEFAULT_MODEL, null);
    say("embedding and indexing the definitions with all-MiniLM-L6-v2, in this process");
    Importer importer =
        new Importer(
            new Importer.Plan(
                List.of(glosses), COLLECTION, BATCH, IN_FLIGHT, 0, Long.MAX_VALUE, checkpoint),
            grpc,
            context.terminal(),
            COLLECTION,
            new ImportTarget(api, COLLECTION, mapping, null));
    stop.onRequest(importer::stop);
    return importer.run();
  }

  /** A signal that may come before or after there is something to stop. Thread-safe. */
  private static final class Stop {
    private boolean requested;
    private Runnable action = () -> {};

    synchronized void request() {
      requested = true;
      action.run();
    }

    /** Ends the command if a signal has come. */
    synchronized void check() {
      if (requested) {
        throw new CliException(
            ExitCode.INTERRUPTED, "stopped; the definitions stay where they are");
      }
    }

    synchronized void onRequest(Runnable what) {
      action = what;
      if (requested) {
        what.run();
      }
    }
  }

  private static void createIndexes(ApiClient api) {
    ObjectNode create = Json.object();
    create.putObject("vectors").put("size", 384).put("distance", "Cosine");
    api.put(ApiClient.collection(COLLECTION), create);
    for (String field : List.of("part_of_speech", "category")) {
      api.put(
          ApiClient.collection(COLLECTION) + "/index?wait=true",
          Json.object().put("field_name", field).put("field_schema", "keyword"));
    }
  }

  static long count(ApiClient api) {
    JsonNode answer =
        api.post(
            ApiClient.collection(COLLECTION) + "/points/count", Json.object().put("exact", true));
    return ServerOptions.result(answer).path("count").asLong();
  }

  private void say(String line) {
    context.terminal().println("quickstart: " + line);
  }
}
