package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import io.qdrant.client.grpc.Collections;
import java.util.Map;
import java.util.Set;

/**
 * The configuration messages whose JSON is not simply an object of their fields: unions that JSON
 * tells apart by shape, and maps that the wire wraps into a message.
 */
final class GrpcOddShapes {
  /** A message of one map, and the map's field. */
  private static final Map<String, String> WRAPPED_MAPS =
      Map.of(
          "qdrant.VectorParamsMap", "map",
          "qdrant.VectorParamsDiffMap", "map",
          "qdrant.SparseVectorConfig", "map",
          "qdrant.StrictModeMultivectorConfig", "multivector_config",
          "qdrant.StrictModeSparseConfig", "sparse_config");

  private static final Set<String> UNIONS =
      Set.of(
          "qdrant.VectorsConfig",
          "qdrant.VectorsConfigDiff",
          "qdrant.QuantizationConfig",
          "qdrant.QuantizationConfigDiff",
          "qdrant.MaxOptimizationThreads",
          "qdrant.BinaryQuantizationQueryEncoding",
          "qdrant.StemmingAlgorithm");

  private GrpcOddShapes() {}

  static boolean isOdd(MessageOrBuilder message) {
    String name = message.getDescriptorForType().getFullName();
    return UNIONS.contains(name) || WRAPPED_MAPS.containsKey(name);
  }

  static JsonNode write(Message message) {
    String mapField = WRAPPED_MAPS.get(message.getDescriptorForType().getFullName());
    if (mapField != null) {
      JsonNode map = GrpcMessageJson.write(message).get(mapField);
      return map == null ? JsonNodeFactory.instance.objectNode() : map;
    }
    return switch (message) {
      case Collections.VectorsConfig config ->
          switch (config.getConfigCase()) {
            case PARAMS -> GrpcMessageJson.write(config.getParams());
            case PARAMS_MAP -> write(config.getParamsMap());
            case CONFIG_NOT_SET -> JsonNodeFactory.instance.objectNode();
          };
      case Collections.VectorsConfigDiff config ->
          switch (config.getConfigCase()) {
            case PARAMS -> single("", GrpcMessageJson.write(config.getParams()));
            case PARAMS_MAP -> write(config.getParamsMap());
            case CONFIG_NOT_SET -> JsonNodeFactory.instance.objectNode();
          };
      case Collections.QuantizationConfig config ->
          switch (config.getQuantizationCase()) {
            case SCALAR -> single("scalar", GrpcMessageJson.write(config.getScalar()));
            case PRODUCT -> single("product", GrpcMessageJson.write(config.getProduct()));
            case BINARY -> single("binary", GrpcMessageJson.write(config.getBinary()));
            case TURBOQUANT -> single("turbo", GrpcMessageJson.write(config.getTurboquant()));
            case QUANTIZATION_NOT_SET -> throw noQuantization();
          };
      case Collections.QuantizationConfigDiff config ->
          switch (config.getQuantizationCase()) {
            case SCALAR -> single("scalar", GrpcMessageJson.write(config.getScalar()));
            case PRODUCT -> single("product", GrpcMessageJson.write(config.getProduct()));
            case BINARY -> single("binary", GrpcMessageJson.write(config.getBinary()));
            case TURBOQUANT -> single("turbo", GrpcMessageJson.write(config.getTurboquant()));
            case DISABLED -> JsonNodeFactory.instance.textNode("Disabled");
            case QUANTIZATION_NOT_SET -> throw noQuantization();
          };
      case Collections.MaxOptimizationThreads threads ->
          switch (threads.getVariantCase()) {
            case VALUE -> JsonNodeFactory.instance.numberNode(threads.getValue());
            case SETTING -> {
              if (threads.getSetting() != Collections.MaxOptimizationThreads.Setting.Auto) {
                throw GrpcFaults.malformed("Malformed MaxOptimizationThreads");
              }
              yield JsonNodeFactory.instance.textNode("auto");
            }
            case VARIANT_NOT_SET -> throw GrpcFaults.malformed("Malformed MaxOptimizationThreads");
          };
      case Collections.BinaryQuantizationQueryEncoding encoding -> {
        JsonNode setting = GrpcMessageJson.write(encoding).get("setting");
        if (setting == null) {
          throw GrpcFaults.malformed("Malformed `BinaryQuantizationQueryEncoding`");
        }
        yield setting;
      }
      case Collections.StemmingAlgorithm stemmer ->
          switch (stemmer.getStemmingParamsCase()) {
            case SNOWBALL ->
                JsonNodeFactory.instance
                    .objectNode()
                    .put("type", "snowball")
                    .put("language", stemmer.getSnowball().getLanguage());
            case STEMMINGPARAMS_NOT_SET ->
                throw GrpcFaults.malformed("Malformed StemmingAlgorithm: no known kind");
          };
      default -> throw new IllegalStateException(message.getDescriptorForType().getFullName());
    };
  }

  private static RuntimeException noQuantization() {
    return GrpcFaults.malformed("Unable to convert quantization config");
  }

  private static ObjectNode single(String name, JsonNode value) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.set(name, value);
    return object;
  }

  static Message read(JsonNode value, Message.Builder builder) {
    String mapField = WRAPPED_MAPS.get(builder.getDescriptorForType().getFullName());
    if (mapField != null) {
      return GrpcMessageJson.read(single(mapField, value), builder).build();
    }
    switch (builder) {
      case Collections.VectorsConfig.Builder config -> {
        if (CollectionShapes.isSingleVector(value)) {
          GrpcMessageJson.read(value, config.getParamsBuilder());
        } else {
          GrpcMessageJson.read(single("map", value), config.getParamsMapBuilder());
        }
      }
      case Collections.QuantizationConfig.Builder config -> {
        value
            .properties()
            .forEach(
                kind -> {
                  String field = kind.getKey().equals("turbo") ? "turboquant" : kind.getKey();
                  GrpcMessageJson.read(single(field, kind.getValue()), config);
                });
      }
      case Collections.MaxOptimizationThreads.Builder threads -> {
        if (value.isTextual()) {
          threads.setSetting(Collections.MaxOptimizationThreads.Setting.Auto);
        } else {
          threads.setValue(value.asLong());
        }
      }
      case Collections.BinaryQuantizationQueryEncoding.Builder encoding ->
          GrpcMessageJson.read(single("setting", value), encoding);
      case Collections.StemmingAlgorithm.Builder stemmer ->
          stemmer.getSnowballBuilder().setLanguage(value.path("language").asText());
      default -> throw new IllegalStateException(builder.getDescriptorForType().getFullName());
    }
    return builder.build();
  }
}
