package dev.quiver.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Vectors and their graph together: the kernel for use on its own.
 *
 * <pre>{@code
 * Path file = directory.resolve("small.quiver");
 * try (VectorIndex.Builder builder = VectorIndex.builder(3, Distance.COSINE)) {
 *   builder.add(new float[] {1, 0, 0}).add(new float[] {0, 1, 0}).add(new float[] {0, 0.9f, 0.4f});
 *   try (VectorIndex built = builder.build()) {
 *     built.save(file);
 *   }
 * }
 * try (VectorIndex index = VectorIndex.open(file)) {
 *   List<Hit> hits = index.search(new float[] {0, 1, 0.1f}, 2); // ordinals 1 and 2
 * }
 * }</pre>
 *
 * <p>Searching and deleting are safe from any thread. Close it when nobody uses it any more: its
 * memory is off-heap, owned or mapped, and gone then.
 */
public final class VectorIndex implements AutoCloseable {
  private final VectorIndexFormat.Contents contents;
  private final VectorScoring scoring;
  private final Runnable release;
  private final ScratchPool scratches =
      new ScratchPool(2 * Runtime.getRuntime().availableProcessors());

  private VectorIndex(VectorIndexFormat.Contents contents, Runnable release) {
    this.contents = contents;
    this.scoring = contents.store().scoring(contents.distance(), contents.norms());
    this.release = release;
  }

  /** Starts an index of vectors of {@code dimension} components; float32 unless told otherwise. */
  public static Builder builder(int dimension, Distance distance) {
    return new Builder(dimension, distance);
  }

  /**
   * Maps a saved index, without copying it to the heap, after reading it once to compare checksums.
   *
   * @throws IndexFileException if the file is corrupt, truncated or too new
   */
  public static VectorIndex open(Path path) throws IOException {
    return open(path, true);
  }

  /**
   * As {@link #open(Path)}; without {@code verify} only header and lengths are checked, which takes
   * no time however large the file.
   */
  public static VectorIndex open(Path path, boolean verify) throws IOException {
    return open(path, verify, VectorPlacement.MAPPED);
  }

  /**
   * As {@link #open(Path, boolean)}, with a choice of where vectors are that searches by codes rank
   * by. Without codes they are mapped whatever this says.
   */
  public static VectorIndex open(Path path, boolean verify, VectorPlacement placement)
      throws IOException {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      VectorIndexFormat.Contents contents = VectorIndexFormat.open(path, arena, verify, placement);
      VectorIndex index =
          new VectorIndex(
              contents,
              () -> {
                arena.close();
                contents.closeFile();
              });
      opened = true;
      return index;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /**
   * Writes everything to a file, which is replaced in one step if it exists. An index with codes
   * that was built, not opened, is put in an order in which neighbours lie together ({@link
   * NodeOrder}): that takes a microsecond and 17 heap bytes a vector, and makes searches of the
   * file faster than those of this index.
   */
  public void save(Path path) throws IOException {
    VectorIndexFormat.save(contents, path);
  }

  /** Vectors in the index, deleted ones among them. */
  public int size() {
    return contents.graph().size();
  }

  public Distance distance() {
    return contents.distance();
  }

  /** The vectors; normalised where the distance is cosine and the elements are floats. */
  public VectorStore vectors() {
    return contents.store();
  }

  public HnswGraph graph() {
    return contents.graph();
  }

  /** The codes that the graph is walked by; null if it is walked by the vectors. */
  public @Nullable CodedVectors codes() {
    return contents.codes();
  }

  /**
   * Makes a vector invisible to searches; its node still leads the way to others.
   *
   * @return false if it was deleted already
   */
  public boolean delete(int ordinal) {
    Objects.checkIndex(ordinal, size());
    return contents.tombstones().add(ordinal);
  }

  /** The {@code k} closest, closest first, with default effort. */
  public List<Hit> search(float[] query, int k) {
    SearchResult result = search(query, SearchRequest.of(k), null);
    List<Hit> hits = new ArrayList<>(result.size());
    for (int i = 0; i < result.size(); i++) {
      hits.add(new Hit(result.ordinal(i), distance().score(result.distance(i))));
    }
    return hits;
  }

  /** A search with all its knobs; a null filter accepts all. */
  public SearchResult search(float[] query, SearchRequest request, @Nullable OrdinalFilter filter) {
    OrdinalFilter live = contents.tombstones().without(filter);
    HnswGraph graph = contents.graph();
    CodedVectors codes = contents.codes();
    SearchScratch scratch = scratches.borrow();
    try {
      return codes == null
          ? HnswSearcher.search(graph, scoring, query, request, live, scratch)
          : HnswSearcher.search(graph, codes, scoring, query, request, live, scratch);
    } finally {
      scratches.giveBack(scratch);
    }
  }

  /** Compares with every accepted vector. */
  public SearchResult searchExactly(float[] query, int k, @Nullable OrdinalFilter filter) {
    OrdinalFilter live = contents.tombstones().without(filter);
    return scratches.with(scratch -> ExactSearch.search(scoring, query, k, live, scratch));
  }

  @Override
  public void close() {
    release.run();
  }

  /**
   * Collects vectors, then builds. Not thread-safe. Close it; what was built by then belongs to the
   * index.
   */
  public static final class Builder implements AutoCloseable {
    private final int dimension;
    private final Distance distance;
    private ElementType elementType = ElementType.FLOAT32;
    private HnswParams params = HnswParams.DEFAULT;
    private CodesOption codesOption = CodesOption.MEASURED;
    private int threads = Runtime.getRuntime().availableProcessors();
    private long budgetBytes = Long.MAX_VALUE;
    private BuildListener listener = BuildListener.NONE;
    private @Nullable GrowableVectorStore store;

    private Builder(int dimension, Distance distance) {
      this.dimension = dimension;
      this.distance = distance;
    }

    /** How vectors are kept; before the first is added. */
    public Builder elementType(ElementType newElementType) {
      if (store != null) {
        throw new IllegalStateException("element type: change it before adding vectors");
      }
      elementType = newElementType;
      return this;
    }

    public Builder params(HnswParams newParams) {
      params = newParams;
      return this;
    }

    /** What the graph is built and walked by. Default: measured on the vectors. */
    public Builder codes(CodesOption newCodesOption) {
      codesOption = newCodesOption;
      return this;
    }

    /** Default: all processors. */
    public Builder threads(int newThreads) {
      threads = newThreads;
      return this;
    }

    /** For vectors, and for the build on top, separately; before the first vector is added. */
    public Builder budgetBytes(long newBudgetBytes) {
      budgetBytes = newBudgetBytes;
      return this;
    }

    public Builder listener(BuildListener newListener) {
      listener = newListener;
      return this;
    }

    /** Adds a vector, whose ordinal is the number of those before it. It is copied. */
    public Builder add(float[] vector) {
      float[] stored = vector;
      if (normalises()) {
        stored = vector.clone();
        UnitVectors.normalise(stored);
      }
      openStore().append(stored);
      return this;
    }

    /** Builds the graph; once. */
    public VectorIndex build() {
      GrowableVectorStore vectors = openStore();
      Quantiser quantiser = train(vectors);
      int size = vectors.size();
      long codesBytes =
          quantiser == null ? 0 : quantiser.bytes(size) + GraphCodes.bytesMax(quantiser, size);
      long plannedBytes = codesBytes + HnswBuilder.estimateBytes(size, params, threads);
      if (plannedBytes > budgetBytes) {
        throw new MemoryBudgetException(
            "building an index of " + size + " vectors", plannedBytes, budgetBytes);
      }
      listener.onPlanned(plannedBytes);
      RowNorms norms = normalises() ? RowNorms.UNIT : RowNorms.ANY;
      CodedVectors codes =
          quantiser == null ? null : CodedVectors.encode(vectors, quantiser, budgetBytes);
      boolean built = false;
      try {
        HnswGraph graph = graph(vectors, codes, vectors.scoring(distance, norms));
        built = true;
        store = null;
        return new VectorIndex(
            new VectorIndexFormat.Contents(
                vectors, distance, norms, new Tombstones(vectors.size()), graph, codes),
            () -> {
              graph.close();
              if (codes != null) {
                codes.close();
              }
              vectors.close();
            });
      } finally {
        if (!built && codes != null) {
          codes.close();
        }
      }
    }

    private HnswGraph graph(
        VectorStore vectors, @Nullable CodedVectors codes, VectorScoring exact) {
      if (codes == null) {
        return graph(exact, budgetBytes);
      }
      long left = budgetBytes - codes.memoryBytes();
      try (GraphCodes built = GraphCodes.of(codes, vectors, exact, left)) {
        return graph(built.scoring(), left - built.memoryBytes());
      }
    }

    private HnswGraph graph(VectorScoring scoring, long graphBudgetBytes) {
      return HnswBuilder.over(scoring)
          .params(params)
          .threads(threads)
          .budgetBytes(graphBudgetBytes)
          .listener(listener)
          .build();
    }

    private @Nullable Quantiser train(VectorStore vectors) {
      long bytes = codesOption.trainingBytes(dimension, distance);
      if (bytes > budgetBytes) {
        throw new MemoryBudgetException("learning how to code vectors", bytes, budgetBytes);
      }
      return codesOption.train(vectors, distance);
    }

    /** Frees vectors that were added but not built into an index. */
    @Override
    public void close() {
      if (store != null) {
        store.close();
        store = null;
      }
    }

    private boolean normalises() {
      return distance == Distance.COSINE
          && (elementType == ElementType.FLOAT32 || elementType == ElementType.FLOAT16);
    }

    private GrowableVectorStore openStore() {
      GrowableVectorStore open = store;
      if (open == null) {
        open = GrowableVectorStore.create(elementType, dimension, budgetBytes);
        store = open;
      }
      return open;
    }
  }
}
