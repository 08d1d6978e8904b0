package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.cli.input.InputFormat;
import dev.quiver.cli.input.InputSource;
import dev.quiver.cli.input.RowSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quiver import}: brings the rows of files into a collection. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Brings the rows of files, of folders or of standard input into a collection:",
      "JSON Lines, CSV, Parquet, .npy, .fvecs/.bvecs/.ivecs and ann-benchmarks' HDF5.",
      "Run again after an interruption, it goes on where it stopped, without duplicates."
    })
final class ImportCommand implements Callable<Integer> {
  private static final int MAX_BATCH = 10_000;
  private static final int MAX_IN_FLIGHT = 64;

  @Parameters(index = "0", paramLabel = "COLLECTION", description = "Where the points go.")
  private String collection = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "PATH",
      description = "Files and folders; none or -: standard input.")
  private List<Path> paths = List.of();

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}. Default: by the files' names; jsonl for stdin.")
  private @Nullable InputFormat format;

  @Option(
      names = "--id-field",
      paramLabel = "FIELD",
      description =
          "Field with the id: a number, a UUID, or any text (made into a UUID). Default: `id`"
              + " where a row has it; rows without one get an id made of file name and row.")
  private @Nullable String idField;

  @Option(
      names = "--first-id",
      paramLabel = "N",
      description = "Id of the first row of files that hold vectors only. Default: 0.")
  private long firstId;

  @Option(
      names = "--vector-field",
      paramLabel = "[NAME=]FIELD",
      description = "Field with the vector's numbers; may be repeated for named vectors.")
  private List<String> vectorFields = List.of();

  @Option(
      names = "--embed-field",
      paramLabel = "[NAME=]FIELD",
      description = "Field with a text that the server embeds.")
  private List<String> embedFields = List.of();

  @Option(
      names = "--using",
      paramLabel = "NAME",
      description = "Name of the vector that files without fields fill.")
  private @Nullable String using;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Model for --embed-field. Default: ${DEFAULT-VALUE}.")
  private String model = SearchCommand.DEFAULT_MODEL;

  @Option(
      names = "--payload-fields",
      split = ",",
      paramLabel = "FIELD",
      description = "Fields to keep as payload. Default: all but the vectors.")
  private @Nullable LinkedHashSet<String> payloadFields;

  @Option(names = "--create", description = "Create the collection if it does not exist.")
  private boolean create;

  @Option(
      names = "--distance",
      paramLabel = "NAME",
      description =
          "For --create: ${COMPLETION-CANDIDATES}. Default: what the file says, else Cosine.")
  private @Nullable DistanceName distance;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Points per request. Default: ${DEFAULT-VALUE}.")
  private int batch = 256;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Requests on their way at most. Default: ${DEFAULT-VALUE}.")
  private int inFlight = 4;

  @Option(names = "--limit", paramLabel = "N", description = "Rows to read at most.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--max-errors",
      paramLabel = "N",
      description = "Bad rows after which to give up; -1: never. Default: ${DEFAULT-VALUE}.")
  private long maxErrors = 100;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Where to remember how far it is. Default: in the user's cache folder.")
  private @Nullable Path checkpointFile;

  @Option(names = "--restart", description = "Start at the first row, whatever was done before.")
  private boolean restart;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "Dataset of an HDF5 file. Default: ${DEFAULT-VALUE}.")
  private String dataset = InputSource.Options.DEFAULT_DATASET;

  @Option(names = "--csv-text", description = "Read every CSV field as text.")
  private boolean csvText;

  @Option(
      names = "--grpc-url",
      paramLabel = "URL",
      description =
          "gRPC address. Default: $QUIVER_GRPC_URL, or the host of --url with the next port.")
  private @Nullable String grpcUrl;

  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOption output = new OutputOption();

  private final Context context;

  ImportCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkBounds();
    List<RowSource> sources = sources();
    FieldMapping mapping = mapping();
    URI grpc = grpcAddress();
    try (ApiClient api = server.client(context);
        GrpcTarget target = new GrpcTarget(grpc, server.key(context.environment()))) {
      ImportTarget collectionTarget =
          new ImportTarget(api, collection, mapping, create ? this::distanceName : null);
      Checkpoint checkpoint = checkpoint(sources, mapping, api);
      if (checkpoint != null && (restart || collectionTarget.isNew())) {
        checkpoint.delete();
      }
      Importer importer =
          new Importer(
              new Importer.Plan(sources, collection, batch, inFlight, maxErrors, limit, checkpoint),
              target,
              context.terminal(),
              collection,
              collectionTarget);
      return run(importer);
    }
  }

  private int run(Importer importer) throws IOException, InterruptedException {
    Importer.Result result;
    try (Signals _ = Signals.install(importer::stop)) {
      result = importer.run();
    }
    if (output.json()) {
      ObjectNode json = Json.object();
      json.put("collection", collection);
      json.put("rows", result.rows());
      json.put("sent", result.sent());
      json.put("bad", result.bad());
      json.put("resumed_at", result.resumedAt());
      json.put("seconds", result.duration().toMillis() / 1000.0);
      context.out().println(Json.pretty(json));
    } else {
      context
          .out()
          .println(
              "imported "
                  + result.sent()
                  + " points into "
                  + collection
                  + (result.resumedAt() > 0 ? " (behind row " + result.resumedAt() + ")" : "")
                  + (result.bad() > 0 ? ", left out " + result.bad() + " bad rows" : ""));
    }
    return (result.bad() > 0 ? ExitCode.PARTIAL : ExitCode.OK).number();
  }

  private void checkBounds() {
    if (batch < 1 || batch > MAX_BATCH) {
      throw new CliException(ExitCode.USAGE, "--batch " + batch + " (expected: 1 to 10000)");
    }
    if (inFlight < 1 || inFlight > MAX_IN_FLIGHT) {
      throw new CliException(ExitCode.USAGE, "--in-flight " + inFlight + " (expected: 1 to 64)");
    }
    if (limit < 1) {
      throw new CliException(ExitCode.USAGE, "--limit " + limit + " (expected: 1 or more)");
    }
    if (firstId < 0) {
      throw new CliException(ExitCode.USAGE, "--first-id " + firstId + " (expected: 0 or more)");
    }
  }

  private List<RowSource> sources() throws IOException {
    InputSource.Options options = new InputSource.Options(dataset, csvText);
    List<InputSource> inputs = new ArrayList<>();
    try {
      if (isStandardInput()) {
        inputs.add(InputSource.standardInput(format == null ? InputFormat.JSONL : format));
      }
      for (Path path : isStandardInput() ? List.<Path>of() : paths) {
        inputs.addAll(InputSource.of(path, format));
      }
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
    List<RowSource> sources = new ArrayList<>();
    for (InputSource input : inputs) {
      if (input.format().vectorsOnly() && !embedFields.isEmpty()) {
        throw new CliException(
            ExitCode.USAGE, input.name() + " holds vectors only: it has no field to embed");
      }
      sources.add(input.rows(context.in(), options));
    }
    return sources;
  }

  private boolean isStandardInput() {
    return paths.isEmpty() || paths.equals(List.of(Path.of("-")));
  }

  private FieldMapping mapping() {
    Map<String, String> vectors = named(vectorFields);
    Map<String, String> embedded = named(embedFields);
    if (vectors.isEmpty() && embedded.isEmpty()) {
      vectors.put(using == null ? "" : using, FieldMapping.DEFAULT_VECTOR);
    }
    return new FieldMapping(idField, firstId, vectors, embedded, model, payloadFields);
  }

  private static Map<String, String> named(List<String> fields) {
    Map<String, String> named = new LinkedHashMap<>();
    for (String field : fields) {
      int equals = field.indexOf('=');
      String name = equals < 0 ? "" : field.substring(0, equals);
      if (named.put(name, field.substring(equals + 1)) != null) {
        throw new CliException(
            ExitCode.USAGE, "two fields for the vector `" + name + "`; name them NAME=FIELD");
      }
    }
    return named;
  }

  private String distanceName(@Nullable String ofFile) {
    if (distance != null) {
      return distance.name();
    }
    return ofFile == null ? DistanceName.Cosine.name() : ofFile;
  }

  private @Nullable Checkpoint checkpoint(
      List<RowSource> sources, FieldMapping mapping, ApiClient api) {
    if (checkpointFile == null && isStandardInput()) {
      // A stream cannot be told from another one: only the user can say that it is the same.
      return null;
    }
    StringBuilder identity = new StringBuilder();
    identity.append(api.base()).append('\n').append(collection).append('\n').append(mapping);
    sources.forEach(source -> identity.append('\n').append(source.identity()));
    Path file =
        checkpointFile == null
            ? Checkpoint.defaultFile(context.environment(), identity.toString())
            : checkpointFile;
    return new Checkpoint(file, Checkpoint.digest(identity.toString()));
  }

  private URI grpcAddress() {
    Map<String, String> environment = context.environment();
    String text = grpcUrl == null ? environment.get("QUIVER_GRPC_URL") : grpcUrl;
    if (text != null) {
      URI uri = ServerOptions.address(text);
      if (uri.getPort() < 0) {
        throw new CliException(ExitCode.USAGE, "the port is missing: " + text);
      }
      return uri;
    }
    URI rest = server.uri(environment);
    // As with the default ports: 6333 and 6334.
    int next = rest.getPort() < 0 ? 6334 : rest.getPort() + 1;
    String port = environment.getOrDefault("QUIVER_GRPC_PORT", Integer.toString(next));
    return ServerOptions.address(rest.getScheme() + "://" + rest.getHost() + ":" + port);
  }

  /** What the collection at the server is like, for messages and checks. */
  static Map<String, Integer> sizes(JsonNode vectors) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    if (vectors.has("size")) {
      sizes.put("", vectors.path("size").asInt());
    } else {
      vectors
          .properties()
          .forEach(entry -> sizes.put(entry.getKey(), entry.getValue().path("size").asInt()));
    }
    return sizes;
  }
}
