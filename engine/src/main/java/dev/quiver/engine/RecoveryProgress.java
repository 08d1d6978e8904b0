package dev.quiver.engine;

/**
 * How far the recovery at start is.
 *
 * @param done collections that were opened from their log
 * @param failed those of them that could not be
 * @param total collections whose log was ahead of their commit
 */
public record RecoveryProgress(int done, int failed, int total) {
  public boolean finished() {
    return done == total;
  }
}
