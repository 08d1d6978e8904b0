package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterSize;
import dev.quiver.engine.filter.IndexNeeds;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The limits that a collection's owner set on what one request may ask of it: {@code
 * strict_mode_config} while it is enabled. An absent limit is none. Immutable and thread-safe.
 */
final class StrictMode {
  private final JsonNode limits;
  private final CollectionConfig config;

  private StrictMode(JsonNode limits, CollectionConfig config) {
    this.limits = limits;
    this.config = config;
  }

  /** Null while strict mode is off. */
  static @Nullable StrictMode of(CollectionConfig config) {
    JsonNode limits = config.document().path("strict_mode_config");
    return limits.path("enabled").asBoolean() ? new StrictMode(limits, config) : null;
  }

  /** The limit of that name; null when there is none. */
  @Nullable Long limit(String name) {
    JsonNode value = limits.path(name);
    return value.isNumber() ? value.longValue() : null;
  }

  /** The limit of one vector; null when there is none. */
  @Nullable Long limit(String kind, String vector, String name) {
    JsonNode value = limits.path(kind).path(vector).path(name);
    return value.isNumber() ? value.longValue() : null;
  }

  private boolean forbids(String name) {
    JsonNode value = limits.path(name);
    return value.isBoolean() && !value.booleanValue();
  }

  // Reads.

  /**
   * @param indexes the collection's declared indexes; asked for only when they matter
   * @param batch whether the parts that are not nested are searches of one batch
   * @param timeout the time that the request names; null: none
   */
  void check(
      List<ReadDemand> parts,
      boolean batch,
      @Nullable Duration timeout,
      Supplier<Declared> indexes) {
    if (batch) {
      long searches = parts.stream().filter(part -> !part.nested()).count();
      checkAtMost("search batch size", searches, "search_max_batchsize");
    }
    for (ReadDemand part : parts) {
      checkFullScan(part, indexes);
      checkFields(part, indexes);
      if (part.limit() != null) {
        checkAtMost("limit", part.limit(), "max_query_limit");
      }
      check(part.filter(), "unindexed_filtering_retrieve", indexes);
      if (part.params().exact() && forbids("search_allow_exact")) {
        throw refused("Exact search disabled!", "Set exact=false.");
      }
      checkParams(part.params());
    }
    checkTimeout(timeout);
  }

  /** Fields that points are scored or grouped by, which may have to be indexed as filters' are. */
  private void checkFields(ReadDemand part, Supplier<Declared> indexes) {
    if (!forbids("unindexed_filtering_retrieve")) {
      return;
    }
    if (part.formula() != null) {
      refuseMissing(
          new IndexNeeds(indexes.get().indexes()).missing(part.formula()),
          "use a different formula expression");
    }
    String groupBy = part.groupBy();
    if (groupBy != null) {
      PayloadIndex index = indexes.get().indexes().get(groupBy);
      if (index == null || !IndexNeeds.knowsSingleValues(index)) {
        throw refused(
            index == null
                ? "Index required but not found for \"" + groupBy + "\""
                : "Index of type \"" + debugName(index) + "\" found for \"" + groupBy + "\"",
            "Create an index supporting `match` for this key.");
      }
    }
  }

  private static String debugName(PayloadIndex index) {
    String name = index.type().wireName();
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  private static void refuseMissing(IndexNeeds.@Nullable Missing missing, String otherwise) {
    if (missing != null) {
      throw refused(
          "Index required but not found for \""
              + missing.field()
              + "\" of one of the following types: ["
              + String.join(", ", missing.indexes())
              + "]",
          "Create an index for this key or " + otherwise + ".");
    }
  }

  private void checkParams(SearchParams params) {
    Double oversampling = params.oversampling();
    JsonNode most = limits.path("search_max_oversampling");
    if (oversampling != null && most.isNumber() && oversampling > most.doubleValue()) {
      throw exceeded("oversampling", text(oversampling), text(most.doubleValue()));
    }
    Integer hnswEf = params.hnswEf();
    if (hnswEf != null) {
      checkAtMost("hnsw_ef", hnswEf, "search_max_hnsw_ef");
    }
  }

  /** A vector without a graph is compared with every point, whatever the request says. */
  private void checkFullScan(ReadDemand part, Supplier<Declared> indexes) {
    String using = part.using();
    VectorParams vector = using == null ? null : config.vectors().get(using);
    if (vector == null
        || vector.kind() == VectorParams.Kind.SPARSE
        || vector.m() > 0
        || !forbids("search_allow_exact")) {
      return;
    }
    String on = using == null || using.isEmpty() ? "" : " on '" + using + "'";
    if (!namesTenant(part.filter(), indexes)) {
      throw refused(
          "Request is forbidden"
              + on
              + " because global vector indexing is disabled (hnsw_config.m = 0)",
          "Use tenant-specific filter, enable global vector indexing or enable strict mode"
              + " `search_allow_exact` option");
    }
    JsonNode document = config.document();
    JsonNode declared = document.path("params").path("vectors");
    JsonNode own = declared.has("size") ? declared : declared.path(String.valueOf(using));
    JsonNode payloadM = own.path("hnsw_config").path("payload_m");
    payloadM = payloadM.isNumber() ? payloadM : document.path("hnsw_config").path("payload_m");
    if (payloadM.asInt(0) == 0) {
      throw refused(
          "Request is forbidden"
              + on
              + " because vector indexing is disabled (hnsw_config.m = 0 and"
              + " hnsw_config.payload_m = 0)",
          "Enable vector indexing, use a prefetch query with indexed vectors or enable strict mode"
              + " `search_allow_exact` option");
    }
  }

  private static boolean namesTenant(@Nullable Filter filter, Supplier<Declared> indexes) {
    if (filter == null) {
      return false;
    }
    for (PayloadIndex index : indexes.get().byField().values()) {
      boolean tenant = index.params() != null && index.params().path("is_tenant").asBoolean();
      if (tenant && FilterSize.names(filter, index.field())) {
        return true;
      }
    }
    return false;
  }

  /** Checks a filter's fields and its size. */
  void check(@Nullable Filter filter, String unindexed, Supplier<Declared> indexes) {
    if (filter == null) {
      return;
    }
    if (forbids(unindexed)) {
      refuseMissing(
          new IndexNeeds(indexes.get().indexes()).missing(filter), "use a different filter");
    }
    checkSize(
        "Filter condition limit",
        FilterSize.conditions(filter),
        "filter_max_conditions",
        "Reduce the amount of conditions of your filter.");
    checkSize(
        "Condition size limit",
        FilterSize.largestCondition(filter),
        "condition_max_size",
        "Reduce the size of your condition.");
  }

  private void checkSize(String what, int size, String limitName, String help) {
    Long most = limit(limitName);
    if (most != null && size > most) {
      throw refused(what + " reached (" + size + " > " + most + ")", help);
    }
  }

  /**
   * @param timeout the time that the request names; null: none
   */
  void checkTimeout(@Nullable Duration timeout) {
    if (timeout != null) {
      checkAtMost("timeout", timeout.toSeconds(), "max_timeout");
    }
  }

  // Texts, as Qdrant has them.

  void checkAtMost(String what, long value, String limitName) {
    Long most = limit(limitName);
    if (most != null && value > most) {
      throw exceeded(what, Long.toString(value), Long.toString(most));
    }
  }

  private static QuiverException exceeded(String what, String value, String most) {
    return refused(
        "Limit exceeded " + value + " > " + most + " for \"" + what + "\"",
        "Reduce the \"" + what + "\" parameter to or below " + most + ".");
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  static QuiverException refused(String problem, String help) {
    return QuiverException.badRequest(problem + ". Help: " + help);
  }
}
