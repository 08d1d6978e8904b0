package dev.quiver.bench.ann;

import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several contenders on one query set, interleaved: each round takes every contender through its
 * operating points once, all of them through one point, with each number of threads, before any
 * goes on to the next. So what is compared was measured within seconds; others on the machine slow
 * it down for longer than that.
 */
final class Race {
  static final int K = 10;

  /** The sweep ends with the first point that has this recall. */
  private static final double ENOUGH = 0.995;

  private static final int WARM_PASSES = 2;
  private static final double WARM_SECONDS = 2;

  /** About as long as a point of a round takes at least. */
  private static final double MEASURED_SECONDS = 0.2;

  private static final double SHORT_SECONDS = 0.03;

  /**
   * A process with its index open and the queries loaded.
   *
   * @param wholeSweep whether points beyond {@link #ENOUGH} are wanted too
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier that is never compared or hashed
  record Runner(String name, Worker worker, int[] sweep, boolean wholeSweep) {}

  private final Site site;
  private final QuerySet set;
  private final int[][] truth;
  private final Site.@Nullable FilterFiles filters;

  /**
   * @param truth the exact answers of the queries, under the filters if there are any
   */
  Race(Site site, QuerySet set, int[][] truth, Site.@Nullable FilterFiles filters) {
    this.site = site;
    this.set = set;
    this.truth = truth;
    this.filters = filters;
  }

  /** One list of series per number of threads, in the runners' order. */
  List<List<Series>> run(List<Runner> runners, List<Integer> threads, int rounds)
      throws IOException {
    Lab lab = site.lab();
    List<List<Series>> all = new ArrayList<>();
    for (int count = 0; count < threads.size(); count++) {
      all.add(new ArrayList<>());
    }
    for (Runner runner : runners) {
      lab.say(site.data().name() + " " + set.name() + ": warming up " + runner.name());
      warmUp(runner, lab.shortRun());
      List<Series.OperatingPoint> points = calibrate(runner);
      for (List<Series> series : all) {
        List<Series.OperatingPoint> own =
            points.stream()
                .map(
                    point ->
                        new Series.OperatingPoint(
                            point.parameter(), point.recall(), point.distances()))
                .toList();
        series.add(new Series(runner.name(), own));
      }
    }
    for (int round = 0; round < rounds; round++) {
      lab.say(site.data().name() + " " + set.name() + ": round " + (round + 1) + " of " + rounds);
      List<Integer> order = Rounds.order(indexes(runners.size()), round);
      for (int at = 0; at < longest(all.getFirst()); at++) {
        for (int count = 0; count < threads.size(); count++) {
          for (int i : order) {
            List<Series.OperatingPoint> points = all.get(count).get(i).points();
            if (at < points.size()) {
              measure(runners.get(i), points.get(at), threads.get(count));
            }
          }
        }
      }
    }
    return all;
  }

  private static List<Integer> indexes(int count) {
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      indexes.add(i);
    }
    return indexes;
  }

  private static int longest(List<Series> all) {
    return all.stream().mapToInt(series -> series.points().size()).max().orElse(0);
  }

  /**
   * What follows a first pass, which finds another contender's data in the caches: so many passes
   * in a row that several threads all work for most of that time.
   */
  private void measure(Runner runner, Series.OperatingPoint point, int threads) throws IOException {
    double seconds = pass(runner, point.parameter(), threads, false).wallSeconds();
    double wanted = site.lab().shortRun() ? SHORT_SECONDS : MEASURED_SECONDS;
    int times = (int) Math.ceil(wanted / seconds);
    Site.Search search = search(point.parameter(), threads);
    point.add(Site.searchTimes(runner.worker(), set, search, times), threads);
  }

  /** At low, middle and high effort, until the compiler has seen enough of each. */
  private void warmUp(Runner runner, boolean brief) throws IOException {
    int[] sweep = runner.sweep();
    int[] efforts = {sweep[0], sweep[sweep.length / 2], sweep[sweep.length * 3 / 4]};
    for (int effort : efforts) {
      double seconds = 0;
      for (int i = 0; i < WARM_PASSES || (!brief && seconds < WARM_SECONDS); i++) {
        seconds += pass(runner, effort, 1, false).wallSeconds();
      }
    }
  }

  /** The recall at each search parameter, until more effort would show nothing more. */
  private List<Series.OperatingPoint> calibrate(Runner runner) throws IOException {
    List<Series.OperatingPoint> points = new ArrayList<>();
    for (int parameter : runner.sweep()) {
      Pass pass = pass(runner, parameter, 1, true);
      double recall = site.data().recall(set.queries(), truth, pass.found(), K);
      points.add(new Series.OperatingPoint(parameter, recall, pass.distances()));
      if (recall >= ENOUGH && !runner.wholeSweep()) {
        break;
      }
    }
    return points;
  }

  private Pass pass(Runner runner, int parameter, int threads, boolean keepFound)
      throws IOException {
    return site.search(runner.worker(), set, search(parameter, threads), keepFound);
  }

  private Site.Search search(int parameter, int threads) {
    return new Site.Search(K, parameter, threads, filters);
  }
}
