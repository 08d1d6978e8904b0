package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a collection lacked already when it was backed up, since it was damaged before.
 *
 * @param segments that were taken out of it
 * @param points that those held
 */
record BackupLoss(int segments, long points) {

  /** Null when nothing is damaged. */
  static @Nullable BackupLoss of(List<Damage> damages) {
    if (damages.isEmpty()) {
      return null;
    }
    Map<String, Long> pointsBySegment = new HashMap<>();
    damages.forEach(each -> pointsBySegment.put(each.segmentId(), each.points()));
    return new BackupLoss(
        pointsBySegment.size(), pointsBySegment.values().stream().mapToLong(Long::longValue).sum());
  }

  ObjectNode toJson() {
    return Payload.JSON.createObjectNode().put("segments", segments).put("points", points);
  }

  @Override
  public String toString() {
    return segments
        + (segments == 1 ? " segment of " : " segments of ")
        + points
        + (points == 1 ? " point" : " points")
        + " had been damaged before and were not in it";
  }
}
