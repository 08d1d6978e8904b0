package dev.quiver.engine;

import java.time.Instant;

/**
 * A snapshot file.
 *
 * @param sha256 of the file, in lower-case hexadecimal
 */
public record SnapshotInfo(String name, Instant created, long size, String sha256) {}
