package dev.quiver.engine;

import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * How large a collection is: what the vectors and payloads of its points take before compression.
 * An estimate where a segment holds deleted points or many payloads.
 */
record CollectionSize(long points, long vectorBytes, long payloadBytes) {
  /** Values of a segment that are measured; the others are taken to be like these. */
  private static final int SAMPLE = 256;

  /**
   * @param reader its cost is bounded: a sample of each segment
   */
  static CollectionSize of(IndexReader reader, VectorFields fields) throws IOException {
    long vectorBytes = 0;
    long payloadBytes = 0;
    for (LeafReaderContext context : reader.leaves()) {
      LeafReader leaf = context.reader();
      for (String name : fields.byName().keySet()) {
        vectorBytes += live(leaf, vectorBytes(leaf, fields, name));
      }
      payloadBytes += live(leaf, sampledBytes(leaf, Fields.PAYLOAD));
    }
    return new CollectionSize(reader.numDocs(), vectorBytes, payloadBytes);
  }

  private static long vectorBytes(LeafReader leaf, VectorFields fields, String name)
      throws IOException {
    VectorParams params = fields.own(name);
    return switch (params.kind()) {
      case DENSE -> {
        SegmentVectors vectors = SegmentVectors.of(leaf, fields.field(name));
        yield vectors == null ? 0 : (long) vectors.size() * bytesOf(params);
      }
      case MULTI, SPARSE -> sampledBytes(leaf, fields.field(name));
    };
  }

  /** What operations bring, if all of it is new. */
  static CollectionSize of(List<WriteOp> operations, CollectionConfig config) {
    long points = 0;
    long vectorBytes = 0;
    long payloadBytes = 0;
    for (WriteOp operation : operations) {
      switch (operation) {
        case WriteOp.Upsert op -> {
          points += op.points().size();
          for (Point point : op.points()) {
            vectorBytes += bytesOf(point.vectors(), config);
            payloadBytes += point.payload().bytes().length;
          }
        }
        case WriteOp.UpdateVectors op -> {
          for (WriteOp.PointVectors point : op.points()) {
            vectorBytes += bytesOf(point.vectors(), config);
          }
        }
        case WriteOp.SetPayload op -> payloadBytes += bytesOf(op.payload(), op.selector());
        case WriteOp.OverwritePayload op -> payloadBytes += bytesOf(op.payload(), op.selector());
        default -> {
          // Takes no room.
        }
      }
    }
    return new CollectionSize(points, vectorBytes, payloadBytes);
  }

  private static long bytesOf(Map<String, VectorValue> vectors, CollectionConfig config) {
    long bytes = 0;
    for (Map.Entry<String, VectorValue> entry : vectors.entrySet()) {
      VectorParams params = config.vectors().get(entry.getKey());
      if (params != null) {
        bytes +=
            params.kind() == VectorParams.Kind.DENSE ? bytesOf(params) : entry.getValue().bytes();
      }
    }
    return bytes;
  }

  /** Of how many points a filter writes the payload shows only once it is measured anew. */
  private static long bytesOf(Payload payload, PointSelector selector) {
    long points = selector instanceof PointSelector.ByIds(List<PointId> ids) ? ids.size() : 1;
    return points * payload.bytes().length;
  }

  CollectionSize plus(CollectionSize other) {
    return new CollectionSize(
        points + other.points, vectorBytes + other.vectorBytes, payloadBytes + other.payloadBytes);
  }

  /** Bytes of one vector as it is kept. */
  static long bytesOf(VectorParams params) {
    return (long) params.size()
        * switch (params.datatype()) {
          case FLOAT32 -> Float.BYTES;
          case FLOAT16 -> Short.BYTES;
          case UINT8 -> Byte.BYTES;
        };
  }

  /** The share of the points that are not deleted. */
  private static long live(LeafReader leaf, long bytes) {
    return Math.round((double) bytes * leaf.numDocs() / leaf.maxDoc());
  }

  private static long sampledBytes(LeafReader leaf, String field) throws IOException {
    BinaryDocValues values = DocValues.getBinary(leaf, field);
    int step = Math.max(1, leaf.maxDoc() / SAMPLE);
    long bytes = 0;
    long measured = 0;
    int doc = values.nextDoc();
    while (doc != DocIdSetIterator.NO_MORE_DOCS) {
      bytes += values.binaryValue().length;
      measured++;
      doc = doc + step < leaf.maxDoc() ? values.advance(doc + step) : values.nextDoc();
      if (measured > 2L * SAMPLE) {
        break;
      }
    }
    long present = Math.min(values.cost(), leaf.maxDoc());
    return measured == 0 ? 0 : Math.round((double) bytes / measured * present);
  }
}
