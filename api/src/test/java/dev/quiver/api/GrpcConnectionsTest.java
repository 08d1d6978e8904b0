package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.PointsGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections: how many, and how long one lives whose peer is gone. */
final class GrpcConnectionsTest {
  /** The HTTP/2 preface and an empty SETTINGS frame: all that a client says at first. */
  private static final byte[] HELLO =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  private static GrpcSettings settings(int connectionsMax) {
    return new GrpcSettings(
        1 << 20,
        10,
        100,
        connectionsMax,
        Duration.ofSeconds(10),
        Duration.ofMillis(200),
        Duration.ofMillis(500),
        Duration.ofSeconds(5));
  }

  private static SearchPoints search() {
    return SearchPoints.newBuilder().setCollectionName("any").addVector(1).setLimit(1).build();
  }

  @Test
  void connectionsOverTheLimitAreToldSo() {
    try (GrpcFixture fixture =
        new GrpcFixture(folder, ApiKeys.none(), ApiLimits.DEFAULT, settings(1))) {
      await(fixture.client.listCollectionsAsync());
      ManagedChannel second = fixture.newChannel();

      StatusRuntimeException refused = failure(PointsGrpc.newFutureStub(second).search(search()));
      second.shutdownNow();

      assertThat(refused.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getStatus().getDescription()).contains("more than 1 connections");
      await(fixture.client.listCollectionsAsync());
    }
  }

  @Test
  void aPeerThatFallsSilentIsDropped() throws IOException {
    try (GrpcFixture fixture =
            new GrpcFixture(folder, ApiKeys.none(), ApiLimits.DEFAULT, settings(10));
        Socket silent = connect(fixture)) {
      silent.getOutputStream().write(HELLO);
      silent.getOutputStream().flush();
      Awaitility.await("it is connected")
          .atMost(Duration.ofMinutes(1))
          .until(() -> fixture.server.connections() == 1);

      // It never answers the server's question whether it is there, as if its cable were cut.
      assertThat(readToTheEnd(silent)).isTrue();
      Awaitility.await("the connection is closed")
          .atMost(Duration.ofMinutes(1))
          .until(() -> fixture.server.connections() == 0);
    }
  }

  @Test
  void aPeerThatNeverSaysHelloIsDropped() throws IOException {
    try (GrpcFixture fixture =
            new GrpcFixture(folder, ApiKeys.none(), ApiLimits.DEFAULT, settings(10));
        Socket silent = connect(fixture)) {
      assertThat(readToTheEnd(silent)).isTrue();
    }
  }

  private static Socket connect(GrpcFixture fixture) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress("127.0.0.1", fixture.server.port()), 5_000);
    socket.setSoTimeout((int) GrpcFixture.PATIENCE.toMillis());
    return socket;
  }

  /** Whether the server hung up before the patience ended. */
  private static boolean readToTheEnd(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[1_024];
    try {
      while (in.read(buffer) >= 0) {
        // What the server says while it waits does not matter.
        assertThat(socket.isConnected()).isTrue();
      }
    } catch (SocketException reset) {
      return true;
    }
    return true;
  }
}
