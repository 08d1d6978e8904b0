package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PayloadIndexesTest {
  @ParameterizedTest
  @EnumSource(PayloadIndex.Type.class)
  void everyTypeIsDeclaredByItsNameOrByAnObject(PayloadIndex.Type type) throws IOException {
    assertThat(PayloadIndexes.parse("a.b", json("'" + type.wireName() + "'")))
        .isEqualTo(new PayloadIndex("a.b", type, null));
    PayloadIndex index =
        PayloadIndexes.parse(
            "a", json("{'type':'" + type.wireName() + "','on_disk':true,'memory':'cold'}"));
    assertThat(index.type()).isEqualTo(type);
    assertThat(index.params()).isNotNull();
  }

  @ParameterizedTest(name = "{0} is refused: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'keywords' | FORMAT | unknown variant `keywords`, expected one of `keyword`, `integer`",
        "5 | FORMAT | invalid type: integer `5`",
        "{} | FORMAT | missing field `type`",
        "{'type':'text','tokenizer':'ngram'} | FORMAT | unknown variant `ngram`",
        "{'type':'text','lowercase':'yes'} | FORMAT | invalid type: string \"yes\", expected a boolean at field_schema.lowercase",
        "{'type':'text','min_token_len':-1} | FORMAT | expected an unsigned integer at field_schema.min_token_len",
        "{'type':'text','min_token_len':5,'max_token_len':4} | VALIDATION | [field_schema.min_token_len: value 5 invalid",
        "{'type':'text','stopwords':'klingon'} | FORMAT | unknown variant `klingon`",
        "{'type':'text','stopwords':{'languages':['english','klingon']}} | FORMAT | unknown variant `klingon`",
        "{'type':'text','stopwords':'armenian'} | FORMAT | unknown variant `armenian`",
        "{'type':'text','stopwords':'ta'} | FORMAT | unknown variant `tamil`",
        "{'type':'text','stemmer':{'type':'snowball','language':'hebrew'}} | FORMAT | unknown variant `hebrew`",
        "{'type':'text','stemmer':{'type':'porter'}} | FORMAT | unknown variant `porter`",
        "{'type':'keyword','lookup':true} | FORMAT | unknown field `lookup`",
        "{'type':'integer','lookup':false,'range':false} | VALIDATION | the 'lookup' and 'range' capabilities can't be both disabled",
        "{'type':'geo','memory':'ram'} | FORMAT | unknown variant `ram`",
      })
  void aWrongDeclarationIsRefused(String schema, ErrorCode code, String message)
      throws IOException {
    JsonNode node = json(schema);
    assertThatThrownBy(() -> PayloadIndexes.parse("a", node))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((QuiverException) e).code())
        .isEqualTo(code);
  }

  @Test
  void anIndexIsFoundHoweverItsPathIsQuoted() throws IOException {
    PayloadIndex index = PayloadIndexes.parse("\"a\".b", json("'keyword'"));
    assertThat(new PayloadIndexes(List.of(index)).get("a.b")).isEqualTo(index);
  }

  @Test
  void tenThousandPathsTakeAsManyFieldsAsOne() throws IOException {
    int paths = 10_000;
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        PayloadIndexer indexer = new PayloadIndexer(PayloadIndexes.NONE);
        for (int i = 0; i < paths; i++) {
          ObjectNode payload = Payload.JSON.createObjectNode();
          payload.put("text" + i, "value").put("number" + i, i).put("real" + i, i + 0.5);
          payload.put("when" + i, "2020-01-01").putObject("place" + i).put("lon", 1).put("lat", 2);
          writer.addDocument(
              FilterAgreementTest.document(
                  PointId.of(i), new FilterAgreementTest.Stored(payload, Set.of()), indexer));
        }
        writer.forceMerge(1);
      }
      long bytes = 0;
      for (String file : directory.listAll()) {
        bytes += directory.fileLength(file);
      }
      long heapBefore = usedHeap();
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        System.out.printf(
            "index of 70,000 paths: %d bytes on disk, an open reader takes %d bytes of heap%n",
            bytes, usedHeap() - heapBefore);
        // Id, payload and the index's five.
        assertThat(FieldInfos.getMergedFieldInfos(reader).size()).isEqualTo(7);
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int i = 0; i < paths; i += 997) {
          String filter =
              "{'must':[{'key':'text%1$d','match':{'value':'value'}},{'key':'number%1$d','range':{'gte':%1$d}},"
                  + "{'key':'real%1$d','range':{'gt':%1$d}},{'key':'when%1$d','range':{'lt':'2021-01-01'}},"
                  + "{'key':'place%1$d','geo_radius':{'center':{'lon':1,'lat':2},'radius':10}}]}";
          Filter parsed = FilterJson.parse(json(filter.formatted(i)));
          assertThat(
                  searcher.count(
                      new FilterCompiler(PayloadIndexes.NONE, name -> name).compile(parsed)))
              .isEqualTo(1);
        }
      }
    }
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static JsonNode json(String text) throws IOException {
    return Payload.JSON.readTree(text.replace('\'', '"'));
  }
}
