package dev.quiver.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterCompiler;
import dev.quiver.engine.filter.FilterEvaluator;
import dev.quiver.engine.filter.FilterJson;
import dev.quiver.engine.filter.OrderedValues;
import dev.quiver.engine.filter.PayloadIndexer;
import dev.quiver.engine.filter.PayloadIndexes;
import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;

/**
 * Where the engine meets the filter language: filters, payload indexing and ordering under one set
 * of declared payload indexes. Immutable and thread-safe.
 */
final class Filters {
  private final Map<String, PayloadIndex> byField;
  private final PayloadIndexes indexes;
  private final FilterCompiler compiler;
  private final PayloadIndexer indexer;

  /**
   * @param byField in order of creation
   */
  Filters(Map<String, PayloadIndex> byField) {
    this.byField = Collections.unmodifiableMap(new LinkedHashMap<>(byField));
    this.indexes = new PayloadIndexes(byField.values());
    this.compiler = new FilterCompiler(indexes);
    this.indexer = new PayloadIndexer(indexes);
  }

  Map<String, PayloadIndex> byField() {
    return byField;
  }

  Filters with(PayloadIndex index) {
    Map<String, PayloadIndex> changed = new LinkedHashMap<>(byField);
    changed.put(index.field(), index);
    return new Filters(changed);
  }

  Filters without(String field) {
    Map<String, PayloadIndex> changed = new LinkedHashMap<>(byField);
    changed.remove(field);
    return new Filters(changed);
  }

  static byte[] toJsonBytes(Filter filter) {
    try {
      return Payload.JSON.writeValueAsBytes(FilterJson.toJson(filter));
    } catch (JsonProcessingException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "filter cannot be written as JSON", e);
    }
  }

  static Filter fromJsonBytes(byte[] json) {
    try {
      return FilterJson.parse(Payload.JSON.readTree(json));
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.CORRUPT, "stored filter is not JSON", e);
    }
  }

  Query query(Filter filter) {
    Query query = compiler.compile(filter);
    return query == null ? MatchAllDocsQuery.INSTANCE : query;
  }

  boolean matches(Filter filter, StoredPoint point) {
    return new FilterEvaluator(filter, indexes)
        .matches(point.id(), point.payload().json(), point.vectors().keySet());
  }

  void addTo(Document document, Payload payload) {
    indexer.addTo(document, payload.json());
  }

  /** Points that have a value at an indexed path. */
  static long pointsWith(IndexReader reader, PayloadIndex index) throws IOException {
    return new IndexSearcher(reader).count(FilterCompiler.havingValue(index));
  }

  ScrollPage ordered(
      IndexReader reader, Matches matches, Records records, OrderBy orderBy, int limit)
      throws IOException {
    List<OrderedValues.Entry> entries =
        OrderedValues.of(orderBy, indexes)
            .top(
                reader,
                leaf -> {
                  AcceptSet accepted = matches.accepted(leaf);
                  return accepted == null ? null : accepted.docs();
                },
                limit);
    LeafPoints[] leaves = ShardIndex.leavesOf(reader);
    List<PointRecord> points = new ArrayList<>(entries.size());
    for (OrderedValues.Entry entry : entries) {
      int leaf = ReaderUtil.subIndex(entry.docId(), reader.leaves());
      int doc = entry.docId() - reader.leaves().get(leaf).docBase;
      points.add(records.record(leaves[leaf], doc, entry.value()));
    }
    return new ScrollPage(points, null);
  }
}
