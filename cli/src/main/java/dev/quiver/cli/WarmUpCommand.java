package dev.quiver.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.server.Configuration;
import dev.quiver.server.QuiverServer;
import dev.quiver.server.ServerConfig;
import io.qdrant.client.grpc.Points.DenseVector;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.Vectors;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * What the start-up cache is trained with: a server starts, takes points over both APIs, answers,
 * and stops.
 */
@Command(
    name = "warm-up",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Trains the start-up cache.")
final class WarmUpCommand implements Callable<Integer> {
  private static final String COLLECTION = "warm-up";
  private static final int POINTS = 32;
  private static final int SIZE = 8;
  private static final int ROUNDS = 20;

  private final Context context;

  WarmUpCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("quiver-warm-up");
    try {
      ServerConfig config =
          ServerConfig.from(
              Configuration.of(
                  Map.of("data.dir", folder.toString(), "http.port", "0", "grpc.port", "0")));
      try (QuiverServer server = QuiverServer.start(config)) {
        exercise(server);
      }
      Quiver.run(new String[] {"version"}, context);
      Quiver.run(new String[] {"config"}, context);
    } finally {
      delete(folder);
    }
    return ExitCode.OK.number();
  }

  private static void exercise(QuiverServer server) throws InterruptedException {
    try (ApiClient api = new ApiClient(URI.create("http://127.0.0.1:" + server.httpPort()), null);
        GrpcTarget grpc =
            new GrpcTarget(URI.create("http://127.0.0.1:" + server.grpcPort()), null)) {
      ObjectNode create = Json.object();
      create.putObject("vectors").put("size", SIZE).put("distance", "Cosine");
      api.put(ApiClient.collection(COLLECTION), create);
      PointStruct.Builder point = PointStruct.newBuilder();
      DenseVector.Builder vector = DenseVector.newBuilder();
      ArrayNode query = Json.MAPPER.createArrayNode();
      for (int i = 0; i < SIZE; i++) {
        vector.addData(i + 1);
        query.add(i + 1);
      }
      point.setVectors(
          Vectors.newBuilder().setVector(Vector.newBuilder().setDense(vector)).build());
      BatchSender sender = new BatchSender(grpc, COLLECTION);
      for (int i = 0; i < POINTS; i++) {
        point.setId(io.qdrant.client.grpc.Common.PointId.newBuilder().setNum(i));
        sender.send(List.of(point.build()), List.of("warm-up"), i == POINTS - 1, (_, _) -> {});
      }
      ObjectNode search = Json.object().put("limit", 3).put("with_payload", true);
      search.set("query", query);
      for (int i = 0; i < ROUNDS; i++) {
        api.post(ApiClient.collection(COLLECTION) + "/points/query", search);
      }
      api.get("/collections");
      api.get(ApiClient.collection(COLLECTION));
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
