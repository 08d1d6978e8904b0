package dev.quiver.bench.ann;

import dev.quiver.lucene.SharedMappings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.store.FSLockFactory;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/**
 * A Lucene index of one segment: with Quiver's codec or one of Lucene's own formats, see {@link
 * LuceneForm} for the settings.
 */
final class LuceneContender implements Contender<FixedBitSet> {
  private final LuceneForm form;
  private @Nullable SharedMappings directory;
  private @Nullable DirectoryReader reader;
  private int[] rowOfDoc = new int[0];

  LuceneContender(Settings settings) {
    this.form = new LuceneForm(settings);
  }

  @Override
  public String info() {
    // Loading the class makes Lucene choose between its scalar and its SIMD code.
    VectorUtil.dotProduct(new float[] {1}, new float[] {1});
    return "Lucene " + org.apache.lucene.util.Version.LATEST;
  }

  @Override
  public void build(Rows base, int[] rows, int threads, Path folder) throws IOException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads);
        SharedMappings target = new SharedMappings(folder, FSLockFactory.getDefault());
        IndexWriter writer = new IndexWriter(target, form.writerConfig(base, pool, threads))) {
      new LuceneWrites(writer, form.fields(base)).addAll(base, rows, pool, threads);
      writer.forceMerge(1);
      writer.commit();
    }
  }

  /** It is on disk already. */
  @Override
  public void save(Path folder) {}

  @Override
  public void open(Path folder) throws IOException {
    close();
    directory = new SharedMappings(folder, FSLockFactory.getDefault());
    reader = DirectoryReader.open(directory);
    LeafReader leaf = leaf();
    rowOfDoc = new int[leaf.maxDoc()];
    NumericDocValues rows = leaf.getNumericDocValues(LuceneForm.ROW);
    for (int doc = rows.nextDoc(); doc < rowOfDoc.length; doc = rows.nextDoc()) {
      rowOfDoc[doc] = Math.toIntExact(rows.longValue());
    }
  }

  @Override
  public void churn(Rows base, int[] rows, List<Change> changes, int threads, Path folder)
      throws IOException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads);
        SharedMappings target = new SharedMappings(folder, FSLockFactory.getDefault());
        IndexWriter writer = new IndexWriter(target, form.writerConfig(base, pool, threads))) {
      LuceneWrites writes = new LuceneWrites(writer, form.fields(base));
      writes.addAll(base, rows, pool, threads);
      writer.forceMerge(1);
      writer.commit();
      for (Change change : changes) {
        writes.delete(change.remove());
        writes.addAll(base, change.add(), pool, threads);
        writer.commit();
      }
      writer.forceMerge(1);
      writer.commit();
    }
    open(folder);
  }

  @Override
  public FixedBitSet filter(RowSet accepted) {
    FixedBitSet docs = new FixedBitSet(rowOfDoc.length);
    for (int doc = 0; doc < rowOfDoc.length; doc++) {
      if (accepted.contains(rowOfDoc[doc])) {
        docs.set(doc);
      }
    }
    return docs;
  }

  @Override
  public Searcher<FixedBitSet> searcher() throws IOException {
    return form.searcher(opened(), leaf(), rowOfDoc);
  }

  private LeafReader leaf() {
    DirectoryReader open = opened();
    if (open.leaves().size() != 1) {
      throw new IllegalStateException(
          "segments: " + open.leaves().size() + " (expected: 1, it was merged)");
    }
    return open.leaves().getFirst().reader();
  }

  private DirectoryReader opened() {
    DirectoryReader open = reader;
    if (open == null) {
      throw new IllegalStateException("nothing is open");
    }
    return open;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
    }
    if (directory != null) {
      directory.close();
      directory = null;
    }
  }
}
