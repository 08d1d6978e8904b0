package dev.quiver.engine.filter;

import dev.quiver.engine.filter.Condition.Match;
import dev.quiver.engine.filter.Terms.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermRangeQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Makes queries of conditions on a payload path. */
final class FieldCompiler {
  private static final Pattern UUID_TEXT =
      Pattern.compile(
          "(?i)(?:urn:uuid:)?(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
              + "|\\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\}");

  private final PayloadIndexes indexes;

  FieldCompiler(PayloadIndexes indexes) {
    this.indexes = indexes;
  }

  /** The documents that match, no more and no less. */
  Query exact(Condition.Field field) {
    PayloadPath path = PayloadPath.parse(field.key());
    boolean wellFormed = field.match() == null || isWellFormed(field.match());
    if (path.hasIndex() || !wellFormed) {
      Query candidates = wellFormed ? candidates(field, path) : null;
      return verified(candidates == null ? MatchAllDocsQuery.INSTANCE : candidates, field);
    }
    Location at = Location.of(path);
    // The first of these that is given is the only one that counts, as in the evaluator.
    if (field.valuesCount() != null) {
      return count(at, field.valuesCount());
    }
    if (field.isEmpty() != null) {
      return field.isEmpty()
          ? Queries.any(List.of(Queries.not(notEmpty(at)), kinds(at, Kind.NULL, Kind.EMPTY_ARRAY)))
          : notEmpty(at);
    }
    if (field.isNull() != null) {
      return field.isNull()
          ? kinds(at, Kind.NULL, Kind.NULL_ARRAY, Kind.MIXED_ARRAY)
          : Queries.any(
              List.of(
                  Queries.not(kinds(at, Kind.NULL, Kind.NULL_ARRAY, Kind.MIXED_ARRAY)),
                  kinds(at, Kind.VALUE, Kind.EMPTY_ARRAY, Kind.FULL_ARRAY)));
    }
    List<Query> alternatives = new ArrayList<>();
    if (field.match() != null) {
      alternatives.add(match(field, field.match(), path, at));
    }
    addRanges(field, at, alternatives);
    return Queries.any(alternatives);
  }

  /**
   * The documents that match when a condition asks for one value among several: they, and perhaps
   * others. Null when the index rules nothing out.
   *
   * @param path where the values are, seen from the payload's top
   */
  static @Nullable Query candidates(Condition.Field field, PayloadPath path) {
    if (field.valuesCount() != null || field.isEmpty() != null || field.isNull() != null) {
      return null;
    }
    Location at = Location.of(path.widened());
    List<Query> alternatives = new ArrayList<>();
    if (field.match() != null) {
      alternatives.add(
          switch (field.match()) {
            case Match.Keyword _, Match.Int _, Match.Bool _, Match.AnyKeyword _, Match.AnyInt _ ->
                equal(field.match(), at);
            case Match.Prefix _,
                Match.Text _,
                Match.TextAny _,
                Match.Phrase _,
                Match.ExceptKeyword _,
                Match.ExceptInt _ ->
                hasValue(at);
          });
    }
    addRanges(field, at, alternatives);
    return Queries.any(alternatives);
  }

  private static void addRanges(Condition.Field field, Location at, List<Query> alternatives) {
    if (field.range() != null) {
      alternatives.add(range(at, field.range()));
    }
    if (field.datetimeRange() != null) {
      alternatives.add(times(at, field.datetimeRange()));
    }
    if (field.geoBox() != null) {
      alternatives.add(PlaceQuery.of(at.hash(), field.geoBox()));
    }
    if (field.geoRadius() != null) {
      alternatives.add(PlaceQuery.of(at.hash(), field.geoRadius()));
    }
    if (field.geoPolygon() != null) {
      alternatives.add(PlaceQuery.of(at.hash(), field.geoPolygon()));
    }
  }

  private Query verified(Query candidates, Condition condition) {
    return new VerifiedQuery(candidates, condition, indexes);
  }

  private Query match(Condition.Field field, Match match, PayloadPath path, Location at) {
    return switch (match) {
      case Match.Keyword _, Match.Int _, Match.Bool _, Match.AnyKeyword _, Match.AnyInt _ ->
          equal(match, at);
      case Match.ExceptKeyword(List<String> values) ->
          except(field, path, at, equal(new Match.AnyKeyword(values), at));
      case Match.ExceptInt(List<Long> values) ->
          except(field, path, at, equal(new Match.AnyInt(values), at));
      case Match.Prefix(String prefix) -> prefix(field, at, prefix);
      case Match.Text(String text) -> {
        TextAnalysis analysis = indexes.text(path);
        yield analysis == null
            ? parts(field, at, List.of(text))
            : tokenised(field, at, analysis, allTokens(at, analysis, text));
      }
      case Match.TextAny(String text) -> {
        TextAnalysis analysis = indexes.text(path);
        yield analysis == null
            ? parts(field, at, ValueMatch.words(text))
            : tokenised(field, at, analysis, anyToken(at, analysis, text));
      }
      case Match.Phrase(String phrase) -> {
        TextAnalysis analysis = indexes.text(path);
        yield analysis == null
            ? parts(field, at, List.of(phrase))
            : tokenised(field, at, analysis, phrase(at, analysis, phrase));
      }
    };
  }

  private static Query equal(Match match, Location at) {
    return switch (match) {
      case Match.Keyword(String value) -> exact(Terms.string(at, value));
      case Match.Int(long value) -> exact(Terms.integer(at, value));
      case Match.Bool(boolean value) -> exact(Terms.bool(at, value));
      case Match.AnyKeyword(List<String> values) ->
          anyOf(values.stream().map(value -> Terms.string(at, value)).toList());
      case Match.AnyInt(List<Long> values) ->
          anyOf(values.stream().map(value -> Terms.integer(at, value)).toList());
      case Match.Prefix _,
          Match.Text _,
          Match.TextAny _,
          Match.Phrase _,
          Match.ExceptKeyword _,
          Match.ExceptInt _ ->
          throw new IllegalArgumentException("no equality: " + match);
    };
  }

  private static Query exact(BytesRef term) {
    return new TermQuery(new Term(Terms.EXACT, term));
  }

  private static Query anyOf(List<BytesRef> terms) {
    return switch (terms.size()) {
      case 0 -> new MatchNoDocsQuery("no values");
      case 1 -> exact(terms.getFirst());
      default -> new TermInSetQuery(Terms.EXACT, terms);
    };
  }

  static Query kinds(Location at, Kind... kinds) {
    return anyOf(Arrays.stream(kinds).map(kind -> Terms.kind(at, kind)).toList());
  }

  static Query notEmpty(Location at) {
    return kinds(at, Kind.VALUE, Kind.FULL_ARRAY, Kind.MIXED_ARRAY, Kind.NULL_ARRAY);
  }

  /** Documents with something at the location, or in an array there, that is not null. */
  static Query hasValue(Location at) {
    return kinds(at, Kind.VALUE, Kind.FULL_ARRAY, Kind.MIXED_ARRAY);
  }

  /**
   * A single value is excepted or it is not; of several, the payload must tell whether one is not.
   */
  private Query except(Condition.Field field, PayloadPath path, Location at, Query excepted) {
    Query severalValues = path.hasEvery() ? excepted : Queries.all(List.of(excepted, arrays(at)));
    return Queries.any(
        List.of(
            Queries.without(hasValue(at), excepted), verified(severalValues, onlyMatch(field))));
  }

  private static Query arrays(Location at) {
    return kinds(at, Kind.FULL_ARRAY, Kind.MIXED_ARRAY);
  }

  private Query prefix(Condition.Field field, Location at, String prefix) {
    byte[] utf8 = prefix.getBytes(StandardCharsets.UTF_8);
    List<Query> alternatives = new ArrayList<>();
    if (utf8.length <= Terms.MAX_STRING) {
      alternatives.add(startingWith(Terms.term(at, Terms.STRING, utf8)));
    }
    boolean decided = utf8.length <= Terms.LONG_HEAD;
    Query longOnes =
        startingWith(
            Terms.term(
                at, Terms.LONG_STRING, decided ? utf8 : Arrays.copyOf(utf8, Terms.LONG_HEAD)));
    alternatives.add(decided ? longOnes : verified(longOnes, onlyMatch(field)));
    return Queries.any(alternatives);
  }

  private static Query startingWith(BytesRef prefix) {
    return new PrefixQuery(new Term(Terms.EXACT, prefix));
  }

  /** Strings of which one of the needles is a part; short ones are looked through as terms. */
  private Query parts(Condition.Field field, Location at, List<String> needles) {
    if (needles.isEmpty()) {
      return new MatchNoDocsQuery("no words");
    }
    return Queries.any(
        List.of(
            new TermScanQuery(
                Terms.prefix(at, Terms.STRING),
                text -> needles.stream().anyMatch(text::contains),
                "contains " + needles),
            verified(startingWith(Terms.prefix(at, Terms.LONG_STRING)), onlyMatch(field))));
  }

  /** The same condition with no other part than the match. */
  private static Condition.Field onlyMatch(Condition.Field field) {
    return new Condition.Field(
        field.key(), field.match(), null, null, null, null, null, null, null, null);
  }

  /**
   * @param byTokens right for all documents that were tokenised by this analysis; the payloads of
   *     the others are read
   */
  private Query tokenised(
      Condition.Field field, Location at, TextAnalysis analysis, Query byTokens) {
    return Queries.any(List.of(byTokens, verified(untokenised(at, analysis), onlyMatch(field))));
  }

  /** Documents with a value at the location that this analysis has not tokenised. */
  static Query untokenised(Location at, TextAnalysis analysis) {
    return Queries.without(hasValue(at), exact(Terms.tokenised(at, analysis)));
  }

  private static Query allTokens(Location at, TextAnalysis analysis, String text) {
    List<Query> readings = new ArrayList<>();
    for (Set<String> reading : analysis.queryReadings(text)) {
      readings.add(Queries.all(reading.stream().map(token -> token(at, analysis, token)).toList()));
    }
    return readings.isEmpty() ? new MatchNoDocsQuery("no tokens") : Queries.any(readings);
  }

  private static Query anyToken(Location at, TextAnalysis analysis, String text) {
    List<Query> tokens = new ArrayList<>();
    analysis.queryTokens(text).forEach(token -> tokens.add(token(at, analysis, token)));
    return Queries.any(tokens);
  }

  private static Query token(Location at, TextAnalysis analysis, String token) {
    return new TermQuery(new Term(Terms.TOKENS, Terms.token(at, analysis, token)));
  }

  private static Query phrase(Location at, TextAnalysis analysis, String phrase) {
    List<Query> readings = new ArrayList<>();
    for (List<String> tokens : analysis.phraseReadings(phrase)) {
      PhraseQuery.Builder query = new PhraseQuery.Builder();
      tokens.forEach(token -> query.add(new Term(Terms.PHRASES, Terms.token(at, analysis, token))));
      readings.add(query.build());
    }
    return readings.isEmpty() || !analysis.phrases()
        ? new MatchNoDocsQuery("no phrase, or an index without phrases")
        : Queries.any(readings);
  }

  private static Query count(Location at, Condition.ValuesCount range) {
    long low = 0;
    long high = Integer.MAX_VALUE;
    if (range.gte() != null) {
      low = Math.max(low, range.gte());
    }
    if (range.gt() != null) {
      low = Math.max(low, range.gt() == Long.MAX_VALUE ? Long.MAX_VALUE : range.gt() + 1);
    }
    if (range.lte() != null) {
      high = Math.min(high, range.lte());
    }
    if (range.lt() != null) {
      high = Math.min(high, range.lt() == Long.MIN_VALUE ? Long.MIN_VALUE : range.lt() - 1);
    }
    if (low > high) {
      return new MatchNoDocsQuery("no count");
    }
    List<Query> alternatives = new ArrayList<>();
    alternatives.add(
        new TermRangeQuery(
            Terms.EXACT, Terms.length(at, (int) low), Terms.length(at, (int) high), true, true));
    if (low == 0) {
      alternatives.add(kinds(at, Kind.NULL));
      alternatives.add(Queries.not(kinds(at, Kind.values())));
    }
    if (low <= 1 && high >= 1) {
      alternatives.add(kinds(at, Kind.VALUE));
    }
    return Queries.any(alternatives);
  }

  static Query integers(Location at, long low, long high) {
    return BinaryPoint.newRangeQuery(Terms.INTEGERS, at.point(low), at.point(high));
  }

  /** Numbers compare as doubles, integers too; bounds may be NaN, which is above all numbers. */
  static Query range(Location at, Condition.Range range) {
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    if (is(range.gte(), Double.NaN)
        || is(range.gt(), Double.NaN)
        || is(range.gt(), Double.POSITIVE_INFINITY)
        || is(range.lt(), Double.NEGATIVE_INFINITY)) {
      return new MatchNoDocsQuery("no number");
    }
    if (range.gte() != null) {
      low = Math.max(low, range.gte());
    }
    if (range.gt() != null) {
      low = Math.max(low, Math.nextUp(range.gt()));
    }
    if (range.lte() != null && !range.lte().isNaN()) {
      high = Math.min(high, range.lte());
    }
    if (range.lt() != null && !range.lt().isNaN()) {
      high = Math.min(high, Math.nextDown(range.lt()));
    }
    if (low > high) {
      return new MatchNoDocsQuery("no number");
    }
    List<Query> alternatives = new ArrayList<>();
    alternatives.add(
        BinaryPoint.newRangeQuery(
            Terms.FLOATS, at.point(Terms.sortable(low)), at.point(Terms.sortable(high))));
    long first = Numbers.firstAtLeast(low);
    long last = Numbers.lastAtMost(high);
    if (first <= last && first >= low && last <= high) {
      alternatives.add(integers(at, first, last));
    }
    return Queries.any(alternatives);
  }

  private static boolean is(@Nullable Double bound, double value) {
    return bound != null && bound.equals(value);
  }

  static Query times(Location at, Condition.DatetimeRange range) {
    long low = Long.MIN_VALUE;
    long high = Long.MAX_VALUE;
    boolean none = false;
    if (range.gte() != null) {
      low = Math.max(low, range.gte());
    }
    if (range.gt() != null) {
      none |= range.gt() == Long.MAX_VALUE;
      low = Math.max(low, range.gt() + 1);
    }
    if (range.lte() != null) {
      high = Math.min(high, range.lte());
    }
    if (range.lt() != null) {
      none |= range.lt() == Long.MIN_VALUE;
      high = Math.min(high, range.lt() - 1);
    }
    if (none || low > high) {
      return new MatchNoDocsQuery("no time");
    }
    return BinaryPoint.newRangeQuery(Terms.TIMES, at.point(low), at.point(high));
  }

  /** Documents with a string at the location of which the test holds; long ones always count. */
  static Query strings(Location at, Predicate<String> test, String name) {
    Query scan = new TermScanQuery(Terms.prefix(at, Terms.STRING), test, name);
    return name.equals("uuid")
        ? scan
        : Queries.any(List.of(scan, startingWith(Terms.prefix(at, Terms.LONG_STRING))));
  }

  static boolean isUuid(String text) {
    return UUID_TEXT.matcher(text).matches();
  }

  private static boolean isWellFormed(Match match) {
    return switch (match) {
      case Match.Keyword(String value) -> Unicode.isWellFormed(value);
      case Match.Text(String text) -> Unicode.isWellFormed(text);
      case Match.TextAny(String text) -> Unicode.isWellFormed(text);
      case Match.Phrase(String phrase) -> Unicode.isWellFormed(phrase);
      case Match.Prefix(String prefix) -> Unicode.isWellFormed(prefix);
      case Match.AnyKeyword(List<String> values) -> values.stream().allMatch(Unicode::isWellFormed);
      case Match.ExceptKeyword(List<String> values) ->
          values.stream().allMatch(Unicode::isWellFormed);
      case Match.Int _, Match.Bool _, Match.AnyInt _, Match.ExceptInt _ -> true;
    };
  }
}
