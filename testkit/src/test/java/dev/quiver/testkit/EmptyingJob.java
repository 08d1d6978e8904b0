package dev.quiver.testkit;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Common.Filter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/**
 * The clean-up of a test suite, which empties every collection of the store that it is pointed at,
 * in each way that people write it. Here it runs with the credentials of production.
 */
final class EmptyingJob {
  /**
   * What one step got for an answer.
   *
   * @param step as in "REST: drop c"
   * @param status HTTP status or name of a gRPC status; {@code 200} or {@code OK} when it was done
   */
  record Outcome(String step, String status, String text) {
    boolean done() {
      return status.equals("200") || status.equals("OK");
    }
  }

  private final TourServer server;
  private final String apiKey;
  private final Map<String, String> headers;

  /**
   * @param headers beside the key; also sent as gRPC metadata
   */
  EmptyingJob(TourServer server, String apiKey, Map<String, String> headers) {
    this.server = server;
    this.apiKey = apiKey;
    this.headers = headers;
  }

  /** Runs every step, whatever becomes of the ones before it. */
  List<Outcome> run(List<String> collections) throws Exception {
    List<Outcome> outcomes = new ArrayList<>(overRest(collections));
    outcomes.addAll(overGrpc(collections));
    return outcomes;
  }

  List<Outcome> overRest(List<String> collections) throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String name : collections) {
        String path = "/collections/" + name;
        for (String body :
            List.of(
                "{\"filter\":{}}",
                "{\"filter\":{\"must_not\":[{\"has_id\":[]}]}}",
                allIds(http, path))) {
          outcomes.add(
              rest(
                  http,
                  "delete points of " + name,
                  "POST",
                  path + "/points/delete?wait=true",
                  body));
        }
        outcomes.add(
            rest(
                http,
                "batch delete of " + name,
                "POST",
                path + "/points/batch?wait=true",
                "{\"operations\":[{\"delete\":{\"filter\":{}}}]}"));
        outcomes.add(
            rest(
                http,
                "clear payloads of " + name,
                "POST",
                path + "/points/payload/clear?wait=true",
                "{\"filter\":{}}"));
        outcomes.add(rest(http, "drop " + name, "DELETE", path, null));
      }
    }
    return outcomes;
  }

  private String allIds(HttpClient http, String path) throws Exception {
    String page =
        send(http, "POST", path + "/points/scroll", "{\"limit\":1000,\"with_payload\":false}")
            .body();
    StringBuilder ids = new StringBuilder();
    java.util.regex.Matcher matcher =
        java.util.regex.Pattern.compile("\"id\":(\\d+)").matcher(page);
    while (matcher.find()) {
      ids.append(ids.isEmpty() ? "" : ",").append(matcher.group(1));
    }
    return "{\"points\":[" + ids + "]}";
  }

  private Outcome rest(HttpClient http, String step, String method, String path, String body)
      throws Exception {
    HttpResponse<String> response = send(http, method, path, body);
    return new Outcome("REST: " + step, String.valueOf(response.statusCode()), response.body());
  }

  private HttpResponse<String> send(HttpClient http, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
            .header("Content-Type", "application/json")
            .header("api-key", apiKey)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  List<Outcome> overGrpc(List<String> collections) throws Exception {
    Metadata metadata = new Metadata();
    headers.forEach(
        (name, value) ->
            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    List<Outcome> outcomes = new ArrayList<>();
    try (QdrantClient client =
        new QdrantClient(
            QdrantGrpcClient.newBuilder(
                    NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                        .usePlaintext()
                        .intercept(MetadataUtils.newAttachHeadersInterceptor(metadata))
                        .build(),
                    true,
                    false)
                .withApiKey(apiKey)
                .build())) {
      for (String name : collections) {
        outcomes.add(
            grpc(
                "delete points of " + name,
                () -> client.deleteAsync(name, Filter.getDefaultInstance()).get()));
        outcomes.add(grpc("drop " + name, () -> client.deleteCollectionAsync(name).get()));
      }
    }
    return outcomes;
  }

  private static Outcome grpc(String step, Callable<?> call) throws Exception {
    try {
      call.call();
      return new Outcome("gRPC: " + step, "OK", "");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException refused) {
        return new Outcome(
            "gRPC: " + step,
            refused.getStatus().getCode().name(),
            String.valueOf(refused.getStatus().getDescription()));
      }
      throw e;
    }
  }
}
