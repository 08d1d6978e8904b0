package dev.quiver.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A point's payload: a JSON object, held as its UTF-8 bytes, as its tree, or both; each form is
 * made from the other on first use. Integers and floats keep their identity (1 stays 1, 1.0 stays
 * 1.0). Immutable: nobody may change the tree or the bytes that they get. Thread-safe.
 */
public final class Payload {
  /** The one mapper for payloads; keeps null members and the order of keys. */
  public static final ObjectMapper JSON = JsonMapper.builder().build();

  public static final Payload EMPTY = of(JSON.createObjectNode());

  private volatile byte @Nullable [] bytes;
  private volatile @Nullable ObjectNode tree;

  private Payload(byte @Nullable [] bytes, @Nullable ObjectNode tree) {
    this.bytes = bytes;
    this.tree = tree;
  }

  public static Payload of(ObjectNode tree) {
    return new Payload(null, tree);
  }

  /**
   * @param bytes one JSON object in UTF-8
   */
  public static Payload ofBytes(byte[] bytes) {
    return new Payload(bytes, null);
  }

  public ObjectNode json() {
    ObjectNode seen = tree;
    if (seen == null) {
      try {
        JsonNode parsed = JSON.readTree(bytes);
        if (!(parsed instanceof ObjectNode object)) {
          throw new QuiverException(
              ErrorCode.CORRUPT, "stored payload is not a JSON object: " + parsed.getNodeType());
        }
        seen = object;
      } catch (IOException e) {
        throw new QuiverException(ErrorCode.CORRUPT, "stored payload is not JSON", e);
      }
      tree = seen;
    }
    return seen;
  }

  public byte[] bytes() {
    byte[] seen = bytes;
    if (seen == null) {
      try {
        seen = JSON.writeValueAsBytes(tree);
      } catch (JsonProcessingException e) {
        throw new QuiverException(ErrorCode.INTERNAL, "payload cannot be written as JSON", e);
      }
      bytes = seen;
    }
    return seen;
  }

  public boolean isEmpty() {
    ObjectNode seen = tree;
    byte[] raw = bytes;
    return seen != null ? seen.isEmpty() : raw != null && raw.length == 2;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Payload that && json().equals(that.json());
  }

  @Override
  public int hashCode() {
    return json().hashCode();
  }

  @Override
  public String toString() {
    return json().toString();
  }
}
