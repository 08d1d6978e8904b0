package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.MultiVectors;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SparseVectors;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.filter.Bm25;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads vectors in all the forms that Qdrant's JSON has: numbers, rows of numbers, indices and
 * values, a map of named ones, a document to embed. Images and objects are refused by name.
 */
final class RestVectors {
  private RestVectors() {}

  /** Members of a document, which may also be vectors' names. */
  private static final Set<String> PARTS =
      Set.of("text", "model", "options", "image", "object", "indices", "values");

  /** VectorStruct: what stands in a point's {@code vector}, by vector name. */
  static Map<String, VectorInput> pointVectors(JsonIn in) throws IOException {
    if (in.isArray()) {
      return Map.of("", numbers(in));
    }
    if (!in.isObject()) {
      throw in.wrongType("a vector, a map of named vectors or a document");
    }
    Parts parts = new Parts();
    in.object(
        "VectorStruct",
        name -> {
          parts.add(in, name);
          return true;
        });
    VectorInput inference = parts.documentOrNull(in);
    return inference != null ? Map.of("", inference) : parts.named(in);
  }

  /** Members of an object that may be a document, a sparse vector or a map of named vectors. */
  static final class Parts {
    private final Map<String, VectorInput> read = new LinkedHashMap<>();
    private final Map<String, JsonNode> others = new LinkedHashMap<>();
    private @Nullable QuiverException unreadable;

    void add(JsonIn in, String name) throws IOException {
      boolean isPart = PARTS.contains(name);
      if (in.isArray() && !isPart) {
        read.put(name, numbers(in));
      } else if (in.isObject() && (!isPart || name.equals("text"))) {
        try {
          read.put(name, ofObject(in));
        } catch (NoVectorException e) {
          // An unknown member of a document may be anything.
          unreadable = e.reason;
        }
      } else {
        others.put(name, in.tree());
      }
    }

    /** The one input of a query that the members are together, or null. */
    @Nullable VectorInput inputOrNull(JsonIn in, String label) {
      JsonNode indices = others.get("indices");
      JsonNode values = others.get("values");
      if (indices != null && values != null) {
        return sparse(in, label, indices(in, indices), floats(in, values));
      }
      return documentOrNull(in);
    }

    @Nullable VectorInput documentOrNull(JsonIn in) {
      return isInference(others) ? inference(in, others) : null;
    }

    Map<String, VectorInput> named(JsonIn in) {
      if (unreadable != null) {
        throw unreadable;
      }
      Map<String, VectorInput> named = new LinkedHashMap<>(read);
      for (Map.Entry<String, JsonNode> entry : others.entrySet()) {
        named.put(entry.getKey(), ofTree(in, entry.getKey(), entry.getValue()));
      }
      return named;
    }
  }

  /** One Vector: numbers, rows of them, indices and values, or a document. */
  static VectorInput vector(JsonIn in) throws IOException {
    return vector(in, null);
  }

  private static VectorInput vector(JsonIn in, @Nullable String label) throws IOException {
    if (in.isArray()) {
      return numbers(in, label);
    }
    if (!in.isObject()) {
      return ofTree(in, "", in.tree());
    }
    try {
      return ofObject(in, label);
    } catch (NoVectorException e) {
      throw e.reason;
    }
  }

  /** {@link #queryInput(JsonIn, String)}, with the body's own path in messages. */
  static VectorInput queryInput(JsonIn in) throws IOException {
    return queryInput(in, null);
  }

  /**
   * VectorInput of a query: a vector, a document, or the id of a point.
   *
   * @param label before the names of members in messages, as {@code internal.query.}
   */
  static VectorInput queryInput(JsonIn in, @Nullable String label) throws IOException {
    if (in.isString() || in.isNumber()) {
      return new VectorInput.ById(in.pointId());
    }
    return vector(in, label);
  }

  /** The vectors of a batch in column form: one map of vectors for each point. */
  static List<Map<String, VectorInput>> columns(JsonIn in, Sizes sizes) throws IOException {
    List<Map<String, VectorInput>> points = new ArrayList<>();
    if (in.isArray()) {
      in.array(() -> points.add(Map.of("", vector(in))));
      sizes.check(points.size());
      return points;
    }
    in.object(
        "BatchVectorStruct",
        name -> {
          int[] next = {0};
          in.array(
              () -> {
                if (next[0] == points.size()) {
                  points.add(new LinkedHashMap<>());
                }
                points.get(next[0]++).put(name, vector(in));
              });
          sizes.check(next[0]);
          return true;
        });
    return points;
  }

  /** Told how many vectors each column has. */
  @FunctionalInterface
  interface Sizes {
    void check(int columnSize);
  }

  /** An object that is no vector. */
  private static final class NoVectorException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient QuiverException reason;

    NoVectorException(QuiverException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  private static VectorInput numbers(JsonIn in) throws IOException {
    return numbers(in, null);
  }

  /** An array: the components of a vector, or rows of them. */
  private static VectorInput numbers(JsonIn in, @Nullable String label) throws IOException {
    in.enterArray();
    if (!in.isArray()) {
      return new VectorInput.Dense(in.floatsFromFirst());
    }
    List<float[]> rows = in.rowsFromFirst();
    String wrong = MultiVectors.wrong(rows);
    if (wrong == null) {
      return new VectorInput.Multi(MultiVectors.of(rows));
    }
    in.invalid((label == null ? vectorPath(in) + "." : label) + "data", wrong);
    return new VectorInput.Dense(new float[0]);
  }

  private static VectorInput ofObject(JsonIn in) throws IOException, NoVectorException {
    return ofObject(in, null);
  }

  private static VectorInput ofObject(JsonIn in, @Nullable String label)
      throws IOException, NoVectorException {
    int[][] indices = {null};
    float[][] values = {null};
    Map<String, JsonNode> members = new LinkedHashMap<>();
    in.object(
        "Vector",
        name -> {
          if (name.equals("indices") && in.isArray()) {
            indices[0] = in.u32s();
          } else if (name.equals("values") && in.isArray()) {
            in.enterArray();
            values[0] = in.floatsFromFirst();
          } else {
            members.put(name, in.tree());
          }
          return true;
        });
    if (indices[0] != null && values[0] != null) {
      return sparse(in, label == null ? vectorPath(in) + "." : label, indices[0], values[0]);
    }
    if (!isInference(members)) {
      throw new NoVectorException(
          in.error("data did not match any variant of untagged enum Vector"));
    }
    return inference(in, members);
  }

  /**
   * The sparse vector of unchecked parts; what is wrong with them is noted.
   *
   * @param label before the names of members in messages
   */
  private static VectorInput sparse(JsonIn in, String label, int[] indices, float[] values) {
    String wrong = SparseVectors.wrong(indices, values);
    if (wrong == null) {
      return new VectorInput.Sparse(SparseVectors.sorted(indices, values));
    }
    int colon = wrong.indexOf(':');
    in.invalid(label + wrong.substring(0, colon), wrong.substring(colon + 2));
    return new VectorInput.Sparse(new VectorValue.Sparse(new int[0], new float[0]));
  }

  /** Where a vector stands; the names of vectors are not told, as Qdrant does not. */
  private static String vectorPath(JsonIn in) {
    String path = in.path();
    int named = path.lastIndexOf(".vector.");
    return named < 0 ? path : path.substring(0, named) + ".vector.?";
  }

  private static VectorInput ofTree(JsonIn in, String name, JsonNode tree) {
    if (tree.isArray()) {
      return new VectorInput.Dense(floats(in, tree));
    }
    if (!(tree instanceof ObjectNode object)) {
      throw in.error(
          (name.isEmpty() ? "" : name + ": ")
              + "invalid type: "
              + Shape.describe(tree)
              + ", expected a vector or a document");
    }
    JsonNode indices = object.get("indices");
    JsonNode values = object.get("values");
    if (indices != null && values != null) {
      return sparse(in, vectorPath(in) + ".?.", indices(in, indices), floats(in, values));
    }
    Map<String, JsonNode> members = new LinkedHashMap<>();
    object.properties().forEach(entry -> members.put(entry.getKey(), entry.getValue()));
    if (!isInference(members)) {
      throw in.error(
          (name.isEmpty() ? "" : name + ": ")
              + "data did not match any variant of untagged enum Vector");
    }
    return inference(in, members);
  }

  private static float[] floats(JsonIn in, JsonNode array) {
    if (!array.isArray()) {
      throw in.error("invalid type: " + Shape.describe(array) + ", expected a sequence");
    }
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode element = array.get(i);
      values[i] = element.floatValue();
      if (!element.isNumber() || !Float.isFinite(values[i])) {
        throw in.error("invalid type: " + Shape.describe(element) + ", expected f32");
      }
    }
    return values;
  }

  private static int[] indices(JsonIn in, JsonNode array) {
    if (!array.isArray()) {
      throw in.error("invalid type: " + Shape.describe(array) + ", expected a sequence");
    }
    int[] indices = new int[array.size()];
    for (int i = 0; i < indices.length; i++) {
      JsonNode element = array.get(i);
      if (!element.isIntegralNumber()) {
        throw in.error("invalid type: " + Shape.describe(element) + ", expected u32");
      }
      if (!element.canConvertToLong() || element.longValue() >>> Integer.SIZE != 0) {
        throw in.error("invalid value: integer `" + element.asText() + "`, expected u32");
      }
      indices[i] = (int) element.longValue();
    }
    return indices;
  }

  private static boolean isInference(Map<String, JsonNode> members) {
    return isText(members.get("model"))
        || isText(members.get("text"))
        || isText(members.get("image"));
  }

  private static boolean isText(@Nullable JsonNode value) {
    return value != null && value.isTextual();
  }

  private static VectorInput inference(JsonIn in, Map<String, JsonNode> members) {
    for (String unsupported : List.of("image", "object")) {
      if (members.containsKey(unsupported)) {
        throw Inference.noModelFor(unsupported);
      }
    }
    JsonNode text = members.get("text");
    JsonNode model = members.get("model");
    if (text == null || model == null) {
      throw in.missing(text == null ? "text" : "model");
    }
    if (!text.isTextual() || !model.isTextual()) {
      throw in.error(
          "invalid type: "
              + Shape.describe(text.isTextual() ? model : text)
              + ", expected a string");
    }
    JsonNode options = members.get("options");
    if (options == null || options.isNull() || options.isEmpty()) {
      return new VectorInput.Document(text.textValue(), model.textValue());
    }
    if (!(options instanceof ObjectNode object)) {
      throw in.error("invalid type: " + Shape.describe(options) + ", expected a map");
    }
    if (!Bm25.isModel(model.textValue())) {
      throw new QuiverException(
          ErrorCode.NOT_IMPLEMENTED,
          "options of a Document are not supported yet for this model: "
              + String.join(", ", names(options)));
    }
    return new VectorInput.Document(text.textValue(), model.textValue(), object);
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(name -> names.add(Shape.abbreviate(name)));
    return names;
  }
}
