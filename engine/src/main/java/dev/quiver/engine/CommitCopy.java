package dev.quiver.engine;

import dev.quiver.engine.wal.AtomicFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second copy of the files without which an index's last commit cannot be read: the list of its
 * segments and each segment's description. A few hundred bytes each, they would take all points of
 * a collection with them.
 *
 * <pre>
 * commit.copy   int       number of files
 *               per file  name, content: each its length and its bytes, see {@link ByteWriter}
 *               long      CRC-32C of all bytes before
 * </pre>
 *
 * <p>It is written behind each commit, before the log is cut. Only the commit of the list's own
 * number is mended from it: an older one may lack what the log has no more. Stateless; the caller
 * keeps others from committing meanwhile.
 */
final class CommitCopy {
  static final String FILE = "commit.copy";

  private static final Logger LOG = LoggerFactory.getLogger(CommitCopy.class);

  private CommitCopy() {}

  /** Where it is, beside the folder of the index. */
  static Path of(Path index) {
    return index.resolveSibling(FILE);
  }

  /** Copies what the last commit says; what a loss of power leaves is the old copy or this one. */
  static void write(FileOps files, Path index, Directory directory) throws IOException {
    SegmentInfos commit = SegmentInfos.readLatestCommit(directory);
    List<String> names = new ArrayList<>();
    names.add(String.valueOf(commit.getSegmentsFileName()));
    for (SegmentCommitInfo segment : commit) {
      names.add(IndexFileNames.segmentFileName(segment.info.name, "", "si"));
    }
    ByteWriter writer = new ByteWriter(1024 * names.size());
    writer.writeCount(names.size());
    for (String name : names) {
      writer.writeString(name);
      writer.writeBytes(content(directory, name));
    }
    writer.writeLong(checksum(writer.toByteArray()));
    Path copy = of(index);
    files.rename(AtomicFiles.stage(files, copy, writer.toByteArray(), true), copy);
  }

  private static byte[] content(Directory directory, String name) throws IOException {
    try (IndexInput input = directory.openInput(name, IOContext.READONCE)) {
      byte[] bytes = new byte[Math.toIntExact(input.length())];
      input.readBytes(bytes, 0, bytes.length);
      return bytes;
    }
  }

  private static long checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return crc.getValue();
  }

  /**
   * The files that it holds, the list first.
   *
   * @throws QuiverException {@link ErrorCode#CORRUPT}
   */
  static Map<String, byte[]> read(FileOps files, Path index) throws IOException {
    Path file = of(index);
    byte[] bytes = AtomicFiles.read(files, file);
    int body = Math.max(0, bytes.length - Long.BYTES);
    long expected = checksum(Arrays.copyOf(bytes, body));
    byte[] tail = Arrays.copyOfRange(bytes, body, bytes.length);
    if (bytes.length < Long.BYTES || new ByteReader(tail).readLong() != expected) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          file + " is damaged: its checksum does not fit its " + bytes.length + " bytes");
    }
    ByteReader reader = new ByteReader(bytes);
    Map<String, byte[]> content = new LinkedHashMap<>();
    for (int i = reader.readCount(); i > 0; i--) {
      content.put(reader.readString(), reader.readBytes());
    }
    return content;
  }

  /**
   * Puts back what of the last commit's own files is damaged or missing.
   *
   * @return whether there was something, and it could be put back
   */
  static boolean mend(FileOps files, Path index) throws IOException {
    Map<String, byte[]> copied = usable(files, index);
    if (copied == null) {
      return false;
    }
    List<String> wanting = new ArrayList<>();
    try (Directory directory = files.directory(index)) {
      String list = SegmentInfos.getLastCommitSegmentsFileName(directory);
      if (list != null && !copied.containsKey(list)) {
        LOG.error("{} is of another commit than {}: nothing is mended from it", of(index), list);
        return false;
      }
      Set<String> present = Set.of(directory.listAll());
      for (String name : copied.keySet()) {
        if (!present.contains(name)
            || SegmentChecks.damageOf(directory, name, SegmentChecks.Progress.NONE) != null) {
          wanting.add(name);
        }
      }
    }
    // The list last: before it is there, nothing has changed.
    for (String name : wanting.reversed()) {
      Path target = index.resolve(name);
      byte[] content = Objects.requireNonNull(copied.get(name));
      files.rename(AtomicFiles.stage(files, index.resolveSibling(name), content, true), target);
      LOG.warn("{} was damaged or missing; it is put back from its copy", target);
    }
    files.syncDirectory(index);
    return !wanting.isEmpty();
  }

  private static @Nullable Map<String, byte[]> usable(FileOps files, Path index)
      throws IOException {
    if (!files.exists(of(index))) {
      return null;
    }
    try {
      return read(files, index);
    } catch (QuiverException e) {
      LOG.error("nothing can be mended from a copy that is damaged too", e);
      return null;
    }
  }
}
