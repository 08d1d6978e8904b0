package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes {@code qdrant-rest.txt} of Qdrant's OpenAPI descriptions: facts alone, which endpoints
 * there are and how their bodies' members are called and typed. The form is that of {@link
 * QdrantRest}.
 *
 * <p>Arguments: the file to write, then descriptions, the newest first; of an older one counts what
 * the newer ones lack.
 */
final class QdrantRestDeriver {
  private static final String REF = "#/components/schemas/";

  private final Map<String, String> endpoints = new LinkedHashMap<>();
  private final Map<String, String> schemas = new TreeMap<>();

  private QdrantRestDeriver() {}

  public static void main(String[] arguments) throws IOException {
    QdrantRestDeriver deriver = new QdrantRestDeriver();
    for (int i = 1; i < arguments.length; i++) {
      deriver.add(new ObjectMapper().readTree(Path.of(arguments[i]).toFile()));
    }
    StringBuilder out = new StringBuilder();
    deriver.endpoints.forEach((name, rest) -> out.append(name).append(rest).append('\n'));
    out.append('\n');
    deriver.schemas.forEach((name, form) -> out.append(name).append(form).append('\n'));
    Files.writeString(Path.of(arguments[0]), out);
  }

  private void add(JsonNode description) {
    String version = description.path("info").path("version").asText();
    for (Map.Entry<String, JsonNode> path : description.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (method.getValue().isObject()) {
          String name = method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
          endpoints.putIfAbsent(name, endpoint(method.getValue()));
        }
      }
    }
    for (Map.Entry<String, JsonNode> schema :
        description.path("components").path("schemas").properties()) {
      schemas.putIfAbsent(schema.getKey(), form(schema.getValue()));
    }
    if (version.isEmpty()) {
      throw new IllegalArgumentException("no OpenAPI description");
    }
  }

  private static String endpoint(JsonNode operation) {
    TreeSet<String> query = new TreeSet<>();
    for (JsonNode parameter : operation.path("parameters")) {
      if (parameter.path("in").asText().equals("query")) {
        query.add(parameter.path("name").asText());
      }
    }
    JsonNode body = operation.at("/requestBody/content/application~1json/schema");
    JsonNode answer = operation.at("/responses/200/content/application~1json/schema");
    JsonNode result = answer.path("properties").path("result");
    return " | "
        + operation.path("tags").path(0).asText()
        + " | "
        + String.join(" ", query)
        + " | "
        + (body.isMissingNode() ? "" : type(body))
        + " | "
        + (result.isMissingNode() ? "" : type(result));
  }

  private static String form(JsonNode schema) {
    if (schema.has("properties")) {
      TreeSet<String> required = new TreeSet<>();
      schema.path("required").forEach(name -> required.add(name.asText()));
      List<String> members = new ArrayList<>();
      for (Map.Entry<String, JsonNode> member : schema.path("properties").properties()) {
        members.add(
            member.getKey()
                + (required.contains(member.getKey()) ? "! " : " ")
                + type(member.getValue()));
      }
      return " { " + String.join("; ", members) + " }";
    }
    return " = " + type(schema);
  }

  private static String type(JsonNode schema) {
    if (schema.has("$ref")) {
      return schema.path("$ref").asText().substring(REF.length());
    }
    for (String union : List.of("anyOf", "oneOf", "allOf")) {
      if (schema.has(union)) {
        List<String> types = new ArrayList<>();
        for (JsonNode one : schema.path(union)) {
          String type = type(one);
          if (!type.equals("any") && !types.contains(type)) {
            types.add(type);
          }
        }
        return types.isEmpty() ? "any" : String.join(" / ", types);
      }
    }
    if (schema.has("enum")) {
      List<String> words = new ArrayList<>();
      for (JsonNode word : schema.path("enum")) {
        if (!word.isNull()) {
          words.add('"' + word.asText() + '"');
        }
      }
      return words.isEmpty() ? "any" : String.join(" / ", words);
    }
    String type = schema.path("type").asText("any");
    if (type.equals("array")) {
      String element = type(schema.path("items"));
      return element.contains(" / ") ? "(" + element + ")[]" : element + "[]";
    }
    if (type.equals("object")) {
      if (schema.has("properties")) {
        return "{" + form(schema).substring(2);
      }
      JsonNode values = schema.path("additionalProperties");
      return values.isObject() && !values.isEmpty() ? "map<" + type(values) + ">" : "any";
    }
    return switch (type) {
      case "integer", "number" -> {
        String minimum = schema.has("minimum") ? schema.path("minimum").asText() : "";
        yield type.equals("integer") ? "int" + minimum.replace(".0", "") : "float";
      }
      case "boolean" -> "bool";
      default -> type;
    };
  }
}
