package dev.quiver.cli;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.qdrant.client.grpc.PointsGrpc;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A channel to the gRPC API. Thread-safe; whoever made it closes it. */
final class GrpcTarget implements AutoCloseable {
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final long KEEPALIVE_SECONDS = 30;
  private static final long CLOSE_SECONDS = 5;

  private final URI address;
  private final ManagedChannel channel;
  private final @Nullable String apiKey;

  GrpcTarget(URI address, @Nullable String apiKey) {
    this.address = address;
    this.apiKey = apiKey;
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS);
    if (!"https".equals(address.getScheme())) {
      builder.usePlaintext();
    }
    this.channel = builder.build();
  }

  URI address() {
    return address;
  }

  PointsGrpc.PointsBlockingStub points() {
    PointsGrpc.PointsBlockingStub stub = PointsGrpc.newBlockingStub(channel);
    if (apiKey == null) {
      return stub;
    }
    Metadata headers = new Metadata();
    headers.put(API_KEY, apiKey);
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
