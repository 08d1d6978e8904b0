package dev.quiver.api;

import dev.quiver.engine.Database;
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
    out.gauge("collections_total", "number of collections", database.collections().size());
    out.gauge("cluster_enabled", "is cluster support enabled", 0);
  }
}
