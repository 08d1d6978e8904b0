package dev.quiver.bench;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.vectors;

import dev.quiver.index.Distance;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CollectionStatus;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.SearchParams;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the benchmarks ask of a server, through the published Java client over one gRPC connection.
 * Closed by its owner.
 */
final class Remote implements AutoCloseable {
  private static final Duration CALL_LIMIT = Duration.ofMinutes(2);

  private final ManagedChannel channel;
  private final QdrantClient client;

  Remote(int grpcPort) {
    this.channel =
        Grpc.newChannelBuilder("127.0.0.1:" + grpcPort, InsecureChannelCredentials.create())
            .build();
    this.client =
        new QdrantClient(
            QdrantGrpcClient.newBuilder(channel, false, false).withTimeout(CALL_LIMIT).build());
  }

  void create(String name, int dimension, Distance distance)
      throws ExecutionException, InterruptedException {
    io.qdrant.client.grpc.Collections.Distance wire =
        switch (distance) {
          case COSINE -> io.qdrant.client.grpc.Collections.Distance.Cosine;
          case DOT -> io.qdrant.client.grpc.Collections.Distance.Dot;
          case EUCLIDEAN -> io.qdrant.client.grpc.Collections.Distance.Euclid;
          case MANHATTAN -> io.qdrant.client.grpc.Collections.Distance.Manhattan;
        };
    client
        .createCollectionAsync(
            name, VectorParams.newBuilder().setSize(dimension).setDistance(wire).build())
        .get();
  }

  /**
   * Upserts all rows in batches, one after the other, with the row's number as id.
   *
   * @return seconds
   */
  double load(
      String name,
      float[][] rows,
      int batchSize,
      boolean waitForEach,
      @Nullable IntFunction<java.util.Map<String, Long>> payload)
      throws ExecutionException, InterruptedException {
    long started = System.nanoTime();
    for (int from = 0; from < rows.length; from += batchSize) {
      int to = Math.min(rows.length, from + batchSize);
      List<PointStruct> points = new ArrayList<>(to - from);
      for (int row = from; row < to; row++) {
        PointStruct.Builder point =
            PointStruct.newBuilder().setId(id(row)).setVectors(vectors(rows[row]));
        if (payload != null) {
          payload.apply(row).forEach((key, number) -> point.putPayload(key, value(number)));
        }
        points.add(point.build());
      }
      boolean last = to == rows.length;
      client
          .upsertAsync(
              UpsertPoints.newBuilder()
                  .setCollectionName(name)
                  .setWait(waitForEach || last)
                  .addAllPoints(points)
                  .build())
          .get();
    }
    return (System.nanoTime() - started) / 1e9;
  }

  /** Waits until the collection is green: everything applied, no merge running. */
  double awaitGreen(String name, Duration limit) throws ExecutionException, InterruptedException {
    long started = System.nanoTime();
    int quiet = 0;
    while (System.nanoTime() - started < limit.toNanos()) {
      quiet = info(name).getStatus() == CollectionStatus.Green ? quiet + 1 : 0;
      if (quiet == 5) {
        return (System.nanoTime() - started) / 1e9;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IllegalStateException(name + " was not green within " + limit);
  }

  CollectionInfo info(String name) throws ExecutionException, InterruptedException {
    return client.getCollectionInfoAsync(name).get();
  }

  int[] search(String name, float[] query, int limit, int ef, @Nullable Filter filter)
      throws ExecutionException, InterruptedException {
    List<Float> values = new ArrayList<>(query.length);
    for (float component : query) {
      values.add(component);
    }
    QueryPoints.Builder request =
        QueryPoints.newBuilder()
            .setCollectionName(name)
            .setQuery(io.qdrant.client.QueryFactory.nearest(values))
            .setLimit(limit);
    if (ef > 0) {
      request.setParams(SearchParams.newBuilder().setHnswEf(ef));
    }
    if (filter != null) {
      request.setFilter(filter);
    }
    List<ScoredPoint> hits = client.queryAsync(request.build()).get();
    int[] rows = new int[hits.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (int) hits.get(i).getId().getNum();
    }
    return rows;
  }

  @Override
  public void close() {
    client.close();
    channel.shutdownNow();
  }
}
