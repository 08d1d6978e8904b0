package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quiver.api.QdrantRest.Endpoint;
import dev.quiver.api.QdrantRest.Member;
import dev.quiver.api.QdrantRest.Type;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Finds out of a running server what it does with every member of every request that Qdrant
 * describes. A member is sent with a value that fits: is it taken? And with values that fit no type
 * that it could have: are they refused? Who takes these too does not look at the member. Of every
 * answer it is noted which of the described members it has.
 */
final class RestProbe {
  private static final String BM25 =
      "{'using': 's', 'query': {'text': 'abc', 'model': 'qdrant/bm25'}}";

  /** Fit hardly anything; the number no integer, the text no word. */
  private static final List<JsonNode> GARBAGE =
      List.of(
          BooleanNode.TRUE,
          TextNode.valueOf("§ no such word §"),
          DoubleNode.valueOf(-7.25),
          JsonNodeFactory.instance.objectNode().put("§", "§"),
          JsonNodeFactory.instance.arrayNode().add(JsonNodeFactory.instance.objectNode()));

  /**
   * @param status of the request with a value that fits
   * @param looked whether something else in its place was refused
   */
  record Finding(String endpoint, int status, String error, boolean looked) {
    boolean taken() {
      return status < 300;
    }
  }

  final Map<String, Finding> members = new TreeMap<>();
  final Map<String, Finding> parameters = new TreeMap<>();
  final Map<String, Finding> endpoints = new LinkedHashMap<>();

  /** Members of answers, by schema, that were seen, and all that could be. */
  final Set<String> seen = new TreeSet<>();

  final Set<String> answers = new TreeSet<>();

  private final RestFixture fixture;
  private final QdrantRest rest;
  private final RestSamples samples;
  private final SnapshotProbe snapshots;
  private final Set<String> visited = new HashSet<>();
  private final AtomicInteger names = new AtomicInteger();

  RestProbe(RestFixture fixture, QdrantRest rest) {
    this.fixture = fixture;
    this.rest = rest;
    this.samples = new RestSamples(rest);
    this.snapshots = new SnapshotProbe(fixture);
  }

  void run(List<Endpoint> some) {
    for (Endpoint endpoint : some) {
      if (endpoint.path().endsWith("/points/query")) {
        // What a dense vector cannot take.
        explore(
            endpoint,
            new Type.Ref("SparseVector"),
            v -> ((ObjectNode) RestFixture.tree("{'using': 's'}")).set("query", v));
        // Its options are shared with text indexes, which come first.
        visited.add("Bm25Config");
      }
    }
    for (Endpoint endpoint : some) {
      JsonNode body = endpoint.body() == null ? null : samples.of(endpoint.body());
      RestFixture.Answer answer = send(endpoint, body, "");
      endpoints.put(
          endpoint.name(), new Finding(endpoint.name(), answer.status(), error(answer), true));
      for (String parameter : endpoint.query()) {
        parameter(endpoint, parameter, body);
      }
      if (endpoint.body() != null) {
        explore(endpoint, endpoint.body(), value -> value);
      }
    }
    for (Endpoint endpoint : some) {
      if (endpoint.path().endsWith("/points/query")) {
        visited.remove("Bm25Config");
        explore(
            endpoint,
            new Type.Ref("Bm25Config"),
            v -> {
              ObjectNode body = (ObjectNode) RestFixture.tree(BM25);
              ((ObjectNode) body.get("query")).set("options", v);
              return body;
            });
      }
    }
  }

  // Requests.

  private RestFixture.Answer send(Endpoint endpoint, JsonNode body, String query) {
    String name = "x" + names.incrementAndGet();
    boolean creates = endpoint.name().equals("PUT /collections/{collection_name}");
    boolean reads =
        endpoint.method().equals("GET")
            || endpoint
                .path()
                .matches(".*(query|search|recommend|discover|scroll|count|facet|matrix).*")
            || endpoint.name().equals("POST /collections/{collection_name}/points");
    boolean drops = endpoint.name().equals("DELETE /collections/{collection_name}");
    String path =
        endpoint
            .path()
            .replace("{collection_name}", creates || drops ? name : reads ? "c" : "w")
            .replace("{vector_name}", name)
            .replace("{field_name}", "k")
            .replace("{shard_id}", "0")
            .replace("{id}", "1")
            .replace("{peer_id}", "1");
    String text = body == null ? null : body.toString().replace("$new", name);
    RestFixture.Answer answer =
        endpoint.tag().equals("Snapshots")
            ? snapshots.send(endpoint, body, query)
            : fixture.call(endpoint.method(), path + query, text);
    if (creates && answer.status() < 300) {
      fixture.get("/collections/" + name);
      fixture.delete("/collections/" + name);
    }
    if (endpoint.path().contains("{vector_name}") && answer.status() < 300) {
      fixture.delete("/collections/w/vectors/" + name);
    }
    if (answer.status() < 300 && endpoint.result() != null && answer.text().startsWith("{")) {
      look(answer.json().path("result"), endpoint.result());
    }
    return answer;
  }

  private static String error(RestFixture.Answer answer) {
    return answer.status() < 300
        ? ""
        : answer.text().startsWith("{") ? answer.error() : answer.text();
  }

  /** The point that writes are about, which some of them delete. */
  private void restore() {
    String point = "{'points': [{'id': 1, 'vector': {'': [1, 1, 0, 0], 'b': [1, 1, 0, 0]}}]}";
    fixture.put("/collections/w/points?wait=true", RestFixture.json(point));
  }

  private void parameter(Endpoint endpoint, String parameter, JsonNode body) {
    restore();
    String value =
        switch (parameter) {
          case "consistency" -> "majority";
          case "ordering" -> "weak";
          case "timeout", "details_level", "completed_limit" -> "2";
          case "with" -> "queued,completed,idle_segments";
          case "checksum" -> snapshots.checksum();
          case "priority" -> "no_sync";
          default -> "true";
        };
    RestFixture.Answer fits = send(endpoint, body, "?" + parameter + "=" + value);
    RestFixture.Answer not = send(endpoint, body, "?" + parameter + "=%C2%A7");
    parameters.put(
        endpoint.name() + " ?" + parameter,
        new Finding(endpoint.name(), fits.status(), error(fits), not.status() >= 400));
  }

  private void explore(Endpoint endpoint, Type type, UnaryOperator<JsonNode> place) {
    switch (type) {
      case Type.Ref(String name) -> {
        if (!visited.add(name)) {
          return;
        }
        if (rest.resolved(type) instanceof Type.Struct struct) {
          struct(endpoint, name, struct, place);
        } else {
          explore(endpoint, rest.resolved(type), place);
        }
      }
      case Type.Union(var types) -> types.forEach(one -> explore(endpoint, one, place));
      case Type.Many(Type element) ->
          explore(endpoint, element, v -> place.apply(JsonNodeFactory.instance.arrayNode().add(v)));
      case Type.Named(Type element) ->
          explore(endpoint, element, v -> place.apply(object(key(element), v)));
      case Type.Struct struct -> struct(endpoint, "", struct, place);
      case Type.Word _, Type.Plain _ -> {}
    }
  }

  /** A key that the collection knows, where it must. */
  private static String key(Type element) {
    return switch (element) {
      case Type.Ref(String name) when name.equals("SparseVectorParams") -> "s";
      case Type.Ref(String name) when Set.of("Vector", "VectorParamsDiff").contains(name) -> "b";
      case Type.Many(Type inner) -> key(inner);
      default -> "m";
    };
  }

  private static ObjectNode object(String key, JsonNode value) {
    return JsonNodeFactory.instance.objectNode().set(key, value);
  }

  private void struct(
      Endpoint endpoint, String schema, Type.Struct struct, UnaryOperator<JsonNode> place) {
    for (Member member : struct.members()) {
      ObjectNode whole = whole(schema, struct, member);
      UnaryOperator<JsonNode> with =
          value -> {
            ObjectNode copy = whole.deepCopy();
            copy.set(member.name(), value);
            return place.apply(copy);
          };
      RestFixture.Answer fits = send(endpoint, with.apply(samples.of(schema, member)), "");
      boolean looked = false;
      for (int i = 0; i < GARBAGE.size() && !looked; i++) {
        int status = send(endpoint, with.apply(GARBAGE.get(i)), "").status();
        looked = status >= 400 && status != 404;
      }
      members.put(
          schema + "." + member.name(),
          new Finding(endpoint.name(), fits.status(), error(fits), looked));
      explore(endpoint, member.type(), with);
    }
  }

  private ObjectNode whole(String schema, Type.Struct struct, Member member) {
    String given = RestSamples.WHOLE.get(schema + "." + member.name());
    return given == null
        ? samples.least(schema, struct).deepCopy()
        : (ObjectNode) RestFixture.tree(given);
  }

  // Answers.

  /** Notes what answers of these endpoints may have. */
  void expectAll(List<Endpoint> some) {
    Set<String> known = new HashSet<>();
    for (Endpoint endpoint : some) {
      if (endpoint.result() != null) {
        expect(endpoint.result(), known);
      }
    }
  }

  /** Notes what an answer may have. */
  private void expect(Type type, Set<String> known) {
    switch (type) {
      case Type.Ref(String name) -> {
        if (known.add(name)) {
          if (rest.resolved(type) instanceof Type.Struct(var list)) {
            for (Member member : list) {
              answers.add(name + "." + member.name());
              expect(member.type(), known);
            }
          } else {
            expect(rest.resolved(type), known);
          }
        }
      }
      case Type.Union(var types) -> types.forEach(one -> expect(one, known));
      case Type.Many(Type element) -> expect(element, known);
      case Type.Named(Type element) -> expect(element, known);
      case Type.Struct(var list) -> list.forEach(member -> expect(member.type(), known));
      case Type.Word _, Type.Plain _ -> {}
    }
  }

  /** Notes what an answer has. */
  void look(JsonNode value, Type type) {
    switch (type) {
      case Type.Ref(String name) -> {
        if (!(rest.resolved(type) instanceof Type.Struct(var list))) {
          look(value, rest.resolved(type));
        } else if (value.isObject()) {
          for (Member member : list) {
            if (value.has(member.name())) {
              seen.add(name + "." + member.name());
              look(value.get(member.name()), member.type());
            }
          }
        }
      }
      case Type.Union(var types) ->
          types.stream().filter(t -> fits(value, t)).forEach(t -> look(value, t));
      case Type.Many(Type element) -> value.forEach(one -> look(one, element));
      case Type.Named(Type element) -> {
        if (value.isObject()) {
          value.forEach(one -> look(one, element));
        }
      }
      case Type.Struct _, Type.Word _, Type.Plain _ -> {}
    }
  }

  private boolean fits(JsonNode value, Type type) {
    return switch (rest.resolved(type)) {
      case Type.Struct(var list) ->
          value.isObject()
              && list.stream()
                  .filter(Member::required)
                  .allMatch(m -> value.has(m.name()) && fitsWord(value.get(m.name()), m.type()));
      case Type.Many _ -> value.isArray();
      case Type.Named _ -> value.isObject();
      case Type.Union(var types) -> types.stream().anyMatch(one -> fits(value, one));
      case Type.Word(String word) -> value.isTextual() && value.textValue().equals(word);
      case Type.Plain _ -> value.isValueNode();
      case Type.Ref _ -> true;
    };
  }

  private boolean fitsWord(JsonNode value, Type type) {
    return !(rest.resolved(type) instanceof Type.Word) || fits(value, rest.resolved(type));
  }
}
