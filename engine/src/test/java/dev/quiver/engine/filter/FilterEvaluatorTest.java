package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every trap of the filter language, one line each: condition, payload, verdict. */
class FilterEvaluatorTest {
  @ParameterizedTest(name = "{0} on {1} is {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Types never coerce.
        "{'key':'a','match':{'value':1}}       | {'a':1}        | true",
        "{'key':'a','match':{'value':1}}       | {'a':1.0}      | false",
        "{'key':'a','match':{'value':1}}       | {'a':'1'}      | false",
        "{'key':'a','match':{'value':'1'}}     | {'a':1}        | false",
        "{'key':'a','match':{'value':true}}    | {'a':'true'}   | false",
        "{'key':'a','match':{'value':true}}    | {'a':true}     | true",
        "{'key':'a','match':{'value':9223372036854775807}} | {'a':9223372036854775808} | false",
        // Any element of an array, one level deep.
        "{'key':'a','match':{'value':2}}       | {'a':[1,2]}    | true",
        "{'key':'a','match':{'value':2}}       | {'a':[[1,2]]}  | false",
        "{'key':'a[]','match':{'value':2}}     | {'a':[[1,2]]}  | true",
        "{'key':'a[]','match':{'value':2}}     | {'a':2}        | false",
        "{'key':'a[1]','match':{'value':2}}    | {'a':[1,2]}    | true",
        "{'key':'a[0]','match':{'value':2}}    | {'a':[1,2]}    | false",
        "{'key':'a.b','match':{'value':2}}     | {'a':{'b':2}}  | true",
        "{'key':'a.b','match':{'value':2}}     | {'a.b':2}      | false",
        "{'key':'\"a.b\"','match':{'value':2}} | {'a.b':2}      | true",
        "{'key':'a.b','match':{'value':2}}     | {'a':[{'b':2}]}| false",
        "{'key':'a[].b','match':{'value':2}}   | {'a':[{'b':2}]}| true",
        // any and except.
        "{'key':'a','match':{'any':[]}}        | {'a':'x'}      | false",
        "{'key':'a','match':{'any':['x','y']}} | {'a':'y'}      | true",
        "{'key':'a','match':{'any':[1]}}       | {'a':'1'}      | false",
        "{'key':'a','match':{'except':[]}}     | {'a':'x'}      | true",
        "{'key':'a','match':{'except':[]}}     | {}             | false",
        "{'key':'a','match':{'except':[]}}     | {'a':null}     | false",
        "{'key':'a','match':{'except':[]}}     | {'a':[]}       | false",
        "{'key':'a','match':{'except':['x']}}  | {'a':'x'}      | false",
        "{'key':'a','match':{'except':['x']}}  | {'a':['x','y']}| true",
        "{'key':'a','match':{'except':['x']}}  | {'a':['x',null]}| false",
        "{'key':'a','match':{'except':['x']}}  | {'a':1}        | true",
        "{'key':'a','match':{'except':['x']}}  | {'a':{}}       | true",
        "{'key':'a','match':{'except':['x']}}  | {'a':[[]]}     | true",
        "{'key':'a','match':{'except':[1]}}    | {'a':1.0}      | true",
        // Text without an index is a part of the value.
        "{'key':'a','match':{'text':'ell'}}         | {'a':'hello'}  | true",
        "{'key':'a','match':{'text':'Ell'}}         | {'a':'hello'}  | false",
        "{'key':'a','match':{'text':'世'}}           | {'a':'你好世界'} | true",
        "{'key':'a','match':{'text_any':'xx lo'}}   | {'a':'hello'}  | true",
        "{'key':'a','match':{'text_any':''}}        | {'a':'hello'}  | false",
        "{'key':'a','match':{'text':''}}            | {'a':'hello'}  | true",
        "{'key':'a','match':{'phrase':'lo wo'}}     | {'a':'hello world'} | true",
        "{'key':'a','match':{'prefix':'hel'}}       | {'a':['x','hello']} | true",
        "{'key':'a','match':{'prefix':'ell'}}       | {'a':'hello'}  | false",
        // Ranges: numbers alone, integers as doubles.
        "{'key':'a','range':{'gte':1}}         | {'a':1}        | true",
        "{'key':'a','range':{'gt':1}}          | {'a':1}        | false",
        "{'key':'a','range':{'lt':2,'gt':1}}   | {'a':[0,1.5]}  | true",
        "{'key':'a','range':{'lt':2,'gt':1}}   | {'a':[1,2]}    | false",
        "{'key':'a','range':{'gte':1}}         | {'a':'2'}      | false",
        "{'key':'a','range':{}}                | {'a':2}        | true",
        "{'key':'a','range':{'lte':-0.0,'gte':0}}      | {'a':0}  | true",
        "{'key':'a','range':{'gte':9007199254740993}}  | {'a':9007199254740992} | true",
        "{'key':'a','range':{'gte':'2020-01-01'}}      | {'a':'2020-01-01T00:00:00Z'} | true",
        "{'key':'a','range':{'gt':'2020-01-01'}}       | {'a':'2020-01-01T01:00:00+01:00'} | false",
        "{'key':'a','range':{'gte':'2020-01-01'}}      | {'a':'yesterday'} | false",
        "{'key':'a','range':{'gte':'2020-01-01'}}      | {'a':1700000000}  | false",
        // Counts, also of what is not there.
        "{'key':'a','values_count':{'lt':1}}   | {}             | true",
        "{'key':'a','values_count':{'gte':1}}  | {}             | false",
        "{'key':'a','values_count':{'lt':1}}   | {'a':null}     | true",
        "{'key':'a','values_count':{'lte':0}}  | {'a':[]}       | true",
        "{'key':'a','values_count':{'gte':1}}  | {'a':{}}       | true",
        "{'key':'a','values_count':{'gt':1}}   | {'a':[1,null]} | true",
        // Empty: missing, null, []; and nothing else.
        "{'is_empty':{'key':'a'}}              | {}             | true",
        "{'is_empty':{'key':'a'}}              | {'a':null}     | true",
        "{'is_empty':{'key':'a'}}              | {'a':[]}       | true",
        "{'is_empty':{'key':'a'}}              | {'a':[null]}   | false",
        "{'is_empty':{'key':'a'}}              | {'a':''}       | false",
        "{'is_empty':{'key':'a'}}              | {'a':{}}       | false",
        "{'is_empty':{'key':'a[].b'}}          | {'a':[{'b':[]},{'b':1}]} | false",
        "{'key':'a','is_empty':true}           | {}             | true",
        "{'key':'a','is_empty':true}           | {'a':[]}       | true",
        "{'key':'a','is_empty':true}           | {'a':[null]}   | false",
        "{'key':'a','is_empty':false}          | {}             | false",
        "{'key':'a','is_empty':false}          | {'a':[null]}   | true",
        "{'key':'a[].b','is_empty':true}       | {'a':[{'b':[]},{'b':1}]} | true",
        // Null: the condition looks at the value, the field form into arrays too.
        "{'is_null':{'key':'a'}}               | {}             | false",
        "{'is_null':{'key':'a'}}               | {'a':null}     | true",
        "{'is_null':{'key':'a'}}               | {'a':[null]}   | false",
        "{'key':'a','is_null':true}            | {'a':[1,null]} | true",
        "{'key':'a','is_null':true}            | {}             | false",
        "{'key':'a','is_null':false}           | {}             | true",
        "{'key':'a','is_null':false}           | {'a':[1,null]} | false",
        "{'key':'a','is_null':false}           | {'a':[]}       | true",
        "{'key':'a','is_null':false}           | {'a':null}     | false",
        "{'key':'a[].b','is_null':false}       | {'a':[{'b':[]},{'b':null}]} | true",
        "{'key':'a[].b','is_null':false}       | {'a':[{'b':[null]},{'b':null}]} | false",
        "{'key':'a[0].b','is_null':false}      | {'a':[{'b':null},{'b':1}]} | false",
        // Counts win over the other parts of a condition; those are alternatives.
        "{'key':'a','match':{'value':1},'values_count':{'gt':1}} | {'a':1}   | false",
        "{'key':'a','match':{'value':1},'range':{'gt':5}}        | {'a':6}   | true",
        // Nested: one object satisfies it all.
        "{'nested':{'key':'a','filter':{'must':[{'key':'b','match':{'value':1}},{'key':'c','match':{'value':2}}]}}} | {'a':[{'b':1,'c':2}]} | true",
        "{'nested':{'key':'a','filter':{'must':[{'key':'b','match':{'value':1}},{'key':'c','match':{'value':2}}]}}} | {'a':[{'b':1},{'c':2}]} | false",
        "{'nested':{'key':'a','filter':{'must_not':{'key':'b','match':{'value':1}}}}} | {'a':[{'b':1},{'b':2}]} | true",
        "{'nested':{'key':'a','filter':{'must_not':{'key':'b','match':{'value':1}}}}} | {'a':[3]} | false",
        "{'nested':{'key':'a','filter':{'must':{'key':'b','match':{'value':1}}}}}     | {'a':{'b':1}} | false",
        "{'nested':{'key':'a','filter':{'must':{'has_id':[7]}}}}                      | {'a':[{}]} | false",
        "{'nested':{'key':'a','filter':{'must':{'has_vector':''}}}}                   | {'a':[{}]} | false",
        "{'nested':{'key':'a','filter':{'must_not':{'has_id':[7]}}}}                  | {'a':[{}]} | true",
        // Ids, vectors.
        "{'has_id':[7]}                        | {}             | true",
        "{'has_id':[8]}                        | {}             | false",
        "{'has_id':[]}                         | {}             | false",
        "{'has_vector':''}                     | {}             | true",
        "{'has_vector':'image'}                | {}             | false",
        // min_should.
        "{'min_should':{'conditions':[{'has_id':[7]},{'has_id':[7]},{'has_id':[8]}],'min_count':2}} | {} | true",
        "{'min_should':{'conditions':[{'has_id':[7]},{'has_id':[8]}],'min_count':2}} | {} | false",
        "{'min_should':{'conditions':[],'min_count':1}}  | {} | false",
        "{}                                    | {}             | true",
        "{'must':[],'should':[],'must_not':[]} | {}             | true",
        "{'should':[{'has_id':[8]}],'must':[{'has_id':[7]}]}  | {} | false",
      })
  void means(String condition, String payload, boolean expected) throws IOException {
    assertThat(matches(condition, payload)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} with {1} is {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Edges of boxes are outside; a box may span the antimeridian.
        "{'geo_bounding_box':{'top_left':{'lon':0,'lat':10},'bottom_right':{'lon':10,'lat':0}}} | {'lon':5,'lat':5}  | true",
        "{'geo_bounding_box':{'top_left':{'lon':0,'lat':10},'bottom_right':{'lon':10,'lat':0}}} | {'lon':0,'lat':5}  | false",
        "{'geo_bounding_box':{'top_left':{'lon':0,'lat':10},'bottom_right':{'lon':10,'lat':0}}} | {'lon':5,'lat':10} | false",
        "{'geo_bounding_box':{'top_left':{'lon':170,'lat':10},'bottom_right':{'lon':-170,'lat':0}}} | {'lon':180,'lat':5}  | true",
        "{'geo_bounding_box':{'top_left':{'lon':170,'lat':10},'bottom_right':{'lon':-170,'lat':0}}} | {'lon':-175,'lat':5} | true",
        "{'geo_bounding_box':{'top_left':{'lon':170,'lat':10},'bottom_right':{'lon':-170,'lat':0}}} | {'lon':0,'lat':5}    | false",
        // Berlin to Potsdam is 27 km.
        "{'geo_radius':{'center':{'lon':13.404954,'lat':52.520008},'radius':30000}} | {'lon':13.0645,'lat':52.3906} | true",
        "{'geo_radius':{'center':{'lon':13.404954,'lat':52.520008},'radius':20000}} | {'lon':13.0645,'lat':52.3906} | false",
        "{'geo_radius':{'center':{'lon':179.9,'lat':0},'radius':30000}} | {'lon':-179.9,'lat':0} | true",
        "{'geo_radius':{'center':{'lon':0,'lat':0},'radius':0}} | {'lon':0,'lat':0} | false",
        "{'geo_radius':{'center':{'lon':0,'lat':0},'radius':9}} | {'lon':'0','lat':0} | false",
        "{'geo_radius':{'center':{'lon':0,'lat':0},'radius':9}} | [{'lon':50,'lat':0},{'lon':0,'lat':0}] | true",
        // Polygons: edges are outside, holes and their edges too.
        "{'geo_polygon':{'exterior':{'points':[{'lon':0,'lat':0},{'lon':10,'lat':0},{'lon':10,'lat':10},{'lon':0,'lat':0}]}}} | {'lon':8,'lat':2} | true",
        "{'geo_polygon':{'exterior':{'points':[{'lon':0,'lat':0},{'lon':10,'lat':0},{'lon':10,'lat':10},{'lon':0,'lat':0}]}}} | {'lon':2,'lat':8} | false",
        "{'geo_polygon':{'exterior':{'points':[{'lon':0,'lat':0},{'lon':10,'lat':0},{'lon':10,'lat':10},{'lon':0,'lat':0}]}}} | {'lon':5,'lat':0} | false",
        "{'geo_polygon':{'exterior':{'points':[{'lon':0,'lat':0},{'lon':10,'lat':0},{'lon':10,'lat':10},{'lon':0,'lat':0}]},'interiors':[{'points':[{'lon':7,'lat':1},{'lon':9,'lat':1},{'lon':9,'lat':3},{'lon':7,'lat':1}]}]}} | {'lon':8.5,'lat':1.5} | false",
      })
  void placesAreWithin(String part, String place, boolean expected) throws IOException {
    String condition = "{'key':'p'," + part.strip().substring(1);
    assertThat(matches(condition, "{'p':" + place + "}")).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} for {1} on {2} is {3}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'tokenizer':'word'}  | {'text':'WORLD hello'}  | 'Hello, world!' | true",
        "{'tokenizer':'word'}  | {'text':'hell'}         | 'Hello, world!' | false",
        "{'tokenizer':'word'}  | {'text':'hello moon'}   | 'Hello, world!' | false",
        "{'tokenizer':'word'}  | {'text_any':'hello moon'} | 'Hello, world!' | true",
        "{'tokenizer':'word'}  | {'text':''}             | 'Hello, world!' | false",
        "{'tokenizer':'word'}  | {'text':'one two'}      | ['one','two']   | true",
        "{'tokenizer':'word','lowercase':false} | {'text':'hello'} | 'Hello' | false",
        "{'tokenizer':'word','phrase_matching':true} | {'phrase':'hello world'} | 'oh, hello: World' | true",
        "{'tokenizer':'word','phrase_matching':true} | {'phrase':'world hello'} | 'oh, hello: World' | false",
        "{'tokenizer':'word','phrase_matching':true} | {'phrase':'one two'}     | ['one','two']   | false",
        "{'tokenizer':'word'}  | {'phrase':'hello world'}   | 'hello world' | false",
        "{'tokenizer':'whitespace'} | {'text':'hello'}   | 'hello, world' | false",
        "{'tokenizer':'whitespace'} | {'text':'hello,'}  | 'hello, world' | true",
        "{'tokenizer':'prefix'} | {'text':'hel wor'}     | 'hello, world' | true",
        "{'tokenizer':'prefix'} | {'text':'ello'}        | 'hello, world' | false",
        "{'tokenizer':'prefix','max_token_len':3} | {'text':'helpless'} | 'hello' | true",
        "{'tokenizer':'multilingual'} | {'text':'世界'}   | '你好世界' | true",
        "{'tokenizer':'word'}  | {'text':'世界'}          | '你好世界' | false",
        "{'ascii_folding':true} | {'text':'acao'}        | 'Ação' | true",
        "{'min_token_len':3}   | {'text':'an apple'}     | 'the apple' | true",
        "{'max_token_len':5}   | {'text':'bananas'}      | 'bananas' | false",
        "{'stopwords':'english'} | {'text':'the boat'}   | 'a boat' | true",
        "{'stopwords':{'custom':['Boat']}} | {'text':'boat'} | 'a boat' | false",
        "{'stemmer':{'type':'snowball','language':'english'}} | {'text':'running'} | 'runs' | true",
        "{'stemmer':{'type':'none'}} | {'text':'running'} | 'runs' | false",
      })
  void textIsMatchedAsItsIndexSays(String index, String match, String value, boolean expected)
      throws IOException {
    String schema = "{'type':'text'," + index.strip().substring(1);
    PayloadIndexes indexes =
        new PayloadIndexes(List.of(PayloadIndexes.parse("\"t\"", json(schema))));
    Filter filter = FilterJson.parse(json("{'must':{'key':'t','match':" + match + "}}"));
    assertThat(decided(filter, indexes, json("{'t':" + value + "}"))).isEqualTo(expected);
  }

  @Test
  void slicesArePublishedHashesOfIds() {
    assertThat(SipHash.ofId(PointId.of(0))).isEqualTo(0xe849e8bb6ffe2567L);
    assertThat(SipHash.ofId(PointId.of(42))).isEqualTo(0x0fc2553f07619dd3L);
    assertThat(SipHash.ofId(PointIds.parse("550e8400-e29b-41d4-a716-446655440000")))
        .isEqualTo(0xf5d0ca21ba34d504L);
    int slices = 0;
    for (int index = 0; index < 7; index++) {
      FilterEvaluator slice =
          new FilterEvaluator(Filter.must(new Condition.Slice(7, index)), PayloadIndexes.NONE);
      for (String id :
          List.of("1", "18446744073709551615", "936DA01F-9ABD-4d9d-80C7-02AF85C822A8")) {
        slices += slice.matches(PointIds.parse(id), Payload.EMPTY.json(), Set.of()) ? 1 : 0;
      }
    }
    assertThat(slices).isEqualTo(3);
  }

  private static boolean matches(String condition, String payload) throws IOException {
    Filter filter = FilterJson.parse(json("{'must':[" + condition + "]}"));
    return decided(filter, PayloadIndexes.NONE, json(payload));
  }

  /** The evaluator's verdict, which must be the compiled filter's too. */
  private static boolean decided(Filter filter, PayloadIndexes indexes, JsonNode payload)
      throws IOException {
    PointId id = PointId.of(7);
    boolean verdict = new FilterEvaluator(filter, indexes).matches(id, payload, Set.of(""));
    assertThat(
            FilterAgreementTest.finds(
                filter,
                indexes,
                id,
                new FilterAgreementTest.Stored((ObjectNode) payload, Set.of(""))))
        .as("compiled")
        .isEqualTo(verdict);
    return verdict;
  }

  private static JsonNode json(String text) throws IOException {
    return Payload.JSON.readTree(text.replace('\'', '"').replace("\"\"a.b\"\"", "\"\\\"a.b\\\"\""));
  }
}
