package dev.quiver.api;

import com.fasterxml.jackson.core.JsonFactory;
import dev.quiver.engine.Backups;
import dev.quiver.engine.Damage;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Qdrant's REST API over a {@link Database}. Every call goes the same way: request id, route, key,
 * rights, handler, answer or error, count. Handlers block on virtual threads; what computes runs on
 * the {@link SearchPool}. Thread-safe; owns nothing that it is given.
 */
public final class RestApi {
  private static final Logger LOG = LoggerFactory.getLogger(RestApi.class);
  private static final HeaderName X_REQUEST_ID = HeaderNames.create(RequestIds.HEADER);
  private static final HeaderName PARTIAL = HeaderNames.create("Quiver-Partial");
  private static final HeaderName API_KEY = HeaderNames.create("api-key");
  private static final HeaderName EXPECT = HeaderNames.create(Caller.EXPECT);
  private static final HeaderName CONFIRM = HeaderNames.create(Caller.CONFIRM);
  private static final String UNKNOWN_ENDPOINT = "unknown";

  private final Database database;
  private final Authenticator authenticator;
  private final ApiMetrics metrics;
  private final ApiLimits limits;
  private final JsonFactory json;
  private final RestRouter router = new RestRouter();
  private volatile @Nullable LogSettings log;
  private final RestBackups backups;

  /**
   * @param pool for searches; shared with gRPC
   * @param ready whether every collection is ready, for {@code /readyz}
   */
  public RestApi(
      Database database,
      Inference inference,
      SearchPool pool,
      ApiKeys keys,
      ApiMetrics metrics,
      ApiLimits limits,
      VersionInfo version,
      BooleanSupplier ready) {
    this.database = database;
    this.authenticator = new Authenticator(keys, database, pool, limits.searchTimeout());
    this.metrics = metrics;
    this.limits = limits;
    this.json = JsonIn.factory(limits);
    this.backups = new RestBackups(database);
    new RestService(database, metrics, version, pool, ready).register(router);
    new RestAdmin(database, metrics, () -> log).register(router);
    new RestCollections(database).register(router);
    new RestReports(database).register(router);
    ResultBudget budget = ResultBudget.ofRest(database);
    new RestPoints(database, inference, pool, budget).register(router);
    new RestSearch(database, inference, pool, budget, metrics.issues()).register(router);
    new RestGroups(database, inference, pool, budget, metrics.issues()).register(router);
    new RestAggregates(database, pool).register(router);
    new RestVerification(database).register(router);
    new RestGuard(database).register(router);
    new RestSnapshots(database).register(router);
    backups.register(router);
    RestMissing.register(router);
    metrics.addSource(new DatabaseMetrics(database, version));
  }

  /**
   * Sets up a listener for this API, apart from its address: encodings, limits on connections, and
   * the form of the errors that the HTTP server answers by itself. Call it beside {@link #routing}.
   */
  public void configure(ListenerConfig.BuilderBase<?, ?> listener, RestSettings settings) {
    RestListener.configure(listener, settings);
  }

  /** Lets {@code /logger} read and change how much is logged. */
  public void logSettings(LogSettings settings) {
    log = settings;
  }

  /** Gives the API the backups that it is to serve; without them it says that there are none. */
  public void serve(Backups value) {
    backups.backups(value);
  }

  /** Adds all of the API to a server's routing. It answers every path that is left to it. */
  public void routing(HttpRouting.Builder routing) {
    routing.any(this::handle);
  }

  /** Every route, as {@code PUT /collections/{collection_name}}. */
  List<String> endpoints() {
    return router.endpoints();
  }

  private void handle(ServerRequest request, ServerResponse response) {
    long startNanos = System.nanoTime();
    String requestId = RequestIds.of(request.headers().first(X_REQUEST_ID).orElse(null));
    response.header(X_REQUEST_ID, requestId);
    MDC.put(RequestIds.MDC_KEY, requestId);
    String endpoint = UNKNOWN_ENDPOINT;
    RestExchange exchange =
        exchange(
            request, response, Map.of(), caller(request, Identity.UNKNOWN, requestId), startNanos);
    try {
      String method = request.prologue().method().text();
      RestRouter.Match match = router.find(method, request.path().rawPath());
      endpoint = match == null ? UNKNOWN_ENDPOINT : match.endpoint();
      Caller caller = authorize(request, match, requestId);
      if (match == null) {
        throw QuiverException.notFound(
            method + " " + Shape.abbreviate(request.path().rawPath()) + " is no route of this API");
      }
      exchange = exchange(request, response, match.parameters(), caller, startNanos);
      RestExchange answered = exchange;
      exchange.beforeSending(() -> sayIfPartial(answered, response));
      match.handler().handle(exchange);
    } catch (QuiverException e) {
      switch (e.code()) {
        case NOT_IMPLEMENTED -> {}
        // Said again with every write, as long as it lasts.
        case INSUFFICIENT_STORAGE -> LOG.warn("{} refused: {}", endpoint, e.getMessage());
        default -> {
          if (e.code().httpStatus() >= 500) {
            LOG.error("{} failed: {}", endpoint, e.getMessage(), e);
          }
        }
      }
      exchange.error(e);
    } catch (RestAborted e) {
      LOG.debug("{} was aborted by the caller", endpoint, e);
      throw new CloseConnectionException("the caller ended the connection within a body", e);
    } catch (CloseConnectionException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("{} failed", endpoint, e);
      if (response.isSent()) {
        throw e;
      }
      exchange.error(
          new QuiverException(
              ErrorCode.INTERNAL, "unexpected " + e.getClass().getSimpleName() + "; see the log"));
    } finally {
      long nanos = System.nanoTime() - startNanos;
      String collection = exchange.existing(database);
      metrics.countRest(endpoint, exchange.status(), nanos, collection);
      if (collection != null) {
        metrics.slowRequests().observe(collection, endpoint, nanos, exchange::keptBody);
      }
      MDC.remove(RequestIds.MDC_KEY);
    }
  }

  /** Whoever asks a collection that lacks segments hears it with every answer. */
  private void sayIfPartial(RestExchange exchange, ServerResponse response) {
    String collection = exchange.existing(database);
    if (collection != null) {
      List<Damage> damages = database.damages(collection);
      if (!damages.isEmpty()) {
        response.header(PARTIAL, CollectionInfos.partial(damages));
      }
    }
  }

  private RestExchange exchange(
      ServerRequest request,
      ServerResponse response,
      Map<String, String> pathParameters,
      Caller caller,
      long startNanos) {
    return new RestExchange(request, response, pathParameters, caller, limits, json, startNanos);
  }

  /** Who the caller is, once it is clear that it may make this call of this store. */
  private Caller authorize(
      ServerRequest request, RestRouter.@Nullable Match match, String requestId) {
    Right right = match == null ? Right.ANY : Rights.ofRest(match.endpoint());
    Identity identity =
        right == Right.OPEN
            ? Identity.UNKNOWN
            : authenticator.authenticate(
                request.headers().first(API_KEY).orElse(null),
                request.headers().first(HeaderNames.AUTHORIZATION).orElse(null));
    Caller caller = caller(request, identity, requestId);
    database.guard().expect(request.headers().first(EXPECT).orElse(null));
    if (right == Right.OPEN) {
      return caller;
    }
    if (right.isOfCollection() && match != null) {
      caller.access().require(right, match.parameters().getOrDefault("collection_name", ""));
    } else {
      caller.access().require(right);
    }
    return caller;
  }

  private static Caller caller(ServerRequest request, Identity identity, String requestId) {
    return new Caller(
        identity,
        "rest",
        request.remotePeer().host(),
        requestId,
        request.headers().first(CONFIRM).orElse(null));
  }
}
