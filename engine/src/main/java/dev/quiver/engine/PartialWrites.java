package dev.quiver.engine;

import java.util.List;

/**
 * Which writes a collection takes while segments of it are {@linkplain Quarantine taken out}: those
 * that say all that there is to say of a point, whatever it was before. What reads points first
 * would not see all of them, and would do half of what it says. Stateless.
 */
final class PartialWrites {
  private PartialWrites() {}

  /**
   * @throws QuiverException {@link ErrorCode#UNAVAILABLE}
   */
  static void check(Slot slot, List<WriteOp> operations) {
    List<Damage> damages = slot.damages();
    if (damages.isEmpty()) {
      return;
    }
    for (WriteOp operation : operations) {
      if (!isSafe(operation)) {
        throw new QuiverException(
            ErrorCode.UNAVAILABLE,
            "collection `"
                + slot.name()
                + "` is partial ("
                + damages.getFirst()
                + "): operations that read points first are refused, as they would miss those that"
                + " are in quarantine; upserts and deletions by id go on. Restore it from a backup");
      }
    }
  }

  private static boolean isSafe(WriteOp operation) {
    return switch (operation) {
      case WriteOp.Upsert op -> op.updateFilter() == null && op.mode() == WriteOp.UpdateMode.UPSERT;
      case WriteOp.DeletePoints op -> op.selector() instanceof PointSelector.ByIds;
      case WriteOp.CreateFieldIndex _,
          WriteOp.DeleteFieldIndex _,
          WriteOp.CreateVector _,
          WriteOp.DeleteVector _ ->
          true;
      case WriteOp.UpdateVectors _,
          WriteOp.DeleteVectors _,
          WriteOp.SetPayload _,
          WriteOp.OverwritePayload _,
          WriteOp.DeletePayload _,
          WriteOp.ClearPayload _ ->
          false;
    };
  }
}
