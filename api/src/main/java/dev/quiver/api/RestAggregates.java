package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.DistanceMatrix;
import dev.quiver.engine.FacetHit;
import dev.quiver.engine.FacetRequest;
import dev.quiver.engine.MatrixRequest;
import dev.quiver.engine.ReadDemand;
import dev.quiver.engine.filter.Filter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is computed over many points: facets and the distance matrix. */
final class RestAggregates {
  private static final String COLLECTION = "/collections/{collection_name}";

  private final Database database;
  private final SearchPool pool;

  RestAggregates(Database database, SearchPool pool) {
    this.database = database;
    this.pool = pool;
  }

  void register(RestRouter router) {
    router
        .add("POST", COLLECTION + "/facet", this::facet)
        .add("POST", COLLECTION + "/points/search/matrix/pairs", matrix(RestOut::matrixPairs))
        .add("POST", COLLECTION + "/points/search/matrix/offsets", matrix(RestOut::matrixOffsets));
  }

  private void facet(RestExchange exchange) {
    String collection = exchange.collection();
    Duration timeout = exchange.readTimeout();
    FacetRequest request = exchange.body(in -> facet(in, exchange.limits()));
    ReadDemand demand = ReadDemand.facet(request.limit(), request.filter());
    database.admit(collection, List.of(demand), false, exchange.namedTimeout());
    List<FacetHit> hits =
        exchange.search(pool, "Facet", timeout, () -> database.facet(collection, request));
    exchange.ok(out -> out.facet(hits));
  }

  @FunctionalInterface
  private interface MatrixWriter {
    void write(RestOut out, DistanceMatrix matrix) throws IOException;
  }

  private RestRouter.Handler matrix(MatrixWriter writer) {
    return exchange -> {
      String collection = exchange.collection();
      Duration timeout = exchange.readTimeout();
      MatrixRequest request = exchange.body(in -> matrix(in, exchange.limits()));
      ReadDemand demand =
          ReadDemand.matrix(request.sample(), request.limit(), request.filter(), request.using());
      database.admit(collection, List.of(demand), false, exchange.namedTimeout());
      DistanceMatrix matrix =
          exchange.search(
              pool, "SearchMatrix", timeout, () -> database.matrix(collection, request));
      exchange.ok(out -> writer.write(out, matrix));
    };
  }

  private static final class Body {
    private @Nullable String key;
    private @Nullable Filter filter;
    private String using = "";
    private int limit;
    private int sample = ApiLimits.DEFAULT_MATRIX_SAMPLE;

    Body(int limit) {
      this.limit = limit;
    }

    boolean shared(JsonIn in, String name) throws IOException {
      switch (name) {
        case "filter" -> filter = RestParts.optionalFilter(in);
        case "shard_key" -> ShardKeys.refuseRead(in);
        default -> {
          return false;
        }
      }
      return true;
    }
  }

  /** FacetRequest; counts are exact in any case. */
  private static FacetRequest facet(JsonIn in, ApiLimits limits) throws IOException {
    Body body = new Body(ApiLimits.DEFAULT_FACET_LIMIT);
    in.object(
        "FacetRequest",
        name -> {
          switch (name) {
            case "key" -> body.key = RestParts.payloadPath(in);
            case "limit" -> {
              if (!in.isNull()) {
                body.limit = RestParts.bounded(in, "facet_request.limit", limits.resultsMax());
              }
            }
            case "exact" -> {
              if (!in.isNull()) {
                in.bool();
              }
            }
            default -> {
              return body.shared(in, name);
            }
          }
          return true;
        });
    if (body.key == null) {
      throw in.missing("key");
    }
    return new FacetRequest(body.key, body.filter, body.limit);
  }

  /** SearchMatrixRequest. */
  private static MatrixRequest matrix(JsonIn in, ApiLimits limits) throws IOException {
    Body body = new Body(ApiLimits.DEFAULT_MATRIX_LIMIT);
    in.object(
        "SearchMatrixRequest",
        name -> {
          switch (name) {
            case "using" -> body.using = in.isNull() ? "" : in.string();
            case "sample" -> {
              if (!in.isNull()) {
                body.sample = sample(in);
              }
            }
            case "limit" -> {
              if (!in.isNull()) {
                body.limit = RestParts.bounded(in, "search_request.limit", limits.resultsMax());
              }
            }
            default -> {
              return body.shared(in, name);
            }
          }
          return true;
        });
    if ((long) body.sample * body.limit > limits.resultsMax()) {
      in.invalid(
          "search_request.limit",
          "sample * limit is "
              + (long) body.sample * body.limit
              + ", must be "
              + limits.resultsMax()
              + " or smaller");
    }
    return new MatrixRequest(body.using, body.filter, body.sample, body.limit);
  }

  private static int sample(JsonIn in) throws IOException {
    long value = in.unsigned("usize");
    if (value < 2) {
      in.invalid("search_request.sample", "value " + value + " invalid, must be 2 or larger");
    } else if (value > ApiLimits.MATRIX_SAMPLE_MAX) {
      in.invalid(
          "search_request.sample",
          "value " + value + " invalid, must be from 2 to " + ApiLimits.MATRIX_SAMPLE_MAX);
    } else {
      return (int) value;
    }
    return ApiLimits.DEFAULT_MATRIX_SAMPLE;
  }
}
