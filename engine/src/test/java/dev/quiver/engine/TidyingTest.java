package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterCompiler;
import dev.quiver.engine.filter.PayloadIndexes;
import dev.quiver.lucene.SegmentVectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.FSDirectory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Declarations that come after the points: what is on disk follows them when writing pauses. */
class TidyingTest {
  private static final int POINTS = 2000;
  private static final int GRAPH_FROM_POINTS = 500;
  private static final List<String> WORDS = List.of("red", "Fox", "jumps", "東京", "über");

  @TempDir Path folder;
  private Random random = new Random();
  private long seed;

  @BeforeEach
  void seed() {
    seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("seed " + seed);
    random = new Random(seed);
  }

  private static EngineOptions options() {
    return EngineOptions.builder()
        .flushInterval(Duration.ofMillis(50))
        .fullScanThreshold(GRAPH_FROM_POINTS)
        .build();
  }

  private static CollectionConfig config() {
    return Configs.parse(
        """
        {"params": {"vectors": {
          "a": {"size": 8, "distance": "Dot"},
          "b": {"size": 16, "distance": "Euclid"}}}}""");
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
    }
    return text.toString();
  }

  private void fill(Engine engine) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      ObjectNode payload = Payload.JSON.createObjectNode();
      switch (random.nextInt(4)) {
        case 0 -> payload.putArray("text").add(text()).add(3).add(text());
        case 1 -> payload.put("other", text());
        default -> payload.put("text", text());
      }
      Map<String, VectorValue> vectors = Map.of("a", vector(8), "b", vector(16));
      points.add(
          new Point(
              PointId.of(random.nextInt(POINTS)),
              vectors,
              random.nextInt(10) == 0 ? Payload.EMPTY : Payload.of(payload)));
      if (points.size() == 150) {
        engine.write(
            "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
        points = new ArrayList<>();
      }
    }
    settled(engine);
  }

  private VectorValue vector(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat();
    }
    return VectorValue.dense(values);
  }

  private static void settled(Engine engine) {
    Awaitility.await("at rest")
        .atMost(Duration.ofMinutes(1))
        .until(() -> engine.collectionInfo("c").status() == CollectionInfo.Status.GREEN);
  }

  private static void writtenAgain(Engine engine, long mergesBefore) {
    Awaitility.await("segments written again")
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                engine.stats().merges() > mergesBefore
                    && engine.collectionInfo("c").status() == CollectionInfo.Status.GREEN);
  }

  private static Filter match(Condition.Match match) {
    return Filter.must(
        new Condition.Field("text", match, null, null, null, null, null, null, null, null));
  }

  /** Sums a number over the segments of the collection's last commit. */
  private int overSegments(ToIntFunction<LeafReaderContext> number) throws IOException {
    Path index;
    try (Stream<Path> collections = Files.list(folder.resolve("collections"))) {
      index = collections.findFirst().orElseThrow().resolve("index");
    }
    assertThat(index.resolveSibling("scratch").toFile().list()).isIn(null, new String[0]);
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
      return reader.leaves().stream().mapToInt(number).sum();
    }
  }

  @Test
  void aTextIndexDeclaredLaterGetsTheTokensOfOlderPointsAndTheGraphsStay() throws IOException {
    ObjectNode schema =
        Payload.JSON.createObjectNode().put("type", "text").put("phrase_matching", true);
    PayloadIndex index = PayloadIndexes.parse("text", schema);
    List<Filter> filters =
        List.of(
            match(new Condition.Match.Text("fox red")),
            match(new Condition.Match.TextAny("東京 jumps")),
            match(new Condition.Match.Phrase("fox jumps")),
            match(new Condition.Match.Keyword("red ")));
    List<Long> counts;
    try (Engine engine = Engine.open(folder, options())) {
      engine.createCollection("c", config());
      fill(engine);
      assertThat(engine.collectionInfo("c").indexedVectors()).isPositive();
      engine.write("c", List.of(new WriteOp.CreateFieldIndex(index)), true, null);
      counts = filters.stream().map(filter -> engine.count("c", filter, true)).toList();
      assertThat(counts).as("seed %d", seed).doesNotContain(0L);
      long merges = engine.stats().merges();
      writtenAgain(engine, merges);
      assertThat(filters.stream().map(filter -> engine.count("c", filter, true)).toList())
          .as("seed %d", seed)
          .isEqualTo(counts);
      List<MergeReport> told = engine.merges("c");
      assertThat(told).hasSize((int) Math.min(64, engine.stats().merges()));
      for (MergeReport merge : told) {
        assertThat(merge.error()).isNull();
        assertThat(merge.segments()).isNotEmpty();
        assertThat(merge.finished()).isAfterOrEqualTo(merge.started());
      }
    }
    // A merge leaves out points that were overwritten, so counts of indexed vectors may go down.
    assertThat(overSegments(leaf -> hasGraph(leaf) ? 1 : 0)).as("seed %d", seed).isPositive();
    assertThat(
            overSegments(
                leaf -> leaf.reader().maxDoc() >= GRAPH_FROM_POINTS && !hasGraph(leaf) ? 1 : 0))
        .as("seed %d: large segments without a graph", seed)
        .isZero();
    FilterCompiler compiler = new FilterCompiler(new PayloadIndexes(List.of(index)), name -> name);
    assertThat(
            overSegments(
                leaf -> {
                  try {
                    return new IndexSearcher(leaf.reader()).count(compiler.untokenised());
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }))
        .as("seed %d", seed)
        .isZero();
    try (Engine engine = Engine.open(folder, options())) {
      assertThat(filters.stream().map(filter -> engine.count("c", filter, true)).toList())
          .as("seed %d", seed)
          .isEqualTo(counts);
    }
  }

  private static boolean hasGraph(LeafReaderContext leaf) {
    try {
      SegmentVectors vectors =
          SegmentVectors.of(leaf.reader(), Fields.vector(VectorParams.Kind.DENSE, "b"));
      return vectors != null && vectors.hasGraph();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theTermsOfADroppedSparseVectorAreLeftOut() throws IOException {
    ToIntFunction<LeafReaderContext> sparse =
        leaf ->
            leaf.reader().getFieldInfos().fieldInfo(Fields.vector(VectorParams.Kind.SPARSE, "s:1"))
                    == null
                ? 0
                : 1;
    VectorValue vector = VectorValue.Sparse.of(new int[] {1, 2}, new float[] {3, -4});
    try (Engine engine = Engine.open(folder, options())) {
      engine.createCollection("c", config());
      engine.write(
          "c", List.of(new WriteOp.CreateVector("s", Payload.JSON.createObjectNode())), true, null);
      engine.write(
          "c",
          List.of(
              new WriteOp.Upsert(
                  List.of(
                      new Point(PointId.of(1), Map.of("s", vector), Payload.EMPTY),
                      new Point(PointId.of(2), Map.of(), Payload.EMPTY)),
                  null,
                  WriteOp.UpdateMode.UPSERT)),
          true,
          null);
    }
    assertThat(overSegments(sparse)).isPositive();
    try (Engine engine = Engine.open(folder, options())) {
      long merges = engine.stats().merges();
      engine.write("c", List.of(new WriteOp.DeleteVector("s")), true, null);
      writtenAgain(engine, merges);
      assertThat(all(engine)).hasSize(2);
    }
    assertThat(overSegments(sparse)).isZero();
  }

  @Test
  void theStorageOfADroppedVectorIsReclaimed() throws IOException {
    ToIntFunction<LeafReaderContext> ofB =
        leaf ->
            leaf.reader().getFieldInfos().fieldInfo(Fields.vector(VectorParams.Kind.DENSE, "b"))
                    == null
                ? 0
                : 1;
    try (Engine engine = Engine.open(folder, options())) {
      engine.createCollection("c", config());
      fill(engine);
    }
    assertThat(overSegments(ofB)).isPositive();
    try (Engine engine = Engine.open(folder, options())) {
      List<PointRecord> before = all(engine);
      engine.write("c", List.of(new WriteOp.DeleteVector("b")), true, null);
      long merges = engine.stats().merges();
      writtenAgain(engine, merges);
      List<PointRecord> after = all(engine);
      assertThat(after).hasSameSizeAs(before);
      for (int i = 0; i < after.size(); i++) {
        assertThat(after.get(i).payload()).isEqualTo(before.get(i).payload());
        assertThat(after.get(i).vectors())
            .as("seed %d", seed)
            .isEqualTo(Map.of("a", before.get(i).vectors().get("a")));
      }
    }
    assertThat(overSegments(ofB)).as("seed %d", seed).isZero();
  }

  private static List<PointRecord> all(Engine engine) {
    return engine
        .scroll(
            "c",
            new ScrollRequest(null, POINTS, null, null, PayloadSelection.ALL, VectorSelection.ALL))
        .points();
  }
}
