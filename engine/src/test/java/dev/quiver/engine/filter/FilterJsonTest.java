package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterJsonTest {
  @ParameterizedTest(name = "{0} is refused: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]        | FORMAT | invalid type: sequence, expected struct Filter at filter",
        "{'musst':[]} | FORMAT | unknown field `musst`, expected one of `should`, `min_should`, `must`, `must_not` at filter",
        "{'must':1} | FORMAT | invalid type: integer `1`, expected a condition or a sequence of conditions at filter.must",
        "{'must':[{'foo':1}]} | FORMAT | Expected some form of condition",
        "{'must':[7]} | FORMAT | Expected some form of condition",
        "{'must':[{'key':1}]} | FORMAT | Filter condition 'key' must be a string at filter.must[0]",
        "{'must':[{'key':'a..b','match':{'value':1}}]} | FORMAT | Invalid json path: 'a..b' at filter.must[0].key",
        "{'must':[{'key':'a','match':{'value':1},'x':1}]} | FORMAT | unknown field `x`, expected one of `key`",
        "{'must':[{'key':'a'}]} | VALIDATION | [filter.must[0]: At least one field condition must be specified]",
        "{'must':[{'key':'a','match':null}]} | VALIDATION | [filter.must[0]: At least one field",
        "{'must':[{'key':'a','match':{}}]} | FORMAT | data did not match any variant of untagged enum MatchInterface",
        "{'must':[{'key':'a','match':{'value':1.5}}]} | FORMAT | invalid type: floating point `1.5`",
        "{'must':[{'key':'a','match':{'value':9223372036854775808}}]} | FORMAT | invalid type: integer",
        "{'must':[{'key':'a','match':{'any':['x',1]}}]} | FORMAT | invalid type: integer `1`, expected a string at filter.must[0].match.any[1]",
        "{'must':[{'key':'a','match':{'any':[1,'x']}}]} | FORMAT | invalid type: string \"x\"",
        "{'must':[{'key':'a','match':{'text':'\\ud800'}}]} | FORMAT | invalid value: a lone surrogate",
        "{'must':[{'key':'a','range':{'gt':true}}]} | FORMAT | invalid type: boolean `true`, expected f64",
        "{'must':[{'key':'a','range':{'gt':1e999}}]} | FORMAT | number out of range",
        "{'must':[{'key':'a','range':{'from':1}}]} | FORMAT | unknown field `from`",
        "{'must':[{'key':'a','range':{'gt':'tomorrow'}}]} | FORMAT | 'tomorrow' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z",
        "{'must':[{'key':'a','range':{'gt':'2020-01-01','lt':5}}]} | FORMAT | invalid type: integer `5`",
        "{'must':[{'key':'a','values_count':{'gt':-1}}]} | FORMAT | expected an unsigned integer",
        "{'must':[{'key':'a','geo_radius':{'center':{'lon':0,'lat':91},'radius':1}}]} | FORMAT | expected `lat` = 91.0 within [-90;90] and `lon` = 0.0 within [-180;180]",
        "{'must':[{'key':'a','geo_radius':{'center':{'lon':0}}}]} | FORMAT | missing field `lat` at filter.must[0].geo_radius.center",
        "{'must':[{'key':'a','geo_polygon':{'exterior':{'points':[]}}}]} | FORMAT | polygon invalid, the size must be at least 4, got 0",
        "{'must':[{'key':'a','geo_polygon':{'exterior':{'points':[{'lon':0,'lat':0},{'lon':1,'lat':0},{'lon':1,'lat':1},{'lon':0,'lat':1}]}}}]} | FORMAT | polygon invalid, the first and the last points should be the same",
        "{'must':[{'has_id':[-1]}]} | FORMAT | is not a valid point ID",
        "{'must':[{'has_id':['x']}]} | FORMAT | value x is not a valid point ID",
        "{'must':[{'has_id':7}]} | FORMAT | expected a sequence of point ids",
        "{'must':[{'slice':{'total':0,'index':0}}]} | FORMAT | expected a nonzero u32",
        "{'must':[{'slice':{'total':2,'index':2}}]} | VALIDATION | Slice index must be less than the total number of slices",
        "{'min_should':{'conditions':[],'min_count':0}} | VALIDATION | [filter.min_should.min_count: min_count must be greater than 0]",
        "{'min_should':{'conditions':[]}} | FORMAT | missing field `min_count`",
        "{'must':[{'nested':{'key':'a'}}]} | FORMAT | missing field `filter` at filter.must[0].nested",
        "{'must':[{'nested':{'key':'a','filter':{'x':1}}}]} | FORMAT | unknown field `x`",
        "{'must':[{'is_null':'a'}]} | FORMAT | expected struct PayloadField",
        "{'must':[{'has_vector':1}]} | FORMAT | expected a string",
      })
  void aWrongFilterIsRefused(String filter, ErrorCode code, String message) throws IOException {
    JsonNode node = Payload.JSON.readTree(filter.replace('\'', '"'));
    assertThatThrownBy(() -> FilterJson.parse(node))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((QuiverException) e).code())
        .isEqualTo(code);
  }

  @Test
  void aClauseMayBeOneCondition() throws IOException {
    Filter one = parse("{'must':{'has_id':[1]},'should':null}");
    assertThat(one).isEqualTo(parse("{'must':[{'has_id':[1]}]}"));
  }

  @Test
  void idsOf64BitsAndUuidsInAllFormsAreRead() throws IOException {
    assertThat(
            parse("{'must':{'has_id':[18446744073709551615,'936DA01F9ABD4d9d80C702AF85C822A8']}}"))
        .hasToString(
            "Filter[must=[HasId[ids=[18446744073709551615,"
                + " 936da01f-9abd-4d9d-80c7-02af85c822a8]]], should=[], mustNot=[],"
                + " minShould=null]");
  }

  @Test
  void filtersDeeperThanTheBoundAreRefused() throws IOException {
    String deep = "{'must':".repeat(63) + "{}" + "}".repeat(63);
    assertThat(parse(deep)).isNotNull();
    assertThatThrownBy(() -> parse("{'must':" + deep + "}")).hasMessageContaining("64 levels");
  }

  @Test
  void filtersWithTooManyConditionsAreRefused() {
    String many = "{'has_id':[1]},".repeat(FilterJson.MAX_CONDITIONS) + "{'has_id':[1]}";
    assertThatThrownBy(() -> parse("{'must':[" + many + "]}"))
        .hasMessageContaining("more than 16384 conditions");
  }

  @Test
  void whatIsWrittenReadsBackEqual() {
    long seed = Long.getLong("quiver.filter.seed", System.nanoTime());
    System.out.println("quiver.filter.seed=" + seed);
    RandomFilters filters = new RandomFilters(new Random(seed), true);
    for (int i = 0; i < 500; i++) {
      Filter filter = filters.filter(0);
      assertThat(FilterJson.parse(FilterJson.toJson(filter))).as("seed " + seed).isEqualTo(filter);
    }
  }

  private static Filter parse(String text) throws IOException {
    return FilterJson.parse(Payload.JSON.readTree(text.replace('\'', '"')));
  }
}
