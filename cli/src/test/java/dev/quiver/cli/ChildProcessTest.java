package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command as it is delivered: through the launcher, in processes of their own. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ChildProcessTest {
  private static final Pattern PORTS =
      Pattern.compile("REST on http://127.0.0.1:(\\d+), gRPC on 127.0.0.1:(\\d+)");

  @TempDir static Path distribution;
  @TempDir Path folder;
  private final List<Process> started = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  /** What the build puts into dist/, made of this test's class path. */
  @BeforeAll
  static void makeDistribution() throws IOException {
    Path root = Path.of(System.getProperty("quiver.root"));
    Files.copy(root.resolve("quiver"), distribution.resolve("quiver"));
    Files.copy(root.resolve(".mvn/find-jdk.sh"), distribution.resolve("find-jdk.sh"));
    Path lib = Files.createDirectories(distribution.resolve("lib"));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    int number = 0;
    for (String entry : classPath.split(":")) {
      Path path = Path.of(entry);
      Path jar = lib.resolve("%03d.jar".formatted(number++));
      if (Files.isDirectory(path)) {
        pack(path, jar);
      } else if (Files.isRegularFile(path)) {
        Files.createSymbolicLink(jar, path);
      }
    }
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (Stream<Path> files = Files.walk(classes);
        OutputStream out = Files.newOutputStream(jar);
        JarOutputStream archive = new JarOutputStream(out)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        archive.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, archive);
        archive.closeEntry();
      }
    }
  }

  @AfterEach
  void endAll() {
    started.forEach(process -> process.toHandle().destroyForcibly());
  }

  @Test
  void aServerStopsInGoodOrderOnSigtermAndKeepsEverything() throws Exception {
    Process server = serve();
    Path file = rows(50);
    assertThat(ended(quiver("import", "c", file.toString(), "--create"))).isZero();

    server.toHandle().destroy();

    assertThat(server.waitFor()).isZero();
    serve();
    assertThat(count()).isEqualTo(50);
  }

  @Test
  void aSecondServerOnTheSameFolderSaysSoAndEnds() throws Exception {
    serve();
    Process second = quiver("serve", "--data", data(), "--http-port=0", "--grpc-port=0");

    String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(second.waitFor()).isEqualTo(1);
    assertThat(said).contains("quiver: ").contains(data()).doesNotContain("\tat ");
  }

  @Test
  void anImportThatIsKilledGoesOnWithoutDuplicatesOrLosses() throws Exception {
    serve();
    int total = 20_000;
    Path file = rows(total);
    String checkpoint = folder.resolve("checkpoint.json").toString();
    String[] command = {
      "import",
      "c",
      file.toString(),
      "--create",
      "--batch=16",
      "--in-flight=2",
      "--checkpoint=" + checkpoint,
      "-o",
      "json"
    };
    Process importer = quiver(command);
    Awaitility.await("there is a checkpoint, or the import has ended")
        .atMost(Duration.ofMinutes(1))
        .until(() -> Files.exists(Path.of(checkpoint)) || !importer.isAlive());
    importer.destroyForcibly();
    assertThat(importer.waitFor()).as("it was killed before its end").isNotZero();
    assertThat(Files.exists(Path.of(checkpoint))).isTrue();
    // What an import sends is acknowledged when it is durable, and counted when it is applied.
    Awaitility.await("something is counted").atMost(Duration.ofMinutes(1)).until(() -> count() > 0);
    long before = count();
    assertThat(before).isBetween(1L, total - 1L);

    Process again = quiver(command);
    String said = new String(again.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(again.waitFor()).as(said).isZero();
    assertThat(said).contains("going on behind row");
    assertThat(count()).isEqualTo(total);
    assertThat(Files.exists(Path.of(checkpoint))).isFalse();
  }

  @Test
  void anImportThatIsInterruptedSaysHowToGoOn() throws Exception {
    serve();
    Process importer =
        quiver("import", "c", rows(20_000).toString(), "--create", "--batch=4", "--in-flight=1");
    BufferedReader said =
        new BufferedReader(
            new InputStreamReader(importer.getInputStream(), StandardCharsets.UTF_8));
    Awaitility.await("something is counted")
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              assertThat(importer.isAlive()).isTrue();
              return count() > 0;
            });

    // Process.destroy would also close the stream that is read below.
    assertThat(importer.toHandle().destroy()).isTrue();

    assertThat(importer.waitFor()).isNotZero();
    assertThat(said.lines().toList()).anyMatch(line -> line.contains("run the same command again"));
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private Process serve() throws IOException {
    Process server = quiver("serve", "--data", data(), "--http-port=0", "--grpc-port=0");
    BufferedReader said =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      all.append(line).append('\n');
      Matcher ports = PORTS.matcher(line);
      if (ports.find()) {
        environment.put("QUIVER_URL", "http://127.0.0.1:" + ports.group(1));
        environment.put("QUIVER_GRPC_URL", "http://127.0.0.1:" + ports.group(2));
        Thread.ofVirtual().start(() -> said.lines().forEach(_ -> {}));
        return server;
      }
    }
    throw new AssertionError("the server did not start: " + all);
  }

  private Process quiver(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(distribution.resolve("quiver").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("QUIVER_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("QUIVER_JAVA_OPTS", "-Xmx512m");
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static int ended(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    assertThat(code).as(said).isZero();
    return code;
  }

  /** 0 while there is no collection. */
  private long count() {
    try (ApiClient api = new ApiClient(URI.create(environment.get("QUIVER_URL")), null)) {
      return api.post("/collections/c/points/count", Json.object().put("exact", true))
          .path("result")
          .path("count")
          .asLong();
    } catch (CliException e) {
      assertThat(e.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
      return 0;
    }
  }

  private Path rows(int count) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < count; i++) {
      rows.append("{\"vector\":[1,%d],\"n\":%d}%n".formatted(i, i));
    }
    return Files.writeString(folder.resolve("rows.jsonl"), rows);
  }
}
