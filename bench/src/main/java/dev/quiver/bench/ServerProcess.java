package dev.quiver.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server in a process of its own, started as a user starts it: {@code ./quiver serve}. Whoever
 * starts it closes it; closing waits for its graceful end.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Process process;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final int httpPort;
  private final int grpcPort;
  private final Path log;
  private final double secondsToReady;

  private ServerProcess(Process process, int httpPort, int grpcPort, Path log, long startedNanos)
      throws IOException, InterruptedException {
    this.process = process;
    this.httpPort = httpPort;
    this.grpcPort = grpcPort;
    this.log = log;
    awaitReady(startedNanos + START_LIMIT.toNanos());
    this.secondsToReady = (System.nanoTime() - startedNanos) / 1e9;
  }

  static ServerProcess start(Path dataFolder, String... extra)
      throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("quiver.home", ".")).toAbsolutePath();
    int httpPort = freePort();
    int grpcPort = freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("quiver").toString(),
                "serve",
                "--data",
                dataFolder.toString(),
                "--http-port",
                String.valueOf(httpPort),
                "--grpc-port",
                String.valueOf(grpcPort)));
    command.addAll(List.of(extra));
    Path log = Files.createTempFile("quiver-bench-server", ".log");
    long started = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new ServerProcess(process, httpPort, grpcPort, log, started);
  }

  private void awaitReady(long deadlineNanos) throws IOException, InterruptedException {
    while (System.nanoTime() < deadlineNanos) {
      if (!process.isAlive()) {
        throw new IOException("the server ended with " + process.exitValue() + "; its log: " + log);
      }
      try {
        if (get("/readyz").statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet: that is what is being waited for.
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    process.destroyForcibly();
    throw new IOException("the server was not ready in " + START_LIMIT + "; its log: " + log);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(uri(path)).timeout(Duration.ofMinutes(1)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(uri(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(2))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(
          method + " " + path + ": " + response.statusCode() + " " + response.body());
    }
    return response;
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + httpPort + path);
  }

  int grpcPort() {
    return grpcPort;
  }

  double secondsToReady() {
    return secondsToReady;
  }

  long pid() {
    return process.pid();
  }

  /** A {@code kB} line of /proc/PID/status, in bytes: VmRSS, RssAnon, RssFile. */
  long statusBytes(String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
      if (line.startsWith(key + ":")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no " + key + " in /proc/" + pid() + "/status");
  }

  long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
      return files.count();
    }
  }

  /** Heap in use after a full collection, as the JVM itself reports it. */
  long heapBytesAfterCollection() throws IOException, InterruptedException {
    jcmd("GC.run");
    for (String line : jcmd("GC.class_histogram").split("\n")) {
      if (line.startsWith("Total")) {
        String[] columns = line.trim().split("\\s+");
        return Long.parseLong(columns[2]);
      }
    }
    throw new IOException("jcmd printed no total");
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(pid()),
                command)
            .redirectErrorStream(true)
            .start();
    String text =
        new String(jcmd.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    jcmd.waitFor();
    return text;
  }

  /** Ends it as an operator does (SIGTERM), and insists after a minute. */
  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("the server did not end within 60 s of SIGTERM; its log: " + log);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      http.close();
    }
    Files.deleteIfExists(log);
  }

  static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
