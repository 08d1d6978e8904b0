package dev.quiver.engine.filter;

import dev.quiver.engine.Fields;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Makes Lucene queries of filters. The query matches exactly the documents whose payload, id and
 * vectors {@link FilterEvaluator} accepts, provided that {@link PayloadIndexer} wrote them.
 *
 * <p>Where the payload index decides, it alone is asked. Where it cannot (nested objects, {@code
 * a[0]}, parts of long texts, ...), it yields candidates and the evaluator decides on the stored
 * payload, document by document, as late as Lucene's two-phase iteration allows.
 *
 * <p>Queries are not scored: use them as filters. Thread-safe.
 */
public final class FilterCompiler {
  /** Lucene's bound is for queries that users type; filters have their own, and many terms. */
  private static final int MAX_CLAUSES = 1 << 18;

  static {
    IndexSearcher.setMaxClauseCount(Math.max(MAX_CLAUSES, IndexSearcher.getMaxClauseCount()));
  }

  private final PayloadIndexes indexes;
  private final FieldCompiler fields;
  private final VectorKeys vectors;

  /** What {@link Fields#HAS} names a vector by. */
  @FunctionalInterface
  public interface VectorKeys {
    /** Null when there is no such vector. */
    @Nullable String keyOrNull(String name);
  }

  /**
   * @param indexes the ones declared now, whatever was declared when documents were written
   */
  public FilterCompiler(PayloadIndexes indexes, VectorKeys vectors) {
    this.indexes = indexes;
    this.fields = new FieldCompiler(indexes);
    this.vectors = vectors;
  }

  /**
   * The query, or null when the filter is null or constrains nothing.
   *
   * @throws dev.quiver.engine.QuiverException FORMAT when a key is not a path
   */
  public @Nullable Query compile(@Nullable Filter filter) {
    if (filter == null) {
      return null;
    }
    Query query = filter(filter);
    return query instanceof MatchAllDocsQuery ? null : query;
  }

  /**
   * Documents that lack the tokens of a declared text index, since they were written before it;
   * null when no text index is declared.
   */
  public @Nullable Query untokenised() {
    List<Query> any = new ArrayList<>();
    indexes
        .texts()
        .forEach(
            (path, analysis) -> {
              if (!path.hasIndex()) {
                any.add(FieldCompiler.untokenised(Location.of(path), analysis));
              }
            });
    return any.isEmpty() ? null : Queries.any(any);
  }

  private Query filter(Filter filter) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    List<Query> required = new ArrayList<>();
    filter.must().forEach(condition -> required.add(condition(condition)));
    if (!filter.should().isEmpty()) {
      required.add(Queries.any(filter.should().stream().map(this::condition).toList()));
    }
    Filter.MinShould minShould = filter.minShould();
    if (minShould != null && minShould.minCount() > 0) {
      required.add(atLeast(minShould));
    }
    for (Query query : required) {
      if (!(query instanceof MatchAllDocsQuery)) {
        all.add(query, Occur.FILTER);
      }
    }
    BooleanQuery positive = all.build();
    if (filter.mustNot().isEmpty()) {
      return Queries.simplified(positive);
    }
    if (positive.clauses().isEmpty()) {
      all.add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
    }
    filter.mustNot().forEach(condition -> all.add(condition(condition), Occur.MUST_NOT));
    return all.build();
  }

  private Query atLeast(Filter.MinShould minShould) {
    if (minShould.minCount() > minShould.conditions().size()) {
      return new MatchNoDocsQuery("fewer conditions than min_count");
    }
    BooleanQuery.Builder some = new BooleanQuery.Builder();
    minShould.conditions().forEach(condition -> some.add(condition(condition), Occur.SHOULD));
    return some.setMinimumNumberShouldMatch(minShould.minCount()).build();
  }

  private Query condition(Condition condition) {
    return switch (condition) {
      case Filter inner -> filter(inner);
      case Condition.Field field -> fields.exact(field);
      case Condition.IsEmpty(String key) -> {
        PayloadPath path = PayloadPath.parse(key);
        yield path.hasIndex()
            ? verified(MatchAllDocsQuery.INSTANCE, condition)
            : Queries.not(FieldCompiler.notEmpty(Location.of(path)));
      }
      case Condition.IsNull(String key) -> {
        PayloadPath path = PayloadPath.parse(key);
        Query widened = FieldCompiler.kinds(Location.of(path.widened()), Terms.Kind.NULL);
        yield path.hasIndex() ? verified(widened, condition) : widened;
      }
      case Condition.HasId(var ids) -> ids(ids);
      case Condition.HasVector(String name) -> {
        String key = vectors.keyOrNull(name);
        yield key == null
            ? new MatchNoDocsQuery("no such vector")
            : new TermQuery(Fields.hasTerm(key));
      }
      case Condition.Slice(int total, int index) -> new SliceQuery(total, index);
      case Condition.Nested(String key, Filter inner) ->
          verified(nestedCandidates(PayloadPath.parse(key), inner), condition);
    };
  }

  private static Query ids(Set<PointId> ids) {
    List<BytesRef> terms = new ArrayList<>(ids.size());
    ids.forEach(id -> terms.add(new BytesRef(PointIds.toBytes(id))));
    return switch (terms.size()) {
      case 0 -> new MatchNoDocsQuery("no ids");
      case 1 -> new TermQuery(new Term(Fields.ID, terms.getFirst()));
      default -> new TermInSetQuery(Fields.ID, terms);
    };
  }

  private Query verified(Query candidates, Condition condition) {
    return new VerifiedQuery(candidates, condition, indexes);
  }

  /** All documents with a nested match, and perhaps others. */
  private static Query nestedCandidates(PayloadPath key, Filter inner) {
    PayloadPath array = key.arrayKey();
    List<Query> needed = new ArrayList<>();
    needed.add(FieldCompiler.kinds(Location.of(array.widened()), Terms.Kind.VALUE));
    needed.addAll(candidates(inner, array));
    return Queries.all(needed);
  }

  /** What documents must match for one of their objects at {@code prefix} to match the filter. */
  private static List<Query> candidates(Filter filter, PayloadPath prefix) {
    List<Query> needed = new ArrayList<>();
    for (Condition condition : filter.must()) {
      Query query = candidates(condition, prefix);
      if (query != null) {
        needed.add(query);
      }
    }
    List<Query> alternatives = new ArrayList<>();
    for (Condition condition : filter.should()) {
      Query query = candidates(condition, prefix);
      if (query != null) {
        alternatives.add(query);
      }
    }
    if (!alternatives.isEmpty() && alternatives.size() == filter.should().size()) {
      needed.add(Queries.any(alternatives));
    }
    return needed;
  }

  /** Null when the index cannot rule anything out. */
  private static @Nullable Query candidates(Condition condition, PayloadPath prefix) {
    return switch (condition) {
      case Filter inner -> {
        List<Query> needed = candidates(inner, prefix);
        yield needed.isEmpty() ? null : Queries.all(needed);
      }
      case Condition.Field field ->
          FieldCompiler.candidates(field, prefix.then(PayloadPath.parse(field.key())));
      case Condition.IsNull(String key) ->
          FieldCompiler.kinds(
              Location.of(prefix.then(PayloadPath.parse(key)).widened()), Terms.Kind.NULL);
      case Condition.Nested(String key, Filter inner) ->
          nestedCandidates(prefix.then(PayloadPath.parse(key)), inner);
      case Condition.IsEmpty _ -> null;
      case Condition.HasId _, Condition.HasVector _, Condition.Slice _ ->
          new MatchNoDocsQuery("ids and vectors inside nested");
    };
  }

  /** Points that have a value for the index: what the collection reports beside it. */
  public static Query havingValue(PayloadIndex index) {
    PayloadPath path = PayloadPath.parse(index.field());
    Location at = Location.of(path.widened());
    Query widened =
        switch (index.type()) {
          case KEYWORD, TEXT -> FieldCompiler.strings(at, _ -> true, "any");
          case UUID -> FieldCompiler.strings(at, FieldCompiler::isUuid, "uuid");
          case INTEGER -> FieldCompiler.integers(at, Long.MIN_VALUE, Long.MAX_VALUE);
          case FLOAT -> FieldCompiler.range(at, new Condition.Range(null, null, null, null));
          case BOOL ->
              new TermInSetQuery(Terms.EXACT, List.of(Terms.bool(at, false), Terms.bool(at, true)));
          case DATETIME ->
              FieldCompiler.times(at, new Condition.DatetimeRange(null, null, null, null));
          case GEO -> PlaceQuery.anywhere(at.hash());
        };
    return widened;
  }
}
