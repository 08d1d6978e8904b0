package dev.quiver.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an operation in the log: a format version (1 byte), the operation's tag (1 byte),
 * then its parts in the order of its record. A list is a count and its elements; an id is its
 * {@link PointIds#toBytes} form with its length; vectors have the form of {@link OpVectors}; a
 * payload or filter JSON in UTF-8 with its length; what may be absent is preceded by a byte, 0 or
 * 1. Tags and the numbers of enum constants are part of the format: they are never reused.
 */
final class OpCodec {
  /** 1: all vectors were dense, without a kind. */
  static final int VERSION = 2;

  private static final int OLDEST = 1;

  private static final int UPSERT = 1;
  private static final int DELETE_POINTS = 2;
  private static final int UPDATE_VECTORS = 3;
  private static final int DELETE_VECTORS = 4;
  private static final int SET_PAYLOAD = 5;
  private static final int OVERWRITE_PAYLOAD = 6;
  private static final int DELETE_PAYLOAD = 7;
  private static final int CLEAR_PAYLOAD = 8;
  private static final int CREATE_FIELD_INDEX = 9;
  private static final int DELETE_FIELD_INDEX = 10;
  private static final int CREATE_VECTOR = 11;
  private static final int DELETE_VECTOR = 12;

  private static final int BY_IDS = 0;
  private static final int BY_FILTER = 1;

  private OpCodec() {}

  static byte[] encode(WriteOp operation) {
    ByteWriter out = new ByteWriter(expectedBytes(operation));
    out.writeByte(VERSION);
    switch (operation) {
      case WriteOp.Upsert op -> {
        out.writeByte(UPSERT);
        out.writeCount(op.points().size());
        for (Point point : op.points()) {
          writeId(out, point.id());
          OpVectors.write(out, point.vectors());
          out.writeBytes(point.payload().bytes());
        }
        writeFilterOrNull(out, op.updateFilter());
        out.writeByte(
            switch (op.mode()) {
              case UPSERT -> 0;
              case INSERT_ONLY -> 1;
              case UPDATE_ONLY -> 2;
            });
      }
      case WriteOp.DeletePoints op -> {
        out.writeByte(DELETE_POINTS);
        writeSelector(out, op.selector());
      }
      case WriteOp.UpdateVectors op -> {
        out.writeByte(UPDATE_VECTORS);
        out.writeCount(op.points().size());
        for (WriteOp.PointVectors point : op.points()) {
          writeId(out, point.id());
          OpVectors.write(out, point.vectors());
        }
        writeFilterOrNull(out, op.updateFilter());
      }
      case WriteOp.DeleteVectors op -> {
        out.writeByte(DELETE_VECTORS);
        writeSelector(out, op.selector());
        writeStrings(out, op.names());
      }
      case WriteOp.SetPayload op -> {
        out.writeByte(SET_PAYLOAD);
        out.writeBytes(op.payload().bytes());
        writeSelector(out, op.selector());
        writeStringOrNull(out, op.key());
      }
      case WriteOp.OverwritePayload op -> {
        out.writeByte(OVERWRITE_PAYLOAD);
        out.writeBytes(op.payload().bytes());
        writeSelector(out, op.selector());
        writeStringOrNull(out, op.key());
      }
      case WriteOp.DeletePayload op -> {
        out.writeByte(DELETE_PAYLOAD);
        writeStrings(out, op.keys());
        writeSelector(out, op.selector());
      }
      case WriteOp.ClearPayload op -> {
        out.writeByte(CLEAR_PAYLOAD);
        writeSelector(out, op.selector());
      }
      case WriteOp.CreateFieldIndex op -> {
        out.writeByte(CREATE_FIELD_INDEX);
        out.writeString(op.index().field());
        out.writeString(op.index().type().wireName());
        ObjectNode params = op.index().params();
        writeStringOrNull(out, params == null ? null : json(params));
      }
      case WriteOp.DeleteFieldIndex op -> {
        out.writeByte(DELETE_FIELD_INDEX);
        out.writeString(op.field());
      }
      case WriteOp.CreateVector op -> {
        out.writeByte(CREATE_VECTOR);
        out.writeString(op.name());
        out.writeString(json(op.params()));
      }
      case WriteOp.DeleteVector op -> {
        out.writeByte(DELETE_VECTOR);
        out.writeString(op.name());
      }
    }
    return out.toByteArray();
  }

  /**
   * @throws QuiverException {@link ErrorCode#CORRUPT} when the bytes are of a newer version or not
   *     an operation
   */
  static WriteOp decode(byte[] bytes) {
    ByteReader in = new ByteReader(bytes);
    int version = in.readByte();
    if (version < OLDEST || version > VERSION) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "logged operation's version: "
              + version
              + " (expected: "
              + OLDEST
              + " to "
              + VERSION
              + ")");
    }
    boolean onlyDense = version == OLDEST;
    int tag = in.readByte();
    WriteOp operation =
        switch (tag) {
          case UPSERT -> {
            int count = in.readCount();
            List<Point> points = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
              points.add(
                  new Point(
                      readId(in), OpVectors.read(in, onlyDense), Payload.ofBytes(in.readBytes())));
            }
            Filter filter = readFilterOrNull(in);
            yield new WriteOp.Upsert(points, filter, mode(in.readByte()));
          }
          case DELETE_POINTS -> new WriteOp.DeletePoints(readSelector(in));
          case UPDATE_VECTORS -> {
            int count = in.readCount();
            List<WriteOp.PointVectors> points = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
              points.add(new WriteOp.PointVectors(readId(in), OpVectors.read(in, onlyDense)));
            }
            yield new WriteOp.UpdateVectors(points, readFilterOrNull(in));
          }
          case DELETE_VECTORS -> new WriteOp.DeleteVectors(readSelector(in), readStrings(in));
          case SET_PAYLOAD ->
              new WriteOp.SetPayload(
                  Payload.ofBytes(in.readBytes()), readSelector(in), readStringOrNull(in));
          case OVERWRITE_PAYLOAD ->
              new WriteOp.OverwritePayload(
                  Payload.ofBytes(in.readBytes()), readSelector(in), readStringOrNull(in));
          case DELETE_PAYLOAD -> new WriteOp.DeletePayload(readStrings(in), readSelector(in));
          case CLEAR_PAYLOAD -> new WriteOp.ClearPayload(readSelector(in));
          case CREATE_FIELD_INDEX ->
              new WriteOp.CreateFieldIndex(
                  IndexDeclarations.of(in.readString(), in.readString(), readStringOrNull(in)));
          case DELETE_FIELD_INDEX -> new WriteOp.DeleteFieldIndex(in.readString());
          case CREATE_VECTOR -> new WriteOp.CreateVector(in.readString(), object(in.readString()));
          case DELETE_VECTOR -> new WriteOp.DeleteVector(in.readString());
          default -> throw new QuiverException(ErrorCode.CORRUPT, "logged operation's tag: " + tag);
        };
    if (!in.atEnd()) {
      throw new QuiverException(ErrorCode.CORRUPT, "logged operation has bytes behind its end");
    }
    return operation;
  }

  private static int expectedBytes(WriteOp operation) {
    if (operation instanceof WriteOp.Upsert op && !op.points().isEmpty()) {
      long bytes = 0;
      for (VectorValue vector : op.points().getFirst().vectors().values()) {
        bytes += vector.bytes();
      }
      long payload = op.points().getFirst().payload().bytes().length;
      long estimate = (bytes + payload * 5 / 4 + 64) * op.points().size() + 16;
      return (int) Math.min(estimate, 1 << 28);
    }
    return 256;
  }

  private static void writeId(ByteWriter out, PointId id) {
    out.writeBytes(PointIds.toBytes(id));
  }

  private static PointId readId(ByteReader in) {
    byte[] bytes = in.readBytes();
    return PointIds.fromBytes(bytes, 0, bytes.length);
  }

  private static void writeSelector(ByteWriter out, PointSelector selector) {
    switch (selector) {
      case PointSelector.ByIds(List<PointId> ids) -> {
        out.writeByte(BY_IDS);
        out.writeCount(ids.size());
        for (PointId id : ids) {
          writeId(out, id);
        }
      }
      case PointSelector.ByFilter(Filter filter) -> {
        out.writeByte(BY_FILTER);
        out.writeBytes(filterBytes(filter));
      }
    }
  }

  private static PointSelector readSelector(ByteReader in) {
    int kind = in.readByte();
    return switch (kind) {
      case BY_IDS -> {
        int count = in.readCount();
        List<PointId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          ids.add(readId(in));
        }
        yield new PointSelector.ByIds(ids);
      }
      case BY_FILTER -> new PointSelector.ByFilter(filter(in.readBytes()));
      default -> throw new QuiverException(ErrorCode.CORRUPT, "logged selector's kind: " + kind);
    };
  }

  private static void writeFilterOrNull(ByteWriter out, @Nullable Filter filter) {
    out.writeByte(filter == null ? 0 : 1);
    if (filter != null) {
      out.writeBytes(filterBytes(filter));
    }
  }

  private static @Nullable Filter readFilterOrNull(ByteReader in) {
    return in.readByte() == 0 ? null : filter(in.readBytes());
  }

  private static void writeStrings(ByteWriter out, List<String> values) {
    out.writeCount(values.size());
    for (String value : values) {
      out.writeString(value);
    }
  }

  private static List<String> readStrings(ByteReader in) {
    int count = in.readCount();
    List<String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(in.readString());
    }
    return values;
  }

  private static void writeStringOrNull(ByteWriter out, @Nullable String value) {
    out.writeByte(value == null ? 0 : 1);
    if (value != null) {
      out.writeString(value);
    }
  }

  private static @Nullable String readStringOrNull(ByteReader in) {
    return in.readByte() == 0 ? null : in.readString();
  }

  private static WriteOp.UpdateMode mode(int number) {
    return switch (number) {
      case 0 -> WriteOp.UpdateMode.UPSERT;
      case 1 -> WriteOp.UpdateMode.INSERT_ONLY;
      case 2 -> WriteOp.UpdateMode.UPDATE_ONLY;
      default -> throw new QuiverException(ErrorCode.CORRUPT, "logged update mode: " + number);
    };
  }

  private static byte[] filterBytes(Filter filter) {
    try {
      return Payload.JSON.writeValueAsBytes(FilterJson.toJson(filter));
    } catch (JsonProcessingException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "filter cannot be written as JSON", e);
    }
  }

  private static Filter filter(byte[] json) {
    try {
      return FilterJson.parse(Payload.JSON.readTree(json));
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.CORRUPT, "logged filter is not JSON", e);
    }
  }

  private static String json(ObjectNode node) {
    try {
      return Payload.JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "JSON cannot be written", e);
    }
  }

  /** Reads an object that {@link #json} wrote. */
  static ObjectNode object(String json) {
    try {
      if (Payload.JSON.readTree(json) instanceof ObjectNode object) {
        return object;
      }
      throw new QuiverException(ErrorCode.CORRUPT, "not a JSON object: " + json);
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.CORRUPT, "not JSON: " + json, e);
    }
  }
}
