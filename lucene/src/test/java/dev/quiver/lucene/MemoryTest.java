package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {
  private static final int DIMENSION = 16;
  private static final FieldType TYPE = Vectors.fieldType(DIMENSION);

  @TempDir Path folder;

  private final OffHeapBudget budget = new OffHeapBudget(64 << 20);
  private final Random random = Vectors.random("memory");

  private IndexWriterConfig config() {
    return new IndexWriterConfig()
        .setMergeScheduler(new SerialMergeScheduler())
        .setUseCompoundFile(false)
        .setCodec(
            new QuiverCodec(VectorsConfig.defaults().withFullScanThreshold(20).withBudget(budget)));
  }

  private void addDocuments(IndexWriter writer, int count) throws IOException {
    addDocuments(writer, count, TYPE);
  }

  private void addDocuments(IndexWriter writer, int count, FieldType type) throws IOException {
    for (int id = 0; id < count; id++) {
      writer.addDocument(Vectors.document(id, Vectors.gaussian(random, DIMENSION, 1, 0), type));
    }
  }

  @Test
  void buffersAreCountedWhileFilledAndFreedByFlushMergeAndClose() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        addDocuments(writer, 500);
        assertThat(budget.usedBytes()).isGreaterThanOrEqualTo(500L * DIMENSION * Float.BYTES);
        assertThat(writer.ramBytesUsed()).isGreaterThan(500L * DIMENSION * Float.BYTES);
        writer.flush();
        writer.commit();
        assertThat(budget.usedBytes()).isZero();
        addDocuments(writer, 300);
        writer.forceMerge(1);
        writer.commit();
      }
      assertThat(budget.usedBytes()).isZero();
    }
  }

  @Test
  void rollbackFreesWhatWasBuffered() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      IndexWriter writer = new IndexWriter(directory, config());
      addDocuments(writer, 100);
      assertThat(budget.usedBytes()).isPositive();
      writer.rollback();
      assertThat(budget.usedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vec", "vex", "qvm"})
  void aDirectoryThatFailsDuringFlushOrMergeLeaksNothing(String extension) throws IOException {
    int failures = 0;
    for (int operation = 0; operation < 400; operation = operation * 5 / 4 + 1) {
      try (FailingDirectory directory = new FailingDirectory(extension, operation)) {
        boolean failed = false;
        IndexWriter writer = new IndexWriter(directory, config());
        try {
          addDocuments(writer, 60);
          writer.flush();
          addDocuments(writer, 50);
          writer.flush();
          writer.forceMerge(1);
          writer.commit();
        } catch (IOException e) {
          failed = true;
        } finally {
          writer.rollback();
        }
        failures += failed ? 1 : 0;
        assertThat(failed).as("operation %d", operation).isEqualTo(directory.failed());
        assertThat(budget.usedBytes()).as("operation %d", operation).isZero();
        assertThat(directory.openFiles()).as("operation %d", operation).isZero();
      }
    }
    assertThat(failures).isGreaterThan(3);
  }

  @Test
  void aCopyOfAFileThatCannotBeMappedIsFreedWithItsReader() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        addDocuments(writer, 100);
      }
      OffHeapBudget copies = new OffHeapBudget(1 << 20);
      try (IndexWriter writer =
          new IndexWriter(
              directory,
              new IndexWriterConfig()
                  .setMergePolicy(NoMergePolicy.INSTANCE)
                  .setCodec(new QuiverCodec(VectorsConfig.defaults().withBudget(copies))))) {
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          SegmentVectors.of(reader.leaves().getFirst().reader(), Vectors.FIELD)
              .search(new float[DIMENSION], 3, 10, true, null);
        }
      }
      assertThat(copies.usedBytes()).isZero();
    }
  }

  @Test
  void aMergeWhoseGraphDoesNotFitSaysSoAndNeitherIndexNorWriterSuffer() throws IOException {
    OffHeapBudget small = new OffHeapBudget(3_000_000);
    FieldType manyLinks =
        Vectors.fieldType(DIMENSION, VectorAttributes.M, "64", VectorAttributes.EF_CONSTRUCT, "20");
    try (Directory directory = new MMapDirectory(folder);
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setMergeScheduler(new SerialMergeScheduler())
                    .setCodec(
                        new QuiverCodec(
                            VectorsConfig.defaults()
                                .withFullScanThreshold(20)
                                .withBudget(small))))) {
      for (int segment = 0; segment < 4; segment++) {
        addDocuments(writer, 1000, manyLinks);
        writer.commit();
      }
      assertThatThrownBy(() -> writer.forceMerge(1))
          .hasRootCauseInstanceOf(OffHeapBudgetException.class)
          .rootCause()
          .hasMessageContaining("graph of 4000 vectors");
      assertThat(small.usedBytes()).isZero();
      assertThat(small.refusals()).isPositive();
      addDocuments(writer, 30, manyLinks);
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertThat(reader.numDocs()).isEqualTo(4030);
        for (LeafReaderContext leaf : reader.leaves()) {
          assertThat(SegmentVectors.of(leaf.reader(), Vectors.FIELD).hasGraph()).isTrue();
        }
      }
    }
  }

  @Test
  void aFlushWhoseGraphDoesNotFitKeepsItsDocumentsAndIsScanned() throws IOException {
    OffHeapBudget small = new OffHeapBudget(1_200_000);
    try (Directory directory = new MMapDirectory(folder);
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setCodec(
                        new QuiverCodec(
                            VectorsConfig.defaults()
                                .withFullScanThreshold(20)
                                .withBudget(small))))) {
      addDocuments(writer, 5000);
      writer.commit();
      assertThat(small.usedBytes()).isZero();
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        SegmentVectors segment =
            SegmentVectors.of(reader.leaves().getFirst().reader(), Vectors.FIELD);
        assertThat(segment.size()).isEqualTo(5000);
        assertThat(segment.hasGraph()).isFalse();
        assertThat(segment.search(new float[DIMENSION], 7, 10, false, null).size()).isEqualTo(7);
      }
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void rollbackWhileAMergeBuildsItsGraphEndsTheMergeAndFreesEverything() throws Exception {
    CountDownLatch building = new CountDownLatch(1);
    // The merge thread asks the executor for help: from then on its build is under way.
    VectorsConfig vectors =
        VectorsConfig.defaults()
            .withFullScanThreshold(3000)
            .withBudget(budget)
            .withBuildThreads(task -> building.countDown(), 2);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setMergeScheduler(new ConcurrentMergeScheduler())
            .setCodec(new QuiverCodec(vectors));
    try (Directory directory = new MMapDirectory(folder)) {
      IndexWriter writer = new IndexWriter(directory, config);
      for (int segment = 0; segment < 8; segment++) {
        addDocuments(writer, 2500);
        writer.flush();
      }
      writer.forceMerge(1, false);
      building.await();
      writer.rollback();
      assertThat(budget.usedBytes()).isZero();
    }
  }

  @Test
  void aCancelledBuildIsAnAbortedMergeAndFreesItsMemory() throws IOException {
    try (Directory directory = new MMapDirectory(folder)) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        addDocuments(writer, 500);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory);
          IndexOutput output = directory.createOutput("graph", IOContext.DEFAULT)) {
        CodecReader leaf = (CodecReader) reader.leaves().getFirst().reader();
        StoredVectors stored =
            ((QuiverVectorsReader)
                    ((PerFieldKnnVectorsFormat.FieldsReader) leaf.getVectorReader())
                        .getFieldReader(Vectors.FIELD))
                .stored(Vectors.FIELD);
        assertThatThrownBy(
                () ->
                    GraphBuild.write(
                        Vectors.FIELD,
                        stored,
                        null,
                        VectorsConfig.defaults().withBudget(budget),
                        () -> true,
                        output))
            .isInstanceOf(MergePolicy.MergeAbortedException.class);
        assertThat(budget.usedBytes()).isZero();
      }
    }
  }

  @Test
  void anAllocationOverTheBudgetIsRefusedWithTheNumbersAndHarmsNothing() throws IOException {
    OffHeapBudget small = new OffHeapBudget(10_000);
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setCodec(new QuiverCodec(VectorsConfig.defaults().withBudget(small))))) {
      assertThatThrownBy(() -> addDocuments(writer, 10_000))
          .isInstanceOf(OffHeapBudgetException.class)
          .hasMessageContaining("of 10000 in use");
      writer.flush();
      assertThat(small.usedBytes()).isZero();
      addDocuments(writer, 1);
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertThat(reader.numDocs()).isGreaterThan(1);
      }
    }
  }

  /** Fails the n-th operation on files of one extension, and counts what is left open. */
  private static final class FailingDirectory extends FilterDirectory {
    private final String extension;
    private final AtomicInteger left;
    private final AtomicInteger open = new AtomicInteger();
    private boolean failed;

    FailingDirectory(String extension, int operation) {
      super(new ByteBuffersDirectory());
      this.extension = extension;
      left = new AtomicInteger(operation);
    }

    boolean failed() {
      return failed;
    }

    int openFiles() {
      return open.get();
    }

    private void step(String name) throws IOException {
      if (name.endsWith(extension) && left.getAndDecrement() == 0) {
        failed = true;
        throw new IOException("injected failure on " + name);
      }
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      step(name);
      open.incrementAndGet();
      return new FilterIndexOutput("failing", name, super.createOutput(name, context)) {
        private boolean closed;

        @Override
        public void writeByte(byte b) throws IOException {
          step(name);
          super.writeByte(b);
        }

        @Override
        public void writeBytes(byte[] b, int offset, int length) throws IOException {
          step(name);
          super.writeBytes(b, offset, length);
        }

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            open.decrementAndGet();
          }
          super.close();
        }
      };
    }

    @Override
    public IndexInput openInput(String name, IOContext context) throws IOException {
      step(name);
      return super.openInput(name, context);
    }
  }
}
