package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A contender's process, seen from the benchmark; see {@link ContenderProcess} for what it is
 * asked. For one thread; whoever starts it closes it, which ends the process.
 */
final class Worker implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration END_LIMIT = Duration.ofSeconds(20);
  private static final int LOG_LINES = 15;

  /** No answer at all: the process has ended. */
  private static final String END = "";

  private final String name;
  private final Process process;
  private final Path log;
  private final Consumer<Worker> onClose;
  private final BufferedWriter requests;
  private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();

  private Worker(String name, Process process, Path log, Consumer<Worker> onClose) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.onClose = onClose;
    this.requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread.ofPlatform().daemon().name("answers of " + name).start(this::readAnswers);
  }

  /**
   * Starts a process.
   *
   * @param log gets what it prints on standard error
   * @param onClose told when it has been closed
   */
  static Worker start(String name, List<String> command, Path log, Consumer<Worker> onClose)
      throws IOException {
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    return new Worker(name, process, log, onClose);
  }

  private void readAnswers() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        answers.add(line);
      }
    } catch (IOException e) {
      answers.add("{\"error\": \"its answers cannot be read\"}");
    }
    answers.add(END);
  }

  static ObjectNode request(String op) {
    return JSON.createObjectNode().put("op", op);
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws IOException if the process has ended, takes longer than {@code limit} or says that it
   *     failed
   */
  JsonNode ask(ObjectNode request, Duration limit) throws IOException {
    requests.write(JSON.writeValueAsString(request));
    requests.write('\n');
    requests.flush();
    String answer;
    try {
      answer = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name + " works", e);
    }
    if (answer == null) {
      throw new IOException(name + ": no answer within " + limit + " to " + request);
    }
    if (answer.equals(END)) {
      throw new IOException(name + " ended at " + request + "\n" + lastLog());
    }
    JsonNode result = JSON.readTree(answer);
    if (result.hasNonNull("error")) {
      throw new IOException(
          name + ": " + result.path("error").asText() + "\nat " + request + "\n" + lastLog());
    }
    return result;
  }

  private String lastLog() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  /** Resident memory, mapped files included; -1 where the system doesn't tell. */
  long residentBytes() throws IOException {
    return statusBytes("VmRSS:");
  }

  /** Resident memory without mapped files; -1 where the system doesn't tell. */
  long anonymousBytes() throws IOException {
    return statusBytes("RssAnon:");
  }

  private long statusBytes(String field) throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) {
      return -1;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no " + field + " in " + status);
  }

  /** Ends the process at once, whatever it is doing. */
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() throws IOException {
    onClose.accept(this);
    try {
      requests.close();
    } catch (IOException e) {
      // It has ended already, and what made it end was reported when it was asked.
      process.destroyForcibly();
    }
    try {
      if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
