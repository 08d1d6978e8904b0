package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyTest {
  private static final int DIMENSION = 16;
  private static final int SEARCHERS = 3;

  @TempDir Path folder;

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void searchesRunWhileSegmentsAreFlushedMergedAndClosed() throws Exception {
    FieldType type = Vectors.fieldType(DIMENSION);
    Random random = Vectors.random("concurrency");
    AtomicBoolean done = new AtomicBoolean();
    VectorsConfig vectors = VectorsConfig.defaults().withFullScanThreshold(150);
    try (ExecutorService threads = Executors.newFixedThreadPool(SEARCHERS);
        ExecutorService builders = Executors.newFixedThreadPool(2);
        Directory directory = new MMapDirectory(folder);
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setCodec(new QuiverCodec(vectors.withBuildThreads(builders, 2))));
        SearcherManager manager = new SearcherManager(writer, null)) {
      List<Future<Integer>> searches = new ArrayList<>();
      for (int i = 0; i < SEARCHERS; i++) {
        long seed = random.nextLong();
        Callable<Integer> searcher = () -> searchUntil(done, manager, new Random(seed));
        searches.add(threads.submit(searcher));
      }
      try {
        for (int id = 0; id < 4000; id++) {
          writer.addDocument(Vectors.document(id, Vectors.gaussian(random, DIMENSION, 1, 0), type));
          if (id % 200 == 199) {
            manager.maybeRefreshBlocking();
          }
        }
        writer.forceMerge(1);
        manager.maybeRefreshBlocking();
      } finally {
        done.set(true);
      }
      for (Future<Integer> search : searches) {
        assertThat(search.get()).isPositive();
      }
    }
  }

  private static int searchUntil(AtomicBoolean done, SearcherManager manager, Random random)
      throws IOException {
    int searches = 0;
    do {
      IndexSearcher searcher = manager.acquire();
      try {
        float[] query = Vectors.gaussian(random, DIMENSION, 1, 0);
        int documents = searcher.getIndexReader().numDocs();
        int k = Math.min(10, documents);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
          SegmentVectors segment = SegmentVectors.of(leaf.reader(), Vectors.FIELD);
          SegmentHits hits = segment.search(query, 10, 40, false, null);
          assertThat(hits.size()).isEqualTo(Math.min(10, segment.size()));
          for (int i = 0; i < hits.size(); i++) {
            double own =
                Vectors.score(VectorAttributes.EUCLIDEAN, query, segment.vector(hits.docs()[i]));
            assertThat(Math.abs(own - hits.scores()[i])).isLessThan(1e-3);
          }
        }
        if (k > 0) {
          assertThat(searcher.search(new KnnFloatVectorQuery(Vectors.FIELD, query, k), k).scoreDocs)
              .hasSize(k);
        }
        searches++;
      } finally {
        manager.release(searcher);
      }
    } while (!done.get());
    return searches;
  }
}
