package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.QuotaStatus;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What the version and the collections are, under Qdrant's metric names. */
final class DatabaseMetrics implements Consumer<MetricsWriter> {
  private final Database database;
  private final VersionInfo version;

  DatabaseMetrics(Database database, VersionInfo version) {
    this.database = database;
    this.version = version;
  }

  @Override
  public void accept(MetricsWriter out) {
    out.family("app_info", "information about qdrant server", MetricsWriter.Type.GAUGE)
        .sample(1, "name", "qdrant", "version", version.version());
    out.gauge("app_status_recovery_mode", "features enabled in qdrant server", 0);
    collections(out, database.approximatePoints());
    quotas(out);
    out.gauge("cluster_enabled", "is cluster support enabled", 0);
  }

  private void collections(MetricsWriter out, Map<String, Long> points) {
    out.gauge("collections_total", "number of collections", points.size());
    double vectors = 0;
    for (Map.Entry<String, Long> entry : points.entrySet()) {
      vectors += (double) entry.getValue() * vectorNames(entry.getKey());
    }
    out.gauge("collections_vector_total", "total number of vectors in all collections", vectors);
    out.family(
        "collection_points",
        "approximate amount of points per collection",
        MetricsWriter.Type.GAUGE);
    int shown = 0;
    double others = 0;
    for (Map.Entry<String, Long> entry : points.entrySet()) {
      if (shown++ < CollectionDurations.COLLECTIONS_MAX) {
        out.sample(entry.getValue(), "id", out.collection(entry.getKey()));
      } else {
        others += entry.getValue().doubleValue();
      }
    }
    if (shown > CollectionDurations.COLLECTIONS_MAX) {
      out.sample(others, "id", CollectionDurations.OTHERS);
    }
    vectors(out, points);
  }

  /** Of the collections that are shown by name; a point is taken to have all its vectors. */
  private void vectors(MetricsWriter out, Map<String, Long> points) {
    out.family(
        "collection_vectors", "amount of vectors grouped by vector name", MetricsWriter.Type.GAUGE);
    int shown = 0;
    for (Map.Entry<String, Long> entry : points.entrySet()) {
      if (shown >= CollectionDurations.COLLECTIONS_MAX) {
        return;
      }
      for (String vector : vectorNamesOf(entry.getKey())) {
        shown++;
        out.sample(
            entry.getValue(),
            "collection",
            out.collection(entry.getKey()),
            "vector",
            vector.isEmpty() ? vector : out.collection(vector));
      }
    }
  }

  private void quotas(MetricsWriter out) {
    QuotaStatus status = database.quotas();
    out.family(
        "quota_exceeded",
        "whether this node is at or over the configured quota for a resource",
        MetricsWriter.Type.GAUGE);
    out.sample(Boolean.TRUE.equals(status.memoryExceeded()) ? 1 : 0, "resource", "resident_memory");
    out.sample(Boolean.TRUE.equals(status.diskExceeded()) ? 1 : 0, "resource", "disk_usage");
  }

  /** How many vectors a point has, unless it lacks some. */
  private int vectorNames(String collection) {
    return vectorNamesOf(collection).size();
  }

  /** None for a collection that is just gone. */
  private Set<String> vectorNamesOf(String collection) {
    try {
      return database.collectionConfig(collection).vectors().keySet();
    } catch (QuiverException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return Set.of();
      }
      throw e;
    }
  }
}
