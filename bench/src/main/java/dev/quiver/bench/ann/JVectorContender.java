package dev.quiver.bench.ann;

import dev.quiver.index.Distance;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndexWriter;
import io.github.jbellis.jvector.graph.disk.feature.Feature;
import io.github.jbellis.jvector.graph.disk.feature.FeatureId;
import io.github.jbellis.jvector.graph.disk.feature.FusedPQ;
import io.github.jbellis.jvector.graph.disk.feature.InlineVectors;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.SearchScoreProvider;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.quantization.ProductQuantization;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.util.FixedBitSet;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * JVector, searched in its mapped file with the full vectors inline.
 *
 * <p>Settings: {@code m} (most links of a node), {@code beam}, {@code pqDimensions} (0: walks on
 * the vectors; else on product-quantised codes kept beside the neighbours, that many dimensions to
 * a byte, and what was found is compared again exactly).
 */
final class JVectorContender implements Contender<Bits> {
  private static final String FILE = "index.jvector";
  private static final String DISTANCE = "distance.i32";
  private static final float NEIGHBOUR_OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;
  private static final int CLUSTERS = 256;

  private final Settings settings;
  private final VectorTypeSupport types =
      VectorizationProvider.getInstance().getVectorTypeSupport();
  private Distance distance = Distance.COSINE;
  private @Nullable Built built;
  private @Nullable ReaderSupplier file;
  private @Nullable OnDiskGraphIndex index;
  private int[] rows = new int[0];

  private record Built(
      RandomAccessVectorValues vectors, ImmutableGraphIndex graph, @Nullable PQVectors codes) {}

  JVectorContender(Settings settings) {
    this.settings = settings;
  }

  /** The version is its file's: the classes do not tell. */
  @Override
  public String info() {
    String file = GraphSearcher.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    String provider = VectorizationProvider.getInstance().getClass().getSimpleName();
    return file.substring(file.lastIndexOf('/') + 1) + ", " + provider;
  }

  /** Its newer builder takes hierarchy and refinement from settings of the process. */
  @SuppressWarnings("deprecation")
  @Override
  public void build(Rows base, int[] newRows, int threads, Path folder) throws IOException {
    distance = base.distance();
    VectorSimilarityFunction similarity = similarity(distance);
    List<VectorFloat<?>> list = new ArrayList<>(newRows.length);
    for (int row : newRows) {
      list.add(types.createFloatVector(base.row(row)));
    }
    RandomAccessVectorValues vectors = new ListRandomAccessVectorValues(list, base.dimension());
    try (ForkJoinPool pool = new ForkJoinPool(threads)) {
      ImmutableGraphIndex graph;
      BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(vectors, similarity);
      try (GraphIndexBuilder builder =
          new GraphIndexBuilder(
              scores,
              base.dimension(),
              settings.number("m", 32),
              settings.number("beam", 100),
              NEIGHBOUR_OVERFLOW,
              ALPHA,
              true,
              true,
              pool,
              pool)) {
        graph = builder.build(vectors);
      }
      built = new Built(vectors, graph, codes(vectors, pool));
    }
    rows = newRows;
  }

  private @Nullable PQVectors codes(RandomAccessVectorValues vectors, ForkJoinPool pool) {
    int perCode = settings.number("pqDimensions", 0);
    if (perCode == 0) {
      return null;
    }
    boolean centred = distance == Distance.EUCLIDEAN;
    ProductQuantization quantizer =
        ProductQuantization.compute(
            vectors, vectors.dimension() / perCode, CLUSTERS, centred, -1.0f, pool, pool);
    return quantizer.encodeAll(vectors, pool);
  }

  private static VectorSimilarityFunction similarity(Distance distance) {
    return switch (distance) {
      case EUCLIDEAN -> VectorSimilarityFunction.EUCLIDEAN;
      case COSINE, DOT -> VectorSimilarityFunction.DOT_PRODUCT;
      case MANHATTAN -> throw new IllegalArgumentException("JVector has no distance " + distance);
    };
  }

  @Override
  public void save(Path folder) throws IOException {
    Built whole = built;
    if (whole == null) {
      throw new IllegalStateException("nothing is built yet");
    }
    PQVectors codes = whole.codes();
    OnDiskGraphIndexWriter.Builder builder =
        new OnDiskGraphIndexWriter.Builder(whole.graph(), folder.resolve(FILE));
    builder.with(new InlineVectors(whole.vectors().dimension()));
    if (codes != null) {
      builder.with(new FusedPQ(whole.graph().maxDegree(), codes.getCompressor()));
    }
    try (var writer = builder.build();
        ImmutableGraphIndex.View view = whole.graph().getView()) {
      Map<FeatureId, IntFunction<Feature.State>> states = new EnumMap<>(FeatureId.class);
      states.put(
          FeatureId.INLINE_VECTORS,
          ordinal -> new InlineVectors.State(whole.vectors().getVector(ordinal)));
      if (codes != null) {
        states.put(FeatureId.FUSED_PQ, ordinal -> new FusedPQ.State(view, codes, ordinal));
      }
      writer.write(states);
    }
    RowNumbers.save(folder, rows);
    RowNumbers.write(folder.resolve(DISTANCE), new int[] {distance.code()});
  }

  @Override
  public void open(Path folder) throws IOException {
    close();
    file = ReaderSupplierFactory.open(folder.resolve(FILE));
    index = OnDiskGraphIndex.load(file);
    rows = RowNumbers.open(folder);
    distance = Distance.ofCode(RowNumbers.read(folder.resolve(DISTANCE))[0]);
  }

  @Override
  public Bits filter(RowSet accepted) {
    FixedBitSet ordinals = new FixedBitSet(rows.length);
    for (int ordinal = 0; ordinal < rows.length; ordinal++) {
      if (accepted.contains(rows[ordinal])) {
        ordinals.set(ordinal);
      }
    }
    return ordinals;
  }

  @Override
  public Searcher<Bits> searcher() throws IOException {
    OnDiskGraphIndex searched = index;
    if (searched == null) {
      throw new IllegalStateException("nothing is open");
    }
    boolean fused = settings.number("pqDimensions", 0) > 0;
    GraphSearcher searcher = new GraphSearcher(searched);
    OnDiskGraphIndex.View view = (OnDiskGraphIndex.View) searcher.getView();
    int[] rowOf = rows;
    VectorSimilarityFunction function = similarity(distance);
    return (query, k, parameter, filter, out, at) -> {
      VectorFloat<?> vector = types.createFloatVector(query);
      SearchScoreProvider scores =
          fused
              ? new DefaultSearchScoreProvider(
                  view.approximateScoreFunctionFor(vector, function),
                  view.rerankerFor(vector, function))
              : new DefaultSearchScoreProvider(view.rerankerFor(vector, function));
      Bits accepted = filter == null ? Bits.ALL : filter;
      SearchResult result = searcher.search(scores, k, Math.max(k, parameter), 0f, 0f, accepted);
      SearchResult.NodeScore[] nodes = result.getNodes();
      for (int i = 0; i < k; i++) {
        out[at + i] = i < nodes.length ? rowOf[nodes[i].node] : -1;
      }
      return result.getVisitedCount();
    };
  }

  @Override
  public void close() throws IOException {
    built = null;
    if (index != null) {
      index.close();
      index = null;
    }
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
