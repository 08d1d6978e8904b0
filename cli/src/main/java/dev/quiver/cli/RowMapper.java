package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.cli.input.BadRowException;
import dev.quiver.cli.input.Row;
import dev.quiver.engine.PointId;
import io.qdrant.client.grpc.Points.DenseVector;
import io.qdrant.client.grpc.Points.Document;
import io.qdrant.client.grpc.Points.NamedVectors;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.Vectors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Makes points of rows; a row that does not fit is a {@link BadRowException}. Immutable. */
final class RowMapper {
  private static final Set<String> QDRANT_ROW = Set.of("id", "vector", "payload");

  private final FieldMapping mapping;

  /** Dimensions by vector name, as the collection declares them. */
  private final Map<String, Integer> sizes;

  RowMapper(FieldMapping mapping, Map<String, Integer> sizes) {
    this.mapping = mapping;
    this.sizes = Map.copyOf(sizes);
  }

  /**
   * @param source the input's name, for ids of rows that have none
   * @param firstRow the number of rows of vector files before this input
   */
  PointStruct map(Row row, String source, boolean vectorsOnly, long firstRow)
      throws BadRowException {
    PointStruct.Builder point = PointStruct.newBuilder();
    point.setId(Protos.id(id(row, source, vectorsOnly, firstRow)));
    point.setVectors(vectors(vectors(row)));
    if (!row.fields().isEmpty()) {
      Protos.putPayload(payload(row), point);
    }
    return point.build();
  }

  private PointId id(Row row, String source, boolean vectorsOnly, long firstRow)
      throws BadRowException {
    if (vectorsOnly) {
      return PointId.of(mapping.firstNumericId() + firstRow + row.number());
    }
    String field = mapping.idField() == null ? FieldMapping.DEFAULT_ID : mapping.idField();
    JsonNode value = row.fields().get(field);
    if (value == null || value.isNull()) {
      if (mapping.idField() != null) {
        throw bad(row, "the id field `" + field + "` is missing");
      }
      return Ids.ofRow(source, row.number());
    }
    if (!value.isTextual() && !value.isIntegralNumber()) {
      throw bad(row, "the id is " + value + " (expected: a whole number or a text)");
    }
    if (value.isIntegralNumber() && !Ids.isExact(value.asText())) {
      throw bad(row, "the id is " + value + " (expected: 0 to 18446744073709551615)");
    }
    return Ids.ofName(value.asText());
  }

  private Map<String, Vector> vectors(Row row) throws BadRowException {
    Map<String, Vector> vectors = new LinkedHashMap<>();
    if (row.vector() != null) {
      String name = mapping.vectorFields().keySet().iterator().next();
      vectors.put(name, dense(row, name, row.vector()));
      return vectors;
    }
    for (Map.Entry<String, String> entry : mapping.vectorFields().entrySet()) {
      JsonNode numbers = row.fields().get(entry.getValue());
      if (numbers == null || numbers.isNull()) {
        throw bad(row, "the vector field `" + entry.getValue() + "` is missing");
      }
      vectors.put(
          entry.getKey(), dense(row, entry.getKey(), floats(row, entry.getValue(), numbers)));
    }
    for (Map.Entry<String, String> entry : mapping.embedFields().entrySet()) {
      JsonNode text = row.fields().get(entry.getValue());
      if (text == null || !text.isValueNode() || text.isNull()) {
        throw bad(row, "the text field `" + entry.getValue() + "` is missing or not a text");
      }
      vectors.put(
          entry.getKey(),
          Vector.newBuilder()
              .setDocument(Document.newBuilder().setText(text.asText()).setModel(mapping.model()))
              .build());
    }
    return vectors;
  }

  private static float[] floats(Row row, String field, JsonNode numbers) throws BadRowException {
    if (!numbers.isArray()) {
      throw bad(row, "the vector field `" + field + "` is not a list of numbers");
    }
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode number = numbers.get(i);
      if (!number.isNumber()) {
        throw bad(row, field + "[" + i + "] is " + number + " (expected: a number)");
      }
      values[i] = number.floatValue();
    }
    return values;
  }

  private Vector dense(Row row, String name, float[] values) throws BadRowException {
    Integer size = sizes.get(name);
    if (size == null) {
      throw bad(row, "the collection has no vector `" + name + "`; it has " + sizes.keySet());
    }
    if (values.length != size) {
      throw bad(row, "vector of " + values.length + " numbers (expected: " + size + ")");
    }
    DenseVector.Builder dense = DenseVector.newBuilder();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw bad(row, "number " + i + " of the vector is " + values[i]);
      }
      dense.addData(values[i]);
    }
    return Vector.newBuilder().setDense(dense).build();
  }

  private static Vectors vectors(Map<String, Vector> byName) {
    Vector single = byName.get("");
    if (single != null && byName.size() == 1) {
      return Vectors.newBuilder().setVector(single).build();
    }
    return Vectors.newBuilder().setVectors(NamedVectors.newBuilder().putAllVectors(byName)).build();
  }

  private ObjectNode payload(Row row) {
    ObjectNode fields = row.fields();
    // A row in the form of Qdrant's own points carries its payload in a field of that name.
    if (fields.get("payload") instanceof ObjectNode own && isQdrantRow(fields)) {
      fields = own;
    }
    ObjectNode payload = Json.object();
    for (Map.Entry<String, JsonNode> entry : fields.properties()) {
      if (isPayload(entry.getKey(), entry.getValue())) {
        payload.set(entry.getKey(), entry.getValue());
      }
    }
    return payload;
  }

  private static boolean isQdrantRow(ObjectNode fields) {
    for (Map.Entry<String, JsonNode> entry : fields.properties()) {
      if (!QDRANT_ROW.contains(entry.getKey())) {
        return false;
      }
    }
    return true;
  }

  private boolean isPayload(String field, JsonNode value) {
    if (mapping.payloadFields() != null) {
      return mapping.payloadFields().contains(field);
    }
    if (mapping.vectorFields().containsValue(field)) {
      return false;
    }
    // An id that the point carries as it stands needs no second place.
    String idField = mapping.idField() == null ? FieldMapping.DEFAULT_ID : mapping.idField();
    return !field.equals(idField) || !Ids.isExact(value.asText());
  }

  private static BadRowException bad(Row row, String message) {
    return new BadRowException(row.number(), row.line(), message, null);
  }
}
