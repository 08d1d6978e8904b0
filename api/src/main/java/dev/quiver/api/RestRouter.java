package dev.quiver.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the handler of a method and path. Paths are split before they are decoded, so that a
 * parameter may hold any character, even a slash; empty segments do not count, as in Qdrant, which
 * trims them. A fixed segment is preferred to a parameter. Immutable once it is built.
 */
final class RestRouter {
  /** Answers one call. */
  @FunctionalInterface
  interface Handler {
    void handle(RestExchange exchange);
  }

  /**
   * A route that matched.
   *
   * @param endpoint method and route as declared, as {@code GET /collections/{collection_name}}
   * @param parameters by name, decoded
   */
  record Match(String endpoint, Handler handler, Map<String, String> parameters) {}

  private record Route(String endpoint, Handler handler) {}

  private static final class Node {
    private final Map<String, Node> fixed = new LinkedHashMap<>();
    private final Map<String, Route> byMethod = new LinkedHashMap<>();
    private @Nullable String parameterName;
    private @Nullable Node parameter;
  }

  private static final int SEGMENTS_MAX = 16;

  private final Node root = new Node();
  private final List<String> endpoints = new ArrayList<>();

  RestRouter add(String method, String pattern, Handler handler) {
    Node node = root;
    for (String segment : segments(pattern)) {
      if (segment.startsWith("{")) {
        String name = segment.substring(1, segment.length() - 1);
        if (node.parameter == null) {
          node.parameter = new Node();
          node.parameterName = name;
        } else if (!name.equals(node.parameterName)) {
          throw new IllegalArgumentException(
              pattern + ": parameter " + name + " (expected: " + node.parameterName + ")");
        }
        node = node.parameter;
      } else {
        node = node.fixed.computeIfAbsent(segment, _ -> new Node());
      }
    }
    if (node.byMethod.put(method, new Route(method + " " + pattern, handler)) != null) {
      throw new IllegalArgumentException(method + " " + pattern + " is declared twice");
    }
    endpoints.add(method + " " + pattern);
    return this;
  }

  /** Every route, as {@link Match#endpoint} names it. */
  List<String> endpoints() {
    return List.copyOf(endpoints);
  }

  /** Null when no route has this method and path. */
  @Nullable Match find(String method, String rawPath) {
    List<String> segments = segments(rawPath);
    if (segments.size() > SEGMENTS_MAX) {
      return null;
    }
    return find(root, method, segments, 0, new LinkedHashMap<>());
  }

  private static @Nullable Match find(
      Node node, String method, List<String> segments, int at, Map<String, String> parameters) {
    if (at == segments.size()) {
      Route route = node.byMethod.get(method);
      return route == null ? null : new Match(route.endpoint, route.handler, parameters);
    }
    Node fixed = node.fixed.get(segments.get(at));
    if (fixed != null) {
      Match match = find(fixed, method, segments, at + 1, parameters);
      if (match != null) {
        return match;
      }
    }
    String name = node.parameterName;
    if (node.parameter == null || name == null) {
      return null;
    }
    parameters.put(name, decode(segments.get(at)));
    Match match = find(node.parameter, method, segments, at + 1, parameters);
    if (match == null) {
      parameters.remove(name);
    }
    return match;
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    int start = 0;
    while (start < path.length()) {
      int end = path.indexOf('/', start);
      end = end < 0 ? path.length() : end;
      if (end > start) {
        segments.add(path.substring(start, end));
      }
      start = end + 1;
    }
    return segments;
  }

  private static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    try {
      // In a path, unlike in a form, a plus is a plus.
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problems.format(
          Problems.PATH, "", "malformed percent-encoding in \"" + Shape.abbreviate(segment) + "\"");
    }
  }
}
