package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.embed.Embedders;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the quickstart shows: searches by meaning with their hits, how many of the true nearest the
 * default search finds, how long searches take, and what memory the server holds.
 */
record QuickstartReport(
    long points,
    long indexedVectors,
    Importer.@Nullable Result filled,
    List<Question> questions,
    int measuredQueries,
    double recallAt10,
    double p50Millis,
    double p99Millis,
    double textP50Millis,
    double residentBytes,
    double heapBytes) {

  private static final int HITS = 3;
  private static final int TOP = 10;
  private static final int MEASURED = 200;

  /**
   * A search by text and its hits.
   *
   * @param partOfSpeech filter, or empty
   */
  record Question(String text, String partOfSpeech, JsonNode hits) {}

  private record Asked(String text, String partOfSpeech) {}

  private static final List<Asked> ASKED =
      List.of(
          new Asked("a small boat moved by oars", ""),
          new Asked("a person who studies the stars", ""),
          new Asked("a place where books are kept and lent", ""),
          new Asked("the season when leaves fall", ""),
          new Asked("to speak very quietly", "verb"));

  /**
   * Asks a running server.
   *
   * @param check called between requests; throws to end it
   */
  static QuickstartReport make(
      ApiClient api, Embedders embedders, Importer.@Nullable Result filled, Runnable check) {
    List<Question> questions = new ArrayList<>();
    double[] textNanos = new double[ASKED.size()];
    // The first search loads the model and warms the JVM; it would only measure that.
    ask(api, ASKED.getFirst());
    for (int i = 0; i < ASKED.size(); i++) {
      check.run();
      long start = System.nanoTime();
      JsonNode hits = ask(api, ASKED.get(i));
      textNanos[i] = System.nanoTime() - start;
      questions.add(new Question(ASKED.get(i).text(), ASKED.get(i).partOfSpeech(), hits));
    }
    Measured measured = measure(api, queries(api, embedders), check);
    JsonNode info =
        ServerOptions.result(api.get(ApiClient.collection(QuickstartCommand.COLLECTION)));
    String metrics = api.text("/metrics");
    Arrays.sort(textNanos);
    return new QuickstartReport(
        info.path("points_count").asLong(),
        info.path("indexed_vectors_count").asLong(),
        filled,
        questions,
        measured.queries,
        measured.recall,
        measured.p50Nanos / 1e6,
        measured.p99Nanos / 1e6,
        textNanos[textNanos.length / 2] / 1e6,
        metric(metrics, "memory_resident_bytes"),
        metric(metrics, "quiver_heap_used_bytes"));
  }

  private static JsonNode ask(ApiClient api, Asked asked) {
    ObjectNode body = Json.object().put("limit", HITS).put("with_payload", true);
    body.putObject("query").put("text", asked.text()).put("model", SearchCommand.DEFAULT_MODEL);
    if (!asked.partOfSpeech().isEmpty()) {
      body.putObject("filter")
          .putArray("must")
          .addObject()
          .put("key", "part_of_speech")
          .putObject("match")
          .put("value", asked.partOfSpeech());
    }
    return points(api, body);
  }

  private static JsonNode points(ApiClient api, ObjectNode body) {
    String path = ApiClient.collection(QuickstartCommand.COLLECTION) + "/points/query";
    return ServerOptions.result(api.post(path, body)).path("points");
  }

  /** Example sentences of the dictionary: real text that is not itself in the index. */
  private static float[][] queries(ApiClient api, Embedders embedders) {
    ObjectNode body = Json.object().put("limit", 2 * MEASURED).put("with_payload", true);
    JsonNode page =
        ServerOptions.result(
            api.post(ApiClient.collection(QuickstartCommand.COLLECTION) + "/points/scroll", body));
    List<String> texts = new ArrayList<>();
    for (JsonNode point : page.path("points")) {
      JsonNode payload = point.path("payload");
      JsonNode example = payload.path("examples").path(0);
      String words = payload.path("words").path(0).asText();
      if (texts.size() < MEASURED) {
        texts.add(example.isTextual() ? example.asText() : words);
      }
    }
    return embedders.defaultEmbedder().embed(texts);
  }

  private record Measured(int queries, double recall, double p50Nanos, double p99Nanos) {}

  private static Measured measure(ApiClient api, float[][] queries, Runnable check) {
    long[] nanos = new long[queries.length];
    long found = 0;
    long wanted = 0;
    for (int i = 0; i < queries.length; i++) {
      check.run();
      ObjectNode body = Json.object().put("limit", TOP);
      ArrayNode vector = body.putArray("query");
      for (float value : queries[i]) {
        vector.add(value);
      }
      long start = System.nanoTime();
      JsonNode approximate = points(api, body);
      nanos[i] = System.nanoTime() - start;
      body.putObject("params").put("exact", true);
      JsonNode exact = points(api, body);
      Set<String> ids = new HashSet<>();
      approximate.forEach(hit -> ids.add(hit.path("id").asText()));
      for (JsonNode hit : exact) {
        wanted++;
        found += ids.contains(hit.path("id").asText()) ? 1 : 0;
      }
    }
    Arrays.sort(nanos);
    return new Measured(
        queries.length,
        wanted == 0 ? 1 : (double) found / wanted,
        nanos[nanos.length / 2],
        nanos[(int) (nanos.length * 0.99)]);
  }

  /** The value of a metric without labels. */
  private static double metric(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  void print(PrintWriter out) {
    for (Question question : questions) {
      out.println();
      out.println(
          question.text
              + (question.partOfSpeech.isEmpty()
                  ? ""
                  : "   (only: " + question.partOfSpeech + ")"));
      for (JsonNode hit : question.hits) {
        JsonNode payload = hit.path("payload");
        List<String> words = new ArrayList<>();
        payload.path("words").forEach(word -> words.add(word.asText()));
        out.printf(
            Locale.ROOT,
            "  %.3f  %s: %s%n",
            hit.path("score").asDouble(),
            String.join(", ", words),
            payload.path(QuickstartData.TEXT).asText());
      }
    }
    out.println();
    String filling =
        filled == null
            ? "from an earlier run"
            : "embedded and indexed in " + Progress.duration(filled.duration().toMillis() / 1e3);
    out.printf(Locale.ROOT, "definitions   %,d, %s%n", points, filling);
    out.printf(
        Locale.ROOT,
        "recall@10     %.4f against exact search, %d queries%s%n",
        recallAt10,
        measuredQueries,
        indexedVectors == 0 ? " (so few vectors are compared one by one)" : "");
    out.printf(
        Locale.ROOT,
        "latency       p50 %.2f ms, p99 %.2f ms over REST; %.1f ms with embedding the question%n",
        p50Millis,
        p99Millis,
        textP50Millis);
    out.printf(
        Locale.ROOT,
        "memory        %.0f MB resident, of it %.0f MB heap in use%n",
        residentBytes / 1e6,
        heapBytes / 1e6);
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("points", points);
    json.put("indexed_vectors", indexedVectors);
    if (filled != null) {
      json.put("fill_seconds", filled.duration().toMillis() / 1e3);
    }
    json.put("recall_at_10", recallAt10);
    json.put("queries", measuredQueries);
    json.put("p50_millis", p50Millis);
    json.put("p99_millis", p99Millis);
    json.put("text_p50_millis", textP50Millis);
    json.put("resident_bytes", (long) residentBytes);
    json.put("heap_bytes", (long) heapBytes);
    ArrayNode asked = json.putArray("questions");
    for (Question question : questions) {
      ObjectNode entry = asked.addObject().put("text", question.text);
      if (!question.partOfSpeech.isEmpty()) {
        entry.put("part_of_speech", question.partOfSpeech);
      }
      entry.set("hits", question.hits);
    }
    return json;
  }
}
