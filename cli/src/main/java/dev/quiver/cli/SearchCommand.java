package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quiver search}: the points nearest to a text, a vector or another point. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = "Finds the points nearest to a text, a vector or another point.")
final class SearchCommand implements Callable<Integer> {
  static final String DEFAULT_MODEL = "sentence-transformers/all-minilm-l6-v2";
  private static final int PAYLOAD_WIDTH = 100;

  @Parameters(index = "0", paramLabel = "COLLECTION", description = "Where to search.")
  private String collection = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TEXT",
      description = "Search by this text's meaning.")
  private @Nullable String text;

  @Option(
      names = "--vector",
      paramLabel = "NUMBERS",
      description = "Search by this vector: numbers with commas between, or a JSON array.")
  private @Nullable String vector;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Search for points like this one: a number or a UUID.")
  private @Nullable String id;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Model that embeds the text. Default: ${DEFAULT-VALUE}.")
  private String model = DEFAULT_MODEL;

  @Option(names = "--using", paramLabel = "NAME", description = "Name of the vector to search.")
  private @Nullable String using;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      description = "How many hits. Default: ${DEFAULT-VALUE}.")
  private int limit = 10;

  @Option(names = "--filter", paramLabel = "JSON", description = "Only points that match.")
  private @Nullable String filter;

  @Option(names = "--exact", description = "Compare with every point instead of the index.")
  private boolean exact;

  @Option(names = "--ef", paramLabel = "N", description = "Candidates kept while searching.")
  private @Nullable Integer ef;

  @Option(names = "--no-payload", description = "Leave the payload out.")
  private boolean noPayload;

  @Option(names = "--with-vector", description = "Show the vectors (JSON output only).")
  private boolean withVector;

  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOption output = new OutputOption();

  private final Context context;

  SearchCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ApiClient client = server.client(context)) {
      JsonNode answer = client.post(ApiClient.collection(collection) + "/points/query", body());
      JsonNode hits = ServerOptions.result(answer).path("points");
      if (output.json()) {
        context.out().println(Json.pretty(hits));
      } else {
        print(hits);
      }
    }
    return ExitCode.OK.number();
  }

  private ObjectNode body() {
    ObjectNode body = Json.object();
    body.set("query", query());
    body.put("limit", limit);
    body.put("with_payload", !noPayload);
    body.put("with_vector", withVector);
    if (using != null) {
      body.put("using", using);
    }
    if (filter != null) {
      body.set("filter", Json.parse(filter, "--filter"));
    }
    if (exact || ef != null) {
      ObjectNode params = body.putObject("params").put("exact", exact);
      if (ef != null) {
        params.put("hnsw_ef", ef);
      }
    }
    return body;
  }

  private JsonNode query() {
    if (text != null && vector == null && id == null) {
      return Json.object().put("text", text).put("model", model);
    }
    if (vector != null && text == null && id == null) {
      String list = vector.strip();
      JsonNode numbers = Json.parse(list.startsWith("[") ? list : "[" + list + "]", "--vector");
      if (!numbers.isArray()) {
        throw new CliException(ExitCode.USAGE, "--vector is not a list of numbers: " + list);
      }
      return numbers;
    }
    if (id != null && text == null && vector == null) {
      return Ids.toJson(Ids.parseExact(id));
    }
    throw new CliException(
        ExitCode.USAGE,
        "what to search for? Give one of: a text behind the collection's name, --vector, --id");
  }

  private void print(JsonNode hits) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode hit : hits) {
      String payload = hit.path("payload").isObject() ? hit.path("payload").toString() : "";
      rows.add(
          List.of(
              String.format(Locale.ROOT, "%.4f", hit.path("score").asDouble()),
              hit.path("id").asText(),
              shorten(payload)));
    }
    Table.print(context.out(), List.of("score", "id", "payload"), rows);
  }

  private static String shorten(String text) {
    return text.codePointCount(0, text.length()) <= PAYLOAD_WIDTH
        ? text
        : text.substring(0, text.offsetByCodePoints(0, PAYLOAD_WIDTH)) + "…";
  }
}
