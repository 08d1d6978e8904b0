package dev.quiver.testkit;

import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.FilterFileOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.jspecify.annotations.Nullable;

/** A disk that makes the engine behave as if something had been left out of it. */
class FlawedFiles extends FilterFileOps {
  private FlawedFiles(FileOps disk) {
    super(disk);
  }

  /** Gives every record of a log the checksum that its bytes have. */
  static final class UncheckedLogs extends FlawedFiles {
    private static final int SEGMENT_HEADER_BYTES = 20;
    private static final int HEADER_BYTES = 28;

    UncheckedLogs(FileOps disk) {
      super(disk);
    }

    @Override
    public Reader read(Path file) throws IOException {
      Reader reader = super.read(file);
      if (!file.toString().endsWith(".wal")) {
        return reader;
      }
      byte[] bytes = new byte[(int) reader.size()];
      int length = reader.read(0, bytes, 0, bytes.length);
      mend(ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN));
      return new Reader() {
        @Override
        public long size() {
          return length;
        }

        @Override
        public int read(long position, byte[] target, int offset, int count) {
          int available = (int) Math.max(0, Math.min(count, length - position));
          System.arraycopy(bytes, (int) position, target, offset, available);
          return available;
        }

        @Override
        public void close() throws IOException {
          reader.close();
        }
      };
    }

    private static void mend(ByteBuffer log) {
      int at = SEGMENT_HEADER_BYTES;
      while (at + HEADER_BYTES <= log.limit()) {
        int length = log.getInt(at);
        boolean reserved = length == 0 && log.getLong(at + 20) == 0;
        if (reserved || length < 0 || length > log.limit() - at - HEADER_BYTES) {
          return;
        }
        CRC32C crc = new CRC32C();
        crc.update(log.array(), log.arrayOffset() + at + 8, HEADER_BYTES - 8 + length);
        log.putInt(at + 4, (int) crc.getValue());
        at += HEADER_BYTES + length;
      }
    }
  }

  /** Gives a snapshot's checksum its name last, when the folder was synced. */
  static final class LateChecksums extends FlawedFiles {
    private @Nullable Path checksum;
    private boolean due;

    LateChecksums(FileOps disk) {
      super(disk);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      if (to.toString().endsWith(".checksum")) {
        checksum = from;
        return;
      }
      super.rename(from, to);
      due = to.toString().endsWith(".snapshot");
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      super.syncDirectory(directory);
      Path late = checksum;
      if (due && late != null) {
        due = false;
        String name = late.getFileName().toString();
        super.rename(late, late.resolveSibling(name.substring(0, name.length() - ".tmp".length())));
      }
    }
  }

  /** Syncs an index's files only when the commit after the one that names them begins. */
  static final class EarlyCommits extends FlawedFiles {
    EarlyCommits(FileOps disk) {
      super(disk);
    }

    @Override
    public Directory directory(Path folder) throws IOException {
      return new FilterDirectory(super.directory(folder)) {
        private final List<String> later = new ArrayList<>();

        @Override
        public void sync(Collection<String> names) throws IOException {
          if (names.stream().anyMatch(name -> name.startsWith("pending_segments"))) {
            super.sync(names);
            return;
          }
          later.retainAll(List.of(listAll()));
          super.sync(later);
          later.clear();
          later.addAll(names);
        }
      };
    }
  }
}
