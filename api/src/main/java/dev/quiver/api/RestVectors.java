package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads vectors in all the forms that Qdrant's JSON has: numbers, a map of named ones, a document
 * to embed. Sparse vectors, multivectors, images and objects are refused by name.
 */
final class RestVectors {
  private RestVectors() {}

  /** VectorStruct: what stands in a point's {@code vector}, by vector name. */
  static Map<String, VectorInput> pointVectors(JsonIn in) throws IOException {
    if (in.isArray()) {
      return Map.of("", dense(in));
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
    VectorInput inference = parts.inputOrNull(in);
    return inference != null ? Map.of("", inference) : parts.named(in);
  }

  /** Members of an object that may be a document or a map of named vectors. */
  static final class Parts {
    private final Map<String, VectorInput> dense = new LinkedHashMap<>();
    private final Map<String, JsonNode> others = new LinkedHashMap<>();

    void add(JsonIn in, String name) throws IOException {
      if (in.isArray() && !name.equals("indices") && !name.equals("values")) {
        dense.put(name, dense(in));
      } else {
        others.put(name, in.tree());
      }
    }

    /** The one input that the members are together, or null. */
    @Nullable VectorInput inputOrNull(JsonIn in) {
      if (others.containsKey("indices") && others.containsKey("values")) {
        throw Inference.unsupported(prefix(in, "") + "sparse vector");
      }
      return isInference(others) ? inference(in, others) : null;
    }

    Map<String, VectorInput> named(JsonIn in) {
      Map<String, VectorInput> named = new LinkedHashMap<>(dense);
      for (Map.Entry<String, JsonNode> entry : others.entrySet()) {
        named.put(entry.getKey(), ofTree(in, entry.getKey(), entry.getValue()));
      }
      return named;
    }
  }

  /** One Vector: numbers or a document. */
  static VectorInput vector(JsonIn in) throws IOException {
    return in.isArray() ? dense(in) : ofTree(in, "", in.tree());
  }

  /** VectorInput of a query: numbers, a document, or the id of a point. */
  static VectorInput queryInput(JsonIn in) throws IOException {
    if (in.isString() || in.isNumber()) {
      return new VectorInput.ById(in.pointId());
    }
    return vector(in);
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

  private static VectorInput dense(JsonIn in) throws IOException {
    in.enterArray();
    if (in.isArray()) {
      throw Inference.unsupported("multivector");
    }
    return new VectorInput.Dense(in.floatsFromFirst());
  }

  private static VectorInput ofTree(JsonIn in, String name, JsonNode tree) {
    if (tree.isArray()) {
      return denseOfTree(in, tree);
    }
    if (!(tree instanceof ObjectNode object)) {
      throw in.error(
          (name.isEmpty() ? "" : name + ": ")
              + "invalid type: "
              + Shape.describe(tree)
              + ", expected a vector or a document");
    }
    if (object.has("indices") || object.has("values")) {
      throw Inference.unsupported(prefix(in, name) + "sparse vector");
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

  private static VectorInput denseOfTree(JsonIn in, JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode element = array.get(i);
      values[i] = element.floatValue();
      if (!element.isNumber() || !Float.isFinite(values[i])) {
        throw in.error("invalid type: " + Shape.describe(element) + ", expected f32");
      }
    }
    return new VectorInput.Dense(values);
  }

  private static String prefix(JsonIn in, String name) {
    String path = in.path();
    return path.isEmpty() && name.isEmpty()
        ? ""
        : path + (name.isEmpty() || path.isEmpty() ? "" : ".") + name + ": ";
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
        throw Inference.unsupported(unsupported);
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
    if (options != null && !options.isNull() && !options.isEmpty()) {
      throw new QuiverException(
          ErrorCode.NOT_IMPLEMENTED,
          "options of a Document are not supported yet: " + String.join(", ", names(options)));
    }
    return new VectorInput.Document(text.textValue(), model.textValue());
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(name -> names.add(Shape.abbreviate(name)));
    return names;
  }
}
