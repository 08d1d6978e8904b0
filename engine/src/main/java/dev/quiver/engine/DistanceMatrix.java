package dev.quiver.engine;

import java.util.List;

/**
 * Points and their nearest neighbours among them.
 *
 * @param ids in ascending order; empty when fewer than two points could be chosen
 * @param neighbours for each of the ids, its neighbours without itself, best first
 */
public record DistanceMatrix(List<PointId> ids, List<List<Neighbour>> neighbours) {
  /**
   * @param index into {@link #ids}
   */
  public record Neighbour(int index, float score) {}
}
