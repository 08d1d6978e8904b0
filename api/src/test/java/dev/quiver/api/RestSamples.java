package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quiver.api.QdrantRest.Member;
import dev.quiver.api.QdrantRest.Type;
import java.util.Map;

/** Values that a request may hold, for every type of Qdrant's description. */
final class RestSamples {
  private static final String POINTS_OF_RING =
      "[{'lon': 0, 'lat': 0}, {'lon': 3, 'lat': 0}, {'lon': 3, 'lat': 3}, {'lon': 0, 'lat': 0}]";

  private static final String RING = "{'points': " + POINTS_OF_RING + "}";

  /** By schema, or by schema and member: where the first thing that fits the type will not do. */
  private static final Map<String, String> GIVEN =
      Map.ofEntries(
          Map.entry("VectorInput", "[1, 0, 0, 0]"),
          Map.entry("Vector", "[1, 0, 0, 0]"),
          Map.entry("VectorStruct", "[1, 0, 0, 0]"),
          Map.entry("BatchVectorStruct", "[[1, 0, 0, 0]]"),
          Map.entry("NamedVectorStruct", "[1, 0, 0, 0]"),
          Map.entry("NamedVector", "{'name': 'b', 'vector': [1, 0, 0, 0]}"),
          Map.entry(
              "NamedSparseVector", "{'name': 's', 'vector': {'indices': [1], 'values': [1]}}"),
          Map.entry("SparseVector", "{'indices': [1, 7], 'values': [0.5, 2]}"),
          Map.entry("RecommendExample", "1"),
          Map.entry("UsingVector", "'b'"),
          Map.entry("Document", "{'text': 'abc', 'model': 'letters'}"),
          Map.entry("Image", "{'image': 'http://nowhere/a.png', 'model': 'letters'}"),
          Map.entry("InferenceObject", "{'object': {'a': 1}, 'model': 'letters'}"),
          Map.entry("Filter", "{'must': [{'key': 'k', 'match': {'value': 'v'}}]}"),
          Map.entry("FieldCondition", "{'key': 'k', 'match': {'value': 'v'}}"),
          Map.entry("Condition", "{'key': 'k', 'match': {'value': 'v'}}"),
          Map.entry("OrderByInterface", "'n'"),
          Map.entry("OrderBy", "{'key': 'n'}"),
          Map.entry("Range", "{'gte': 0}"),
          Map.entry("DatetimeRange", "{'gte': '2026-01-01T00:00:00Z'}"),
          Map.entry("DatetimeRange.lt", "'2026-01-01T00:00:00Z'"),
          Map.entry("DatetimeRange.gt", "'2026-01-01T00:00:00Z'"),
          Map.entry("DatetimeRange.gte", "'2026-01-01T00:00:00Z'"),
          Map.entry("DatetimeRange.lte", "'2026-01-01T00:00:00Z'"),
          Map.entry("GeoLineString", RING),
          Map.entry("GeoPolygon", "{'exterior': " + RING + "}"),
          Map.entry(
              "GeoBoundingBox",
              "{'top_left': {'lon': 1, 'lat': 2}, 'bottom_right': {'lon': 2, 'lat': 1}}"),
          Map.entry("ValuesCount", "{'gte': 1}"),
          Map.entry("Slice", "{'total': 2, 'index': 0}"),
          Map.entry("Slice.index", "0"),
          Map.entry(
              "Nested",
              "{'key': 'list', 'filter': {'must': [{'key': 'x', 'match': {'value': 1}}]}}"),
          Map.entry("HasVectorCondition.has_vector", "'b'"),
          Map.entry("FacetRequest.key", "'k'"),
          Map.entry("SearchMatrixRequest.sample", "2"),
          Map.entry("group_by", "'k'"),
          Map.entry("using", "'b'"),
          Map.entry("WithLookupInterface", "'docs'"),
          Map.entry("WithLookup.collection", "'docs'"),
          Map.entry("LookupLocation", "{'collection': 'docs'}"),
          Map.entry("LookupLocation.collection", "'docs'"),
          Map.entry("LookupLocation.vector", "'b'"),
          Map.entry("Expression", "'$score'"),
          Map.entry("GeoDistanceParams.to", "'at'"),
          Map.entry("DatetimeExpression.datetime", "'2026-01-01T00:00:00Z'"),
          Map.entry("DatetimeKeyExpression.datetime_key", "'when'"),
          Map.entry("FormulaQuery.formula", "1.5"),
          Map.entry("FormulaQuery.defaults", "{'n': 1}"),
          Map.entry("PowParams.exponent", "2"),
          Map.entry("DivParams.right", "2"),
          Map.entry("DecayParamsExpression.midpoint", "0.4"),
          Map.entry("LnExpression.ln", "2"),
          Map.entry("Log10Expression.log10", "2"),
          Map.entry("SqrtExpression.sqrt", "2"),
          Map.entry("RecommendInput", "{'positive': [1]}"),
          Map.entry("Rrf.weights", "[1]"),
          Map.entry("Mmr.diversity", "0.4"),
          Map.entry("RecommendRequest.limit", "3"),
          Map.entry("AcornSearchParams.max_selectivity", "0.4"),
          Map.entry("ScalarQuantizationConfig.quantile", "0.9"),
          Map.entry("OptimizersConfigDiff.deleted_threshold", "0.5"),
          Map.entry("Document.model", "'letters'"),
          Map.entry("SparseVector.indices", "[1, 7]"),
          Map.entry("SparseVector.values", "[0.5, 2]"),
          Map.entry("NamedSparseVector.name", "'s'"),
          Map.entry("OrderBy.key", "'n'"),
          Map.entry("NamedVector.name", "'b'"),
          Map.entry("QuantizationSearchParams.oversampling", "1.5"),
          Map.entry("GeoLineString.points", POINTS_OF_RING),
          Map.entry("UpdateCollection.vectors", "{'b': {}}"),
          Map.entry("UpdateCollection.sparse_vectors", "{'s': {}}"),
          Map.entry("CreateCollection.sparse_vectors", "{'s': {}}"),
          Map.entry("size", "4"),
          Map.entry("NamedVector.vector", "[1, 0, 0, 0]"),
          Map.entry("CreateFieldIndex", "{'field_name': '$new', 'field_schema': 'keyword'}"),
          Map.entry("RecommendRequest", "{'positive': [1], 'limit': 3}"),
          Map.entry(
              "RecommendGroupsRequest",
              "{'positive': [1], 'limit': 3, 'group_size': 1, 'group_by': 'k'}"),
          Map.entry("DiscoverRequest", "{'target': 1, 'limit': 2}"),
          Map.entry("Datatype", "'float16'"),
          Map.entry("VectorStorageDatatype", "'float16'"),
          Map.entry("VectorParams.memory", "'cold'"),
          Map.entry("VectorParamsDiff.memory", "'cold'"),
          Map.entry("PayloadStorageParams.memory", "'cold'"),
          Map.entry("CreateCollection.payload", "{'memory': 'cold'}"),
          Map.entry("field_name", "'$new'"),
          Map.entry("CreateAlias", "{'collection_name': 'w', 'alias_name': '$new'}"),
          Map.entry("CreateAlias.collection_name", "'w'"),
          Map.entry("CreateAlias.alias_name", "'$new'"),
          Map.entry("RenameAlias", "{'old_alias_name': 'alias', 'new_alias_name': 'alias'}"),
          Map.entry("RenameAlias.old_alias_name", "'alias'"),
          Map.entry("RenameAlias.new_alias_name", "'alias'"),
          Map.entry("SnowballLanguage", "'english'"),
          Map.entry("Language", "'english'"),
          Map.entry("TextIndexParams.max_token_len", "20"),
          Map.entry("Bm25Config.max_token_len", "20"),
          Map.entry("PayloadSchemaType", "'keyword'"),
          Map.entry("PointVectors", "{'id': 1, 'vector': [1, 0, 0, 0]}"),
          Map.entry("Batch", "{'ids': [1], 'vectors': [[1, 0, 0, 0]]}"),
          Map.entry("Batch.payloads", "[{'a': 1}]"),
          Map.entry("Payload", "{'a': 1}"),
          Map.entry("DeleteVectors", "{'points': [1], 'vector': ['b']}"),
          Map.entry("DeleteVectors.vector", "['b']"),
          Map.entry("SetPayload", "{'payload': {'a': 1}, 'points': [1]}"),
          Map.entry("DeletePayload", "{'keys': ['a'], 'points': [1]}"),
          Map.entry("SnapshotRecover.location", "'$location'"),
          Map.entry("ShardSnapshotRecover.location", "'$location'"),
          Map.entry("SnapshotRecover.checksum", "'$checksum'"),
          Map.entry("ShardSnapshotRecover.checksum", "'$checksum'"),
          Map.entry("PointsSelector", "{'points': [1]}"));

  /** Whole objects in which a member is tried, where the least one would not take it. */
  static final Map<String, String> WHOLE =
      Map.ofEntries(
          Map.entry("SetPayload.filter", "{'payload': {'a': 1}, 'filter': {'must': []}}"),
          Map.entry("DeletePayload.filter", "{'keys': ['a'], 'filter': {'must': []}}"),
          Map.entry("DeleteVectors.filter", "{'vector': ['b'], 'filter': {'must': []}}"),
          Map.entry("QueryRequest.score_threshold", "{'query': [1, 0, 0, 0]}"),
          Map.entry(
              "QueryGroupsRequest.score_threshold", "{'query': [1, 0, 0, 0], 'group_by': 'k'}"),
          Map.entry("Prefetch.score_threshold", "{'query': [1, 0, 0, 0]}"),
          Map.entry("Prefetch.using", "{'query': [1, 0, 0, 0]}"),
          Map.entry("QueryRequest.using", "{'query': [1, 0, 0, 0]}"),
          Map.entry("QueryGroupsRequest.using", "{'query': [1, 0, 0, 0], 'group_by': 'k'}"),
          Map.entry("QueryRequest.lookup_from", "{'query': 1}"),
          Map.entry("Prefetch.lookup_from", "{'query': 1}"),
          Map.entry("QueryGroupsRequest.lookup_from", "{'query': 1, 'group_by': 'k'}"),
          Map.entry("QueryRequest.prefetch", "{'query': [1, 0, 0, 0]}"),
          Map.entry("QueryGroupsRequest.prefetch", "{'query': [1, 0, 0, 0], 'group_by': 'k'}"),
          Map.entry("Prefetch.prefetch", "{'query': [1, 0, 0, 0]}"),
          Map.entry("QueryRequest.query", "{'prefetch': {'query': [1, 0, 0, 0]}}"),
          Map.entry("Prefetch.query", "{'prefetch': {'query': [1, 0, 0, 0]}}"),
          Map.entry("QueryRequest.params", "{'query': [1, 0, 0, 0]}"),
          Map.entry("FieldCondition.range", "{'key': 'n'}"),
          Map.entry("FieldCondition.geo_bounding_box", "{'key': 'at'}"),
          Map.entry("FieldCondition.geo_radius", "{'key': 'at'}"),
          Map.entry("FieldCondition.geo_polygon", "{'key': 'at'}"),
          Map.entry("FieldCondition.values_count", "{'key': 'k'}"),
          Map.entry("FieldCondition.is_empty", "{'key': 'k'}"),
          Map.entry("FieldCondition.is_null", "{'key': 'k'}"),
          Map.entry("DiscoverRequest.context", "{'limit': 2}"),
          Map.entry("RecommendRequest.negative", "{'limit': 2, 'positive': [1]}"),
          Map.entry(
              "RecommendGroupsRequest.negative",
              "{'limit': 2, 'group_size': 1, 'group_by': 'k', 'positive': [1]}"),
          Map.entry("RecommendInput.negative", "{'positive': [1]}"),
          Map.entry("TextIndexParams.min_token_len", "{'type': 'text', 'tokenizer': 'word'}"),
          Map.entry("DecayParamsExpression.target", "{'x': 1}"),
          Map.entry("RenameAlias.old_alias_name", "{'new_alias_name': 'alias'}"));

  private final QdrantRest rest;

  RestSamples(QdrantRest rest) {
    this.rest = rest;
  }

  /** A value for a member of a schema. */
  JsonNode of(String schema, Member member) {
    String given = GIVEN.get(schema + "." + member.name());
    if (given == null && member.type() instanceof Type.Ref(String name)) {
      given = GIVEN.get(name);
    }
    if (given == null) {
      given = GIVEN.get(member.name());
    }
    return given == null ? of(member.type()) : RestFixture.tree(given);
  }

  /** A value of a type, as small as may be. */
  JsonNode of(Type type) {
    return switch (type) {
      case Type.Ref(String name) when GIVEN.containsKey(name) -> RestFixture.tree(GIVEN.get(name));
      case Type.Ref(String name) ->
          rest.resolved(type) instanceof Type.Struct struct
              ? least(name, struct)
              : of(rest.resolved(type));
      case Type.Struct struct -> least("", struct);
      case Type.Union(var types) -> of(types.getFirst());
      case Type.Many(Type element) -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        yield array.add(of(element));
      }
      case Type.Named(Type element) -> JsonNodeFactory.instance.objectNode().set("m", of(element));
      case Type.Word(String word) -> TextNode.valueOf(word);
      case Type.Plain(String name) ->
          switch (name) {
            case "float" -> DoubleNode.valueOf(0.5);
            case "bool" -> BooleanNode.TRUE;
            case "string" -> TextNode.valueOf("k");
            case "any" -> JsonNodeFactory.instance.objectNode();
            default ->
                IntNode.valueOf(
                    name.equals("int") ? 1 : Math.max(1, Integer.parseInt(name.substring(3))));
          };
    };
  }

  /** The members that must be there. */
  ObjectNode least(String schema, Type.Struct struct) {
    if (GIVEN.containsKey(schema)
        && RestFixture.tree(GIVEN.get(schema)) instanceof ObjectNode object) {
      return object;
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Member member : struct.members()) {
      if (member.required()) {
        object.set(member.name(), of(schema, member));
      }
    }
    return object;
  }
}
