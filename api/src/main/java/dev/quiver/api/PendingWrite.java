package dev.quiver.api;

import dev.quiver.engine.Point;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.Filter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A write whose texts still wait to be embedded. */
sealed interface PendingWrite {
  /** Adds its texts to the request's batch. */
  void collect(Inference.Batch inference);

  /** The operation, once the batch has run. */
  WriteOp resolve(Inference.Batch inference);

  /** A write without vectors. */
  record Ready(WriteOp operation) implements PendingWrite {
    @Override
    public void collect(Inference.Batch inference) {
      // Nothing to embed.
    }

    @Override
    public WriteOp resolve(Inference.Batch inference) {
      return operation;
    }
  }

  record Upsert(List<PointInput> points, @Nullable Filter updateFilter, WriteOp.UpdateMode mode)
      implements PendingWrite {
    @Override
    public void collect(Inference.Batch inference) {
      points.forEach(inference::add);
    }

    @Override
    public WriteOp resolve(Inference.Batch inference) {
      List<Point> resolved = new ArrayList<>(points.size());
      for (PointInput point : points) {
        resolved.add(new Point(point.id(), inference.resolve(point), point.payload()));
      }
      return new WriteOp.Upsert(resolved, updateFilter, mode);
    }
  }

  /** The payloads of the points are not looked at. */
  record UpdateVectors(List<PointInput> points, @Nullable Filter updateFilter)
      implements PendingWrite {
    @Override
    public void collect(Inference.Batch inference) {
      points.forEach(inference::add);
    }

    @Override
    public WriteOp resolve(Inference.Batch inference) {
      List<WriteOp.PointVectors> resolved = new ArrayList<>(points.size());
      for (PointInput point : points) {
        resolved.add(new WriteOp.PointVectors(point.id(), inference.resolve(point)));
      }
      return new WriteOp.UpdateVectors(resolved, updateFilter);
    }
  }
}
