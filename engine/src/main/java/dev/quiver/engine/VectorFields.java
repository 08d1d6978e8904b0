package dev.quiver.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The named vectors that a shard's points may have at one place of its log, and where the index
 * keeps each. A name that is dropped and made again gets a new place, so that what points had under
 * the old one never comes back. A function of the log, stored with each commit. Immutable and
 * thread-safe.
 *
 * @param byName in order of creation
 * @param nextGeneration of the next vector that is made; those of a new collection have 0
 */
record VectorFields(Map<String, Entry> byName, int nextGeneration) {

  /**
   * One vector.
   *
   * @param params as in the configuration; nobody may change it
   * @param own what they say, with defaults for the graph
   */
  record Entry(int generation, ObjectNode params, VectorParams own) {
    Entry(int generation, ObjectNode params) {
      this(
          generation,
          params,
          CollectionConfig.params(params, MissingNode.getInstance(), MissingNode.getInstance()));
    }
  }

  VectorFields {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /** Those of a collection that was just created. */
  static VectorFields initial(CollectionConfig config) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    CollectionConfig.allVectorDocuments(config.document())
        .forEach((name, params) -> entries.put(name, new Entry(0, params)));
    return new VectorFields(entries, 1);
  }

  /**
   * What index fields and terms name the vector by; no name has a colon, and no two vectors have
   * the same key, whenever they were made. Null when there is no such vector.
   */
  @Nullable String keyOrNull(String name) {
    Entry entry = byName.get(name);
    return entry == null ? null : key(name, entry);
  }

  private static String key(String name, Entry entry) {
    return entry.generation() == 0 ? name : name + ":" + entry.generation();
  }

  /**
   * The Lucene field that holds a vector.
   *
   * @throws QuiverException wrong input when there is no such vector
   */
  String field(String name) {
    Entry entry = byName.get(name);
    if (entry == null) {
      throw VectorRules.missing(name);
    }
    return field(name, entry);
  }

  private static String field(String name, Entry entry) {
    return Fields.vector(entry.own().kind(), key(name, entry));
  }

  /** All Lucene fields that hold vectors. */
  Set<String> fields() {
    Set<String> fields = new HashSet<>();
    byName.forEach((name, entry) -> fields.add(field(name, entry)));
    return fields;
  }

  /**
   * Those after an operation: a vector that is made or dropped, or as before.
   *
   * @throws QuiverException wrong input when a vector of this name but of another kind exists
   */
  VectorFields after(WriteOp operation) {
    return switch (operation) {
      case WriteOp.CreateVector(String name, ObjectNode params) -> with(name, params);
      case WriteOp.DeleteVector(String name) -> without(name);
      default -> this;
    };
  }

  private VectorFields with(String name, ObjectNode params) {
    Entry before = byName.get(name);
    if (before == null) {
      Map<String, Entry> changed = new LinkedHashMap<>(byName);
      changed.put(name, new Entry(nextGeneration, params));
      return new VectorFields(changed, nextGeneration + 1);
    }
    boolean sparse = CollectionConfig.isSparse(params);
    boolean wasSparse = CollectionConfig.isSparse(before.params());
    if (sparse != wasSparse) {
      throw QuiverException.wrongInput(
          "Vector `"
              + name
              + "` already exists as a "
              + (wasSparse ? "sparse" : "dense")
              + " vector");
    }
    if (!isAlike(before.params(), params)
        || !Objects.equals(before.params().get("modifier"), params.get("modifier"))) {
      throw QuiverException.wrongInput(
          (sparse ? "Sparse vector `" : "Vector `")
              + name
              + "` already exists with a different configuration");
    }
    return this;
  }

  private VectorFields without(String name) {
    if (!byName.containsKey(name)) {
      return this;
    }
    Map<String, Entry> changed = new LinkedHashMap<>(byName);
    changed.remove(name);
    return new VectorFields(changed, nextGeneration);
  }

  /** Whether two vectors hold the same kind of values; how they are indexed may differ. */
  private static boolean isAlike(ObjectNode a, ObjectNode b) {
    return a.path("size").asLong() == b.path("size").asLong()
        && a.path("index").path("datatype").equals(b.path("index").path("datatype"))
        && a.path("distance").equals(b.path("distance"))
        && Objects.equals(a.get("multivector_config"), b.get("multivector_config"))
        && Objects.equals(a.get("datatype"), b.get("datatype"));
  }

  /**
   * A configuration with these vectors. Parameters that it has of a vector which is alike stay, as
   * they may have been tuned since the vector was made.
   *
   * @param before the vectors that the configuration was made to follow; null: unknown
   */
  CollectionConfig in(CollectionConfig config, @Nullable VectorFields before) {
    Map<String, ObjectNode> known = CollectionConfig.vectorDocuments(config.document());
    Map<String, ObjectNode> knownSparse = CollectionConfig.sparseDocuments(config.document());
    Map<String, ObjectNode> changed = new LinkedHashMap<>();
    Map<String, ObjectNode> changedSparse = new LinkedHashMap<>();
    byName.forEach(
        (name, entry) -> {
          boolean sparse = CollectionConfig.isSparse(entry.params());
          ObjectNode tuned = (sparse ? knownSparse : known).get(name);
          (sparse ? changedSparse : changed)
              .put(
                  name,
                  tuned != null && isAlike(tuned, entry.params()) && !isRemade(name, entry, before)
                      ? tuned
                      : entry.params().deepCopy());
        });
    if (changed.equals(known) && changedSparse.equals(knownSparse)) {
      return config;
    }
    ObjectNode document = config.document().deepCopy();
    ObjectNode params = document.withObjectProperty("params");
    if (!changed.equals(known)) {
      params.set("vectors", object(changed));
    }
    if (changedSparse.isEmpty()) {
      params.remove("sparse_vectors");
    } else {
      params.set("sparse_vectors", object(changedSparse));
    }
    return CollectionConfig.fromDocument(document);
  }

  private static boolean isRemade(String name, Entry entry, @Nullable VectorFields before) {
    Entry old = before == null ? null : before.byName.get(name);
    return old != null && old.generation() != entry.generation();
  }

  private static ObjectNode object(Map<String, ObjectNode> members) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.setAll(members);
    return object;
  }

  /**
   * What a vector is by the log.
   *
   * @throws QuiverException wrong input when there is no such vector
   */
  VectorParams own(String name) {
    Entry entry = byName.get(name);
    if (entry == null) {
      throw VectorRules.missing(name);
    }
    return entry.own();
  }

  /**
   * What a vector is by the log, and how it is indexed by the configuration, if that has it.
   *
   * @throws QuiverException wrong input when there is no such vector
   */
  VectorParams params(String name, CollectionConfig config) {
    VectorParams own = own(name);
    VectorParams tuned = config.vectors().get(name);
    return tuned == null
        ? own
        : new VectorParams(
            own.kind(),
            own.size(),
            own.distance(),
            own.datatype(),
            tuned.m(),
            tuned.efConstruct(),
            tuned.codes(),
            tuned.placement(),
            tuned.idf());
  }

  /** As a commit stores them. */
  String toJson() {
    ObjectNode root = Payload.JSON.createObjectNode();
    root.put("next_generation", nextGeneration);
    ArrayNode vectors = root.putArray("vectors");
    byName.forEach(
        (name, entry) ->
            vectors
                .addObject()
                .put("name", name)
                .put("generation", entry.generation())
                .set("params", entry.params()));
    return root.toString();
  }

  /**
   * @throws QuiverException CORRUPT
   */
  static VectorFields fromJson(String json) {
    ObjectNode root = OpCodec.object(json);
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (JsonNode node : root.path("vectors")) {
      if (!(node.get("params") instanceof ObjectNode params)) {
        throw new QuiverException(ErrorCode.CORRUPT, "vectors of a commit: " + json);
      }
      entries.put(node.path("name").asText(), new Entry(node.path("generation").asInt(), params));
    }
    return new VectorFields(entries, root.path("next_generation").asInt());
  }
}
