package dev.quiver.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Sends one batch until the server has it: tries again, ever later, while the server is busy or
 * away, and halves a batch that it refuses until the bad rows stand alone. Thread-safe.
 */
final class BatchSender {
  private static final int MAX_ATTEMPTS = 9;

  /** A server whose gRPC address has never been reached is most likely somewhere else. */
  private static final int MAX_ATTEMPTS_UNMET = 4;

  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long MAX_PAUSE_MILLIS = 10_000;
  private static final long DEADLINE_SECONDS = 180;

  private final GrpcTarget target;
  private final String collection;
  private volatile boolean met;

  BatchSender(GrpcTarget target, String collection) {
    this.target = target;
    this.collection = collection;
  }

  /**
   * @param places where each point was read, for {@code refused}
   * @param wait until searches see the points
   * @param refused called with the place and the server's reason for each point that it refuses
   * @return how many points the server has taken
   */
  int send(
      List<PointStruct> points,
      List<String> places,
      boolean wait,
      BiConsumer<String, String> refused)
      throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        upsert(points, wait);
        met = true;
        return points.size();
      } catch (StatusRuntimeException e) {
        met |= !(e.getCause() instanceof IOException);
        switch (e.getStatus().getCode()) {
          case INVALID_ARGUMENT -> {
            return sendHalves(points, places, wait, refused, e.getStatus());
          }
          case UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, DEADLINE_EXCEEDED -> {
            if (attempt == (met ? MAX_ATTEMPTS : MAX_ATTEMPTS_UNMET)) {
              throw failed(e, attempt);
            }
            pause(attempt);
          }
          default -> throw failed(e, attempt);
        }
      }
    }
  }

  private void upsert(List<PointStruct> points, boolean wait) {
    var response =
        target
            .points()
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .upsert(
                UpsertPoints.newBuilder()
                    .setCollectionName(collection)
                    .addAllPoints(points)
                    .setWait(wait)
                    .build());
    assert response.hasResult() : response;
  }

  private int sendHalves(
      List<PointStruct> points,
      List<String> places,
      boolean wait,
      BiConsumer<String, String> refused,
      Status status)
      throws InterruptedException {
    if (points.size() == 1) {
      refused.accept(places.getFirst(), String.valueOf(status.getDescription()));
      return 0;
    }
    int middle = points.size() / 2;
    return send(points.subList(0, middle), places.subList(0, middle), wait, refused)
        + send(
            points.subList(middle, points.size()),
            places.subList(middle, places.size()),
            wait,
            refused);
  }

  private static void pause(int attempt) throws InterruptedException {
    long limit = Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << (attempt - 1));
    TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(limit / 2, limit + 1));
  }

  private CliException failed(StatusRuntimeException e, int attempts) {
    Status status = e.getStatus();
    if (!met) {
      return new CliException(
          ExitCode.UNREACHABLE,
          "no server answers at "
              + target.address()
              + ", where its gRPC API should be; name the address with --grpc-url or"
              + " $QUIVER_GRPC_URL",
          e);
    }
    ExitCode code =
        switch (status.getCode()) {
          case UNAVAILABLE -> ExitCode.UNREACHABLE;
          case NOT_FOUND -> ExitCode.NOT_FOUND;
          case UNAUTHENTICATED, PERMISSION_DENIED -> ExitCode.DENIED;
          default -> ExitCode.FAILED;
        };
    return new CliException(
        code,
        "the server at "
            + target.address()
            + " did not take a batch ("
            + status.getCode()
            + (status.getDescription() == null ? "" : ": " + status.getDescription())
            + (attempts > 1 ? ", tried " + attempts + " times" : "")
            + "); run the same command again to go on where it stopped",
        e);
  }
}
