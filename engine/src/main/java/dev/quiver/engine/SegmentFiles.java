package dev.quiver.engine;

import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;

/** Looks at the files of a view's segments. Bounded by their number; reads none of them. */
final class SegmentFiles {
  /** Pages are asked for in pieces: what is cached is known to the piece. */
  private static final long PIECE = 1 << 20;

  private final IndexReader reader;
  private final VectorFields fields;

  SegmentFiles(IndexReader reader, VectorFields fields) {
    this.reader = reader;
    this.fields = fields;
  }

  List<SegmentSummary> summaries() throws IOException {
    List<SegmentSummary> summaries = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      long vectors = 0;
      long indexed = 0;
      long vectorBytes = 0;
      for (String name : fields.byName().keySet()) {
        SegmentVectors own = SegmentVectors.of(context.reader(), fields.field(name));
        if (own != null) {
          vectors += own.size();
          indexed += own.hasGraph() ? own.size() : 0;
          vectorBytes += (long) own.size() * CollectionSize.bytesOf(fields.own(name));
        }
      }
      long disk = 0;
      UUID id = new UUID(0, context.ord);
      if (context.reader() instanceof SegmentReader segment) {
        id = id(segment.getSegmentInfo());
        for (Path file : files(segment)) {
          disk += length(file);
        }
      }
      summaries.add(
          new SegmentSummary(
              id,
              context.reader().numDocs(),
              context.reader().numDeletedDocs(),
              vectors,
              indexed,
              vectorBytes,
              disk));
    }
    return summaries;
  }

  /** The same as long as the segment lives. */
  static UUID id(SegmentCommitInfo info) {
    ByteBuffer bytes = ByteBuffer.wrap(info.info.getId());
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  private static List<Path> files(SegmentReader segment) throws IOException {
    List<Path> files = new ArrayList<>();
    if (FilterDirectory.unwrap(segment.directory()) instanceof FSDirectory directory) {
      for (String name : segment.getSegmentInfo().files()) {
        files.add(directory.getDirectory().resolve(name));
      }
    }
    return files;
  }

  private static long length(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      // A merge replaced the segment; the view keeps only what is mapped.
      return 0;
    }
  }

  private enum Part {
    VECTORS,
    GRAPHS,
    PAYLOAD,
    PAYLOAD_INDEX,
    OTHER
  }

  /** By Lucene's and the codec's extensions. */
  private static Part partOf(String file) {
    return switch (file.substring(file.lastIndexOf('.') + 1)) {
      case "vec" -> Part.VECTORS;
      case "vex", "qvm" -> Part.GRAPHS;
      case "dvd", "dvm", "cfs" -> Part.PAYLOAD;
      case "tim", "tip", "tmd", "doc", "pos", "pay", "psm", "kdd", "kdi", "kdm" ->
          Part.PAYLOAD_INDEX;
      default -> Part.OTHER;
    };
  }

  CollectionMemory memory(long bufferBytes) throws IOException {
    Map<Part, CollectionMemory.Usage> usage = new HashMap<>();
    for (LeafReaderContext context : reader.leaves()) {
      if (context.reader() instanceof SegmentReader segment) {
        for (Path file : files(segment)) {
          usage.merge(
              partOf(String.valueOf(file.getFileName())),
              usage(file),
              CollectionMemory.Usage::plus);
        }
      }
    }
    return new CollectionMemory(
        shares(of(usage, Part.VECTORS)),
        shares(of(usage, Part.GRAPHS)),
        of(usage, Part.PAYLOAD),
        of(usage, Part.PAYLOAD_INDEX),
        of(usage, Part.OTHER),
        bufferBytes);
  }

  private static CollectionMemory.Usage of(Map<Part, CollectionMemory.Usage> usage, Part part) {
    return usage.getOrDefault(part, CollectionMemory.Usage.NONE);
  }

  /** All names' vectors are in one file of a segment: each has its share by its bytes. */
  private Map<String, CollectionMemory.Usage> shares(CollectionMemory.Usage all)
      throws IOException {
    Map<String, Long> bytes = new LinkedHashMap<>();
    long sum = 0;
    for (String name : fields.byName().keySet()) {
      long own = 0;
      for (LeafReaderContext context : reader.leaves()) {
        SegmentVectors vectors = SegmentVectors.of(context.reader(), fields.field(name));
        own +=
            vectors == null ? 0 : (long) vectors.size() * CollectionSize.bytesOf(fields.own(name));
      }
      bytes.put(name, own);
      sum += own;
    }
    Map<String, CollectionMemory.Usage> shares = new LinkedHashMap<>();
    for (Map.Entry<String, Long> entry : bytes.entrySet()) {
      shares.put(entry.getKey(), all.share(sum == 0 ? 0 : (double) entry.getValue() / sum));
    }
    return shares;
  }

  private static CollectionMemory.Usage usage(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        // Confined memory, once looked at, makes searches slower: see SharedMappings.
        Arena arena = Arena.ofShared()) {
      long length = channel.size();
      if (length == 0) {
        return CollectionMemory.Usage.NONE;
      }
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, length, arena);
      long cached = 0;
      for (long at = 0; at < length; at += PIECE) {
        long piece = Math.min(PIECE, length - at);
        cached += mapped.asSlice(at, piece).isLoaded() ? piece : 0;
      }
      return new CollectionMemory.Usage(length, cached);
    } catch (NoSuchFileException e) {
      return CollectionMemory.Usage.NONE;
    }
  }
}
