package dev.quiver.bench.ann;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;

/** Brings rows into an index and takes them out again. */
final class LuceneWrites {
  private static final String ID = "id";

  private final IndexWriter writer;
  private final LuceneFields fields;

  LuceneWrites(IndexWriter writer, LuceneFields fields) {
    this.writer = writer;
    this.fields = fields;
  }

  /** Adds the rows, on the given number of threads at once. */
  void addAll(Rows base, int[] rows, ExecutorService pool, int threads) throws IOException {
    if (threads == 1) {
      for (int row : rows) {
        writer.addDocument(document(base, row));
      }
      return;
    }
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(
          pool.submit(
              () -> {
                for (int at = next.getAndIncrement(); at < rows.length; ) {
                  writer.addDocument(document(base, rows[at]));
                  at = next.getAndIncrement();
                }
                return null;
              }));
    }
    await(running);
  }

  void delete(int[] rows) throws IOException {
    for (int row : rows) {
      writer.deleteDocuments(new Term(ID, Integer.toString(row)));
    }
  }

  private Document document(Rows base, int row) {
    Document document = new Document();
    document.add(new StringField(ID, Integer.toString(row), Field.Store.NO));
    document.add(new NumericDocValuesField(LuceneForm.ROW, row));
    document.add(fields.field(base.row(row)));
    return document;
  }

  private static void await(List<Future<?>> running) throws IOException {
    try {
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("indexing failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while indexing", e);
    }
  }
}
