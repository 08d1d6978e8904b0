package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quiver.bench.BenchOptions;
import dev.quiver.bench.Figure;
import dev.quiver.bench.Report;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a run works: its temporary folder, and how processes of contenders are started. For one
 * thread; closing it deletes the folder.
 */
final class Lab implements AutoCloseable {
  static final Duration QUICK = Duration.ofMinutes(20);
  static final Duration BUILD = Duration.ofHours(6);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AnnOptions options;
  private final BenchOptions bench;
  private final Report report;
  private final Path folder;
  private final Path script;
  private final @Nullable Path python;
  private final Set<String> told = new HashSet<>();
  private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
  private final Thread atExit = new Thread(this::abandon, "clean-up of the benchmark");
  private int logs;

  private Lab(
      AnnOptions options,
      BenchOptions bench,
      Report report,
      Path folder,
      Path script,
      @Nullable Path python) {
    this.options = options;
    this.bench = bench;
    this.report = report;
    this.folder = folder;
    this.script = script;
    this.python = python;
  }

  static Lab open(AnnOptions options, BenchOptions bench, Report report) throws IOException {
    Path folder = Files.createTempDirectory("quiver-bench-ann");
    Path script = folder.resolve("peers.py");
    try (InputStream in = Lab.class.getResourceAsStream("peers.py")) {
      if (in == null) {
        throw new IOException("peers.py is not among the resources");
      }
      Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> reasons = new ArrayList<>();
    boolean needed =
        Contenders.choose(options.only(), bench.shortRun(), true).stream().anyMatch(Entry::python);
    Path python = needed ? PeerPackages.interpreter(options.python(), bench, reasons) : null;
    reasons.forEach(report::note);
    Lab lab = new Lab(options, bench, report, folder, script, python);
    Runtime.getRuntime().addShutdownHook(lab.atExit);
    return lab;
  }

  /** When the run is stopped: a process that builds would go on for minutes. */
  private void abandon() {
    workers.forEach(Worker::kill);
    try {
      deleteTree(folder);
    } catch (IOException | UncheckedIOException e) {
      bench.say("the folder " + folder + " is left behind: " + e.getMessage());
    }
  }

  AnnOptions options() {
    return options;
  }

  boolean shortRun() {
    return bench.shortRun();
  }

  Report report() {
    return report;
  }

  /** A figure with a goal; in a short run, which says nothing about speed, without. */
  void atLeast(String figure, double value, String unit, double goal) {
    report.add(
        shortRun() ? Figure.of(figure, value, unit) : Figure.atLeast(figure, value, unit, goal));
  }

  /** As {@link #atLeast}, for what should be small. */
  void atMost(String figure, double value, String unit, double goal) {
    report.add(
        shortRun() ? Figure.of(figure, value, unit) : Figure.atMost(figure, value, unit, goal));
  }

  Path folder() {
    return folder;
  }

  void say(String line) {
    bench.say(line);
  }

  /** Adds a note unless it was added before. */
  void noteOnce(String note) {
    if (told.add(note)) {
      report.note(note);
    }
  }

  /** The contenders for a data set that can run here. */
  List<Entry> contenders(AnnData data) {
    List<Entry> chosen =
        new ArrayList<>(Contenders.choose(options.only(), bench.shortRun(), data.bytes()));
    if (python == null) {
      chosen.removeIf(Entry::python);
    }
    chosen.removeIf(entry -> entry.python() && !starts(entry));
    return chosen;
  }

  /** Whether a peer's package can be used on this machine at all; the notes say why not. */
  private boolean starts(Entry entry) {
    try (Worker worker = start(entry, false)) {
      noteVersion(worker);
      return true;
    } catch (IOException e) {
      noteOnce(entry.name() + " is left out: " + lastLine(e));
      return false;
    }
  }

  /** Notes what a process runs on. */
  void noteVersion(Worker worker) throws IOException {
    noteOnce(worker.ask(Worker.request("info"), QUICK).path("version").asText());
  }

  /** The end of a process's log, where the reason stands. */
  private static String lastLine(IOException e) {
    return String.valueOf(e.getMessage()).strip().lines().toList().getLast();
  }

  /**
   * Starts a contender's process.
   *
   * @param lean whether its memory is to be measured: a Java heap that gives back what is free
   */
  Worker start(Entry entry, boolean lean) throws IOException {
    List<String> command = new ArrayList<>();
    if (entry.python()) {
      command.addAll(List.of(String.valueOf(python), script.toString()));
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "--add-modules",
              "jdk.incubator.vector",
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "-XX:+UseCompactObjectHeaders",
              "-XX:MaxRAMPercentage=30",
              // Standard output is for answers alone.
              "-XX:+DisplayVMOutputToStderr",
              "-Djvector.vectorization_provider=panama",
              "-Djava.awt.headless=true"));
      command.addAll(
          lean
              ? List.of(
                  "-XX:+UseSerialGC",
                  "-XX:MinHeapFreeRatio=5",
                  "-XX:MaxHeapFreeRatio=10",
                  "-Xmn16m")
              : List.of("-XX:+UseG1GC"));
      command.addAll(
          List.of("-cp", System.getProperty("java.class.path"), ContenderProcess.class.getName()));
    }
    command.add(entry.kind());
    command.add(JSON.writeValueAsString(entry.allSettings()));
    Path log = folder.resolve("log" + logs++ + ".txt");
    Worker worker = Worker.start(entry.name(), command, log, workers::remove);
    workers.add(worker);
    return worker;
  }

  static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    Runtime.getRuntime().removeShutdownHook(atExit);
    deleteTree(folder);
  }
}
