package dev.quiver.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that send or read too slowly, over real sockets. Each test ends by the close it awaits. */
@Timeout(60)
class SlowClientsTest {
  private static final RestSettings SETTINGS = new RestSettings(2, Duration.ofMillis(400), 10_000);
  private static final String HEAD = "POST /collections/c/points/count HTTP/1.1\r\nHost: x\r\n";

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void start() {
    rest = new RestFixture(folder, ApiKeys.none(), ApiLimits.DEFAULT, SETTINGS);
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("localhost", rest.port());
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  /** Returns when the server has closed the connection; a read that times out fails the test. */
  private static void awaitClose(Socket socket) throws IOException {
    try {
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // An answer before the close is allowed.
      }
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Test
  void aPeerThatSaysNothingIsClosed() throws IOException {
    try (Socket socket = connect()) {
      awaitClose(socket);
    }
  }

  @Test
  void aPeerThatStopsWithinItsHeadersIsClosed() throws IOException {
    try (Socket socket = connect()) {
      send(socket, HEAD);
      awaitClose(socket);
    }
  }

  @Test
  void aPeerThatStopsWithinItsBodyIsClosed() throws IOException {
    try (Socket socket = connect()) {
      send(socket, HEAD + "Content-Length: 1000\r\n\r\n{");
      awaitClose(socket);
    }
  }

  @Test
  void aPeerThatDripsItsHeadersIsClosed() throws Exception {
    drips(HEAD + "X-Drip: ");
  }

  @Test
  void aPeerThatDripsItsBodyIsClosed() throws Exception {
    drips(HEAD + "Content-Length: 100000\r\n\r\n");
  }

  /** Far more often than the idle time, so that only the rate tells. */
  private void drips(String head) throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (Socket socket = connect()) {
      send(socket, head);
      Thread dripping =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (!closed.await(20, TimeUnit.MILLISECONDS)) {
                        send(socket, " ");
                      }
                    } catch (IOException | InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      awaitClose(socket);
      closed.countDown();
      dripping.join();
    }
  }

  @Test
  void aPeerThatDoesNotReadItsAnswerIsClosed() throws Exception {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress("localhost", rest.port()));
      OutputStream out = socket.getOutputStream();
      byte[] request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);
      // Answers pile up until the server can write no more; then it stops reading, and it closes.
      boolean open = true;
      while (open) {
        try {
          out.write(request);
        } catch (SocketException e) {
          open = false;
        }
      }
      assertThat(rest.get("/healthz").status()).isEqualTo(200);
    }
  }

  @Test
  void aSlowButHonestUploadTakesLongerThanTheIdleTimeAndSucceeds() throws Exception {
    rest.put("/collections/c", RestFixture.json("{'vectors': {'size': 2, 'distance': 'Dot'}}"));
    int parts = 20;
    String part = " ".repeat(2_000);
    try (Socket socket = connect()) {
      send(
          socket,
          HEAD + "Connection: close\r\nContent-Length: " + (parts * 2_000 + 2) + "\r\n\r\n");
      CountDownLatch never = new CountDownLatch(1);
      for (int i = 0; i < parts; i++) {
        send(socket, part);
        assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
      }
      send(socket, "{}");
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"count\":0");
    }
  }

  @Test
  void aConnectionThatKeepsAskingStaysOpen() throws Exception {
    try (Socket socket = connect()) {
      CountDownLatch never = new CountDownLatch(1);
      for (int i = 0; i < 8; i++) {
        send(socket, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        byte[] answer = socket.getInputStream().readNBytes(12);
        assertThat(new String(answer, US_ASCII)).isEqualTo("HTTP/1.1 200");
        while (socket.getInputStream().available() > 0) {
          assertThat(socket.getInputStream().read()).isNotNegative();
        }
        assertThat(never.await(100, TimeUnit.MILLISECONDS)).isFalse();
        socket.getInputStream().skipNBytes(socket.getInputStream().available());
      }
    }
  }

  @Test
  void connectionsOverTheLimitWaitUntilOneEnds() throws IOException {
    try (Socket first = connect();
        Socket second = connect();
        Socket third = connect()) {
      // The first two are silent: the third is served as soon as they have been closed.
      send(third, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      String answer = new String(third.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200 ");
      awaitClose(first);
      awaitClose(second);
    }
  }
}
