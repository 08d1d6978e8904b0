package dev.quiver.api;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import io.qdrant.client.grpc.Points;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which fields of Qdrant's gRPC messages the server's code reads and writes: found in its compiled
 * classes, which name every accessor that they call.
 */
final class GrpcUse {
  private static final String WIRE = "io/qdrant/client/grpc/";

  /** Read of requests of every kind by name: see {@link GrpcCall}. */
  private static final Set<String> BY_NAME =
      Set.of(
          "collection_name",
          "timeout",
          "wait",
          "ordering",
          "shard_key_selector",
          "read_consistency");

  /** Grouped requests are copied into plain ones field by field: see {@link GrpcGroups}. */
  private static final Map<String, Descriptor> COPIED =
      Map.of(
          "SearchPointGroups", Points.SearchPoints.getDescriptor(),
          "RecommendPointGroups", Points.RecommendPoints.getDescriptor(),
          "QueryPointGroups", Points.QueryPoints.getDescriptor());

  private final Set<String> calls = new HashSet<>();

  private GrpcUse() {}

  static GrpcUse ofServer() {
    GrpcUse use = new GrpcUse();
    try {
      Path root =
          Path.of(GrpcApi.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          use.scan(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return use;
  }

  private void scan(Path file) throws IOException {
    for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
      if (entry instanceof MemberRefEntry ref && ref.owner().asInternalName().startsWith(WIRE)) {
        calls.add(
            ref.owner().asInternalName().substring(WIRE.length()) + "." + ref.name().stringValue());
      }
    }
  }

  int accessors() {
    return calls.size();
  }

  /** Whether the field of a request is read. */
  boolean reads(FieldDescriptor field) {
    if (BY_NAME.contains(field.getName())) {
      return true;
    }
    String name = camel(field.getName());
    String owner = owner(field.getContainingType());
    for (String accessor :
        List.of(
            "get" + name,
            "has" + name,
            "get" + name + "List",
            "get" + name + "Map",
            "get" + name + "Value",
            "get" + name + "Count")) {
      if (calls.contains(owner + "." + accessor)) {
        return true;
      }
    }
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof != null
        && field.getJavaType() == FieldDescriptor.JavaType.ENUM
        && calls.contains(owner + ".get" + camel(oneof.getName()) + "Case")) {
      return true;
    }
    Descriptor plain = COPIED.get(field.getContainingType().getName());
    FieldDescriptor copy = plain == null ? null : plain.findFieldByName(field.getName());
    return copy != null && reads(copy);
  }

  /** Whether the field of an answer is set. */
  boolean writes(FieldDescriptor field) {
    String name = camel(field.getName());
    String owner = owner(field.getContainingType()) + "$Builder";
    for (String accessor :
        List.of(
            "set" + name,
            "add" + name,
            "put" + name,
            "addAll" + name,
            "putAll" + name,
            "add" + name + "Builder",
            "get" + name + "Builder",
            "set" + name + "Value")) {
      if (calls.contains(owner + "." + accessor)) {
        return true;
      }
    }
    return false;
  }

  private static String owner(Descriptor type) {
    String file = type.getFile().getOptions().getJavaOuterClassname();
    if (file.isEmpty()) {
      String proto = type.getFile().getName();
      file = camel(proto.substring(proto.lastIndexOf('/') + 1).replace(".proto", ""));
    }
    if (file.equals("Qdrant")) {
      // The service has the name already.
      file = "QdrantOuterClass";
    }
    StringBuilder name = new StringBuilder();
    for (Descriptor at = type; at != null; at = at.getContainingType()) {
      name.insert(0, "$" + at.getName());
    }
    return file + name;
  }

  private static String camel(String snake) {
    StringBuilder out = new StringBuilder();
    for (String part : snake.split("_")) {
      if (!part.isEmpty()) {
        out.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
      }
    }
    return out.toString();
  }
}
