package dev.quiver.engine;

import dev.quiver.engine.filter.FacetValues;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.QueryRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is read of a collection's points: each call from one view, which has every write that was
 * acknowledged with {@code wait} before it began. Thread-safe.
 */
final class PointReads {
  private final Engine engine;
  private final EngineOptions options;

  PointReads(Engine engine, EngineOptions options) {
    this.engine = engine;
    this.options = options;
  }

  List<ScoredPoint> query(String collection, QueryRequest request) {
    QueryRules.check(request.root());
    Catalog catalog = engine.catalog();
    Slot slot = catalog.find(collection);
    Examples.Elsewhere elsewhere =
        Examples.Elsewhere.read(engine, request.root(), name -> catalog.findOrNull(name) == slot);
    return engine.reading(
        collection,
        (lease, view) ->
            new QueryRun(
                    lease.shard().declared(),
                    lease.config(),
                    new ViewPoints(view.reader()),
                    options,
                    elsewhere,
                    request.root(),
                    ThreadLocalRandom.current())
                .run(request));
  }

  List<PointRecord> retrieve(
      String collection, List<PointId> ids, PayloadSelection payload, VectorSelection vectors) {
    return engine.reading(
        collection,
        (lease, view) -> {
          Records records = records(lease.shard().declared(), payload, vectors);
          ViewPoints points = new ViewPoints(view.reader());
          List<PointRecord> found = new ArrayList<>(ids.size());
          Map<PointId, PointRecord> seen = new HashMap<>();
          for (PointId id : ids) {
            PointRecord record = seen.get(id);
            if (record == null) {
              record = find(points, id, records);
            }
            if (record != null) {
              seen.put(id, record);
              found.add(record);
            }
          }
          return found;
        });
  }

  private Records records(Declared declared, PayloadSelection payload, VectorSelection vectors) {
    return new Records(declared.vectors(), payload, vectors, options.resultPayloadBytes());
  }

  private static @Nullable PointRecord find(ViewPoints points, PointId id, Records records)
      throws IOException {
    int doc = points.find(id);
    if (doc < 0) {
      return null;
    }
    int leaf = points.leafOf(doc);
    return records.record(points.leaf(leaf), doc - points.docBase(leaf), null);
  }

  ScrollPage scroll(String collection, ScrollRequest request) {
    return engine.reading(
        collection,
        (lease, view) ->
            Explain.stage(
                request.orderBy() == null ? "scroll" : "order_by",
                request.limit(),
                page -> page.points().size(),
                () -> {
                  Declared declared = lease.shard().declared();
                  Records records = records(declared, request.payload(), request.vectors());
                  Matches matches = new Matches(view.reader(), request.filter(), declared);
                  Scroll scroll = new Scroll(view.reader(), matches, records);
                  OrderBy orderBy = request.orderBy();
                  return orderBy == null
                      ? scroll.page(request.offset(), request.limit())
                      : scroll.ordered(orderBy, declared, request.limit());
                }));
  }

  long count(String collection, @Nullable Filter filter, boolean exact) {
    return engine.reading(
        collection,
        (lease, view) ->
            Explain.stage(
                "count",
                0,
                count -> 0,
                () -> new Matches(view.reader(), filter, lease.shard().declared()).count()));
  }

  List<FacetHit> facet(String collection, FacetRequest request) {
    return engine.reading(
        collection,
        (lease, view) ->
            Explain.stage(
                "facet",
                request.limit(),
                List::size,
                () -> {
                  Declared declared = lease.shard().declared();
                  FacetValues values = FacetValues.of(request.key(), declared.indexes());
                  Matches matches = new Matches(view.reader(), request.filter(), declared);
                  return values.top(
                      view.reader(), AcceptedDocs.of(view.reader(), matches), request.limit());
                }));
  }

  DistanceMatrix matrix(String collection, MatrixRequest request) {
    return engine.reading(
        collection,
        (lease, view) ->
            Explain.stage(
                "matrix",
                request.limit(),
                matrix -> matrix.ids().size(),
                () ->
                    new MatrixSearch(
                            view.reader(),
                            lease.shard().declared(),
                            lease.config(),
                            options,
                            request)
                        .search()));
  }
}
