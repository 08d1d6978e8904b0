package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.filter.Condition.GeoBox;
import dev.quiver.engine.filter.Condition.GeoPoint;
import dev.quiver.engine.filter.Condition.GeoPolygon;
import dev.quiver.engine.filter.Condition.GeoRadius;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a point on the globe lies: degrees in, metres for distances. Stateless. */
public final class Geo {
  /** Mean radius of the earth (IUGG), metres. */
  static final double EARTH_RADIUS = 6_371_008.8;

  private Geo() {}

  /** The point that a payload value stands for: an object with numbers lon and lat, else null. */
  public static @Nullable GeoPoint point(JsonNode value) {
    JsonNode lon = value.isObject() ? value.get("lon") : null;
    JsonNode lat = value.isObject() ? value.get("lat") : null;
    if (lon == null || lat == null || !lon.isNumber() || !lat.isNumber()) {
      return null;
    }
    return new GeoPoint(lon.doubleValue(), lat.doubleValue());
  }

  public static boolean isLegal(double lon, double lat) {
    return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90;
  }

  /** Strictly inside; a box whose left is east of its right spans the antimeridian. */
  static boolean inside(GeoBox box, double lon, double lat) {
    double left = box.topLeft().lon();
    double right = box.bottomRight().lon();
    boolean lonInside = left > right ? lon > left || lon < right : left < lon && lon < right;
    return lonInside && box.bottomRight().lat() < lat && lat < box.topLeft().lat();
  }

  /** Strictly nearer than the radius. */
  static boolean inside(GeoRadius circle, double lon, double lat) {
    return distance(circle.center(), lon, lat) < circle.radius();
  }

  /** Great-circle distance by the haversine formula, metres. */
  public static double distance(GeoPoint from, double lon, double lat) {
    double sinLat = Math.sin(Math.toRadians(lat - from.lat()) / 2);
    double sinLon = Math.sin(Math.toRadians(lon - from.lon()) / 2);
    double h =
        sinLat * sinLat
            + Math.cos(Math.toRadians(from.lat()))
                * Math.cos(Math.toRadians(lat))
                * sinLon
                * sinLon;
    return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
  }

  /** Inside the exterior, not on its edge, and neither inside a hole nor on its edge. */
  static boolean inside(GeoPolygon polygon, double lon, double lat) {
    if (position(polygon.exterior(), lon, lat) <= 0) {
      return false;
    }
    for (List<GeoPoint> hole : polygon.interiors()) {
      if (position(hole, lon, lat) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** 1 inside the ring, 0 on it, -1 outside; by counting crossings of the ray to the east. */
  private static int position(List<GeoPoint> ring, double lon, double lat) {
    boolean inside = false;
    for (int i = 1; i < ring.size(); i++) {
      GeoPoint a = ring.get(i - 1);
      GeoPoint b = ring.get(i);
      double cross = (b.lon() - a.lon()) * (lat - a.lat()) - (b.lat() - a.lat()) * (lon - a.lon());
      if (cross == 0
          && lon >= Math.min(a.lon(), b.lon())
          && lon <= Math.max(a.lon(), b.lon())
          && lat >= Math.min(a.lat(), b.lat())
          && lat <= Math.max(a.lat(), b.lat())) {
        return 0;
      }
      if ((a.lat() > lat) != (b.lat() > lat)) {
        // The edge crosses the point's latitude; east of the point if the point is on its left.
        boolean upwards = b.lat() > a.lat();
        if (upwards == cross > 0 && cross != 0) {
          inside = !inside;
        }
      }
    }
    return inside ? 1 : -1;
  }
}
