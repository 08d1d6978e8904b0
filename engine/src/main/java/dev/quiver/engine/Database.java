package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
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

  /** Removes a collection and its aliases; returns false when there was none. */
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

  /** Hits, best first; ties by ascending id. */
  List<ScoredPoint> search(String collection, SearchRequest request);

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

  DistanceMatrix matrix(String collection, MatrixRequest request);

  @Override
  void close();
}
