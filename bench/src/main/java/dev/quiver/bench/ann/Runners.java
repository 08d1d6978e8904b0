package dev.quiver.bench.ann;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Contenders' processes that are open together and closed together. */
final class Runners implements AutoCloseable {
  private final List<Race.Runner> runners = new ArrayList<>();

  private Runners() {}

  /** One for each entry, its index over all rows built first if need be. */
  static Runners of(Site site, List<Entry> entries) throws IOException {
    Runners opened = new Runners();
    boolean whole = false;
    try {
      for (Entry entry : entries) {
        site.index(entry);
      }
      for (Entry entry : entries) {
        opened.add(entry.name(), site.opened(entry), sweep(site, entry), false);
      }
      whole = true;
      return opened;
    } finally {
      if (!whole) {
        opened.close();
      }
    }
  }

  static Runners empty() {
    return new Runners();
  }

  private static int[] sweep(Site site, Entry entry) {
    return site.lab().shortRun() ? Contenders.shortSweep(entry.sweep()) : entry.sweep();
  }

  void add(String name, Worker worker, int[] sweep, boolean wholeSweep) {
    runners.add(new Race.Runner(name, worker, sweep, wholeSweep));
  }

  List<Race.Runner> list() {
    return List.copyOf(runners);
  }

  @Override
  public void close() throws IOException {
    for (Race.Runner runner : runners) {
      runner.worker().close();
    }
  }
}
