package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.quiver.engine.PayloadIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IndexNeedsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String ANY =
      "bool, datetime, float, geo, integer, keyword, keyword (with prefix: true), text, text (with"
          + " phrase_matching: true), uuid";

  private static Filter filter(String json) {
    try {
      return FilterJson.parse(JSON.readTree(json.replace('\'', '"')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Field and types that are missing, or nothing. */
  private static String missing(String condition, String... declared) {
    List<PayloadIndex> indexes = new ArrayList<>();
    try {
      for (int i = 0; i < declared.length; i += 2) {
        indexes.add(
            PayloadIndexes.parse(declared[i], JSON.readTree(declared[i + 1].replace('\'', '"'))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    IndexNeeds.Missing missing =
        new IndexNeeds(new PayloadIndexes(indexes)).missing(filter("{'must':[" + condition + "]}"));
    return missing == null ? "" : missing.field() + ": " + String.join(", ", missing.indexes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'key':'a','match':{'value':'x'}}|'keyword'|a: keyword",
        "{'key':'a','match':{'any':['x','y']}}|'keyword'|a: keyword",
        "{'key':'a','match':{'value':7}}|'integer'|a: integer",
        "{'key':'a','match':{'except':[7]}}|{'type':'integer','range':false}|a: integer",
        "{'key':'a','match':{'value':true}}|'bool'|a: bool",
        "{'key':'a','match':{'text':'x'}}|'text'|a: text",
        "{'key':'a','match':{'value':'550e8400-e29b-41d4-a716-446655440000'}}|'uuid'|"
            + "a: keyword, uuid",
        "{'key':'a','range':{'gt':1}}|'float'|a: float, integer",
        "{'key':'a','range':{'gt':1}}|{'type':'integer','lookup':false}|a: float, integer",
        "{'key':'a','range':{'gt':'2020-01-01'}}|'datetime'|a: datetime",
        "{'key':'a','geo_radius':{'center':{'lon':1,'lat':2},'radius':3}}|'geo'|a: geo"
      })
  void aConditionNeedsAnIndexThatServesIt(String condition, String index, String needs) {
    assertThat(missing(condition)).isEqualTo(needs);
    assertThat(missing(condition, "a", index)).isEmpty();
    assertThat(missing(condition, "b", index)).isEqualTo(needs);
  }

  @Test
  void anIndexOfAnotherAbilityDoesNotServe() {
    assertThat(missing("{'key':'a','match':{'value':7}}", "a", "'keyword'"))
        .isEqualTo("a: integer");
    assertThat(missing("{'key':'a','match':{'value':7}}", "a", "{'type':'integer','lookup':false}"))
        .isEqualTo("a: integer");
    assertThat(missing("{'key':'a','match':{'phrase':'x y'}}", "a", "'text'"))
        .isEqualTo("a: text (with phrase_matching: true)");
    assertThat(
            missing(
                "{'key':'a','match':{'phrase':'x y'}}",
                "a",
                "{'type':'text','phrase_matching':true}"))
        .isEmpty();
  }

  @Test
  void emptinessIsServedByAnyIndex() {
    assertThat(missing("{'is_empty':{'key':'a'}}")).isEqualTo("a: " + ANY);
    assertThat(missing("{'key':'a','values_count':{'gt':1}}")).isEqualTo("a: " + ANY);
    assertThat(missing("{'is_null':{'key':'a'}}", "a", "'geo'")).isEmpty();
  }

  @Test
  void conditionsWithoutAFieldNeedNone() {
    assertThat(missing("{'has_id':[1]}")).isEmpty();
    assertThat(missing("{'has_vector':''}")).isEmpty();
    assertThat(missing("{'key':'a','match':{'any':[]}}")).isEmpty();
  }

  @Test
  void filtersWithinFiltersAreSeenWithTheirWholePath() {
    String nested =
        "{'should':[{'nested':{'key':'a.b','filter':{'must_not':[{'key':'c','match':{'value':1}}]}}}]}";
    assertThat(missing(nested)).isEqualTo("a.b[].c: integer");
    assertThat(missing(nested, "a.b[].c", "'integer'")).isEmpty();
  }

  @Test
  void conditionsAndTheirValuesAreCounted() {
    Filter filter =
        filter(
            "{'must':[{'key':'a','match':{'any':['x','y','z']}},{'has_id':[1,2]},"
                + "{'nested':{'key':'n','filter':{'must':[{'key':'c','match':{'value':1}}]}}}],"
                + "'min_should':{'min_count':1,'conditions':[{'should':[{'is_empty':{'key':'e'}},"
                + "{'key':'f','match':{'except':[1,2,3,4]}}]}]}}");

    assertThat(FilterSize.conditions(filter)).isEqualTo(5);
    assertThat(FilterSize.largestCondition(filter)).isEqualTo(4);
    assertThat(FilterSize.conditions(null)).isZero();
  }
}
