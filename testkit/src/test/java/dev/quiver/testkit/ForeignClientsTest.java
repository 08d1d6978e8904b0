package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The published Python and JavaScript clients, unmodified, against a started server: once open,
 * once with an API key. A client that cannot be installed here is reported as skipped, with what
 * its installer said.
 */
class ForeignClientsTest {
  private static final Path CLIENTS =
      Path.of(System.getProperty("quiver.root"), "testkit", "clients");
  private static final Path INSTALLED =
      Path.of(System.getProperty("quiver.root"), "testkit", "target", "clients");

  @TempDir static Path folder;
  private static TourServer open;
  private static TourServer locked;

  @BeforeAll
  static void startServers() throws Exception {
    open = TourServer.start(Files.createDirectory(folder.resolve("open")), Map.of());
    locked =
        TourServer.start(
            Files.createDirectory(folder.resolve("locked")),
            Map.of("QDRANT__SERVICE__API_KEY", "tour-key", "QDRANT__SERVICE__JWT_RBAC", "true"));
  }

  @AfterAll
  static void stopServers() throws Exception {
    open.close();
    locked.close();
  }

  @Test
  void pythonOverRest() throws Exception {
    python(open, "rest");
  }

  @Test
  void pythonOverGrpc() throws Exception {
    python(open, "grpc");
  }

  @Test
  void pythonOverRestWithAnApiKey() throws Exception {
    python(locked, "rest", "tour-key");
  }

  @Test
  void pythonOverGrpcWithAnApiKey() throws Exception {
    python(locked, "grpc", "tour-key");
  }

  @Test
  void javaScriptOverRest() throws Exception {
    javaScript("rest-tour.mjs", open);
  }

  @Test
  void javaScriptOverGrpc() throws Exception {
    javaScript("grpc-tour.mjs", open);
  }

  @Test
  void javaScriptOverRestWithAnApiKey() throws Exception {
    javaScript("rest-tour.mjs", locked, "tour-key");
  }

  @Test
  void javaScriptOverGrpcWithAnApiKey() throws Exception {
    javaScript("grpc-tour.mjs", locked, "tour-key");
  }

  private static void python(TourServer server, String transport, String... apiKey)
      throws Exception {
    Path environment = INSTALLED.resolve("python");
    Path interpreter = environment.resolve("bin/python");
    Path requirements = CLIENTS.resolve("python/requirements.txt");
    synchronized (ForeignClientsTest.class) {
      Path done = environment.resolve("installed.txt");
      if (!Files.exists(done) || Files.mismatch(done, requirements) >= 0) {
        Files.createDirectories(INSTALLED);
        install("qdrant-client (PyPI)", INSTALLED, "python3", "-m", "venv", environment.toString());
        install(
            "qdrant-client (PyPI)",
            INSTALLED,
            interpreter.toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "-r",
            requirements.toString());
        Files.writeString(done, Files.readString(requirements));
      }
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                interpreter.toString(),
                CLIENTS.resolve("python/tour.py").toString(),
                "127.0.0.1",
                String.valueOf(server.httpPort()),
                String.valueOf(server.grpcPort()),
                transport));
    command.addAll(List.of(apiKey));
    tour(command, INSTALLED, server);
  }

  private static void javaScript(String script, TourServer server, String... apiKey)
      throws Exception {
    Path modules = INSTALLED.resolve("js");
    synchronized (ForeignClientsTest.class) {
      Files.createDirectories(modules);
      boolean same = Files.exists(modules.resolve("node_modules/.package-lock.json"));
      for (String file :
          List.of(
              "package.json",
              "package-lock.json",
              "harness.mjs",
              "rest-tour.mjs",
              "grpc-tour.mjs")) {
        Path target = modules.resolve(file);
        if (!Files.exists(target)
            || Files.mismatch(target, CLIENTS.resolve("js").resolve(file)) >= 0) {
          Files.writeString(target, Files.readString(CLIENTS.resolve("js").resolve(file)));
          same &= !file.startsWith("package");
        }
      }
      if (!same) {
        install("@qdrant/js-client (npm)", modules, "npm", "ci", "--no-audit", "--no-fund");
      }
    }
    List<String> command =
        new ArrayList<>(List.of("node", script, "127.0.0.1", String.valueOf(server.httpPort())));
    if (script.startsWith("grpc")) {
      command.add(String.valueOf(server.grpcPort()));
    }
    command.addAll(List.of(apiKey));
    tour(command, modules, server);
  }

  /**
   * A registry or a runtime that cannot be had skips the test and says why; anything else is the
   * tour's own business.
   */
  private static void install(String client, Path folder, String... command) throws Exception {
    try {
      Result result = run(List.of(command), folder, 300);
      if (result.exitCode() != 0) {
        abort(client + " cannot be installed here: " + result.output());
      }
    } catch (IOException e) {
      abort(client + " cannot be installed here: " + e.getMessage());
    }
  }

  private static void tour(List<String> command, Path folder, TourServer server) throws Exception {
    Result result = run(command, folder, 180);
    System.out.println(String.join(" ", command) + "\n" + result.output());
    assertThat(result.exitCode())
        .as("%s%n%s%nserver log:%n%s", command, result.output(), server.log())
        .isZero();
    assertThat(result.output()).containsPattern("(?m)^[1-9][0-9]* steps passed$");
  }

  private record Result(int exitCode, String output) {}

  private static Result run(List<String> command, Path folder, int limitSeconds) throws Exception {
    Path output = Files.createTempFile(INSTALLED.getParent(), "client", ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(limitSeconds, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    assertThat(ended).as("%s did not end in %d s:%n%s", command, limitSeconds, text).isTrue();
    return new Result(process.exitValue(), text);
  }
}
