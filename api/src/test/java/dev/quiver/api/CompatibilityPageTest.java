package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.quiver.api.QdrantRest.Endpoint;
import dev.quiver.api.RestProbe.Finding;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.MergeReport;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.PointsGrpc;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.SnapshotsGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/qdrant-compatibility.md} says what the server does: a server is asked, endpoint by
 * endpoint and field by field, by {@link RestProbe} and {@link GrpcUse}.
 *
 * <p>{@code -Dquiver.docs.write=true} writes the page anew.
 */
final class CompatibilityPageTest {
  private static final Path PAGE = Path.of("../docs/qdrant-compatibility.md");

  /** Requests whose messages are walked by their descriptors: see {@link GrpcMessageJson}. */
  private static final Set<String> WALKED =
      Set.of(
          "CreateCollection",
          "UpdateCollection",
          "CreateFieldIndexCollection",
          "CreateVectorNameRequest");

  /** Fields that stand for a choice of REST's, which has no name for it. */
  private static final Set<String> UNNAMED =
      Set.of("map", "setting", "turboquant", "disabled", "vectors_config");

  private static final Set<String> DATA =
      Set.of("Collections", "Aliases", "Indexes", "Points", "Search", "Snapshots");

  /** How a field stands, with the mark that it has in the lists. */
  private enum State {
    DONE("", "implemented"),
    HINT("°", "accepted, checked and returned; without effect here"),
    ALONE("¹", "answered as Qdrant does on one machine"),
    SILENT("²", "optional, and absent as in Qdrant while there is nothing to tell"),
    NOT("✗", "not implemented");

    private final String mark;
    private final String meaning;

    State(String mark, String meaning) {
      this.mark = mark;
      this.meaning = meaning;
    }
  }

  private record Field(String name, State state, String reason) {}

  @TempDir Path folder;

  @Test
  void thePageSaysWhatTheServerDoes() throws IOException {
    QdrantRest rest = QdrantRest.read();
    List<Endpoint> data = rest.endpoints.stream().filter(e -> DATA.contains(e.tag())).toList();
    List<Endpoint> others = rest.endpoints.stream().filter(e -> !DATA.contains(e.tag())).toList();
    StringBuilder page = new StringBuilder();
    try (RestFixture fixture = new RestFixture(folder.resolve("rest"))) {
      prepare(fixture);
      RestProbe probe = new RestProbe(fixture, rest);
      probe.run(data);
      richAnswers(probe, fixture, rest);
      Set<String> dataMembers = Set.copyOf(probe.members.keySet());
      probe.run(others);
      Map<String, Field> requests = requests(probe, dataMembers);
      Map<String, Field> answers = answers(probe, data);
      Grpc grpc = grpc(probe);
      write(page, rest, data, probe, requests, answers, grpc);
      if (Boolean.getBoolean("quiver.docs.write")) {
        Files.writeString(PAGE, page);
      }
      check(probe, data, requests, answers, grpc);
    }
    assertThat(Files.readString(PAGE))
        .as("out of date: run this test with -Dquiver.docs.write=true")
        .isEqualTo(page.toString());
  }

  // The server that is asked.

  private static void prepare(RestFixture fixture) {
    for (String name : List.of("c", "w", "docs")) {
      String vectors = "'': {'size': 4, 'distance': 'Dot'}, 'b': {'size': 4, 'distance': 'Euclid'}";
      boolean sparse = create(fixture, name, "{'vectors': {" + vectors + "}%s}");
      List<String> points = new ArrayList<>();
      for (int id = 1; id <= 6; id++) {
        String own = sparse ? ", 's': {'indices': [1, " + (id + 1) + "], 'values': [1, 2]}" : "";
        points.add(
            ("{'id': %d, 'vector': {'': [%d, 1, 0, 0], 'b': [1, %d, 0, 0]%s}, 'payload': {'k': 'v', 'n': %d,"
                    + " 'at': {'lon': %d, 'lat': 1}, 'when': '2026-01-0%dT00:00:00Z',"
                    + " 'list': [{'x': 1}]}}")
                .formatted(id, id, id, own, id, id, id));
      }
      ok(
          fixture.put(
              "/collections/" + name + "/points?wait=true",
              json("{'points': [" + String.join(", ", points) + "]}")));
      for (String index : List.of("k keyword", "n integer", "at geo", "when datetime")) {
        String[] parts = index.split(" ");
        ok(
            fixture.put(
                "/collections/" + name + "/index?wait=true",
                json("{'field_name': '%s', 'field_schema': '%s'}".formatted(parts[0], parts[1]))));
      }
    }
    ok(
        fixture.post(
            "/collections/aliases",
            json(
                "{'actions': [{'create_alias': {'collection_name': 'w', 'alias_name': 'alias'}}]}")));
  }

  /** With a sparse vector if there are any; returns whether there are. */
  private static boolean create(RestFixture fixture, String name, String body) {
    String sparse =
        ", 'sparse_vectors': {'s': {'modifier': 'idf', 'index': {'full_scan_threshold': 10,"
            + " 'on_disk': true, 'memory': 'cold', 'datatype': 'float16'}}}";
    if (fixture.put("/collections/" + name, json(body.formatted(sparse))).status() == 200) {
      return true;
    }
    ok(fixture.put("/collections/" + name, json(body.formatted(""))));
    return false;
  }

  private static void ok(RestFixture.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  /** Answers that hold what only comes when it is asked for together. */
  private static void richAnswers(RestProbe probe, RestFixture fixture, QdrantRest rest) {
    create(
        fixture,
        "full",
        """
        {'vectors': {'a': {'size': 2, 'distance': 'Dot', 'on_disk': true, 'memory': 'cold',
           'datatype': 'float16', 'hnsw_config': {'m': 8, 'ef_construct': 10,
           'full_scan_threshold': 20, 'max_indexing_threads': 1, 'on_disk': true,
           'memory': 'cold', 'payload_m': 4, 'inline_storage': false},
           'quantization_config': {'scalar': {'type': 'int8', 'quantile': 0.9,
             'always_ram': true, 'memory': 'cold'}}},
          'p': {'size': 2, 'distance': 'Dot', 'quantization_config': {'product': {
             'compression': 'x8', 'always_ram': true, 'memory': 'cold'}}},
          'q': {'size': 2, 'distance': 'Dot', 'quantization_config': {'binary': {
            'always_ram': true, 'memory': 'cold', 'encoding': 'two_bits', 'query_encoding': 'scalar8bits'}}},
          't': {'size': 2, 'distance': 'Dot', 'quantization_config': {'turbo': {
            'always_ram': true, 'memory': 'cold', 'bits': 'bits4'}}}},
         'hnsw_config': {'on_disk': true, 'memory': 'cold', 'payload_m': 4, 'inline_storage': false},
         'payload': {'memory': 'cold'},
         'shard_number': 1, 'sharding_method': 'auto', 'quantization_config': {'binary': {}},
         'optimizers_config': {'prevent_unoptimized': true},
         'strict_mode_config': STRICT, 'metadata': {'a': 1}%s}
        """
            .replace("STRICT", strictMode(rest)));
    fixture.put(
        "/collections/full/vectors/m",
        json(
            "{'dense': {'size': 2, 'distance': 'Dot', 'multivector_config': {'comparator': 'max_sim'}}}"));
    for (String schema :
        List.of(
            "{'type': 'keyword', 'is_tenant': true, 'on_disk': true, 'memory': 'cold', 'enable_hnsw': true, 'prefix': true}",
            "{'type': 'integer', 'lookup': true, 'range': true, 'is_principal': true, 'on_disk': true, 'memory': 'cold', 'enable_hnsw': true}",
            "{'type': 'float', 'is_principal': true, 'on_disk': true, 'memory': 'cold', 'enable_hnsw': true}",
            "{'type': 'geo', 'on_disk': true, 'memory': 'cold', 'enable_hnsw': true}",
            "{'type': 'bool', 'on_disk': true, 'memory': 'cold', 'enable_hnsw': true}",
            "{'type': 'datetime', 'is_principal': true, 'on_disk': true, 'memory': 'cold', 'enable_hnsw': true}",
            "{'type': 'uuid', 'is_tenant': true, 'on_disk': true, 'memory': 'cold', 'enable_hnsw': true}",
            "{'type': 'text', 'tokenizer': 'word', 'min_token_len': 1, 'max_token_len': 20, 'lowercase': true, 'ascii_folding': true,"
                + " 'phrase_matching': true, 'stopwords': {'languages': ['english'], 'custom': ['x']}, 'on_disk': true, 'memory': 'cold',"
                + " 'stemmer': {'type': 'snowball', 'language': 'english'}, 'enable_hnsw': true}")) {
      String field = "f" + schema.length();
      ok(
          fixture.put(
              "/collections/full/index?wait=true",
              json("{'field_name': '" + field + "', 'field_schema': " + schema + "}")));
    }
    probe.look(
        fixture.get("/collections/full").result(), new QdrantRest.Type.Ref("CollectionInfo"));
    // Merges come when they will: what is told of one is asked of who tells it.
    Instant now = Instant.now();
    UUID id = new UUID(1, 2);
    ObjectNode merge = JsonNodeFactory.instance.objectNode();
    RestReports.write(
        new MergeReport(id, List.of(new MergeReport.Segment(id, 3)), now, now, null), merge);
    probe.look(merge, new QdrantRest.Type.Ref("Optimization"));
    String all = "'with_payload': true, 'with_vector': true";
    String groups =
        "{'query': [1, 0, 0, 0], 'group_by': 'k', 'with_lookup': {'collection': 'docs', 'with_vectors': true}, "
            + all
            + "}";
    ok(
        fixture.put(
            "/collections/docs/points?wait=true",
            json("{'points': [{'id': 7, 'vector': {'': [1, 1, 0, 0]}, 'payload': {'k': 7}}]}")));
    ok(
        fixture.put(
            "/collections/c/points?wait=true",
            json("{'points': [{'id': 7, 'vector': {'': [1, 1, 0, 0]}, 'payload': {'k': 7}}]}")));
    probe.look(
        fixture.post("/collections/c/points/query/groups", json(groups)).result(),
        new QdrantRest.Type.Ref("GroupsResult"));
    probe.look(
        fixture
            .post("/collections/c/points/query", json("{'query': {'order_by': 'n'}, " + all + "}"))
            .result(),
        new QdrantRest.Type.Ref("QueryResponse"));
    probe.look(
        fixture
            .post("/collections/c/points/scroll", json("{'order_by': 'n', " + all + "}"))
            .result(),
        new QdrantRest.Type.Ref("ScrollResult"));
    fixture.delete("/collections/full");
  }

  private static String strictMode(QdrantRest rest) {
    RestSamples samples = new RestSamples(rest);
    var struct = (QdrantRest.Type.Struct) rest.schemas.get("StrictModeConfig");
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    struct.members().forEach(m -> all.set(m.name(), samples.of("StrictModeConfig", m)));
    all.put("enabled", false);
    all.set("multivector_config", RestFixture.tree("{'m': {'max_vectors': 3}}"));
    all.set("sparse_config", RestFixture.tree("{'s': {'max_length': 3}}"));
    return all.toString().replace('"', '\'');
  }

  // What was found.

  private static Map<String, Field> requests(RestProbe probe, Set<String> dataMembers) {
    CompatibilityReasons hints = CompatibilityReasons.hints();
    CompatibilityReasons alone = CompatibilityReasons.standalone();
    CompatibilityReasons free = CompatibilityReasons.free();
    CompatibilityReasons refused = CompatibilityReasons.refused();
    Map<String, Field> fields = new TreeMap<>();
    for (String name : new TreeSet<>(dataMembers)) {
      Finding finding = Objects.requireNonNull(probe.members.get(name));
      String hint = hints.of(name);
      String onOne = alone.of(name);
      Field field;
      if (!finding.taken() && onOne != null) {
        field = new Field(name, State.ALONE, onOne);
      } else if (!finding.taken()) {
        String reason = refused.of(name);
        field =
            new Field(
                name,
                State.NOT,
                reason != null ? reason : finding.status() + ": " + shortened(finding.error()));
      } else if (!finding.looked() && free.of(name) == null) {
        field = new Field(name, State.NOT, "not looked at");
      } else if (hint != null) {
        field = new Field(name, State.HINT, hint);
      } else {
        field = new Field(name, State.DONE, "");
      }
      fields.put(name, field);
    }
    return fields;
  }

  private static String shortened(String text) {
    String line = text.replace('\n', ' ').replace("|", "/");
    return line.length() <= 140 ? line : line.substring(0, 140) + "...";
  }

  private static Map<String, Field> answers(RestProbe probe, List<Endpoint> data) {
    CompatibilityReasons absent = CompatibilityReasons.absent();
    CompatibilityReasons silent = CompatibilityReasons.silent();
    Set<String> possible = new TreeSet<>();
    probe.expectAll(data);
    possible.addAll(probe.answers);
    Map<String, Field> fields = new TreeMap<>();
    for (String name : possible) {
      String nothing = silent.of(name);
      String reason = nothing != null ? nothing : absent.of(name);
      State state =
          probe.seen.contains(name)
              ? State.DONE
              : nothing != null
                  ? State.SILENT
                  : reason != null && reason.contains("one machine") ? State.ALONE : State.NOT;
      String why = state == State.DONE ? "" : reason != null ? reason : "never seen in an answer";
      fields.put(name, new Field(name, state, why));
    }
    return fields;
  }

  // gRPC.

  private record Grpc(
      Map<String, String> methods, Map<String, Field> requests, Map<String, Field> answers) {}

  private Grpc grpc(RestProbe probe) {
    GrpcUse use = GrpcUse.ofServer();
    assertThat(use.accessors()).as("accessors found in the compiled classes").isGreaterThan(500);
    Map<String, String> methods = new LinkedHashMap<>();
    Map<String, Descriptor> inputs = new TreeMap<>();
    Map<String, Descriptor> outputs = new TreeMap<>();
    Map<String, Descriptor> configs = new TreeMap<>();
    for (ServiceDescriptor service :
        List.of(
            QdrantGrpc.getServiceDescriptor(),
            CollectionsGrpc.getServiceDescriptor(),
            PointsGrpc.getServiceDescriptor(),
            SnapshotsGrpc.getServiceDescriptor())) {
      var described =
          ((ProtoServiceDescriptorSupplier) Objects.requireNonNull(service.getSchemaDescriptor()))
              .getServiceDescriptor();
      for (MethodDescriptor method : described.getMethods()) {
        String name = described.getFullName() + "/" + method.getName();
        var refusal = GrpcMissing.refusal(name);
        methods.put(
            name,
            refusal == null
                ? "implemented"
                : refusal.code() == ErrorCode.STANDALONE
                    ? "answered as Qdrant does on one machine: `" + refusal.getMessage() + "`"
                    : "not: " + refusal.getMessage());
        if (refusal == null) {
          collect(method.getInputType(), inputs);
          collect(method.getOutputType(), outputs);
          if (WALKED.contains(method.getInputType().getName())) {
            collect(method.getInputType(), configs);
          }
        }
      }
    }
    collect(Collections.CollectionConfig.getDescriptor(), configs);
    collect(Collections.PayloadSchemaInfo.getDescriptor(), configs);
    // Configurations are walked by their descriptors into REST's JSON, whose members were probed.
    Set<String> probed =
        probe.members.entrySet().stream()
            .filter(entry -> entry.getValue().taken())
            .map(entry -> entry.getKey().substring(entry.getKey().indexOf('.') + 1))
            .collect(Collectors.toSet());
    Set<String> returned =
        probe.seen.stream()
            .map(name -> name.substring(name.indexOf('.') + 1))
            .collect(Collectors.toSet());
    return new Grpc(
        methods,
        fields(
            inputs,
            CompatibilityReasons.refused(),
            f ->
                use.reads(f)
                    || configs.containsKey(f.getContainingType().getFullName())
                        && (UNNAMED.contains(f.getName()) || probed.contains(jsonName(f)))),
        fields(
            outputs,
            CompatibilityReasons.absent(),
            f ->
                use.writes(f)
                    || configs.containsKey(f.getContainingType().getFullName())
                        && (UNNAMED.contains(f.getName()) || returned.contains(jsonName(f)))));
  }

  private static String jsonName(FieldDescriptor field) {
    return switch (field.getName()) {
      case "vectors_config" -> "vectors";
      case "sparse_vectors_config" -> "sparse_vectors";
      case "deprecated_max_optimization_threads" -> "max_optimization_threads";
      default -> field.getName();
    };
  }

  private static void collect(Descriptor type, Map<String, Descriptor> all) {
    if (!type.getFullName().startsWith("qdrant.") || all.containsKey(type.getFullName())) {
      return;
    }
    if (!type.getOptions().getMapEntry()) {
      all.put(type.getFullName(), type);
    }
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType(), all);
      }
    }
  }

  private static Map<String, Field> fields(
      Map<String, Descriptor> types,
      CompatibilityReasons reasons,
      Predicate<FieldDescriptor> used) {
    CompatibilityReasons hints = CompatibilityReasons.hints();
    CompatibilityReasons alone = CompatibilityReasons.standalone();
    CompatibilityReasons free = CompatibilityReasons.free();
    CompatibilityReasons silent = CompatibilityReasons.silent();
    Map<String, Field> fields = new TreeMap<>();
    for (Descriptor type : types.values()) {
      for (FieldDescriptor field : type.getFields()) {
        String name =
            type.getFullName().substring("qdrant.".length()).replace('.', '$')
                + "."
                + field.getName();
        String reason = reasons.of(name);
        String nothing = silent.of(name);
        State state =
            nothing != null && !used.test(field)
                ? State.SILENT
                : reason != null
                    ? reason.contains("one machine") ? State.ALONE : State.NOT
                    : !used.test(field) && free.of(name) == null
                        ? State.NOT
                        : alone.of(name) != null
                            ? State.ALONE
                            : hints.of(name) != null ? State.HINT : State.DONE;
        String why =
            switch (state) {
              case DONE -> "";
              case SILENT -> nothing;
              case HINT -> hints.of(name);
              case ALONE -> reason != null ? reason : alone.of(name);
              case NOT -> reason != null ? reason : "not used by the server";
            };
        fields.put(name, new Field(name, state, why));
      }
    }
    return fields;
  }

  // The page.

  private static void write(
      StringBuilder page,
      QdrantRest rest,
      List<Endpoint> data,
      RestProbe probe,
      Map<String, Field> requests,
      Map<String, Field> answers,
      Grpc grpc) {
    page.append(
        """
        # Qdrant compatibility

        This page is written by `CompatibilityPageTest`, which asks a running server, and fails when the page is out of date. REST: every member of every request that Qdrant 1.19.0 (and 1.18.3, for the
        older searches) describes is sent with a value that fits, which must be taken, and with values that do not, which must be refused: who takes those does not look. Of the answers, every member was seen.
        gRPC: the server's compiled classes call the field's accessors, or walk its message by descriptor. A field without a mark is implemented; the others are:

        | mark | meaning |
        | --- | --- |
        """);
    for (State state : State.values()) {
      if (state != State.DONE) {
        page.append("| ").append(state.mark).append(" | ").append(state.meaning).append(" |\n");
      }
    }
    long taken =
        data.stream()
            .filter(e -> Objects.requireNonNull(probe.endpoints.get(e.name())).taken())
            .count();
    long methods = grpc.methods.values().stream().filter(state -> !state.startsWith("not")).count();
    page.append(
            "\n## In figures\n\nOf collections, aliases, indexes, points, searches and snapshots, ")
        .append(share(taken, data.size()))
        .append(" of the REST operations (")
        .append(data.size())
        .append(") and ")
        .append(share(methods, grpc.methods.size()))
        .append(" of the gRPC methods (")
        .append(grpc.methods.size())
        .append(
            ", those that Qdrant itself refuses on one machine included) are answered. Their fields:\n\n")
        .append("| | all | implemented | ° | ¹ | ² | ✗ | all but ✗ |\n")
        .append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    figures(page, "REST request fields", requests);
    figures(page, "REST answer fields", answers);
    figures(page, "gRPC request fields", grpc.requests);
    figures(page, "gRPC answer fields", grpc.answers);

    page.append("\n## REST endpoints\n\n| endpoint | state |\n| --- | --- |\n");
    for (Endpoint endpoint : rest.endpoints) {
      Finding finding = probe.endpoints.get(endpoint.name());
      if (finding != null) {
        page.append("| `")
            .append(endpoint.name())
            .append("` | ")
            .append(state(finding))
            .append(parameters(probe, endpoint))
            .append(" |\n");
      }
    }
    fields(page, "REST request fields", requests);
    fields(page, "REST answer fields", answers);
    page.append("\n## gRPC methods\n\n| method | state |\n| --- | --- |\n");
    grpc.methods.forEach(
        (name, state) ->
            page.append("| `").append(name).append("` | ").append(state).append(" |\n"));
    fields(page, "gRPC request fields", grpc.requests);
    fields(page, "gRPC answer fields", grpc.answers);
  }

  private static String state(Finding finding) {
    return finding.taken()
        ? "implemented"
        : finding.status() == 405
            ? "answered as Qdrant does on one machine: 405"
            : finding.status() + ": " + shortened(finding.error());
  }

  private static String parameters(RestProbe probe, Endpoint endpoint) {
    StringBuilder out = new StringBuilder();
    for (String parameter : endpoint.query()) {
      Finding finding = probe.parameters.get(endpoint.name() + " ?" + parameter);
      if (probe.endpoints.get(endpoint.name()).taken()
          && finding != null
          && !(finding.taken() && finding.looked())) {
        out.append("; `")
            .append(parameter)
            .append("` ")
            .append(finding.taken() ? "is not looked at" : "is refused");
      }
    }
    return out.toString();
  }

  private static void figures(StringBuilder page, String what, Map<String, Field> fields) {
    page.append("| ").append(what).append(" | ").append(fields.size());
    for (State state : State.values()) {
      page.append(" | ").append(count(fields, state));
    }
    page.append(" | ")
        .append(share(fields.size() - count(fields, State.NOT), fields.size()))
        .append(" |\n");
  }

  private static String share(long part, int all) {
    return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / all).replace(".0 %", " %");
  }

  private static long count(Map<String, Field> fields, State state) {
    return fields.values().stream().filter(field -> field.state == state).count();
  }

  private static void fields(StringBuilder page, String title, Map<String, Field> fields) {
    page.append("\n## ").append(title).append("\n\n");
    Map<String, List<Field>> bySchema = new TreeMap<>();
    for (Field field : fields.values()) {
      String schema = field.name.substring(0, field.name.lastIndexOf('.'));
      bySchema.computeIfAbsent(schema, _ -> new ArrayList<>()).add(field);
    }
    page.append("| of | fields |\n| --- | --- |\n");
    bySchema.forEach(
        (schema, list) ->
            page.append("| ")
                .append(schema.isEmpty() ? "(inline)" : schema)
                .append(" | ")
                .append(
                    list.stream()
                        .map(
                            f ->
                                "`"
                                    + f.name.substring(f.name.lastIndexOf('.') + 1)
                                    + "`"
                                    + f.state.mark)
                        .collect(Collectors.joining(", ")))
                .append(" |\n"));
    Map<String, List<String>> byReason = new TreeMap<>();
    for (Field field : fields.values()) {
      if (field.state != State.DONE) {
        byReason
            .computeIfAbsent(field.state.mark + " | " + field.reason, _ -> new ArrayList<>())
            .add("`" + field.name + "`");
      }
    }
    if (!byReason.isEmpty()) {
      page.append("\n| | why | fields |\n| --- | --- | --- |\n");
      byReason.forEach(
          (reason, names) ->
              page.append("| ")
                  .append(reason)
                  .append(" | ")
                  .append(String.join(", ", names))
                  .append(" |\n"));
    }
  }

  // What must hold, whatever the page says.

  private static void check(
      RestProbe probe,
      List<Endpoint> data,
      Map<String, Field> requests,
      Map<String, Field> answers,
      Grpc grpc) {
    for (Endpoint endpoint : data) {
      Finding finding = Objects.requireNonNull(probe.endpoints.get(endpoint.name()));
      assertThat(finding.status()).as(endpoint.name() + ": " + finding.error()).isLessThan(300);
      for (String parameter : endpoint.query()) {
        Finding found =
            Objects.requireNonNull(probe.parameters.get(endpoint.name() + " ?" + parameter));
        assertThat(found.taken() && found.looked())
            .as(endpoint.name() + " ?" + parameter + ": " + found)
            .isTrue();
      }
    }
    for (Map<String, Field> fields : List.of(requests, answers, grpc.requests, grpc.answers)) {
      long not = count(fields, State.NOT);
      assertThat(not * 20)
          .as(
              "at most 5 %% are missing: %s",
              fields.values().stream().filter(f -> f.state == State.NOT).toList())
          .isLessThanOrEqualTo(fields.size());
    }
    assertThat(requests.values()).noneMatch(field -> field.reason.equals("not looked at"));
    assertThat(grpc.requests.values())
        .noneMatch(field -> field.reason.equals("not used by the server"));
    assertThat(String.format(Locale.ROOT, "%d", grpc.methods.size())).isEqualTo("51");
  }
}
