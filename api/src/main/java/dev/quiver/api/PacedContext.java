package dev.quiver.api;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** A connection's streams, which tell a {@link Pace} when they wait for the peer. */
final class PacedContext implements ConnectionContext {
  /** Large answers are written in parts of this size, so that a part's time tells the speed. */
  private static final int PART_BYTES = 64 << 10;

  private final ConnectionContext delegate;
  private final DataReader reader;
  private final DataWriter writer;

  PacedContext(ConnectionContext delegate, Pace pace) {
    this.delegate = delegate;
    this.reader = DataReader.create(() -> receive(delegate.dataReader(), pace));
    this.writer = new Writer(delegate.dataWriter(), pace);
  }

  private static byte[] receive(DataReader from, Pace pace) {
    int bytes = 0;
    pace.receiveBegins();
    try {
      from.ensureAvailable();
      bytes = from.available();
      return from.readBytes(bytes);
    } finally {
      pace.receiveEnds(bytes);
    }
  }

  private record Writer(DataWriter to, Pace pace) implements DataWriter {
    @Override
    public void write(BufferData... buffers) {
      for (BufferData buffer : buffers) {
        write(buffer);
      }
    }

    @Override
    public void write(BufferData buffer) {
      pace.sendBegins();
      try {
        while (buffer.available() > PART_BYTES) {
          byte[] part = new byte[PART_BYTES];
          int length = buffer.read(part, 0, PART_BYTES);
          to.write(BufferData.create(part, 0, length));
          pace.sendBegins();
        }
        to.write(buffer);
      } finally {
        pace.sendEnds();
      }
    }

    @Override
    public void writeNow(BufferData... buffers) {
      write(buffers);
      flush();
    }

    @Override
    public void writeNow(BufferData buffer) {
      write(buffer);
      flush();
    }

    @Override
    public void flush() {
      pace.sendBegins();
      try {
        to.flush();
      } finally {
        pace.sendEnds();
      }
    }

    @Override
    public void close() {
      to.close();
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public ListenerContext listenerContext() {
    return delegate.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return delegate.executor();
  }

  @Override
  public Router router() {
    return delegate.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return delegate.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return delegate.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return delegate.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return delegate.localPeer();
  }

  @Override
  public boolean isSecure() {
    return delegate.isSecure();
  }

  @Override
  public String socketId() {
    return delegate.socketId();
  }

  @Override
  public String childSocketId() {
    return delegate.childSocketId();
  }
}
