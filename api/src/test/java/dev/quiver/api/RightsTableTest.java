package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every call with every kind of key and token: allowed or refused as the table says. */
final class RightsTableTest {
  private static final String WRITER = "the-writer's-key";
  private static final String ALTERNATE = "another-writer's-key";
  private static final String READER = "the-reader's-key";
  private static final ApiKeys KEYS = new ApiKeys(WRITER, ALTERNATE, READER).withTokens();

  @TempDir Path folder;

  /**
   * A row of the table.
   *
   * @param who may make the call
   */
  private record Call(String rest, String grpc, Set<String> who) {}

  /**
   * A caller.
   *
   * @param as what the caller is in the table; 401 or 403 for one that is nobody
   */
  private record Caller(String key, String as) {}

  private static List<Call> calls() {
    try (InputStream in =
        Objects.requireNonNull(RightsTableTest.class.getResourceAsStream("rights.txt"))) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\\|"))
          .map(
              cells ->
                  new Call(cells[0].strip(), cells[1].strip(), Set.of(cells[2].strip().split(" "))))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Caller> callers() {
    long now = Instant.now().getEpochSecond();
    Map<String, Caller> callers = new LinkedHashMap<>();
    callers.put("no key", new Caller("", "401"));
    callers.put("an unknown key", new Caller("guess", "401"));
    callers.put("the read-only key", new Caller(READER, "r"));
    callers.put("the writing key", new Caller(WRITER, "m"));
    callers.put("the alternate key", new Caller(ALTERNATE, "m"));
    token(callers, "token r", "{'access':'r'}", "r");
    token(callers, "token m", "{'access':'m','exp':" + (now + 600) + "}", "m");
    token(callers, "token without access", "{'sub':'somebody'}", "m");
    token(callers, "token c:r", "{'access':[{'collection':'c','access':'r'}]}", "cr");
    token(callers, "token c:rw", "{'access':[{'collection':'c','access':'rw'}]}", "crw");
    token(callers, "token c:prw", "{'access':[{'collection':'c','access':'prw'}]}", "cprw");
    token(
        callers,
        "token of another collection",
        "{'access':[{'collection':'d','access':'rw'}]}",
        "");
    token(callers, "token of no collection", "{'access':[]}", "");
    token(callers, "expired token", "{'access':'m','exp':" + (now - 40) + "}", "403");
    token(callers, "token in the leeway", "{'access':'m','exp':" + (now - 10) + "}", "m");
    callers.put(
        "token of a stranger", new Caller(TestTokens.signed("guess", "{'access':'m'}"), "403"));
    callers.put(
        "unsigned token",
        new Caller(
            TestTokens.part("{'alg':'none'}") + "." + TestTokens.part("{'access':'m'}") + ".",
            "401"));
    token(callers, "token whose value exists", "{'access':'r'," + value("anna") + "}", "r");
    token(callers, "token whose value does not", "{'access':'m'," + value("bert") + "}", "401");
    token(
        callers,
        "token of a value nowhere",
        "{'value_exists':{'collection':'nowhere','matches':[{'key':'name','value':'x'}]}}",
        "403");
    token(
        callers,
        "token with a payload constraint",
        "{'access':[{'collection':'c','access':'r','payload':{'a':1}}]}",
        "401");
    return callers;
  }

  private static void token(Map<String, Caller> callers, String name, String claims, String as) {
    callers.put(name, new Caller(TestTokens.signed(WRITER, claims), as));
  }

  private static String value(String name) {
    return "'value_exists':{'collection':'users','matches':[{'key':'name','value':'"
        + name
        + "'}]}";
  }

  /** What stands at a cell of the table: allowed, 401 or 403. */
  private static String expected(Call call, Caller caller) {
    if (call.who.contains("-")) {
      return "allowed";
    }
    if (caller.as.equals("401") || caller.as.equals("403")) {
      return caller.as;
    }
    boolean ofCollections = caller.as.isEmpty() || caller.as.startsWith("c");
    boolean list = call.who.contains("cr") && !call.rest.contains("/collections/c");
    return call.who.contains(caller.as) || (ofCollections && list) ? "allowed" : "403";
  }

  @Test
  void overRest() {
    List<String> wrong = new ArrayList<>();
    int cells = 0;
    try (RestFixture rest = new RestFixture(folder, KEYS, ApiLimits.DEFAULT)) {
      prepare(rest);
      for (Call call : calls()) {
        String[] parts = call.rest.split(" ");
        for (Map.Entry<String, Caller> caller : callers().entrySet()) {
          String key = caller.getValue().key;
          String body = parts[0].equals("GET") || parts[0].equals("DELETE") ? null : "{}";
          RestFixture.Answer answer =
              key.isEmpty()
                  ? rest.call(parts[0], parts[1], body)
                  : rest.call(parts[0], parts[1], body, "api-key", key);
          String seen =
              answer.status() == 401 || answer.status() == 403
                  ? Integer.toString(answer.status())
                  : answer.status() == 500 ? "500" : "allowed";
          cells++;
          String wanted = expected(call, caller.getValue());
          if (!seen.equals(wanted)) {
            wrong.add(call.rest + " with " + caller.getKey() + ": " + answer.text() + " " + wanted);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(cells).isGreaterThan(1_500);
  }

  private static void prepare(RestFixture rest) {
    for (String name : List.of("c", "users")) {
      rest.call(
          "PUT",
          "/collections/" + name,
          RestFixture.json("{'vectors':{'size':2,'distance':'Dot'}}"),
          "api-key",
          WRITER);
    }
    rest.call(
        "PUT",
        "/collections/users/points?wait=true",
        RestFixture.json("{'points':[{'id':1,'vector':[1,2],'payload':{'name':'anna'}}]}"),
        "api-key",
        WRITER);
  }

  @Test
  void overGrpc() {
    List<String> wrong = new ArrayList<>();
    int cells = 0;
    try (GrpcFixture fixture =
        new GrpcFixture(folder, KEYS, ApiLimits.DEFAULT, GrpcSettings.defaults())) {
      prepare(fixture);
      Map<String, MethodDescriptor<?, ?>> methods = methods(fixture);
      Map<String, Call> byMethod =
          calls().stream()
              .filter(call -> !call.grpc.equals("."))
              .collect(Collectors.toMap(Call::grpc, call -> call, (a, _) -> a, LinkedHashMap::new));
      for (Call call : byMethod.values()) {
        for (Map.Entry<String, Caller> caller : callers().entrySet()) {
          Code code = code(fixture.channel, plain(methods.get(call.grpc)), caller.getValue().key);
          String seen =
              switch (code) {
                case UNAUTHENTICATED -> "401";
                case PERMISSION_DENIED -> "403";
                case INTERNAL, UNKNOWN -> code.toString();
                default -> "allowed";
              };
          cells++;
          String wanted = expected(call, caller.getValue());
          // A call that is not there does not look at its collection.
          boolean missing = GrpcMissing.refusal(call.grpc) != null && code == Code.UNIMPLEMENTED;
          boolean ofCollections =
              caller.getValue().as.isEmpty() || caller.getValue().as.startsWith("c");
          if (!seen.equals(wanted) && !(missing && ofCollections)) {
            wrong.add(call.grpc + " with " + caller.getKey() + ": " + code + " " + wanted);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(cells).isGreaterThan(900);
  }

  private static void prepare(GrpcFixture fixture) {
    for (String name : List.of("c", "users")) {
      fixture.engine.createCollection(
          name,
          CollectionDocuments.create(RestFixture.tree("{'vectors':{'size':2,'distance':'Dot'}}")));
    }
    fixture.engine.write(
        "users",
        List.of(
            RestFixture.upsert("{'points':[{'id':1,'vector':[1,2],'payload':{'name':'anna'}}]}")),
        true,
        null);
  }

  private static Map<String, MethodDescriptor<?, ?>> methods(GrpcFixture fixture) {
    Map<String, MethodDescriptor<?, ?>> methods = new LinkedHashMap<>();
    for (ServerServiceDefinition service : fixture.api.plainServices()) {
      service
          .getMethods()
          .forEach(
              method ->
                  methods.put(
                      method.getMethodDescriptor().getFullMethodName(),
                      method.getMethodDescriptor()));
    }
    return methods;
  }

  @SuppressWarnings("unchecked") // Every request and answer of these services is a message.
  private static MethodDescriptor<Message, Message> plain(MethodDescriptor<?, ?> method) {
    return (MethodDescriptor<Message, Message>) Objects.requireNonNull(method);
  }

  private static Code code(
      ManagedChannel channel, MethodDescriptor<Message, Message> method, String key) {
    Message.Builder request = method.parseRequest(InputStream.nullInputStream()).toBuilder();
    FieldDescriptor collection = request.getDescriptorForType().findFieldByName("collection_name");
    if (collection != null) {
      request.setField(collection, "c");
    }
    Metadata headers = new Metadata();
    if (!key.isEmpty()) {
      headers.put(Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER), key);
    }
    try {
      ClientCalls.blockingUnaryCall(
          ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
          method,
          CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
          request.build());
      return Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  @Test
  void everyRouteAndMethodIsInTheTable() {
    try (GrpcFixture fixture = new GrpcFixture(folder)) {
      assertThat(Rights.grpcMethods()).containsAll(methods(fixture).keySet());
    }
    try (RestFixture rest = new RestFixture(folder)) {
      assertThat(Rights.restEndpoints()).containsExactlyInAnyOrderElementsOf(rest.api.endpoints());
    }
    assertThat(calls().stream().map(Call::rest)).hasSameSizeAs(Rights.restEndpoints());
  }
}
