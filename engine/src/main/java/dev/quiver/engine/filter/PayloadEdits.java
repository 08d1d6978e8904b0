package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.filter.PayloadPath.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes and selections of payloads. Pure: no argument is changed, and results share the parts
 * that stayed the same with their sources, so nobody may change results either.
 */
public final class PayloadEdits {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private PayloadEdits() {}

  /** Puts every member of {@code values} at the top; a null member removes the key. */
  public static ObjectNode set(ObjectNode payload, ObjectNode values) {
    return merged(payload, values);
  }

  /**
   * Puts every member of {@code values} into the object at the path {@code key}, or at the top when
   * it is null. Where the path leads to no object, one takes the place of what is there; {@code
   * a[]} changes each element, {@code a[0]} one that exists.
   */
  public static ObjectNode set(ObjectNode payload, ObjectNode values, @Nullable String key) {
    if (key == null) {
      return merged(payload, values);
    }
    return (ObjectNode)
        put(payload, PayloadPath.parse(key).steps(), 0, old -> merged(objectOr(old), values));
  }

  /** Puts {@code values} in place of the whole payload, or of what is at the path {@code key}. */
  public static ObjectNode overwrite(ObjectNode payload, ObjectNode values, @Nullable String key) {
    if (key == null) {
      return values;
    }
    return (ObjectNode) put(payload, PayloadPath.parse(key).steps(), 0, old -> values);
  }

  /**
   * Removes what is at the paths: a member, or with {@code []} at the end all elements. A single
   * element of an array is not removed, as its successors would take its place.
   */
  public static ObjectNode delete(ObjectNode payload, List<String> keys) {
    ObjectNode result = payload;
    for (String key : keys) {
      result = (ObjectNode) removed(result, PayloadPath.parse(key).steps(), 0);
    }
    return result;
  }

  /** The part of a payload that a selection names; null for none. */
  public static @Nullable Payload select(Payload payload, PayloadSelection selection) {
    return switch (selection) {
      case PayloadSelection.All _ -> payload;
      case PayloadSelection.None _ -> null;
      case PayloadSelection.Include(List<String> paths) ->
          Payload.of(include(payload.json(), paths));
      case PayloadSelection.Exclude(List<String> paths) ->
          Payload.of(exclude(payload.json(), paths));
    };
  }

  /**
   * What lies on the way to, at or below one of the paths. Elements of arrays on the way are kept
   * even when nothing in them is.
   */
  public static ObjectNode include(ObjectNode payload, List<String> paths) {
    List<PayloadPath> patterns = paths.stream().map(PayloadPath::parse).toList();
    return (ObjectNode)
        kept(
            payload,
            new ArrayList<>(),
            at -> patterns.stream().anyMatch(path -> agree(path.steps(), at)));
  }

  /** All but what lies at or below one of the paths. */
  public static ObjectNode exclude(ObjectNode payload, List<String> paths) {
    List<PayloadPath> patterns = paths.stream().map(PayloadPath::parse).toList();
    return (ObjectNode)
        kept(
            payload,
            new ArrayList<>(),
            at ->
                patterns.stream()
                    .noneMatch(
                        path -> path.steps().size() <= at.size() && agree(path.steps(), at)));
  }

  /** Whether one is the beginning of the other. */
  private static boolean agree(List<Step> pattern, List<Step> at) {
    int common = Math.min(pattern.size(), at.size());
    return pattern.subList(0, common).equals(at.subList(0, common));
  }

  private interface Keep {
    boolean keeps(List<Step> at);
  }

  private static JsonNode kept(JsonNode node, List<Step> at, Keep keep) {
    if (node.isObject()) {
      ObjectNode result = JSON.objectNode();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        at.addLast(new Step.Key(member.getKey()));
        if (keep.keeps(at)) {
          result.set(member.getKey(), kept(member.getValue(), at, keep));
        }
        at.removeLast();
      }
      return result;
    }
    if (node.isArray()) {
      ArrayNode result = JSON.arrayNode(node.size());
      at.addLast(PayloadPath.EVERY);
      for (JsonNode element : node) {
        if (keep.keeps(at)) {
          result.add(kept(element, at, keep));
        }
      }
      at.removeLast();
      return result;
    }
    return node;
  }

  private static ObjectNode merged(ObjectNode into, ObjectNode values) {
    ObjectNode result = shallowCopy(into);
    for (Map.Entry<String, JsonNode> member : values.properties()) {
      if (member.getValue().isNull()) {
        result.remove(member.getKey());
      } else {
        result.set(member.getKey(), member.getValue());
      }
    }
    return result;
  }

  /** The node with {@code change} applied to what is at the path; null stands for nothing there. */
  private static JsonNode put(
      @Nullable JsonNode node,
      List<Step> path,
      int step,
      UnaryOperator<@Nullable JsonNode> change) {
    if (step == path.size()) {
      return Objects.requireNonNull(change.apply(node));
    }
    switch (path.get(step)) {
      case Step.Key(String name) -> {
        ObjectNode result = shallowCopy(objectOr(node));
        result.set(name, put(result.get(name), path, step + 1, change));
        return result;
      }
      case Step.Index(int position) -> {
        ArrayNode result = shallowCopy(node);
        if (position < result.size()) {
          result.set(position, put(result.get(position), path, step + 1, change));
        }
        return result;
      }
      case Step.Every() -> {
        ArrayNode result = shallowCopy(node);
        for (int i = 0; i < result.size(); i++) {
          result.set(i, put(result.get(i), path, step + 1, change));
        }
        return result;
      }
    }
  }

  private static JsonNode removed(JsonNode node, List<Step> path, int step) {
    boolean last = step == path.size() - 1;
    switch (path.get(step)) {
      case Step.Key(String name) -> {
        JsonNode member = node.isObject() ? node.get(name) : null;
        if (member == null) {
          return node;
        }
        ObjectNode result = shallowCopy((ObjectNode) node);
        if (last) {
          result.remove(name);
        } else {
          result.set(name, removed(member, path, step + 1));
        }
        return result;
      }
      case Step.Index(int position) -> {
        JsonNode element = node.isArray() ? node.get(position) : null;
        if (last || element == null) {
          return node;
        }
        ArrayNode result = shallowCopy(node);
        result.set(position, removed(element, path, step + 1));
        return result;
      }
      case Step.Every() -> {
        if (!node.isArray()) {
          return node;
        }
        ArrayNode result = last ? JSON.arrayNode() : shallowCopy(node);
        for (int i = 0; i < result.size(); i++) {
          result.set(i, removed(result.get(i), path, step + 1));
        }
        return result;
      }
    }
  }

  private static ObjectNode objectOr(@Nullable JsonNode node) {
    return node instanceof ObjectNode object ? object : JSON.objectNode();
  }

  private static ObjectNode shallowCopy(ObjectNode node) {
    ObjectNode copy = JSON.objectNode();
    node.properties().forEach(member -> copy.set(member.getKey(), member.getValue()));
    return copy;
  }

  /** The array's elements, or none when it is not an array. */
  private static ArrayNode shallowCopy(@Nullable JsonNode node) {
    ArrayNode copy = JSON.arrayNode();
    if (node != null && node.isArray()) {
      node.forEach(copy::add);
    }
    return copy;
  }
}
