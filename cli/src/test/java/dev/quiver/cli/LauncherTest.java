package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a checkout of its own, where "Maven" and "java" are small scripts: what is tested
 * is when it builds, not what.
 */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LauncherTest {
  private static final Path ROOT = Path.of(System.getProperty("quiver.root"));

  @TempDir Path folder;
  private Path checkout;
  private Path jdk;

  private record Ended(int code, String output) {}

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = Files.createDirectories(folder.resolve("check out"));
    for (String name : List.of("quiver", ".mvn/find-jdk.sh", ".mvn/build-dist.sh", "LICENSE")) {
      Path copy = checkout.resolve(name);
      Files.createDirectories(copy.getParent());
      Files.copy(ROOT.resolve(name), copy);
    }
    source("index/src/main/java/A.java", "class A {}");
    source("pom.xml", "<project/>");
    source("cli/pom.xml", "<project/>");
    source("bench/pom.xml", "<project/>");
    maven(
        """
        echo build >> builds
        echo "[INFO] Building Quiver index 0.1.0 [1/2]"
        echo "[INFO] Building Quiver cli 0.1.0 [2/2]"
        mkdir -p cli/target/dist/lib bench/target/dist/lib
        echo jar > cli/target/dist/lib/index.jar
        echo jar > cli/target/quiver-cli-0.1.0.jar
        """);
    jdk = folder.resolve("jdk");
    script(jdk.resolve("bin/java"), "echo \"ran: $*\"");
    script(jdk.resolve("bin/javac"), "exit 0");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
  }

  @Test
  void theFirstUseBuildsModuleByModuleAndLaterOnesDoNot() throws Exception {
    Ended first = launch("version");

    assertThat(first.code()).as(first.output()).isZero();
    assertThat(first.output())
        .contains("quiver:   index (1/2)")
        .contains("quiver:   cli (2/2)")
        .contains("dev.quiver.cli.Main version")
        .contains("/lib/index.jar:");
    Ended second = launch("version");
    assertThat(second.output()).startsWith("ran: ").contains("dev.quiver.cli.Main version");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aTouchedSourceIsNotAChangedOne() throws Exception {
    launch("version");
    Path source = checkout.resolve("index/src/main/java/A.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

    assertThat(launch("version").code()).isZero();

    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void changedAddedAndRemovedSourcesAreBuilt() throws Exception {
    launch("version");
    change("index/src/main/java/A.java", "class A { int b; }");
    assertThat(launch("version").output()).contains("the sources have changed");
    change("index/src/main/java/B.java", "class B {}");
    launch("version");
    Files.delete(checkout.resolve("index/src/main/java/B.java"));
    Files.setLastModifiedTime(
        checkout.resolve("index/src/main/java"), FileTime.from(Instant.now().plusSeconds(5)));
    launch("version");

    assertThat(builds()).isEqualTo(4);
  }

  @Test
  void whatIsBuiltRunsWithoutABuildIfThatIsAskedFor() throws Exception {
    assertThat(launch("--no-build", "version").output()).contains("nothing is built yet");
    launch("version");
    change("index/src/main/java/A.java", "class A { int b; }");

    assertThat(launch("--no-build", "version").output()).contains("dev.quiver.cli.Main version");

    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aFailedBuildShowsItsErrorsAndKeepsTheOldDistribution() throws Exception {
    launch("version");
    maven("echo '[ERROR] A.java: no such thing'; exit 1\n");
    change("index/src/main/java/A.java", "class A { x }");

    Ended failed = launch("version");

    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.output())
        .contains("[ERROR] A.java: no such thing")
        .contains("the build failed")
        .doesNotContain("ran:");
    assertThat(launch("--no-build", "version").code()).isZero();
  }

  @Test
  void ofTwoFirstUsesAtOnceOneBuildsAndBothRun() throws Exception {
    List<Process> both = List.of(start("version"), start("version"));
    for (Process process : both) {
      String output = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as(output).isZero();
      assertThat(output).contains("dev.quiver.cli.Main version");
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void theDistributionRunsWhereverItIsMoved() throws Exception {
    launch("version");
    Path moved = folder.resolve("moved");
    run(List.of("cp", "-rL", checkout.resolve("dist").toString(), moved.toString()), Map.of());

    Ended ran = run(List.of(moved.resolve("quiver").toString(), "version"), environment());

    assertThat(ran.output()).contains(moved + "/lib/index.jar").contains("Main version");
  }

  @Test
  void withoutAJdkItSaysWhatIsMissingAndWhereItLooked() throws Exception {
    Path old = folder.resolve("jdks/old");
    script(old.resolve("bin/java"), "exit 0");
    script(old.resolve("bin/javac"), "exit 0");
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    Map<String, String> environment = environment();
    environment.remove("QUIVER_JAVA_HOME");
    environment.put("JAVA_HOME", "");
    environment.put("QUIVER_JDK_PLACES", folder.resolve("jdks").toString());
    environment.put("PATH", pathWithoutJava().toString());

    Ended ran = run(List.of(checkout.resolve("quiver").toString(), "version"), environment);

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.output())
        .contains("no JDK 25 found")
        .contains("JAVA_HOME=(not set)")
        .contains(old + " is version 17")
        .contains("Install a JDK 25");
  }

  @Test
  void flagsOfTheUserComeBehindOurs() throws Exception {
    Map<String, String> environment = environment();
    environment.put("QUIVER_JAVA_OPTS", "-Xmx8g -Dx=y");

    Ended ran = run(List.of(checkout.resolve("quiver").toString(), "serve"), environment);

    assertThat(ran.output())
        .containsPattern("MaxRAMPercentage=30.* -Xmx8g -Dx=y -cp ")
        .contains("--add-modules jdk.incubator.vector")
        .contains("-XX:+UseCompactObjectHeaders");
  }

  private Ended launch(String... arguments) throws Exception {
    Process process = start(arguments);
    String output = new String(process.getInputStream().readAllBytes());
    return new Ended(process.waitFor(), output);
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("quiver").toString()));
    command.addAll(List.of(arguments));
    return process(command, environment());
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("QUIVER_JAVA_HOME", jdk.toString());
    environment.put("QUIVER_NO_AOT", "1");
    environment.put("HOME", folder.toString());
    environment.put("PATH", System.getenv("PATH"));
    return environment;
  }

  private static Ended run(List<String> command, Map<String, String> environment) throws Exception {
    Process process = process(command, environment);
    String output = new String(process.getInputStream().readAllBytes());
    return new Ended(process.waitFor(), output);
  }

  private static Process process(List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.redirectInput(new File("/dev/null")).start();
  }

  /** The tools that the launcher uses, and no java. */
  private Path pathWithoutJava() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String tool : List.of("sh", "dirname", "readlink", "find", "head", "sed", "cat")) {
      for (String place : List.of("/bin/", "/usr/bin/")) {
        if (Files.exists(Path.of(place + tool)) && !Files.exists(bin.resolve(tool))) {
          Files.createSymbolicLink(bin.resolve(tool), Path.of(place + tool));
        }
      }
    }
    return bin;
  }

  private int builds() throws IOException {
    return Files.readAllLines(checkout.resolve("builds")).size();
  }

  private void maven(String body) throws IOException {
    script(checkout.resolve("mvnw"), body);
  }

  private void source(String name, String content) throws IOException {
    Path file = checkout.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** A change that is newer than the last build, whatever the file system's clock resolves. */
  private void change(String name, String content) throws IOException {
    source(name, content);
    Files.setLastModifiedTime(checkout.resolve(name), FileTime.from(Instant.now().plusSeconds(5)));
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body);
    file.toFile().setExecutable(true);
  }
}
