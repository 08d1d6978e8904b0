package dev.quiver.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * A commit of an index whose files stay until this is closed, whatever is written meanwhile. One
 * thread at a time.
 */
final class HeldCommit implements AutoCloseable {
  /** What is to be done when nobody reads the files any more. */
  interface Release {
    void run() throws IOException;
  }

  private final Directory directory;
  private final @Nullable IndexCommit commit;
  private final long offset;
  private final Release release;

  /**
   * @param commit null when nothing was ever committed: there are no files then
   * @param offset the commit holds every operation before it
   */
  HeldCommit(Directory directory, @Nullable IndexCommit commit, long offset, Release release) {
    this.directory = directory;
    this.commit = commit;
    this.offset = offset;
    this.release = release;
  }

  long offset() {
    return offset;
  }

  /** Names and sizes in bytes, by name. */
  Map<String, Long> files() throws IOException {
    Map<String, Long> files = new TreeMap<>();
    if (commit != null) {
      for (String name : commit.getFileNames()) {
        files.put(name, directory.fileLength(name));
      }
    }
    return files;
  }

  /** Reads a file; the caller closes the stream. */
  InputStream open(String name) throws IOException {
    return new FileStream(directory.openInput(name, IOContext.READONCE));
  }

  /** The checksum in a file's last bytes, as Lucene wrote it. */
  long storedChecksum(String name) throws IOException {
    try (IndexInput in = directory.openInput(name, IOContext.READONCE)) {
      return CodecUtil.retrieveChecksum(in);
    }
  }

  @Override
  public void close() throws IOException {
    release.run();
  }

  /** A Lucene file as a stream. */
  private static final class FileStream extends InputStream {
    private final IndexInput in;

    FileStream(IndexInput in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      return in.getFilePointer() < in.length() ? in.readByte() & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = (int) Math.min(length, in.length() - in.getFilePointer());
      if (count == 0) {
        return length == 0 ? 0 : -1;
      }
      in.readBytes(target, offset, count);
      return count;
    }

    @Override
    public void close() {
      IOUtils.closeWhileHandlingException(in);
    }
  }
}
