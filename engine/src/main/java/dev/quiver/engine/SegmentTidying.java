package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterCodecReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.ParallelLeafReader;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * What every merge does to the segments that it takes besides merging them: it leaves out vectors
 * that were dropped, and adds the tokens of text indexes that were declared after the documents had
 * been written. Points stay what they are, and so do vectors and their graphs: a segment that is
 * merged alone is copied.
 */
final class SegmentTidying {
  private final Supplier<Declared> declared;
  private final FileOps files;
  private final Path scratchFolder;
  private final AtomicLong scratchNumber = new AtomicLong();

  /**
   * @param scratchFolder for what a merge writes meanwhile; what an earlier process left there is
   *     deleted
   */
  SegmentTidying(Supplier<Declared> declared, FileOps files, Path scratchFolder)
      throws IOException {
    this.declared = declared;
    this.files = files;
    this.scratchFolder = scratchFolder;
    files.deleteTree(scratchFolder);
  }

  /** The same merge, which also tidies. */
  MergePolicy.OneMerge tidying(MergePolicy.OneMerge merge) {
    return new TidyingMerge(merge.segments);
  }

  private Path newScratch() {
    return scratchFolder.resolve(Long.toString(scratchNumber.incrementAndGet()));
  }

  /** Whether a segment has something to leave out or to add. */
  static boolean isStale(LeafReaderContext context, Declared declared) throws IOException {
    return hasDroppedVectors(context.reader(), declared) || lacksTokens(context, declared);
  }

  private static boolean hasDroppedVectors(LeafReader leaf, Declared declared) {
    Set<String> fields = declared.vectors().fields();
    for (FieldInfo field : leaf.getFieldInfos()) {
      if (isDropped(field, fields)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDropped(FieldInfo field, Set<String> fields) {
    return Fields.isVector(field.name) && !fields.contains(field.name);
  }

  private static boolean lacksTokens(LeafReaderContext context, Declared declared)
      throws IOException {
    Query untokenised = declared.compiler().untokenised();
    return untokenised != null && new IndexSearcher(context.reader()).count(untokenised) > 0;
  }

  /** Whether a merge of this class's making is done; Lucene tells only the merge itself. */
  static boolean succeeded(MergePolicy.OneMerge merge) {
    return merge instanceof TidyingMerge tidying && tidying.done;
  }

  private final class TidyingMerge extends MergePolicy.OneMerge {
    private final List<TokenIndex> scratches = new ArrayList<>();
    private volatile boolean done;

    TidyingMerge(List<SegmentCommitInfo> segments) {
      super(segments);
    }

    @Override
    public CodecReader wrapForMerge(CodecReader reader) throws IOException {
      Declared now = declared.get();
      CodecReader tidied = reader;
      if (hasDroppedVectors(reader, now)) {
        Set<String> fields = now.vectors().fields();
        tidied = new WithoutFields(tidied, field -> isDropped(field, fields));
      }
      if (lacksTokens(reader.getContext(), now)) {
        TokenIndex tokens = tokens(reader, now);
        scratches.add(tokens);
        tidied = withTokens(tidied, tokens);
      }
      return tidied;
    }

    private TokenIndex tokens(CodecReader reader, Declared now) throws IOException {
      try {
        return TokenIndex.of(reader, now.indexer(), files, newScratch());
      } catch (IOException e) {
        if (!DiskSpace.isFull(e)) {
          throw e;
        }
        MergePolicy.MergeAbortedException aborted =
            new MergePolicy.MergeAbortedException("no space to merge: " + e.getMessage());
        aborted.initCause(e);
        throw aborted;
      }
    }

    @Override
    public void mergeFinished(boolean success, boolean segmentDropped) throws IOException {
      done = success;
      IOUtils.close(scratches);
      super.mergeFinished(success, segmentDropped);
    }
  }

  private static CodecReader withTokens(CodecReader reader, TokenIndex tokens) throws IOException {
    LeafReader others = new WithoutFields(reader, field -> TokenIndex.FIELDS.contains(field.name));
    LeafReader both = new ParallelLeafReader(false, others, tokens.reader());
    KnnVectorsReader vectors = reader.getVectorReader();
    return new Uncached(SlowCodecReaderWrapper.wrap(both)) {
      // The segment's own, so that its graphs are continued.
      @Override
      public @Nullable KnnVectorsReader getVectorReader() {
        return vectors;
      }
    };
  }

  /** A changed segment, which no cache may take for the original. */
  private static class Uncached extends FilterCodecReader {
    Uncached(CodecReader in) {
      super(in);
    }

    @Override
    public @Nullable CacheHelper getCoreCacheHelper() {
      return null;
    }

    @Override
    public @Nullable CacheHelper getReaderCacheHelper() {
      return null;
    }
  }

  /** A segment that seems not to have some of its fields. */
  private static final class WithoutFields extends Uncached {
    private final FieldInfos left;

    WithoutFields(CodecReader in, Predicate<FieldInfo> hidden) {
      super(in);
      List<FieldInfo> shown = new ArrayList<>();
      for (FieldInfo field : in.getFieldInfos()) {
        if (!hidden.test(field)) {
          shown.add(field);
        }
      }
      left = new FieldInfos(shown.toArray(FieldInfo[]::new));
    }

    @Override
    public FieldInfos getFieldInfos() {
      return left;
    }

    @Override
    public @Nullable FieldsProducer getPostingsReader() {
      FieldsProducer all = super.getPostingsReader();
      return all == null ? null : new LeftPostings(all, left);
    }
  }

  /** The postings of some fields. */
  private static final class LeftPostings extends FieldsProducer {
    private final FieldsProducer all;
    private final FieldInfos left;

    LeftPostings(FieldsProducer all, FieldInfos left) {
      this.all = all;
      this.left = left;
    }

    private List<String> names() {
      List<String> names = new ArrayList<>();
      for (String name : all) {
        if (left.fieldInfo(name) != null) {
          names.add(name);
        }
      }
      return names;
    }

    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }

    @Override
    public @Nullable Terms terms(String field) throws IOException {
      return left.fieldInfo(field) == null ? null : all.terms(field);
    }

    @Override
    public int size() {
      return names().size();
    }

    @Override
    public FieldsProducer getMergeInstance() {
      return new LeftPostings(all.getMergeInstance(), left);
    }

    @Override
    public void checkIntegrity() throws IOException {
      all.checkIntegrity();
    }

    @Override
    public void close() {
      // The segment's reader owns them.
    }
  }
}
