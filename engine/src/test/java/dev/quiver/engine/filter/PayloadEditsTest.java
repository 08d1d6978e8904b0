package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Payload;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadEditsTest {
  @ParameterizedTest(name = "setting {1} at {2} in {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "{'a':1,'b':2} | {'b':3,'c':4} | -     | {'a':1,'b':3,'c':4}",
        "{'a':{'x':1}} | {'a':{'y':2}} | -     | {'a':{'y':2}}",
        "{'a':1,'b':2} | {'a':null}    | -     | {'b':2}",
        "{}            | {'x':1}       | a.b   | {'a':{'b':{'x':1}}}",
        "{'a':{'x':1}} | {'y':2}       | a     | {'a':{'x':1,'y':2}}",
        "{'a':5}       | {'y':2}       | a     | {'a':{'y':2}}",
        "{'a':[{'x':1},{'x':2}]} | {'y':3} | a[1] | {'a':[{'x':1},{'x':2,'y':3}]}",
        "{'a':[{'x':1}]}         | {'y':3} | a[5] | {'a':[{'x':1}]}",
        "{'a':[{'x':1},7]}       | {'y':3} | a[]  | {'a':[{'x':1,'y':3},{'y':3}]}",
        "{'a':7}                 | {'y':3} | a[]  | {'a':[]}",
      })
  void setMerges(String payload, String values, String key, String expected) throws IOException {
    ObjectNode before = json(payload);
    assertThat(PayloadEdits.set(before, json(values), key)).isEqualTo(json(expected));
    assertThat(before).isEqualTo(json(payload));
  }

  @ParameterizedTest(name = "overwriting with {1} at {2} in {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "{'a':1}             | {'b':2} | -   | {'b':2}",
        "{'a':{'x':1},'c':1} | {'b':2} | a   | {'a':{'b':2},'c':1}",
        "{'a':{'x':1}}       | {'b':2} | a.x | {'a':{'x':{'b':2}}}",
      })
  void overwriteReplaces(String payload, String values, String key, String expected)
      throws IOException {
    ObjectNode before = json(payload);
    assertThat(PayloadEdits.overwrite(before, json(values), key)).isEqualTo(json(expected));
    assertThat(before).isEqualTo(json(payload));
  }

  @ParameterizedTest(name = "deleting {1} in {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1,'b':2}           | a         | {'b':2}",
        "{'a':1,'b':2}           | a;b;c     | {}",
        "{'a':{'b':1,'c':2}}     | a.b       | {'a':{'c':2}}",
        "{'a':[{'b':1},{'b':2,'c':3},4]} | a[].b | {'a':[{},{'c':3},4]}",
        "{'a':[{'b':1},{'b':2}]} | a[0].b    | {'a':[{},{'b':2}]}",
        "{'a':[1,2]}             | a[0]      | {'a':[1,2]}",
        "{'a':[1,2]}             | a[]       | {'a':[]}",
        "{'a.b':1,'a':{'b':2}}   | \"a.b\"   | {'a':{'b':2}}",
      })
  void deleteRemovesPaths(String payload, String keys, String expected) throws IOException {
    ObjectNode before = json(payload);
    assertThat(PayloadEdits.delete(before, List.of(keys.split(";")))).isEqualTo(json(expected));
    assertThat(before).isEqualTo(json(payload));
  }

  @ParameterizedTest(name = "including {1} of {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1,'b':2}                        | a           | {'a':1}",
        "{'a':{'b':1,'c':2},'d':1}            | a.b;d       | {'a':{'b':1},'d':1}",
        "{'a':[{'b':1,'c':2},{'c':3}]}        | a[].b       | {'a':[{'b':1},{}]}",
        "{'a':[{'b':1}]}                      | a           | {'a':[{'b':1}]}",
        "{'a':[{'b':1}]}                      | a.b         | {'a':[]}",
        "{'a':5}                              | a.b         | {'a':5}",
        "{'a':1}                              | x           | {}",
      })
  void includeKeepsPaths(String payload, String paths, String expected) throws IOException {
    assertThat(PayloadEdits.include(json(payload), List.of(paths.split(";"))))
        .isEqualTo(json(expected));
  }

  @ParameterizedTest(name = "excluding {1} of {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1,'b':2}                 | a     | {'b':2}",
        "{'a':{'b':1,'c':2}}           | a.b   | {'a':{'c':2}}",
        "{'a':[{'b':1,'c':2},{'c':3}]} | a[].c | {'a':[{'b':1},{}]}",
        "{'a':[{'b':1,'c':2}]}         | a[]   | {'a':[]}",
      })
  void excludeDropsPaths(String payload, String paths, String expected) throws IOException {
    assertThat(PayloadEdits.exclude(json(payload), List.of(paths.split(";"))))
        .isEqualTo(json(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a.b", "a[].b", "a[0]", "a[]", "\"a.b\".c", "键[3].\"x y\"", "\"\"", "a-b_c"})
  void aPathReadsBackFromItsText(String path) {
    assertThat(PayloadPath.parse(path)).hasToString(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "[0]",
        "a[",
        "a[x]",
        "a[-1]",
        "a b",
        "\"a",
        "a\"b\"",
        "a[0]b",
        "\"a\\\"b\"",
        "a[99999999999]",
        "a.[0]"
      })
  void aWrongPathIsRefused(String path) {
    assertThatThrownBy(() -> PayloadPath.parse(path))
        .hasMessage("Invalid json path: '" + path + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "2020-01-01, 1577836800000000",
    "2020-01-01T00:00, 1577836800000000",
    "2020-01-01 00:00:00, 1577836800000000",
    "2020-01-01T00:00:00Z, 1577836800000000",
    "2020-01-01T01:00:00+01:00, 1577836800000000",
    "2020-01-01T01:30:00+0130, 1577836800000000",
    "2019-12-31 23:00:00-01, 1577836800000000",
    "2020-01-01T00:00:00.123456789Z, 1577836800123456",
    "1969-12-31T23:59:59.9Z, -100000",
  })
  void datesReadAsMicroseconds(String text, long micros) {
    assertThat(Datetimes.parseMicros(text)).hasValue(micros);
    assertThat(Datetimes.parseMicros(Datetimes.format(micros))).hasValue(micros);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2020",
        "2020-13-01",
        "2021-02-29",
        "2020-01-01T25:00:00Z",
        "yesterday",
        "2020-01-01T00:00Z",
        "2020-01-01T00:00:00+25:00",
        "20200101"
      })
  void whatIsNoDateIsNone(String text) {
    assertThat(Datetimes.parseMicros(text)).isEmpty();
  }

  private static ObjectNode json(String text) throws IOException {
    return (ObjectNode) Payload.JSON.readTree(text.replace('\'', '"'));
  }
}
