package dev.quiver.testkit.queries;

import dev.quiver.engine.Engine;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.index.Distance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Random trees of queries over random collections, answered by an engine and by {@link
 * ReferenceQueries}: the same points, the same scores, the same order. A round is one seed: two
 * collections, written in several steps, and queries after each of them. Not thread-safe.
 */
public final class QueryRounds {
  private static final int QUERIES_PER_STEP = 5;

  /** How far a score may lie outside of what rounding explains, relative; absolute below 1. */
  private static final double TOLERANCE = 1e-5;

  /** Wrong answers that are told of; a wrong engine has as many as one likes. */
  private static final int TOLD_MAX = 20;

  private final Engine engine;
  private long compared;
  private long leftOut;
  private long found;
  private long wrong;
  private final List<String> mismatches = new ArrayList<>();
  private final Map<String, Long> kinds = new TreeMap<>();

  /**
   * What rounds showed.
   *
   * @param compared queries asked
   * @param leftOut of these, queries whose answer single precision may have decided
   * @param found results in all
   * @param wrong queries that were answered differently
   * @param mismatches what the first of these were, with the seed that replays them
   * @param kinds how often a stage of each kind was asked, over which kind of vector
   */
  public record Result(
      long compared,
      long leftOut,
      long found,
      long wrong,
      List<String> mismatches,
      Map<String, Long> kinds) {}

  /**
   * @param engine owned by the caller; gets and loses collections with names of these rounds
   */
  public QueryRounds(Engine engine) {
    this.engine = engine;
  }

  /** Runs the round of a seed. */
  public void round(long seed) {
    Random random = new Random(seed);
    List<Distance> all = List.of(Distance.values());
    Map<String, Distance> distances = new TreeMap<>();
    RandomPoints.DIMENSIONS
        .keySet()
        .forEach(name -> distances.put(name, all.get(random.nextInt(all.size()))));
    RandomPoints here = new RandomPoints(engine, "c", random, distances);
    RandomPoints elsewhere = new RandomPoints(engine, "elsewhere", random, distances);
    try {
      here.create();
      elsewhere.create();
      elsewhere.write();
      int steps = 1 + random.nextInt(3);
      for (int step = 0; step < steps; step++) {
        here.write();
        for (int i = 0; i < QUERIES_PER_STEP; i++) {
          query(here, elsewhere, random, seed + ", step " + step + ", query " + i);
        }
      }
    } finally {
      here.drop();
      elsewhere.drop();
    }
  }

  public Result result() {
    return new Result(compared, leftOut, found, wrong, List.copyOf(mismatches), Map.copyOf(kinds));
  }

  private void query(RandomPoints here, RandomPoints elsewhere, Random random, String where) {
    ReferenceQueries reference =
        new ReferenceQueries(
            here.points(), elsewhere.points(), here.distances(), RandomPoints.MULTI, here.idf());
    QueryStage root =
        new RandomQueries(random, here.points(), elsewhere.points(), reference).stage(3);
    root.forEach(
        stage ->
            kinds.merge(
                stage.query().getClass().getSimpleName()
                    + (stage.query() instanceof Query.OfVectors
                            && RandomPoints.MULTI.contains(stage.using())
                        ? ", rows"
                        : "")
                    + (stage.prefetch().isEmpty() ? "" : " of prefetches"),
                1L,
                Long::sum));
    int offset = random.nextInt(3) == 0 ? random.nextInt(5) : 0;
    String problem;
    try {
      problem = compare(root, offset, reference);
    } catch (QuiverException e) {
      problem = "refused: " + e.getMessage();
    }
    if (problem != null) {
      wrong++;
      if (mismatches.size() < TOLD_MAX) {
        mismatches.add(
            "seed " + where + ", distances " + here.distances() + ": " + problem + "\n  " + root);
      }
    }
  }

  private @Nullable String compare(QueryStage root, int offset, ReferenceQueries reference) {
    List<ReferenceQueries.Ranked> expected = reference.run(root, root.limit() + offset);
    expected = expected.subList(Math.min(offset, expected.size()), expected.size());
    List<ScoredPoint> actual =
        engine.query(
            "c", new QueryRequest(root, offset, PayloadSelection.ALL, VectorSelection.NONE));
    compared++;
    if (reference.ambiguous()) {
      leftOut++;
      return null;
    }
    found += actual.size();
    List<String> ids = actual.stream().map(hit -> hit.id().toString()).toList();
    List<String> wanted = expected.stream().map(hit -> hit.point().id().toString()).toList();
    if (!ids.equals(wanted)) {
      return "points " + ids + " (expected: " + wanted + ")";
    }
    for (int i = 0; i < actual.size(); i++) {
      ReferenceQueries.Ranked right = expected.get(i);
      ScoredPoint hit = actual.get(i);
      Interval score = right.score();
      if (!(score.away(hit.score()) <= TOLERANCE * Math.max(1, Math.abs(hit.score())))) {
        return "score of " + hit.id() + ": " + hit.score() + " (expected: " + score + ")";
      }
      if (!Objects.equals(hit.orderValue(), right.orderValue())) {
        return "value of " + hit.id() + ": " + hit.orderValue();
      }
      if (hit.payload() == null || !hit.payload().json().equals(right.point().payload())) {
        return "payload of " + hit.id() + ": " + hit.payload();
      }
    }
    return null;
  }
}
