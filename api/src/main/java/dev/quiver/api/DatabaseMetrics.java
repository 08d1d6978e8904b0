package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.Map;
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
    points.forEach((name, count) -> out.sample((double) count, "id", out.collection(name)));
  }

  /** How many vectors a point has, unless it lacks some; 0 for a collection that is just gone. */
  private int vectorNames(String collection) {
    try {
      return database.collectionConfig(collection).vectors().size();
    } catch (QuiverException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return 0;
      }
      throw e;
    }
  }
}
