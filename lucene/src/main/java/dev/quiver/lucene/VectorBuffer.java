package dev.quiver.lucene;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * The vectors of one field between two flushes, in their stored form, off-heap. Chunks double in
 * size from {@link #FIRST_CHUNK_BYTES} to {@link #MAX_CHUNK_BYTES}, so that a field with three
 * vectors costs little and one with millions is not copied while it grows.
 */
abstract class VectorBuffer<T> extends KnnFieldVectorsWriter<T> implements Closeable {
  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(VectorBuffer.class);
  private static final long FIRST_CHUNK_BYTES = 1 << 12;
  private static final long MAX_CHUNK_BYTES = 1 << 22;

  private final FieldInfo field;
  private final FieldOptions options;
  private final OffHeapMemory memory;
  private final VectorEncoder encoder;
  private final DocsWithFieldSet docs = new DocsWithFieldSet();
  private final List<MemorySegment> chunks = new ArrayList<>();
  private final List<Integer> chunkStarts = new ArrayList<>();
  private int count;
  private int capacity;
  private int lastDoc = -1;

  private VectorBuffer(FieldInfo field, FieldOptions options, OffHeapBudget budget) {
    this.field = field;
    this.options = options;
    this.memory = new OffHeapMemory(budget, "buffer of vector field \"" + field.name + "\"");
    this.encoder = new VectorEncoder(options);
  }

  static VectorBuffer<?> of(FieldInfo field, FieldOptions options, OffHeapBudget budget) {
    if (options.encoding() == VectorEncoding.BYTE) {
      return new VectorBuffer<byte[]>(field, options, budget) {
        @Override
        void encode(VectorEncoder encoder, byte[] vector, MemorySegment chunk, long offset) {
          encoder.encode(vector, chunk, offset);
        }

        @Override
        public byte[] copyValue(byte[] vector) {
          return vector.clone();
        }
      };
    }
    return new VectorBuffer<float[]>(field, options, budget) {
      @Override
      void encode(VectorEncoder encoder, float[] vector, MemorySegment chunk, long offset) {
        encoder.encode(vector, chunk, offset);
      }

      @Override
      public float[] copyValue(float[] vector) {
        return vector.clone();
      }
    };
  }

  abstract void encode(VectorEncoder encoder, T vector, MemorySegment chunk, long offset);

  FieldInfo field() {
    return field;
  }

  FieldOptions options() {
    return options;
  }

  DocsWithFieldSet docs() {
    return docs;
  }

  int count() {
    return count;
  }

  @Override
  public void addValue(int doc, T vector) throws IOException {
    if (doc == lastDoc) {
      throw new IllegalArgumentException(
          "VectorValuesField \""
              + field.name
              + "\" appears more than once in this document (only one value is allowed per field)");
    }
    if (count == capacity) {
      grow();
    }
    int last = chunks.size() - 1;
    long offset = (long) (count - chunkStarts.get(last)) * options.vectorBytes();
    encode(encoder, vector, chunks.get(last), offset);
    docs.add(doc);
    lastDoc = doc;
    count++;
  }

  private void grow() throws IOException {
    int vectorBytes = options.vectorBytes();
    long wanted = Math.min(MAX_CHUNK_BYTES, FIRST_CHUNK_BYTES << Math.min(chunks.size(), 20));
    long vectors = Math.max(1, wanted / vectorBytes);
    MemorySegment chunk = memory.allocate(vectors * vectorBytes);
    chunks.add(chunk);
    chunkStarts.add(capacity);
    capacity = Math.toIntExact(capacity + vectors);
  }

  /** Writes the stored bytes of vector {@code ordinal} (in order of addition). */
  void write(int ordinal, byte[] scratch, IndexOutput output) throws IOException {
    int chunk = chunkOf(ordinal);
    int vectorBytes = options.vectorBytes();
    long offset = (long) (ordinal - chunkStarts.get(chunk)) * vectorBytes;
    MemorySegment.copy(chunks.get(chunk), ValueLayout.JAVA_BYTE, offset, scratch, 0, vectorBytes);
    output.writeBytes(scratch, vectorBytes);
  }

  private int chunkOf(int ordinal) {
    int low = 0;
    int high = chunks.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (chunkStarts.get(middle) <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Counts the off-heap bytes too, so that IndexWriter's flush trigger sees them. */
  @Override
  public long ramBytesUsed() {
    return SHALLOW_BYTES + docs.ramBytesUsed() + memory.bytes();
  }

  @Override
  public void close() {
    memory.close();
  }
}
