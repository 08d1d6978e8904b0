package dev.quiver.engine.filter;

import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.query.Expression;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which payload indexes a filter would need so that none of its conditions reads payloads, in
 * Qdrant's terms. Quiver indexes every value by itself: this is for a collection whose owner wants
 * filters on declared fields alone.
 */
public final class IndexNeeds {
  private static final Pattern UUID =
      Pattern.compile(
          "(?:urn:uuid:)?\\{?(?:[0-9a-fA-F]{32}"
              + "|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\\}?");

  /** What an index can do, and the index that can. */
  private enum Kind {
    INTEGER_MATCH("integer"),
    INTEGER_RANGE("integer"),
    KEYWORD_MATCH("keyword"),
    KEYWORD_PREFIX("keyword (with prefix: true)"),
    FLOAT_RANGE("float"),
    TEXT("text"),
    TEXT_PHRASE("text (with phrase_matching: true)"),
    BOOL_MATCH("bool"),
    UUID_MATCH("uuid"),
    DATETIME_RANGE("datetime"),
    GEO("geo");

    private final String index;

    Kind(String index) {
      this.index = index;
    }
  }

  /**
   * A field without an index that could serve.
   *
   * @param indexes the types that could, in alphabetical order
   */
  public record Missing(String field, List<String> indexes) {}

  private final PayloadIndexes declared;

  public IndexNeeds(PayloadIndexes declared) {
    this.declared = declared;
  }

  /** The first field that lacks an index; null when none does. */
  public @Nullable Missing missing(@Nullable Filter filter) {
    List<Missing> all = filter == null ? List.of() : allMissing(filter);
    return all.isEmpty() ? null : all.getFirst();
  }

  /** The first field of a formula that lacks an index; null when none does. */
  public @Nullable Missing missing(Expression formula) {
    return switch (formula) {
      case Expression.Constant _, Expression.Score _, Expression.Datetime _ -> null;
      case Expression.PayloadValue(PayloadPath path) ->
          missing(
              path.toString(),
              EnumSet.of(Kind.INTEGER_MATCH, Kind.INTEGER_RANGE, Kind.FLOAT_RANGE));
      case Expression.Matching(Filter filter) -> missing(filter);
      case Expression.GeoDistance(_, PayloadPath to) ->
          missing(to.toString(), EnumSet.of(Kind.GEO));
      case Expression.DatetimeValue(PayloadPath path) ->
          missing(path.toString(), EnumSet.of(Kind.DATETIME_RANGE));
      case Expression.Mult(List<Expression> factors) -> missing(factors);
      case Expression.Sum(List<Expression> terms) -> missing(terms);
      case Expression.Div(Expression left, Expression right, _) -> missing(List.of(left, right));
      case Expression.Pow(Expression base, Expression exponent) -> missing(List.of(base, exponent));
      case Expression.Apply(_, Expression to) -> missing(to);
      case Expression.Decay decay ->
          missing(decay.target() == null ? List.of(decay.x()) : List.of(decay.x(), decay.target()));
    };
  }

  private @Nullable Missing missing(List<Expression> parts) {
    for (Expression part : parts) {
      Missing missing = missing(part);
      if (missing != null) {
        return missing;
      }
    }
    return null;
  }

  /** Whether an index finds the points that have a given value. */
  public static boolean knowsSingleValues(PayloadIndex index) {
    return switch (index.type()) {
      case KEYWORD, BOOL, UUID -> true;
      case INTEGER -> option(index, "lookup", true);
      case FLOAT, GEO, TEXT, DATETIME -> false;
    };
  }

  /** Every field that lacks an index, in the filter's order; a field may come again. */
  public List<Missing> allMissing(Filter filter) {
    List<Missing> all = new ArrayList<>();
    collect("", filter, all);
    return all;
  }

  private void collect(String prefix, Filter filter, List<Missing> all) {
    for (Condition condition : FilterSize.all(filter)) {
      switch (condition) {
        case Filter inner -> collect(prefix, inner, all);
        case Condition.Nested(String key, Filter inner) ->
            collect(prefix + (key.endsWith("[]") ? key : key + "[]") + ".", inner, all);
        case Condition.Field field -> add(missing(prefix + field.key(), needs(field)), all);
        case Condition.IsEmpty(String key) ->
            add(missing(prefix + key, EnumSet.allOf(Kind.class)), all);
        case Condition.IsNull(String key) ->
            add(missing(prefix + key, EnumSet.allOf(Kind.class)), all);
        case Condition.HasId _, Condition.HasVector _, Condition.Slice _ -> {}
      }
    }
  }

  private static void add(@Nullable Missing missing, List<Missing> all) {
    if (missing != null) {
      all.add(missing);
    }
  }

  private @Nullable Missing missing(String field, Set<Kind> needs) {
    if (needs.isEmpty()) {
      return null;
    }
    for (Kind there : abilities(declared.get(field))) {
      if (needs.contains(there)) {
        return null;
      }
    }
    Set<String> names = new TreeSet<>();
    needs.forEach(kind -> names.add(kind.index));
    return new Missing(field, List.copyOf(names));
  }

  private static Set<Kind> needs(Condition.Field field) {
    Set<Kind> needs = EnumSet.noneOf(Kind.class);
    Condition.Match match = field.match();
    if (match != null) {
      switch (match) {
        case Condition.Match.Keyword(String value) -> addKeyword(needs, List.of(value));
        case Condition.Match.AnyKeyword(List<String> values) -> addKeyword(needs, values);
        case Condition.Match.ExceptKeyword(List<String> values) -> addKeyword(needs, values);
        case Condition.Match.Int _ -> needs.add(Kind.INTEGER_MATCH);
        case Condition.Match.AnyInt(List<Long> values) -> addInteger(needs, values);
        case Condition.Match.ExceptInt(List<Long> values) -> addInteger(needs, values);
        case Condition.Match.Bool _ -> needs.add(Kind.BOOL_MATCH);
        case Condition.Match.Text _, Condition.Match.TextAny _ -> needs.add(Kind.TEXT);
        case Condition.Match.Phrase _ -> needs.add(Kind.TEXT_PHRASE);
        case Condition.Match.Prefix _ -> needs.add(Kind.KEYWORD_PREFIX);
      }
    }
    if (field.datetimeRange() != null) {
      needs.add(Kind.DATETIME_RANGE);
    }
    if (field.range() != null) {
      needs.add(Kind.FLOAT_RANGE);
      needs.add(Kind.INTEGER_RANGE);
    }
    if (field.geoBox() != null || field.geoRadius() != null || field.geoPolygon() != null) {
      needs.add(Kind.GEO);
    }
    if (field.valuesCount() != null || field.isEmpty() != null || field.isNull() != null) {
      needs.addAll(EnumSet.allOf(Kind.class));
    }
    return needs;
  }

  /** An empty list decides without looking at any value. */
  private static void addKeyword(Set<Kind> needs, List<String> values) {
    if (!values.isEmpty()) {
      needs.add(Kind.KEYWORD_MATCH);
      if (values.stream().allMatch(value -> UUID.matcher(value).matches())) {
        needs.add(Kind.UUID_MATCH);
      }
    }
  }

  private static void addInteger(Set<Kind> needs, List<Long> values) {
    if (!values.isEmpty()) {
      needs.add(Kind.INTEGER_MATCH);
    }
  }

  private static Set<Kind> abilities(@Nullable PayloadIndex index) {
    Set<Kind> abilities = EnumSet.noneOf(Kind.class);
    if (index == null) {
      return abilities;
    }
    switch (index.type()) {
      case KEYWORD -> {
        abilities.add(Kind.KEYWORD_MATCH);
        if (option(index, "prefix", false)) {
          abilities.add(Kind.KEYWORD_PREFIX);
        }
      }
      case INTEGER -> {
        if (option(index, "lookup", true)) {
          abilities.add(Kind.INTEGER_MATCH);
        }
        if (option(index, "range", true)) {
          abilities.add(Kind.INTEGER_RANGE);
        }
      }
      case FLOAT -> abilities.add(Kind.FLOAT_RANGE);
      case GEO -> abilities.add(Kind.GEO);
      case TEXT -> {
        abilities.add(Kind.TEXT);
        if (option(index, "phrase_matching", false)) {
          abilities.add(Kind.TEXT_PHRASE);
        }
      }
      case BOOL -> abilities.add(Kind.BOOL_MATCH);
      case DATETIME -> abilities.add(Kind.DATETIME_RANGE);
      case UUID -> abilities.add(Kind.UUID_MATCH);
    }
    return abilities;
  }

  private static boolean option(PayloadIndex index, String name, boolean absent) {
    return index.params() == null ? absent : index.params().path(name).asBoolean(absent);
  }
}
