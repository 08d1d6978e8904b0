package dev.quiver.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.OrderBy;
import dev.quiver.engine.Payload;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.PointId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.FixedBitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Prints what typical filters cost over 100,000 points: {@code -Dquiver.filter.times=true}. */
@EnabledIfSystemProperty(named = "quiver.filter.times", matches = "true")
class FilterTimesTest {
  private static final int POINTS = 100_000;
  private static final int RUNS = 101;
  private static final List<String> WORDS =
      List.of("boat", "river", "oar", "mountain", "green", "small", "你好", "world", "rope", "sail");

  private static final List<String> FILTERS =
      List.of(
          "{'must':{'key':'color','match':{'value':'red'}}}",
          "{'must':{'key':'user','match':{'value':'user-77'}}}",
          "{'must':{'key':'user','match':{'any':['user-77','user-78','user-79','user-80']}}}",
          "{'must':{'key':'color','match':{'except':['red']}}}",
          "{'must':{'key':'count','match':{'value':7}}}",
          "{'must':{'key':'count','range':{'gte':500}}}",
          "{'must':{'key':'price','range':{'gte':10,'lt':11}}}",
          "{'must':{'key':'when','range':{'gte':'2020-02-01','lt':'2020-03-01'}}}",
          "{'must':{'key':'tags','match':{'value':'tag3'}}}",
          "{'must':[{'key':'color','match':{'value':'red'}},{'key':'price','range':{'lt':50}}],"
              + "'must_not':{'key':'count','match':{'value':7}}}",
          "{'must':{'is_empty':{'key':'rare'}}}",
          "{'must':{'key':'tags','values_count':{'gte':2}}}",
          "{'must':{'key':'place','geo_radius':{'center':{'lon':13.4,'lat':52.5},'radius':100000}}}",
          "{'must':{'has_id':[1,5,99,1000,70000]}}",
          "{'must':{'slice':{'total':10,'index':3}}}",
          "{'must':{'key':'text','match':{'text':'small boat'}}}",
          "{'must':{'key':'text','match':{'phrase':'small boat'}}}",
          "{'must':{'key':'title','match':{'text':'mall bo'}}}",
          "{'must':{'key':'title','match':{'prefix':'small b'}}}",
          "{'must':{'nested':{'key':'parts','filter':{'must':[{'key':'kind','match':{'value':'k3'}},"
              + "{'key':'n','range':{'gt':50}}]}}}}");

  @Test
  void prints(@TempDir Path folder) throws IOException {
    PayloadIndexes indexes =
        new PayloadIndexes(
            List.of(
                PayloadIndexes.parse("text", json("{'type':'text','phrase_matching':true}")),
                new PayloadIndex("price", PayloadIndex.Type.FLOAT, null)));
    try (Directory directory = FSDirectory.open(folder)) {
      long start = System.nanoTime();
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        PayloadIndexer indexer = new PayloadIndexer(indexes);
        Random random = new Random(1);
        for (int i = 0; i < POINTS; i++) {
          writer.addDocument(
              FilterAgreementTest.document(
                  PointId.of(i),
                  new FilterAgreementTest.Stored(payload(i, random), Set.of("")),
                  indexer));
        }
        writer.commit();
      }
      long bytes = 0;
      for (String file : directory.listAll()) {
        bytes += directory.fileLength(file);
      }
      System.out.printf(
          "indexed in %.1f s, %d bytes per point%n",
          (System.nanoTime() - start) / 1e9, bytes / POINTS);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        System.out.println("segments: " + reader.leaves().size());
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        for (String filter : FILTERS) {
          Filter parsed = FilterJson.parse(json(filter));
          long[] nanos = new long[RUNS];
          int matched = 0;
          for (int run = 0; run < RUNS; run++) {
            long began = System.nanoTime();
            matched = matched(searcher, new FilterCompiler(indexes, name -> name).compile(parsed));
            nanos[run] = System.nanoTime() - began;
          }
          report(nanos, matched, filter);
        }
        long[] nanos = new long[RUNS];
        for (int run = 0; run < RUNS; run++) {
          long began = System.nanoTime();
          OrderedValues.of(new OrderBy("price", true, null), indexes).top(reader, _ -> null, 100);
          nanos[run] = System.nanoTime() - began;
        }
        report(nanos, 100, "order_by price desc, limit 100");
        assertThat(reader.numDocs()).isEqualTo(POINTS);
      }
    }
  }

  private static void report(long[] nanos, int matched, String what) {
    Arrays.sort(nanos);
    System.out.printf(
        "%9.3f ms median %9.3f ms p90 %7d matched  %s%n",
        nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 9 / 10] / 1e6, matched, what);
  }

  private static int matched(IndexSearcher searcher, Query query) throws IOException {
    Query rewritten = searcher.rewrite(query);
    Weight weight = searcher.createWeight(rewritten, ScoreMode.COMPLETE_NO_SCORES, 1);
    int matched = 0;
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer != null) {
        FixedBitSet docs = new FixedBitSet(leaf.reader().maxDoc());
        docs.or(scorer.iterator());
        matched += docs.cardinality();
      }
    }
    return matched;
  }

  private static ObjectNode payload(int i, Random random) {
    ObjectNode node = Payload.JSON.createObjectNode();
    node.put("color", random.nextBoolean() ? "red" : "green");
    node.put("user", "user-" + random.nextInt(1000));
    node.put("count", random.nextInt(1000));
    node.put("price", random.nextDouble() * 100);
    node.put("when", Datetimes.format(1_577_836_800_000_000L + i * 300_000_000L));
    for (int t = random.nextInt(4); t > 0; t--) {
      node.withArray("tags").add("tag" + random.nextInt(20));
    }
    node.putObject("place")
        .put("lon", random.nextDouble() * 360 - 180)
        .put("lat", random.nextDouble() * 180 - 90);
    StringBuilder text = new StringBuilder();
    for (int w = 0; w < 40; w++) {
      text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
    }
    node.put("text", text.toString());
    node.put("title", text.substring(0, 30));
    for (int p = 0; p < 3; p++) {
      node.withArray("parts")
          .addObject()
          .put("kind", "k" + random.nextInt(10))
          .put("n", random.nextInt(100));
    }
    if (i % 100 == 0) {
      node.put("rare", true);
    }
    return node;
  }

  private static JsonNode json(String text) throws IOException {
    return Payload.JSON.readTree(text.replace('\'', '"'));
  }
}
