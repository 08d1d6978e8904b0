package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.PointsGrpc;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.SnapshotsGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random and broken bytes: every call ends with a status that a caller's mistake deserves, and
 * afterwards the server answers as before. Replay with {@code -Dquiver.seed=...}; more of it with
 * {@code -Dquiver.fuzz.rounds=...}.
 */
final class GrpcFuzzTest {
  private static final int ROUNDS = Integer.getInteger("quiver.fuzz.rounds", 40);
  private static final int ANSWER_SECONDS = 20;

  /** The frame that must follow the preface: no content, type 4. */
  private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  /** What a caller may be told about nonsense. UNKNOWN and INTERNAL would be a bug of ours. */
  private static final Set<Code> HONEST =
      EnumSet.of(
          Code.OK,
          Code.INVALID_ARGUMENT,
          Code.NOT_FOUND,
          Code.ALREADY_EXISTS,
          Code.UNIMPLEMENTED,
          Code.RESOURCE_EXHAUSTED);

  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  @TempDir Path folder;
  private GrpcFixture fixture;
  private long seed;

  @BeforeEach
  void start() {
    seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("GrpcFuzzTest: -Dquiver.seed=" + seed);
    fixture = new GrpcFixture(folder);
    fixture.createSmall("good");
    await(fixture.client.upsertAsync(validUpsert()));
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private static Points.UpsertPoints validUpsert() {
    return Points.UpsertPoints.newBuilder()
        .setCollectionName("good")
        .setWait(true)
        .addPoints(
            PointStruct.newBuilder()
                .setId(id(1))
                .setVectors(vectors(1, 2, 3, 4))
                .putPayload("a", value("x"))
                .putPayload("list", value(List.of(value(1), value(2.5)))))
        .build();
  }

  /** Valid requests to start from, so that mutations reach beyond the first field. */
  private static List<Message> seeds() {
    Filter filter =
        Filter.newBuilder()
            .addMust(matchKeyword("a", "x"))
            .addShould(io.qdrant.client.ConditionFactory.isEmpty("b"))
            .build();
    return List.of(
        validUpsert(),
        Points.SearchPoints.newBuilder()
            .setCollectionName("good")
            .addAllVector(List.of(1f, 2f, 3f, 4f))
            .setFilter(filter)
            .setLimit(3)
            .setParams(Points.SearchParams.newBuilder().setHnswEf(10))
            .build(),
        Points.QueryPoints.newBuilder()
            .setCollectionName("good")
            .setQuery(nearest(1f, 2f, 3f, 4f))
            .setFilter(filter)
            .build(),
        Points.QueryPoints.newBuilder()
            .setCollectionName("good")
            .addPrefetch(
                Points.PrefetchQuery.newBuilder()
                    .setQuery(nearest(1f, 2f, 3f, 4f))
                    .setLimit(3)
                    .setScoreThreshold(-5))
            .setQuery(
                Points.Query.newBuilder()
                    .setFormula(
                        Points.Formula.newBuilder()
                            .putDefaults("n", value(1.5))
                            .setExpression(
                                Points.Expression.newBuilder()
                                    .setMult(
                                        Points.MultExpression.newBuilder()
                                            .addMult(
                                                Points.Expression.newBuilder()
                                                    .setVariable("$score"))
                                            .addMult(
                                                Points.Expression.newBuilder()
                                                    .setLinDecay(
                                                        Points.DecayParamsExpression.newBuilder()
                                                            .setX(
                                                                Points.Expression.newBuilder()
                                                                    .setVariable("n"))
                                                            .setScale(2)))))))
            .build(),
        Points.ScrollPoints.newBuilder()
            .setCollectionName("good")
            .setLimit(3)
            .setFilter(filter)
            .build(),
        Points.SetPayloadPoints.newBuilder()
            .setCollectionName("good")
            .putPayload("k", value("v"))
            .setPointsSelector(Points.PointsSelector.newBuilder().setFilter(filter))
            .build(),
        Collections.CreateCollection.newBuilder()
            .setCollectionName("made")
            .setVectorsConfig(
                Collections.VectorsConfig.newBuilder()
                    .setParams(
                        Collections.VectorParams.newBuilder()
                            .setSize(4)
                            .setDistance(Collections.Distance.Cosine)))
            .build(),
        Points.DeletePoints.newBuilder()
            .setCollectionName("good")
            .setPoints(
                Points.PointsSelector.newBuilder()
                    .setPoints(Points.PointsIdsList.newBuilder().addIds(id(77))))
            .build());
  }

  @Test
  void mutatedMessagesGetAnHonestStatusFromEveryMethod() {
    Random random = new Random(seed);
    List<MethodDescriptor<?, ?>> methods =
        Stream.of(
                QdrantGrpc.getServiceDescriptor(),
                CollectionsGrpc.getServiceDescriptor(),
                PointsGrpc.getServiceDescriptor(),
                SnapshotsGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .toList();
    List<Message> seeds = seeds();
    List<String> dishonest = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (MethodDescriptor<?, ?> method : methods) {
        byte[] bytes = bytes(random, seeds);
        Code code = call(method, bytes);
        if (!HONEST.contains(code)) {
          dishonest.add(code + " from " + method.getFullMethodName() + ", round " + round);
        }
      }
    }

    assertThat(dishonest).isEmpty();
    assertAnswersCorrectly();
  }

  private static byte[] bytes(Random random, List<Message> seeds) {
    if (random.nextInt(5) == 0) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] valid = seeds.get(random.nextInt(seeds.size())).toByteArray();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && valid.length > 0; i++) {
      int at = random.nextInt(valid.length);
      switch (random.nextInt(4)) {
        case 0 -> valid[at] = (byte) random.nextInt();
        case 1 -> valid[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> valid = java.util.Arrays.copyOf(valid, at);
        default -> {
          byte[] longer = new byte[valid.length + 1];
          System.arraycopy(valid, 0, longer, 0, at);
          longer[at] = (byte) random.nextInt();
          System.arraycopy(valid, at, longer, at + 1, valid.length - at);
          valid = longer;
        }
      }
    }
    return valid;
  }

  private Code call(MethodDescriptor<?, ?> method, byte[] bytes) {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.newBuilder(RAW, RAW)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method.getFullMethodName())
            .build();
    try {
      ClientCalls.blockingUnaryCall(
          fixture.channel,
          raw,
          CallOptions.DEFAULT.withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS),
          bytes);
      return Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  @Test
  void garbageOnTheSocketHarmsNobody() throws IOException {
    Random random = new Random(seed);
    byte[] preface =
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    for (int round = 0; round < 2 * ROUNDS; round++) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", fixture.server.port()), 5_000);
        socket.setSoTimeout(50);
        OutputStream out = socket.getOutputStream();
        byte[] noise = new byte[1 + random.nextInt(300)];
        random.nextBytes(noise);
        try {
          switch (random.nextInt(6)) {
            case 0 -> out.write(noise);
            case 1 -> {
              out.write(preface);
              out.write(noise);
            }
            case 2 -> out.write(preface, 0, random.nextInt(preface.length));
            case 3 -> {
              out.write(preface);
              out.write(frame(random, noise));
              out.write(frame(random, noise), 0, 5);
            }
            default -> {
              out.write(preface);
              out.write(EMPTY_SETTINGS);
              for (int i = random.nextInt(5); i >= 0; i--) {
                out.write(frame(random, noise));
              }
              out.write(frame(random, noise), 0, 9);
            }
          }
          out.flush();
          readSome(socket);
        } catch (IOException closedByServer) {
          // The server may hang up at any byte; that is one of the right answers.
          continue;
        }
      }
    }

    assertAnswersCorrectly();
    // Every broken connection is gone, only the client's own is left.
    Awaitility.await("the connections are closed")
        .atMost(Duration.ofMinutes(1))
        .until(() -> fixture.server.connections() <= 1);
  }

  /** A frame whose header is well formed and whose content is not. */
  private static byte[] frame(Random random, byte[] content) {
    byte[] frame = new byte[9 + content.length];
    frame[1] = (byte) (content.length >> 8);
    frame[2] = (byte) content.length;
    frame[3] = (byte) random.nextInt(10);
    frame[4] = (byte) random.nextInt();
    frame[8] = (byte) random.nextInt(4);
    System.arraycopy(content, 0, frame, 9, content.length);
    return frame;
  }

  private static void readSome(Socket socket) throws IOException {
    try {
      int read = socket.getInputStream().read(new byte[256]);
      assertThat(read).isGreaterThanOrEqualTo(-1);
    } catch (SocketTimeoutException silence) {
      assertThat(silence).isNotNull();
    }
  }

  private void assertAnswersCorrectly() {
    String name = "after-" + Long.toUnsignedString(seed);
    fixture.createSmall(name);
    await(fixture.client.upsertAsync(validUpsert().toBuilder().setCollectionName(name).build()));
    List<Points.ScoredPoint> hits =
        await(
            fixture.client.searchAsync(
                Points.SearchPoints.newBuilder()
                    .setCollectionName(name)
                    .addAllVector(List.of(1f, 1f, 1f, 1f))
                    .setLimit(10)
                    .build()));
    assertThat(hits).hasSize(1);
    assertThat(hits.getFirst().getScore()).isEqualTo(10f);
  }
}
