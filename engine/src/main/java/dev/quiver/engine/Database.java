package dev.quiver.engine;

import dev.quiver.engine.audit.AuditLog;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.QueryRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The data API of one machine or one fleet: collections, their aliases and their points. REST and
 * gRPC stand on this interface; the local engine answers it from one data folder.
 *
 * <p>Wherever a collection is named, an alias works too, except where a collection is created,
 * updated, deleted or aliased by its own name. A missing collection is {@link ErrorCode#NOT_FOUND}
 * with the text {@code Collection `x` doesn't exist!}. All methods block, are thread-safe, and
 * throw {@link QuiverException} only.
 */
public interface Database extends AutoCloseable {

  /**
   * Creates a collection; durable on return.
   *
   * @throws QuiverException {@link ErrorCode#ALREADY_EXISTS} when the name is taken
   */
  void createCollection(String name, CollectionConfig config);

  /**
   * Replaces the configuration by a changed one; returns false when the collection does not exist.
   */
  boolean updateCollection(String name, UnaryOperator<CollectionConfig> change);

  /**
   * Moves a collection with its aliases into the trash; returns false when there was none. Durable
   * on return.
   */
  boolean deleteCollection(String name);

  /** Names in alphabetical order. */
  List<String> collections();

  boolean collectionExists(String nameOrAlias);

  CollectionInfo collectionInfo(String nameOrAlias);

  /**
   * How many points each collection has, about: of open ones now, of the others as of their last
   * commit. Cheap, opens nothing; for metrics.
   */
  Map<String, Long> approximatePoints();

  /** The configuration alone: cheap, opens nothing. */
  CollectionConfig collectionConfig(String nameOrAlias);

  /**
   * The segments of a collection that were found damaged and taken out: what they hold is missing
   * from every answer. Cheap, opens nothing.
   */
  default List<Damage> damages(String nameOrAlias) {
    return List.of();
  }

  /**
   * Starts to compare what is stored with its checksums, in the background.
   *
   * @param collection its name; null: everything
   * @param bytesPerSecond how fast it may read; 0: as fast as it can
   * @throws QuiverException {@link ErrorCode#OVERLOADED} when such a run goes on already
   */
  default Verification verify(@Nullable String collection, long bytesPerSecond) {
    throw QuiverException.notImplemented("verification");
  }

  /** The run of {@link #verify}, or of the scrubber, that was begun last; null: none was. */
  default @Nullable Verification verification() {
    return null;
  }

  /**
   * Runs the actions in order under one lock; steps before a failing one stay done, as in Qdrant.
   */
  void updateAliases(List<Alias.Action> actions);

  List<Alias> aliases();

  /**
   * Appends operations to the collection's log, and with {@code wait} also waits until they are
   * applied.
   *
   * <p>Vector names and dimensions are checked before anything is written, whatever {@code wait}
   * says. Operations of one call are logged in order, one after the other, not atomically.
   *
   * @param timeout how long to wait for applying; null: no limit but the server's
   * @return one result per operation
   */
  List<UpdateResult> write(
      String collection, List<WriteOp> operations, boolean wait, @Nullable Duration timeout);

  /**
   * Refuses a read that the collection's strict mode does not allow, and counts it against the rate
   * limit of reads. Whoever serves a read calls this first; writes are checked in {@link #write}.
   *
   * @param parts what the read asks for: the searches of a batch, the stages of a query
   * @param batch whether the parts that are not nested are searches of one batch
   * @param timeout the time that the request names; null: none
   * @throws QuiverException {@link ErrorCode#BAD_REQUEST} for what is never allowed, {@link
   *     ErrorCode#OVERLOADED} over the rate limit
   */
  void admit(String collection, List<ReadDemand> parts, boolean batch, @Nullable Duration timeout);

  /**
   * Counts more reading against the rate limit of reads, for a read that was let in and turns out
   * to need it: what a grouped query asks for after its first round.
   *
   * @param cost as {@link ReadDemand#cost}; 0 or less counts nothing
   * @throws QuiverException {@link ErrorCode#OVERLOADED} over the rate limit
   */
  void charge(String collection, long cost);

  /**
   * Ranks points; all stages of the query see the same state of the collection.
   *
   * @param request its texts have been replaced by vectors
   * @return points in rank order, ties by ascending id; scored 1 where nothing scores them. Which
   *     of several points with the score of the last place are left out is not said
   * @throws QuiverException {@link ErrorCode#BAD_REQUEST} or {@link ErrorCode#WRONG_INPUT} for a
   *     tree that cannot be run or does not fit the collection; {@link ErrorCode#NOT_FOUND} when a
   *     point that it names does not exist or has no such vector
   */
  List<ScoredPoint> query(String collection, QueryRequest request);

  /** A query for the points nearest to a vector: hits, best first. */
  default List<ScoredPoint> search(String collection, SearchRequest request) {
    return query(collection, request.query());
  }

  /** The points among {@code ids} that exist, in the order of {@code ids}. */
  List<PointRecord> retrieve(
      String collection, List<PointId> ids, PayloadSelection payload, VectorSelection vectors);

  ScrollPage scroll(String collection, ScrollRequest request);

  long count(String collection, @Nullable Filter filter, boolean exact);

  /**
   * The most frequent values of a payload path, counted exactly.
   *
   * @throws QuiverException wrong input when the path has no index that knows single values
   */
  List<FacetHit> facet(String collection, FacetRequest request);

  /**
   * What was logged, to be read.
   *
   * @param archive where logs are archived; null: nowhere
   */
  LogHistory history(@Nullable BlobStore archive);

  /** Snapshots of collections and of everything. */
  Snapshots snapshots();

  DistanceMatrix matrix(String collection, MatrixRequest request);

  /** The segments that searches see now. */
  List<SegmentSummary> segments(String collection);

  /** Merges that run, then some that ended, the latest first. */
  List<MergeReport> merges(String collection);

  /** What the collection takes on disk and in memory. */
  CollectionMemory memory(String collection);

  /** The limits of the whole process, and how close it is to them. */
  QuotaStatus quotas();

  /** Replaces the limits of the whole process; durable on return. */
  void updateQuotas(QuotaConfig config);

  /** The collections that were dropped and can still be brought back. */
  Trash trash();

  /** The store's environment, and what it protects in production. */
  Guard guard();

  /** Who changed what. */
  AuditLog auditLog();

  @Override
  void close();
}
