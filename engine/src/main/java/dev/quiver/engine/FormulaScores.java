package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterEvaluator;
import dev.quiver.engine.filter.PayloadIndexes;
import dev.quiver.engine.query.Formula;
import dev.quiver.engine.query.FormulaEvaluator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Scores the points of prefetches by a formula. One thread at a time. */
final class FormulaScores {
  private final VectorFields fields;
  private final PayloadIndexes indexes;
  private final ViewPoints points;
  private final Map<Filter, FilterEvaluator> evaluators = new HashMap<>();

  FormulaScores(Declared declared, ViewPoints points) {
    this.fields = declared.vectors();
    this.indexes = declared.indexes();
    this.points = points;
  }

  /**
   * @param docs the points of all lists, ascending
   * @return hits in any order
   */
  List<Hit> scored(Formula formula, List<List<Hit>> lists, int[] docs) throws IOException {
    List<Map<Integer, Float>> scores = new ArrayList<>(lists.size());
    for (List<Hit> list : lists) {
      Map<Integer, Float> byDoc = HashMap.newHashMap(list.size());
      list.forEach(hit -> byDoc.put(hit.doc(), hit.score()));
      scores.add(byDoc);
    }
    FormulaEvaluator evaluator = new FormulaEvaluator(formula);
    List<Hit> scored = new ArrayList<>(docs.length);
    for (int doc : docs) {
      float score = evaluator.score(new Scene(doc, scores));
      scored.add(new Hit(doc, points.id(doc), score, null));
    }
    return scored;
  }

  private final class Scene implements FormulaEvaluator.Scene {
    private final int doc;
    private final List<Map<Integer, Float>> scores;
    private final LeafPoints leaf;
    private final int leafDoc;
    private @Nullable JsonNode payload;

    Scene(int doc, List<Map<Integer, Float>> scores) {
      this.doc = doc;
      this.scores = scores;
      int number = points.leafOf(doc);
      this.leaf = points.leaf(number);
      this.leafDoc = doc - points.docBase(number);
    }

    @Override
    public @Nullable Float score(int prefetch) {
      return prefetch < scores.size() ? scores.get(prefetch).get(doc) : null;
    }

    @Override
    public JsonNode payload() throws IOException {
      JsonNode read = payload;
      if (read == null) {
        read = leaf.payload(leafDoc).json();
        payload = read;
      }
      return read;
    }

    @Override
    public boolean matches(Filter filter) throws IOException {
      return evaluators
          .computeIfAbsent(filter, f -> new FilterEvaluator(f, indexes))
          .matches(points.id(doc), payload(), vectors());
    }

    private Set<String> vectors() throws IOException {
      Set<String> names = new HashSet<>();
      for (String name : fields.byName().keySet()) {
        if (leaf.hasVector(leafDoc, fields, name)) {
          names.add(name);
        }
      }
      return names;
    }
  }
}
