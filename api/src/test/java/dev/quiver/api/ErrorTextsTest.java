package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.quiver.engine.Engine;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wrong requests of every kind, with the exact status and the exact text that they get: {@code
 * errors.txt}. A line is the call, its body (JSON with single quotes, or protobuf's text form), the
 * status and the text, parted by tabs; a line that begins with {@code as} says with which key the
 * next ones are made.
 *
 * <p>{@code -Dquiver.docs.write=true} writes the statuses and texts that are seen into the file:
 * for a look at the difference, not for belief.
 */
final class ErrorTextsTest {
  private static final Path FILE = Path.of("src/test/resources/dev/quiver/api/errors.txt");
  private static final String WRITER = "the-writer's-key";
  private static final ApiKeys KEYS = new ApiKeys(WRITER, null, "the-reader's-key").withTokens();
  private static final ApiLimits LIMITS =
      new ApiLimits(64 << 10, 64, 10_000, 100, Duration.ofSeconds(30), Duration.ofHours(1));

  @TempDir Path folder;

  private record Line(String text, String call, String body, String status, String error) {
    static Line of(String text) {
      String[] parts = text.split("\t", -1);
      return parts.length < 4
          ? new Line(text, parts[0], parts.length > 1 ? parts[1] : "", "", "")
          : new Line(text, parts[0], parts[1], parts[2], parts[3]);
    }

    boolean isCall() {
      return !text.isBlank() && !text.startsWith("#");
    }
  }

  private record Seen(String status, String error) {}

  @Test
  void everyWrongRequestGetsItsStatusAndItsText() throws IOException {
    List<Line> lines;
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("errors.txt"))) {
      lines = new String(in.readAllBytes(), UTF_8).lines().map(Line::of).toList();
    }
    List<String> written = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    int rest = 0;
    int grpc = 0;
    try (Server server = new Server(folder)) {
      String key = WRITER;
      for (Line line : lines) {
        if (!line.isCall()) {
          written.add(line.text());
        } else if (line.call().equals("as")) {
          key = server.key(line.body());
          written.add(line.text());
        } else {
          boolean isGrpc = line.call().startsWith("qdrant.");
          Seen seen = isGrpc ? server.grpc(line, key) : server.rest(line, key);
          rest += isGrpc ? 0 : 1;
          grpc += isGrpc ? 1 : 0;
          written.add(
              line.call() + "\t" + line.body() + "\t" + seen.status() + "\t" + seen.error());
          if (!seen.equals(new Seen(line.status(), line.error()))) {
            wrong.add(line.text() + "\n  but was: " + seen);
          }
        }
      }
    }
    if (Boolean.getBoolean("quiver.docs.write")) {
      Files.writeString(FILE, String.join("\n", written) + "\n");
    }
    assertThat(wrong).isEmpty();
    assertThat(rest).isGreaterThanOrEqualTo(80);
    assertThat(grpc).isGreaterThanOrEqualTo(40);
  }

  /** One engine's data over both APIs would need two owners: each has its own, alike. */
  private static final class Server implements AutoCloseable {
    private final RestFixture rest;
    private final GrpcFixture grpc;
    private final Map<String, MethodDescriptor<Message, Message>> methods = new LinkedHashMap<>();

    Server(Path folder) {
      rest = new RestFixture(folder.resolve("rest"), KEYS, LIMITS);
      grpc = new GrpcFixture(folder.resolve("grpc"), KEYS, LIMITS, GrpcSettings.defaults());
      for (ServerServiceDefinition service : grpc.api.plainServices()) {
        service
            .getMethods()
            .forEach(
                method ->
                    methods.put(
                        method.getMethodDescriptor().getFullMethodName(),
                        plain(method.getMethodDescriptor())));
      }
      prepare(rest.engine);
      prepare(grpc.engine);
    }

    @SuppressWarnings("unchecked") // Every request and answer of these services is a message.
    private static MethodDescriptor<Message, Message> plain(MethodDescriptor<?, ?> method) {
      return (MethodDescriptor<Message, Message>) method;
    }

    private static void prepare(Engine engine) {
      for (String name : List.of("c", "other")) {
        engine.createCollection(
            name,
            CollectionDocuments.create(
                RestFixture.tree(
                    "{'vectors': {'': {'size': 2, 'distance': 'Dot'}, 'b': {'size': 3,"
                        + " 'distance': 'Euclid'}}}")));
        engine.write(
            name,
            List.of(
                RestFixture.upsert(
                    "{'points': [{'id': 1, 'vector': [1, 2], 'payload': {'k': 'v', 'n': 1}},"
                        + " {'id': 2, 'vector': [2, 1], 'payload': {'n': 'text'}}]}")),
            true,
            null);
      }
      engine.createCollection(
          "strict",
          CollectionDocuments.create(
              RestFixture.tree(
                  "{'vectors': {'size': 2, 'distance': 'Dot'}, 'strict_mode_config': {'enabled':"
                      + " true, 'max_query_limit': 5, 'max_timeout': 3,"
                      + " 'unindexed_filtering_retrieve': false, 'unindexed_filtering_update':"
                      + " false, 'search_max_hnsw_ef': 10, 'search_allow_exact': false,"
                      + " 'search_max_oversampling': 2, 'upsert_max_batchsize': 2,"
                      + " 'search_max_batchsize': 2, 'filter_max_conditions': 2,"
                      + " 'condition_max_size': 2, 'max_payload_index_count': 1}}")));
      engine.createCollection(
          "custom",
          CollectionDocuments.create(
              RestFixture.tree(
                  "{'vectors': {'size': 2, 'distance': 'Dot'}, 'sharding_method': 'custom'}")));
    }

    /** A key by its name in the file. */
    String key(String name) {
      return switch (name) {
        case "writer" -> WRITER;
        case "reader" -> "the-reader's-key";
        case "nobody" -> "";
        case "guess" -> "guess";
        default ->
            TestTokens.signed(
                name.startsWith("stranger ") ? "guess" : WRITER, name.substring(name.indexOf('{')));
      };
    }

    Seen rest(Line line, String key) {
      String[] call = line.call().split(" ");
      @Nullable String body = line.body().isEmpty() ? null : RestFixture.json(line.body());
      RestFixture.Answer answer =
          key.isEmpty()
              ? rest.call(call[0], call[1], body)
              : rest.call(call[0], call[1], body, "api-key", key);
      return new Seen(
          Integer.toString(answer.status()),
          answer.text().startsWith("{") ? answer.error() : answer.text());
    }

    Seen grpc(Line line, String key) {
      MethodDescriptor<Message, Message> method =
          Objects.requireNonNull(methods.get(line.call()), line.call());
      Message.Builder request = method.parseRequest(InputStream.nullInputStream()).toBuilder();
      try {
        TextFormat.merge(line.body().replace('\'', '"'), request);
      } catch (TextFormat.ParseException e) {
        throw new AssertionError(line.text(), e);
      }
      Metadata headers = new Metadata();
      if (!key.isEmpty()) {
        headers.put(Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER), key);
      }
      try {
        Message answer =
            ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(
                    grpc.channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                method,
                CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
                request.build());
        return new Seen("OK", answer.toString().replace("\n", " ").strip());
      } catch (StatusRuntimeException e) {
        return new Seen(
            e.getStatus().getCode().toString(), String.valueOf(e.getStatus().getDescription()));
      }
    }

    @Override
    public void close() {
      rest.close();
      grpc.close();
    }
  }
}
