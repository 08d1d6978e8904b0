package dev.quiver.testkit;

import dev.quiver.engine.wal.FileOps;
import java.nio.file.Path;

/**
 * A mistake that a program could make, put between the engine and its disk: what the campaign must
 * find when it is worth anything.
 */
public enum SimulatedFlaw {
  /** As it is. */
  NONE,
  /** Group commits are written and not synced. */
  LOG_NOT_SYNCED,
  /** Lucene's files are not synced before a commit. */
  INDEX_NOT_SYNCED,
  /** Folders are not synced after files were created, renamed or deleted in them. */
  FOLDERS_NOT_SYNCED,
  /** Configurations and aliases are written and not synced before they take their place. */
  DOCUMENTS_NOT_SYNCED,
  /** The log's checksums are not compared: whatever stands behind the last record counts. */
  TORN_TAIL_TAKEN,
  /** A commit names its files before they are synced. */
  COMMIT_BEFORE_FILES,
  /** Snapshots get their names before their bytes are synced. */
  SNAPSHOT_NOT_SYNCED,
  /** A snapshot has its name before its checksum does, and that is not synced. */
  SNAPSHOT_BEFORE_CHECKSUM;

  DiskFaults faults() {
    return switch (this) {
      case LOG_NOT_SYNCED ->
          DiskFaults.none().ignoringSyncsOf(path -> path.toString().endsWith(".wal"));
      case INDEX_NOT_SYNCED ->
          DiskFaults.none()
              .ignoringSyncsOf(
                  path ->
                      isIndexFile(path)
                          && !String.valueOf(path.getFileName()).contains("segments"));
      case DOCUMENTS_NOT_SYNCED ->
          DiskFaults.none().ignoringSyncsOf(path -> path.toString().endsWith(".json.tmp"));
      case SNAPSHOT_NOT_SYNCED ->
          DiskFaults.none().ignoringSyncsOf(path -> path.toString().endsWith(".snapshot"));
      case FOLDERS_NOT_SYNCED ->
          DiskFaults.none()
              .ignoringSyncsOf(path -> !String.valueOf(path.getFileName()).contains("."));
      default -> DiskFaults.none();
    };
  }

  private static boolean isIndexFile(Path path) {
    Path folder = path.getParent();
    return folder != null && folder.endsWith("index");
  }

  FileOps over(SimulatedDisk disk) {
    return switch (this) {
      case TORN_TAIL_TAKEN -> new FlawedFiles.UncheckedLogs(disk);
      case COMMIT_BEFORE_FILES -> new FlawedFiles.EarlyCommits(disk);
      case SNAPSHOT_BEFORE_CHECKSUM -> new FlawedFiles.LateChecksums(disk);
      default -> disk;
    };
  }
}
