package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.DistanceMatrix;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.FacetHit;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.ScrollPage;
import dev.quiver.engine.UpdateResult;
import dev.quiver.engine.VectorValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a response body. Payloads are spliced in as the bytes that they are stored as. Not
 * thread-safe.
 */
final class RestOut {
  /** Writes a result into the envelope. */
  @FunctionalInterface
  interface Result {
    void write(RestOut out) throws IOException;
  }

  /** Payloads hold numbers as their callers wrote them, so trees are written by the same mapper. */
  private static final JsonFactory JSON = Payload.JSON.getFactory();

  private static final int FIRST_BYTES = 1_024;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(FIRST_BYTES);
  private final JsonGenerator json;

  private RestOut() throws IOException {
    this.json = JSON.createGenerator(bytes);
  }

  /** {@code {"result": ..., "status": "ok", "time": seconds}}. */
  static byte[] ok(Result result, long startNanos) {
    return ok(result, ExplainLog.OFF, startNanos);
  }

  /** As above, with {@code "explain"} when its caller wants to know. */
  static byte[] ok(Result result, ExplainLog explains, long startNanos) {
    try {
      RestOut out = new RestOut();
      out.json.writeStartObject();
      out.json.writeFieldName("result");
      result.write(out);
      if (explains.isOn()) {
        out.json.writeFieldName("explain");
        out.json.writeTree(ExplainJson.tree(explains));
      }
      out.json.writeStringField("status", "ok");
      out.json.writeNumberField("time", secondsSince(startNanos));
      out.json.writeEndObject();
      return out.finish();
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "the answer cannot be written as JSON", e);
    }
  }

  /** {@code {"status": {"error": text}, "time": seconds}}. */
  static byte[] error(String text, long startNanos) {
    try {
      RestOut out = new RestOut();
      out.json.writeStartObject();
      out.json.writeObjectFieldStart("status");
      out.json.writeStringField("error", sound(text));
      out.json.writeEndObject();
      out.json.writeNumberField("time", secondsSince(startNanos));
      out.json.writeEndObject();
      return out.finish();
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "the error cannot be written as JSON", e);
    }
  }

  /** {@code {"status": "accepted", "time": seconds}}. */
  static byte[] accepted(long startNanos) {
    return plain(
        Payload.JSON
            .createObjectNode()
            .put("status", "accepted")
            .put("time", secondsSince(startNanos)));
  }

  /** A tree without an envelope. */
  static byte[] plain(JsonNode tree) {
    try {
      return Payload.JSON.writeValueAsBytes(tree);
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "the answer cannot be written as JSON", e);
    }
  }

  private static double secondsSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** An error may quote what a caller sent, down to half a surrogate pair. */
  private static String sound(String text) {
    return new String(text.getBytes(UTF_8), UTF_8);
  }

  private byte[] finish() throws IOException {
    json.close();
    return bytes.toByteArray();
  }

  void bool(boolean value) throws IOException {
    json.writeBoolean(value);
  }

  void tree(JsonNode tree) throws IOException {
    json.writeTree(tree);
  }

  void updateResult(UpdateResult result) throws IOException {
    json.writeStartObject();
    json.writeNumberField("operation_id", result.operationId());
    json.writeStringField("status", result.status().name().toLowerCase(Locale.ROOT));
    json.writeEndObject();
  }

  void updateResults(List<UpdateResult> results) throws IOException {
    json.writeStartArray();
    for (UpdateResult result : results) {
      updateResult(result);
    }
    json.writeEndArray();
  }

  /**
   * @param bare whether the collection has but the default vector, which is then not named
   */
  void records(List<PointRecord> points, boolean bare) throws IOException {
    json.writeStartArray();
    for (PointRecord point : points) {
      record(point, bare);
    }
    json.writeEndArray();
  }

  void record(PointRecord point, boolean bare) throws IOException {
    json.writeStartObject();
    json.writeFieldName("id");
    id(point.id());
    rest(point.payload(), point.vectors(), point.orderValue(), bare);
    json.writeEndObject();
  }

  void scroll(ScrollPage page, boolean bare) throws IOException {
    json.writeStartObject();
    json.writeFieldName("points");
    records(page.points(), bare);
    json.writeFieldName("next_page_offset");
    PointId next = page.nextOffset();
    if (next == null) {
      json.writeNull();
    } else {
      id(next);
    }
    json.writeEndObject();
  }

  void hits(List<ScoredPoint> points, boolean bare) throws IOException {
    json.writeStartArray();
    for (ScoredPoint point : points) {
      json.writeStartObject();
      json.writeFieldName("id");
      id(point.id());
      json.writeNumberField("version", point.version());
      json.writeFieldName("score");
      number(point.score());
      rest(point.payload(), point.vectors(), point.orderValue(), bare);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  void hitsAsPoints(List<ScoredPoint> points, boolean bare) throws IOException {
    json.writeStartObject();
    json.writeFieldName("points");
    hits(points, bare);
    json.writeEndObject();
  }

  /**
   * @param bareLookup whether the lookup collection has but the default vector
   */
  void groups(List<Groups.Group> groups, boolean bare, boolean bareLookup) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("groups");
    for (Groups.Group group : groups) {
      json.writeStartObject();
      json.writeFieldName("hits");
      hits(group.hits(), bare);
      json.writeFieldName("id");
      switch (group.key()) {
        case Groups.Key.Text(String text) -> json.writeString(text);
        case Groups.Key.Whole(var number) -> json.writeNumber(number);
      }
      PointRecord lookup = group.lookup();
      if (lookup != null) {
        json.writeFieldName("lookup");
        record(lookup, bareLookup);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  void facet(List<FacetHit> hits) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("hits");
    for (FacetHit hit : hits) {
      json.writeStartObject();
      json.writeFieldName("value");
      switch (hit.value()) {
        case FacetHit.Value.Keyword(String text) -> json.writeString(text);
        case FacetHit.Value.Int(long number) -> json.writeNumber(number);
        case FacetHit.Value.Bool(boolean flag) -> json.writeBoolean(flag);
      }
      json.writeNumberField("count", hit.count());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  void matrixPairs(DistanceMatrix matrix) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("pairs");
    for (int row = 0; row < matrix.ids().size(); row++) {
      for (DistanceMatrix.Neighbour neighbour : matrix.neighbours().get(row)) {
        json.writeStartObject();
        json.writeFieldName("a");
        id(matrix.ids().get(row));
        json.writeFieldName("b");
        id(matrix.ids().get(neighbour.index()));
        json.writeFieldName("score");
        number(neighbour.score());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  void matrixOffsets(DistanceMatrix matrix) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("offsets_row");
    for (int row = 0; row < matrix.ids().size(); row++) {
      for (int i = 0; i < matrix.neighbours().get(row).size(); i++) {
        json.writeNumber(row);
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("offsets_col");
    for (List<DistanceMatrix.Neighbour> row : matrix.neighbours()) {
      for (DistanceMatrix.Neighbour neighbour : row) {
        json.writeNumber(neighbour.index());
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("scores");
    for (List<DistanceMatrix.Neighbour> row : matrix.neighbours()) {
      for (DistanceMatrix.Neighbour neighbour : row) {
        number(neighbour.score());
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("ids");
    for (PointId id : matrix.ids()) {
      id(id);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Writes the elements of an array with the same writer. */
  <T> void array(List<T> elements, ElementWriter<T> writer) throws IOException {
    json.writeStartArray();
    for (T element : elements) {
      writer.write(element);
    }
    json.writeEndArray();
  }

  @FunctionalInterface
  interface ElementWriter<T> {
    void write(T element) throws IOException;
  }

  private void rest(
      @Nullable Payload payload,
      @Nullable Map<String, VectorValue> vectors,
      @Nullable Number orderValue,
      boolean bare)
      throws IOException {
    if (payload != null) {
      json.writeFieldName("payload");
      splice(payload.bytes());
    }
    if (vectors != null) {
      json.writeFieldName("vector");
      vectors(vectors, bare);
    }
    if (orderValue != null) {
      json.writeFieldName("order_value");
      if (orderValue instanceof Double real) {
        json.writeNumber(real);
      } else {
        json.writeNumber(orderValue.longValue());
      }
    }
  }

  private void vectors(Map<String, VectorValue> vectors, boolean bare) throws IOException {
    VectorValue single = vectors.get("");
    if (bare && single != null && vectors.size() == 1) {
      vector(single);
      return;
    }
    json.writeStartObject();
    for (Map.Entry<String, VectorValue> entry : vectors.entrySet()) {
      json.writeFieldName(entry.getKey());
      vector(entry.getValue());
    }
    json.writeEndObject();
  }

  private void vector(VectorValue value) throws IOException {
    switch (value) {
      case VectorValue.Dense(float[] values) -> {
        json.writeStartArray();
        for (float component : values) {
          number(component);
        }
        json.writeEndArray();
      }
      case VectorValue.Sparse(int[] indices, float[] values) -> {
        json.writeStartObject();
        json.writeArrayFieldStart("indices");
        for (int index : indices) {
          json.writeNumber(Integer.toUnsignedLong(index));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("values");
        for (float component : values) {
          number(component);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      case VectorValue.Multi multi -> {
        json.writeStartArray();
        for (int row = 0; row < multi.rows(); row++) {
          json.writeStartArray();
          for (int i = 0; i < multi.dimension(); i++) {
            number(multi.values()[row * multi.dimension() + i]);
          }
          json.writeEndArray();
        }
        json.writeEndArray();
      }
    }
  }

  /** JSON has no infinity: as in Qdrant, a number that is none is null. */
  private void number(float value) throws IOException {
    if (Float.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }

  private void id(PointId id) throws IOException {
    switch (id) {
      case PointId.Num(long value) -> json.writeNumber(Long.toUnsignedString(value));
      case PointId.Uuid(var value) -> json.writeString(value.toString());
    }
  }

  private void splice(byte[] value) throws IOException {
    // The empty raw value makes the generator write its colon and comma; then it is pushed out, so
    // that the bytes follow it.
    json.writeRawValue("");
    json.flush();
    bytes.write(value);
  }
}
