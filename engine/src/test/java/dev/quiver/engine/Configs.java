package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Collection configurations for tests. */
final class Configs {
  private Configs() {}

  static CollectionConfig of(int size, String distance) {
    return parse(
        "{\"params\":{\"vectors\":{\"size\":%d,\"distance\":\"%s\"}}}".formatted(size, distance));
  }

  static CollectionConfig parse(String json) {
    try {
      return CollectionConfig.fromDocument((ObjectNode) Payload.JSON.readTree(json));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
