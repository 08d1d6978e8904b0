package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists of hits become one, larger scores first, ties by ascending id. */
final class Fusions {
  private static final float NORMALISED_MIDDLE = 0.5f;
  private static final float DEVIATIONS = 3;

  private Fusions() {}

  static List<Hit> fused(Query.Fusion fusion, List<List<Hit>> lists) {
    Map<Integer, Hit> byDoc = new LinkedHashMap<>();
    for (int i = 0; i < lists.size(); i++) {
      List<Hit> list = lists.get(i);
      switch (fusion) {
        case Query.Rrf(int k, var weights) -> addRanks(byDoc, list, k, weight(weights, i));
        case Query.Dbsf _ -> addScores(byDoc, list);
      }
    }
    List<Hit> fused = new ArrayList<>(byDoc.values());
    fused.sort(Hit.order(true));
    return fused;
  }

  private static float weight(@Nullable List<Float> weights, int list) {
    return weights == null ? 1 : weights.get(list);
  }

  private static void addRanks(Map<Integer, Hit> byDoc, List<Hit> list, int k, float weight) {
    for (int position = 0; position < list.size(); position++) {
      float gain = weight > 0 ? 1 / ((position + 1) / weight + k - 1) : 0;
      add(byDoc, list.get(position), gain);
    }
  }

  private static void addScores(Map<Integer, Hit> byDoc, List<Hit> list) {
    float mean = 0;
    float squares = 0;
    for (int i = 0; i < list.size(); i++) {
      // Welford's way: one pass, and no difference of large sums.
      float score = list.get(i).score();
      float before = score - mean;
      mean += before / (i + 1);
      squares += before * (score - mean);
    }
    float reach = DEVIATIONS * (float) Math.sqrt(squares / (list.size() - 1));
    float low = mean - reach;
    float high = mean + reach;
    boolean isFlat = list.size() < 2 || low == high;
    for (Hit hit : list) {
      add(byDoc, hit, isFlat ? NORMALISED_MIDDLE : (hit.score() - low) / (high - low));
    }
  }

  private static void add(Map<Integer, Hit> byDoc, Hit hit, float gain) {
    byDoc.merge(
        hit.doc(), hit.withScore(gain), (sum, more) -> sum.withScore(sum.score() + more.score()));
  }
}
