package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What Qdrant's REST API consists of, as {@link QdrantRestDeriver} found it: {@code METHOD path |
 * tag | query parameters | body | result}, then {@code Name { member! type; ... }} and {@code Name
 * = type}; {@code !} is required.
 */
final class QdrantRest {
  /** A value's form. */
  sealed interface Type {
    record Ref(String name) implements Type {}

    record Many(Type element) implements Type {}

    record Named(Type element) implements Type {}

    record Union(List<Type> types) implements Type {}

    record Struct(List<Member> members) implements Type {}

    record Word(String word) implements Type {}

    /** {@code int0}, {@code float}, {@code bool}, {@code string}, {@code any}. */
    record Plain(String name) implements Type {}
  }

  record Member(String name, boolean required, Type type) {}

  /**
   * @param body null when there is none
   * @param result null when there is none
   */
  record Endpoint(String name, String tag, List<String> query, Type body, Type result) {
    String method() {
      return name.substring(0, name.indexOf(' '));
    }

    String path() {
      return name.substring(name.indexOf(' ') + 1);
    }
  }

  final List<Endpoint> endpoints = new ArrayList<>();
  final Map<String, Type> schemas = new LinkedHashMap<>();

  private QdrantRest() {}

  static QdrantRest read() {
    QdrantRest rest = new QdrantRest();
    try (InputStream in =
        Objects.requireNonNull(QdrantRest.class.getResourceAsStream("qdrant-rest.txt"))) {
      new String(in.readAllBytes(), UTF_8).lines().filter(l -> !l.isEmpty()).forEach(rest::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rest;
  }

  private void add(String line) {
    if (line.contains(" | ")) {
      String[] parts = line.split("\\|", -1);
      endpoints.add(
          new Endpoint(
              parts[0].strip(),
              parts[1].strip(),
              parts[2].isBlank() ? List.of() : List.of(parts[2].strip().split(" ")),
              parts[3].isBlank() ? null : new Reader(parts[3].strip()).union(),
              parts[4].isBlank() ? null : new Reader(parts[4].strip()).union()));
      return;
    }
    int end = line.indexOf(' ');
    String form = line.substring(end + 1);
    schemas.put(
        line.substring(0, end),
        new Reader(form.startsWith("= ") ? form.substring(2) : form).union());
  }

  /** What a name stands for. */
  Type resolved(Type type) {
    return type instanceof Type.Ref(String name)
        ? Objects.requireNonNull(schemas.get(name), name)
        : type;
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    private boolean take(String word) {
      while (at < text.length() && text.charAt(at) == ' ') {
        at++;
      }
      if (text.startsWith(word, at)) {
        at += word.length();
        return true;
      }
      return false;
    }

    Type union() {
      List<Type> types = new ArrayList<>(List.of(one()));
      while (take("/ ")) {
        types.add(one());
      }
      return types.size() == 1 ? types.getFirst() : new Type.Union(types);
    }

    private Type one() {
      Type type;
      if (take("(")) {
        type = union();
        take(")");
      } else if (take("{")) {
        type = struct();
      } else if (take("map<")) {
        type = new Type.Named(union());
        take(">");
      } else if (take("\"")) {
        int end = text.indexOf('"', at);
        type = new Type.Word(text.substring(at, end));
        at = end + 1;
      } else {
        String name = name();
        type =
            name.matches("int[0-9]*|float|bool|string|any")
                ? new Type.Plain(name)
                : new Type.Ref(name);
      }
      while (take("[]")) {
        type = new Type.Many(type);
      }
      return type;
    }

    private Type struct() {
      List<Member> members = new ArrayList<>();
      while (!take("}")) {
        String name = name();
        boolean required = take("!");
        members.add(new Member(name, required, union()));
        take(";");
      }
      return new Type.Struct(members);
    }

    private String name() {
      take("");
      int start = at;
      while (at < text.length()
          && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
        at++;
      }
      if (start == at) {
        throw new IllegalArgumentException(text + " at " + at);
      }
      return text.substring(start, at);
    }
  }
}
