package dev.quiver.bench.ann;

import dev.quiver.bench.BenchOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The Python that the peers run in: a virtual environment of the benchmark's own. */
final class PeerPackages {
  private static final List<String> PACKAGES = List.of("numpy", "hnswlib==0.8.0", "faiss-cpu");
  private static final long LIMIT_SECONDS = 900;

  private PeerPackages() {}

  /**
   * The interpreter, set up if it is not yet.
   *
   * @return the interpreter; null with the reason said to {@code reasons} when that doesn't work
   */
  static @Nullable Path interpreter(
      @Nullable Path given, BenchOptions options, List<String> reasons) {
    if (given != null) {
      return given;
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path folder =
        (cache == null || cache.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(cache))
            .resolve("quiver/bench-peers");
    Path python = folder.resolve("bin/python");
    Path complete = folder.resolve("complete");
    if (Files.exists(complete)) {
      return python;
    }
    try {
      options.say("setting up the peers' Python packages in " + folder);
      Files.createDirectories(folder);
      run(List.of("python3", "-m", "venv", folder.toString()));
      List<String> install =
          new ArrayList<>(List.of(python.toString(), "-m", "pip", "install", "--quiet"));
      install.addAll(PACKAGES);
      run(install);
      Files.createFile(complete);
      return python;
    } catch (IOException e) {
      reasons.add("hnswlib and Faiss are left out: " + e.getMessage());
      return null;
    }
  }

  private static void run(List<String> command) throws IOException {
    Path log = Files.createTempFile("quiver-bench-peers", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + " took over " + LIMIT_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        String last = lines.isEmpty() ? "no output" : lines.getLast();
        throw new IOException(String.join(" ", command) + " failed: " + last);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while setting up Python", e);
    } finally {
      Files.deleteIfExists(log);
    }
  }
}
