package dev.quiver.engine;

import dev.quiver.engine.query.LookupLocation;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The vectors of a query's examples: given ones, those of points in the view, and those of points
 * of other collections, which were read before.
 */
final class Examples {
  /** Where vectors of other collections are. */
  private record Place(String collection, String vector) {}

  /** Vectors that were read from other collections. */
  static final class Elsewhere {
    private final Map<Place, Map<PointId, VectorValue>> vectors = new HashMap<>();
    private final Predicate<String> isHere;

    private Elsewhere(Predicate<String> isHere) {
      this.isHere = isHere;
    }

    /**
     * Reads the vectors that a query's tree looks up in other collections.
     *
     * @param isHere whether a name is that of the collection that is queried
     */
    static Elsewhere read(Database database, QueryStage root, Predicate<String> isHere) {
      Elsewhere read = new Elsewhere(isHere);
      Map<Place, Set<PointId>> wanted = new LinkedHashMap<>();
      root.forEach(
          stage -> {
            Set<PointId> ids = ids(stage);
            if (!ids.isEmpty() && !read.isHere(stage)) {
              wanted.computeIfAbsent(place(stage), _ -> new LinkedHashSet<>()).addAll(ids);
            }
          });
      wanted.forEach(
          (place, ids) -> {
            Map<PointId, VectorValue> found = new HashMap<>();
            for (PointRecord point :
                database.retrieve(
                    place.collection(),
                    List.copyOf(ids),
                    PayloadSelection.NONE,
                    new VectorSelection.Names(List.of(place.vector())))) {
              Map<String, VectorValue> vectors = point.vectors();
              found.put(point.id(), vectors == null ? null : vectors.get(place.vector()));
            }
            read.vectors.put(place, found);
          });
      return read;
    }

    private boolean isHere(QueryStage stage) {
      LookupLocation lookup = stage.lookup();
      return lookup == null || isHere.test(lookup.collection());
    }
  }

  private final VectorFields fields;
  private final ViewPoints points;
  private final Elsewhere elsewhere;

  Examples(VectorFields fields, ViewPoints points, Elsewhere elsewhere) {
    this.fields = fields;
    this.points = points;
    this.elsewhere = elsewhere;
  }

  /** The points of this collection that the tree names; they are no results. */
  Set<PointId> named(QueryStage root) {
    Set<PointId> named = new LinkedHashSet<>();
    root.forEach(
        stage -> {
          if (elsewhere.isHere(stage)) {
            named.addAll(ids(stage));
          }
        });
    return named;
  }

  private static Set<PointId> ids(QueryStage stage) {
    Set<PointId> ids = new LinkedHashSet<>();
    if (stage.query() instanceof Query.OfVectors query) {
      for (VectorInput input : query.inputs()) {
        if (input instanceof VectorInput.ById(PointId id)) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  private static Place place(QueryStage stage) {
    LookupLocation lookup = stage.lookup();
    String vector = lookup == null ? null : lookup.vector();
    return new Place(
        lookup == null ? "" : lookup.collection(), vector == null ? stage.using() : vector);
  }

  /**
   * The vectors of a stage's examples, in their order.
   *
   * @throws QuiverException NOT_FOUND for a point that is missing or lacks the vector, WRONG_INPUT
   *     for a vector that does not fit the stage's field
   */
  List<VectorValue> vectors(QueryStage stage, Query.OfVectors query) throws IOException {
    VectorParams params = fields.own(stage.using());
    List<VectorValue> vectors = new ArrayList<>();
    for (VectorInput input : query.inputs()) {
      vectors.add(VectorRules.checked(params, value(stage, input)));
    }
    return vectors;
  }

  private VectorValue value(QueryStage stage, VectorInput input) throws IOException {
    return switch (input) {
      case VectorInput.Dense(float[] values) -> new VectorValue.Dense(values);
      case VectorInput.Sparse(VectorValue.Sparse sparse) -> sparse;
      case VectorInput.Multi(VectorValue.Multi multi) -> multi;
      case VectorInput.ById(PointId id) ->
          elsewhere.isHere(stage) ? here(place(stage).vector(), id) : there(place(stage), id);
      case VectorInput.Document document ->
          throw new IllegalStateException("the text was not embedded: " + document.model());
    };
  }

  private VectorValue here(String name, PointId id) throws IOException {
    fields.field(name);
    int doc = points.find(id);
    if (doc < 0) {
      throw missing(id);
    }
    int leaf = points.leafOf(doc);
    VectorValue vector = points.leaf(leaf).vector(doc - points.docBase(leaf), fields, name);
    if (vector == null) {
      throw withoutVector(name);
    }
    return vector;
  }

  private VectorValue there(Place place, PointId id) {
    Map<PointId, VectorValue> found = elsewhere.vectors.getOrDefault(place, Map.of());
    if (!found.containsKey(id)) {
      throw missing(id);
    }
    VectorValue vector = found.get(id);
    if (vector == null) {
      throw withoutVector(place.vector());
    }
    return vector;
  }

  private static QuiverException missing(PointId id) {
    return QuiverException.notFound("No point with id " + id + " found");
  }

  private static QuiverException withoutVector(String name) {
    return QuiverException.notFound("Vector with name \"" + name + "\" for point not found");
  }
}
