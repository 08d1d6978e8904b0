package dev.quiver.testkit.queries;

import dev.quiver.index.Distance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Maximal marginal relevance: one pick after the other, each compared with all before it. */
final class ReferenceDiversity {
  private final Distance distance;
  private final String using;
  private final float diversity;

  /**
   * @param using the name of the vector
   */
  ReferenceDiversity(Distance distance, String using, float diversity) {
    this.distance = distance;
    this.using = using;
    this.diversity = diversity;
  }

  /**
   * At most {@code limit} of the candidates, in the order of picking.
   *
   * @param doubt told when rounding may have decided which was picked
   */
  List<ReferenceQueries.Ranked> picked(
      List<ReferenceQueries.Ranked> candidates, Interval[][] target, int limit, Runnable doubt) {
    List<ReferenceQueries.Ranked> left = new ArrayList<>(candidates);
    List<ReferenceQueries.Ranked> picked = new ArrayList<>();
    while (picked.size() < limit && !left.isEmpty()) {
      List<Interval> scores = left.stream().map(hit -> score(hit, target, picked)).toList();
      Interval best =
          scores.stream().max(Comparator.comparingDouble(Interval::middle)).orElseThrow();
      int pick = scores.indexOf(best);
      for (int i = 0; i < scores.size(); i++) {
        if (i != pick && !best.isAbove(scores.get(i))) {
          doubt.run();
        }
      }
      picked.add(left.remove(pick));
    }
    return picked;
  }

  private Interval score(
      ReferenceQueries.Ranked hit, Interval[][] target, List<ReferenceQueries.Ranked> picked) {
    Interval[][] own = rows(hit);
    Interval relevance = ReferenceVectors.similarity(distance, target, own);
    if (picked.isEmpty()) {
      return relevance;
    }
    Interval nearest =
        picked.stream()
            .map(earlier -> ReferenceVectors.similarity(distance, own, rows(earlier)))
            .reduce(Interval.of(Double.NEGATIVE_INFINITY), Interval::max);
    Interval gain = relevance.times(1 - (double) diversity);
    Interval loss = nearest.times(diversity);
    return gain.minus(loss).summed(gain.size() + loss.size());
  }

  private Interval[][] rows(ReferenceQueries.Ranked hit) {
    return ReferenceQueries.rows(hit.point(), using);
  }
}
