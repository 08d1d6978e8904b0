package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What strict mode checks of writes, before anything of them is logged. */
final class StrictWrites {
  private static final float BYTES_PER_MB = 1 << 20;

  /** What the checks look at in the collection. */
  interface Collection {
    Declared declared();

    /** The size, or more: what was let in since it was measured may have replaced something. */
    CollectionSize expectedSize();

    /** The size as it is measured now. */
    CollectionSize size();

    /** Points that match, now. */
    long count(Filter filter);

    /** Percent of the machine's memory that this process holds; null when that is unknown. */
    @Nullable Integer residentMemoryPercent();
  }

  private StrictWrites() {}

  /**
   * @throws QuiverException {@link ErrorCode#BAD_REQUEST} for the first operation over a limit
   */
  static void check(StrictMode mode, List<WriteOp> operations, Collection collection) {
    boolean grows = false;
    for (WriteOp operation : operations) {
      grows |= check(mode, operation, collection);
    }
    Long most = mode.limit("max_resident_memory_percent");
    Integer resident = grows && most != null ? collection.residentMemoryPercent() : null;
    if (resident != null && most != null && resident >= most) {
      throw StrictMode.refused(
          "Resident memory usage is at "
              + resident
              + "% of total memory, exceeding the configured limit of "
              + most
              + "%",
          "Reduce memory usage (e.g. delete points or drop collections), or raise"
              + " `max_resident_memory_percent` in the strict mode config of this collection.");
    }
  }

  /** Returns whether the operation may take memory or disk space. */
  private static boolean check(StrictMode mode, WriteOp operation, Collection collection) {
    return switch (operation) {
      case WriteOp.Upsert op -> {
        mode.checkAtMost("upsert limit", op.points().size(), "upsert_max_batchsize");
        op.points().forEach(point -> checkLengths(mode, point.vectors()));
        checkSizes(mode, collection, true);
        mode.check(op.updateFilter(), "unindexed_filtering_update", collection::declared);
        yield true;
      }
      case WriteOp.UpdateVectors op -> {
        mode.checkAtMost("update limit", op.points().size(), "upsert_max_batchsize");
        op.points().forEach(point -> checkLengths(mode, point.vectors()));
        checkSizes(mode, collection, true);
        mode.check(op.updateFilter(), "unindexed_filtering_update", collection::declared);
        yield true;
      }
      case WriteOp.SetPayload op -> {
        checkSizes(mode, collection, false);
        yield check(mode, op.selector(), collection, true);
      }
      case WriteOp.OverwritePayload op -> {
        checkSizes(mode, collection, false);
        yield check(mode, op.selector(), collection, true);
      }
      case WriteOp.DeletePoints op -> check(mode, op.selector(), collection, false);
      case WriteOp.DeleteVectors op -> check(mode, op.selector(), collection, false);
      case WriteOp.DeletePayload op -> check(mode, op.selector(), collection, false);
      case WriteOp.ClearPayload op -> check(mode, op.selector(), collection, false);
      case WriteOp.CreateFieldIndex _ -> {
        checkIndexCount(mode, collection);
        yield true;
      }
      case WriteOp.CreateVector _ -> true;
      case WriteOp.DeleteFieldIndex _, WriteOp.DeleteVector _ -> false;
    };
  }

  private static boolean check(
      StrictMode mode, PointSelector selector, Collection collection, boolean grows) {
    if (selector instanceof PointSelector.ByFilter(Filter filter)) {
      mode.check(filter, "unindexed_filtering_update", collection::declared);
    }
    return grows;
  }

  /** Rows of multivectors and components of sparse vectors. */
  private static void checkLengths(StrictMode mode, Map<String, VectorValue> vectors) {
    vectors.forEach(
        (name, vector) -> {
          switch (vector) {
            case VectorValue.Dense _ -> {
              // Its length is the collection's.
            }
            case VectorValue.Sparse(int[] indices, _) ->
                checkLength(
                    "Sparse vector",
                    name,
                    indices.length,
                    mode.limit("sparse_config", name, "max_length"),
                    "indices");
            case VectorValue.Multi multi ->
                checkLength(
                    "Multivector",
                    name,
                    multi.rows(),
                    mode.limit("multivector_config", name, "max_vectors"),
                    "vectors");
          }
        });
  }

  private static void checkLength(
      String kind, String name, int length, @Nullable Long most, String of) {
    if (most != null && length > most) {
      throw QuiverException.badRequest(
          kind
              + " '"
              + name
              + "' has a limit of "
              + most
              + " "
              + of
              + ", but "
              + length
              + " were provided!");
    }
  }

  private static void checkIndexCount(StrictMode mode, Collection collection) {
    Long most = mode.limit("max_payload_index_count");
    if (most != null && collection.declared().byField().size() >= most) {
      throw StrictMode.refused(
          "Collection already has the maximum number of payload indices (" + most + ")",
          "Please delete an existing index before creating a new one.");
    }
  }

  /**
   * @param all vectors and points too, not payloads alone
   */
  private static void checkSizes(StrictMode mode, Collection collection, boolean all) {
    Long vectors = all ? mode.limit("max_collection_vector_size_bytes") : null;
    Long payloads = mode.limit("max_collection_payload_size_bytes");
    Long points = all ? mode.limit("max_points_count") : null;
    if (vectors == null && payloads == null && points == null) {
      return;
    }
    CollectionSize size = collection.expectedSize();
    boolean near =
        (vectors != null && size.vectorBytes() >= vectors)
            || (payloads != null && size.payloadBytes() >= payloads)
            || (points != null && size.points() >= points);
    if (!near) {
      return;
    }
    size = collection.size();
    if (vectors != null && size.vectorBytes() >= vectors) {
      throw QuiverException.badRequest(
          "Max vector storage size limit of " + megabytes(vectors) + "MB reached!");
    }
    if (payloads != null && size.payloadBytes() >= payloads) {
      throw QuiverException.badRequest(
          "Max payload storage size limit of " + megabytes(payloads) + "MB reached!");
    }
    if (points != null && size.points() >= points) {
      throw QuiverException.badRequest("Max points count limit of " + points + " reached!");
    }
  }

  private static String megabytes(long bytes) {
    float megabytes = bytes / BYTES_PER_MB;
    return megabytes == (long) megabytes
        ? Long.toString((long) megabytes)
        : new BigDecimal(Float.toString(megabytes)).toPlainString();
  }

  /** What the operations count against the rate limit: the points that they touch. */
  static long cost(List<WriteOp> operations, Collection collection) {
    long cost = 0;
    for (WriteOp operation : operations) {
      long points =
          switch (operation) {
            case WriteOp.Upsert op -> op.points().size();
            case WriteOp.UpdateVectors op -> op.points().size();
            case WriteOp.DeletePoints op -> points(op.selector(), collection);
            case WriteOp.DeleteVectors op -> points(op.selector(), collection);
            case WriteOp.SetPayload op -> points(op.selector(), collection);
            case WriteOp.OverwritePayload op -> points(op.selector(), collection);
            case WriteOp.DeletePayload op -> points(op.selector(), collection);
            case WriteOp.ClearPayload op -> points(op.selector(), collection);
            case WriteOp.CreateFieldIndex _,
                WriteOp.DeleteFieldIndex _,
                WriteOp.CreateVector _,
                WriteOp.DeleteVector _ ->
                1;
          };
      cost += Math.max(1, points);
    }
    return cost;
  }

  private static long points(PointSelector selector, Collection collection) {
    return switch (selector) {
      case PointSelector.ByIds(List<PointId> ids) -> ids.size();
      case PointSelector.ByFilter(Filter filter) -> collection.count(filter);
    };
  }
}
