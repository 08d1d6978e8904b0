package dev.quiver.server;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.QuiverException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPoints;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ports over TLS, with the JDK's HTTP client and Qdrant's own client. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private QuiverServer start() {
    Map<String, String> values = new HashMap<>();
    values.put("data.dir", folder.resolve("data").toString());
    values.put("http.port", "0");
    values.put("grpc.port", "0");
    values.put("auth.api-key", "a key");
    values.put("tls.certificate", folder.resolve("certificate.pem").toString());
    values.put("tls.key", folder.resolve("key.pem").toString());
    values.put("tls.reload-seconds", "1");
    return QuiverServer.start(ServerConfig.from(Configuration.of(values)));
  }

  private X509Certificate certificate() throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(folder.resolve("certificate.pem"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static SSLContext trusting(X509Certificate certificate)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static HttpResponse<String> http(
      X509Certificate trusted, QuiverServer server, String method, String path, String body)
      throws IOException, InterruptedException, GeneralSecurityException {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trusting(trusted)).build()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("https://localhost:" + server.httpPort() + path))
              .header("api-key", "a key")
              .header("Content-Type", "application/json")
              .timeout(PATIENCE)
              .method(method, BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }

  private static QdrantClient grpc(X509Certificate trusted, QuiverServer server)
      throws SSLException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", server.grpcPort())
            .sslContext(GrpcSslContexts.forClient().trustManager(trusted).build())
            .build();
    return new QdrantClient(
        QdrantGrpcClient.newBuilder(channel, true, false).withApiKey("a key").build());
  }

  private static <T> T await(Future<T> answer) throws Exception {
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** The certificate that a port shows, whoever it may be. */
  private static X509Certificate shown(int port, X509Certificate trusted) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) trusting(trusted).getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private void writesAndSearches(QuiverServer server, X509Certificate trusted) throws Exception {
    assertThat(
            http(
                    trusted,
                    server,
                    "PUT",
                    "/collections/c",
                    "{\"vectors\":{\"size\":2,\"distance\":\"Dot\"}}")
                .statusCode())
        .isEqualTo(200);
    String large = "x".repeat(2 << 20);
    assertThat(
            http(
                    trusted,
                    server,
                    "PUT",
                    "/collections/c/points?wait=true",
                    "{\"points\":[{\"id\":1,\"vector\":[1,2],\"payload\":{\"a\":\""
                        + large
                        + "\"}}]}")
                .statusCode())
        .isEqualTo(200);
    assertThat(http(trusted, server, "GET", "/collections/c/points/1", "").body()).contains(large);
    try (QdrantClient client = grpc(trusted, server)) {
      await(
          client.createCollectionAsync(
              "g", VectorParams.newBuilder().setSize(2).setDistance(Distance.Dot).build()));
      await(
          client.upsertAsync(
              "g",
              List.of(PointStruct.newBuilder().setId(id(7)).setVectors(vectors(1, 2)).build())));
      assertThat(
              await(
                  client.queryAsync(
                      QueryPoints.newBuilder()
                          .setCollectionName("g")
                          .setQuery(nearest(1, 1))
                          .build())))
          .singleElement()
          .satisfies(hit -> assertThat(hit.getId()).isEqualTo(id(7)));
    }
  }

  @Test
  void bothPortsServeOverTls() throws Exception {
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      Certificates.write(folder, "first", algorithm);
      try (QuiverServer server = start()) {
        assertThat(server.scheme()).isEqualTo("https");
        if (algorithm.equals("EC")) {
          writesAndSearches(server, certificate());
        }
        assertThat(shown(server.httpPort(), certificate())).isEqualTo(certificate());
        assertThat(shown(server.grpcPort(), certificate())).isEqualTo(certificate());
      }
    }
  }

  @Test
  void whoDoesNotTrustTheCertificateOrSpeakTlsGetsNothing() throws Exception {
    Certificates.write(folder, "first", "EC");
    X509Certificate first = certificate();
    try (QuiverServer server = start()) {
      Certificates.write(Files.createDirectory(folder.resolve("other")), "other", "EC");
      X509Certificate other;
      try (InputStream in = Files.newInputStream(folder.resolve("other/certificate.pem"))) {
        other = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      }
      assertThatThrownBy(() -> http(other, server, "GET", "/healthz", ""))
          .isInstanceOf(SSLHandshakeException.class);
      try (QdrantClient client = grpc(other, server)) {
        assertThatThrownBy(() -> await(client.healthCheckAsync()))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(StatusRuntimeException.class);
      }
      try (Socket plain = new Socket("localhost", server.httpPort())) {
        plain.setSoTimeout((int) PATIENCE.toMillis());
        plain.getOutputStream().write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
        assertThat(new String(plain.getInputStream().readAllBytes())).doesNotContain("passed");
      }
      assertThat(http(first, server, "GET", "/healthz", "").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void changedFilesServeNewConnectionsAndBrokenOnesDoNot() throws Exception {
    Certificates.write(folder, "first", "RSA");
    X509Certificate first = certificate();
    try (QuiverServer server = start();
        QdrantClient open = grpc(first, server)) {
      await(open.healthCheckAsync());
      Files.writeString(folder.resolve("certificate.pem"), "nonsense");
      assertThat(http(first, server, "GET", "/healthz", "").statusCode()).isEqualTo(200);

      Certificates.write(folder, "second", "EC");
      X509Certificate second = certificate();
      assertThat(second).isNotEqualTo(first);
      for (int port : new int[] {server.httpPort(), server.grpcPort()}) {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!second.equals(shownOrNull(port, second))) {
          assertThat(System.nanoTime()).as("the new one is served").isLessThan(deadlineNanos);
          LockSupport.parkNanos(20_000_000);
        }
      }
      assertThat(http(second, server, "GET", "/healthz", "").statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> http(first, server, "GET", "/healthz", ""))
          .isInstanceOf(SSLHandshakeException.class);
      await(open.healthCheckAsync());
    }
  }

  private static X509Certificate shownOrNull(int port, X509Certificate trusted) throws Exception {
    try {
      return shown(port, trusted);
    } catch (SSLHandshakeException e) {
      return null;
    }
  }

  @Test
  void filesThatDoNotFitAreRefusedAtTheStart() throws Exception {
    Certificates.write(folder, "first", "EC");
    String key = Files.readString(folder.resolve("key.pem"));
    String certificate = Files.readString(folder.resolve("certificate.pem"));

    Certificates.write(folder, "second", "EC");
    Files.writeString(folder.resolve("key.pem"), key);
    assertThatThrownBy(this::start)
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("key.pem is not the key of the first certificate");

    Files.writeString(folder.resolve("certificate.pem"), certificate);
    Files.writeString(folder.resolve("key.pem"), "-----BEGIN RSA PRIVATE KEY-----");
    assertThatThrownBy(this::start).hasMessageContaining("openssl pkcs8");

    Files.delete(folder.resolve("key.pem"));
    assertThatThrownBy(this::start).hasMessageContaining("key.pem cannot be read");

    Files.writeString(folder.resolve("certificate.pem"), "nothing");
    assertThatThrownBy(this::start).hasMessageContaining("certificate.pem");
  }
}
