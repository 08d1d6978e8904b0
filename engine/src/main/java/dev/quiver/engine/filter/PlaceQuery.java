package dev.quiver.engine.filter;

import dev.quiver.engine.filter.Condition.GeoBox;
import dev.quiver.engine.filter.Condition.GeoPoint;
import dev.quiver.engine.filter.Condition.GeoPolygon;
import dev.quiver.engine.filter.Condition.GeoRadius;
import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.PointValues.Relation;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.DocIdSetBuilder;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;

/**
 * Places of a location within an area. The points carry coordinates in full, so the same functions
 * that {@link FilterEvaluator} uses decide each point; the tree of points only leaves out cells
 * beyond the area's bounds.
 */
final class PlaceQuery extends Query {
  /** Rounding in bounds of a circle must not cut anything off, relative and in degrees. */
  private static final double SLACK = 1e-7;

  private final long hash;
  private final Object area;
  private final Test test;
  private final Bounds bounds;

  private interface Test {
    boolean contains(double lon, double lat);
  }

  /**
   * What surrounds an area, degrees. With {@code west > east} it spans the antimeridian.
   *
   * @param legalOnly says nothing of cells with coordinates off the globe
   */
  private record Bounds(double south, double north, double west, double east, boolean legalOnly) {
    boolean disjoint(double south, double north, double west, double east) {
      if (legalOnly && !(Geo.isLegal(west, south) && Geo.isLegal(east, north))) {
        return false;
      }
      if (north < this.south || south > this.north) {
        return true;
      }
      return this.west > this.east
          ? west > this.east && east < this.west
          : east < this.west || west > this.east;
    }
  }

  private PlaceQuery(long hash, Object area, Test test, Bounds bounds) {
    this.hash = hash;
    this.area = area;
    this.test = test;
    this.bounds = bounds;
  }

  static Query of(long hash, GeoBox box) {
    Bounds bounds =
        new Bounds(
            box.bottomRight().lat(),
            box.topLeft().lat(),
            box.topLeft().lon(),
            box.bottomRight().lon(),
            false);
    return new PlaceQuery(hash, box, (lon, lat) -> Geo.inside(box, lon, lat), bounds);
  }

  static Query of(long hash, GeoRadius circle) {
    return new PlaceQuery(hash, circle, (lon, lat) -> Geo.inside(circle, lon, lat), around(circle));
  }

  static Query of(long hash, GeoPolygon polygon) {
    double south = Double.POSITIVE_INFINITY;
    double north = Double.NEGATIVE_INFINITY;
    double west = Double.POSITIVE_INFINITY;
    double east = Double.NEGATIVE_INFINITY;
    for (GeoPoint corner : polygon.exterior()) {
      south = Math.min(south, corner.lat());
      north = Math.max(north, corner.lat());
      west = Math.min(west, corner.lon());
      east = Math.max(east, corner.lon());
    }
    return new PlaceQuery(
        hash,
        polygon,
        (lon, lat) -> Geo.inside(polygon, lon, lat),
        new Bounds(south, north, west, east, false));
  }

  /** All places of the location that are on the globe. */
  static Query anywhere(long hash) {
    return new PlaceQuery(hash, "anywhere", Geo::isLegal, new Bounds(-90, 90, -180, 180, false));
  }

  private static Bounds around(GeoRadius circle) {
    double angle = Math.toDegrees(circle.radius() / Geo.EARTH_RADIUS) * (1 + SLACK) + SLACK;
    double lat = circle.center().lat();
    double south = lat - angle;
    double north = lat + angle;
    if (!(south > -90 && north < 90)) {
      return new Bounds(south, north, -180, 180, true);
    }
    double ratio = Math.sin(Math.toRadians(angle)) / Math.cos(Math.toRadians(lat));
    double width = Math.toDegrees(Math.asin(Math.min(1, ratio))) * (1 + SLACK) + SLACK;
    double west = circle.center().lon() - width;
    double east = circle.center().lon() + width;
    if (width >= 180 || (west < -180 && east > 180)) {
      return new Bounds(south, north, -180, 180, true);
    }
    return new Bounds(
        south, north, west < -180 ? west + 360 : west, east > 180 ? east - 360 : east, true);
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    return new ConstantScoreWeight(this, boost) {
      @Override
      public @Nullable ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        PointValues places = context.reader().getPointValues(Terms.PLACES);
        if (places == null) {
          return null;
        }
        return new ScorerSupplier() {
          @Override
          public Scorer get(long leadCost) throws IOException {
            DocIdSetBuilder docs = new DocIdSetBuilder(context.reader().maxDoc(), places);
            places.intersect(new Visitor(docs));
            return new ConstantScoreScorer(score(), scoreMode, docs.build().iterator());
          }

          @Override
          public long cost() {
            return places.size();
          }
        };
      }

      @Override
      public boolean isCacheable(LeafReaderContext context) {
        return true;
      }
    };
  }

  private final class Visitor implements PointValues.IntersectVisitor {
    private final DocIdSetBuilder docs;
    private DocIdSetBuilder.@Nullable BulkAdder adder;

    Visitor(DocIdSetBuilder docs) {
      this.docs = docs;
    }

    @Override
    public void grow(int count) {
      adder = docs.grow(count);
    }

    @Override
    public void visit(int doc) {
      Objects.requireNonNull(adder).add(doc);
    }

    @Override
    public void visit(int doc, byte[] point) {
      if (part(point, 0) == hash && test.contains(degrees(point, 2), degrees(point, 1))) {
        visit(doc);
      }
    }

    @Override
    public Relation compare(byte[] min, byte[] max) {
      if (hash < part(min, 0)
          || hash > part(max, 0)
          || bounds.disjoint(degrees(min, 1), degrees(max, 1), degrees(min, 2), degrees(max, 2))) {
        return Relation.CELL_OUTSIDE_QUERY;
      }
      return Relation.CELL_CROSSES_QUERY;
    }

    private long part(byte[] point, int dimension) {
      return NumericUtils.sortableBytesToLong(point, dimension * Long.BYTES);
    }

    private double degrees(byte[] point, int dimension) {
      return NumericUtils.sortableLongToDouble(part(point, dimension));
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return "places(" + area + ")";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PlaceQuery that && hash == that.hash && area.equals(that.area);
  }

  @Override
  public int hashCode() {
    return Objects.hash(hash, area);
  }
}
