package dev.quiver.bench.ann;

import dev.quiver.index.BuildListener;
import dev.quiver.index.CodesOption;
import dev.quiver.index.ElementType;
import dev.quiver.index.GrowableVectorStore;
import dev.quiver.index.HnswParams;
import dev.quiver.index.OrdinalBitSet;
import dev.quiver.index.OrdinalFilter;
import dev.quiver.index.SearchRequest;
import dev.quiver.index.SearchResult;
import dev.quiver.index.VectorIndex;
import dev.quiver.index.VectorPlacement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Quiver's kernel on its own, searched in its mapped file.
 *
 * <p>Settings: {@code m}, {@code efConstruction}, {@code codes} (a {@link CodesOption}, by default
 * what is measured on the vectors), {@code element} ({@code float32}, {@code float16} or {@code
 * uint8}; by default what holds the data exactly), {@code placement} (a {@link VectorPlacement}, by
 * default mapped), {@code adaptive} (whether walks end by the query, by default true). Each entry
 * of {@link Contenders} with kind {@code quiver} is one configuration.
 */
final class QuiverKernel implements Contender<OrdinalFilter> {
  private static final String FILE = "index.quiver";

  private final Settings settings;
  private @Nullable VectorIndex index;
  private int[] rows = new int[0];
  private long vectorBytes;
  private long plannedBytes = -1;

  QuiverKernel(Settings settings) {
    this.settings = settings;
  }

  @Override
  public String info() {
    return "Quiver kernel";
  }

  @Override
  public void build(Rows base, int[] newRows, int threads, Path folder) {
    HnswParams params =
        HnswParams.DEFAULT
            .withM(settings.number("m", HnswParams.DEFAULT.m()))
            .withEfConstruction(
                settings.number("efConstruction", HnswParams.DEFAULT.efConstruction()));
    try (VectorIndex.Builder builder =
        VectorIndex.builder(base.dimension(), base.distance())
            .elementType(element(base))
            .params(params)
            .codes(CodesOption.valueOf(settings.text("codes", "measured").toUpperCase(Locale.ROOT)))
            .listener(new Plan())
            .threads(threads)) {
      for (int row : newRows) {
        builder.add(base.row(row));
      }
      vectorBytes =
          GrowableVectorStore.estimateBytes(element(base), base.dimension(), newRows.length);
      index = builder.build();
    }
    rows = newRows;
  }

  /** Hears what the build plans. */
  private final class Plan implements BuildListener {
    @Override
    public void onPlanned(long peakBytes) {
      plannedBytes = vectorBytes + peakBytes;
    }

    @Override
    public void onProgress(int inserted, int total) {}
  }

  /** With the vectors, which the builder holds. */
  @Override
  public long plannedBytes() {
    return plannedBytes;
  }

  private ElementType element(Rows base) {
    String exact = base.bytes() ? "uint8" : "float32";
    return ElementType.valueOf(settings.text("element", exact).toUpperCase(Locale.ROOT));
  }

  @Override
  public void save(Path folder) throws IOException {
    opened().save(folder.resolve(FILE));
    RowNumbers.save(folder, rows);
  }

  @Override
  public void open(Path folder) throws IOException {
    close();
    String placement = settings.text("placement", "mapped").toUpperCase(Locale.ROOT);
    index = VectorIndex.open(folder.resolve(FILE), false, VectorPlacement.valueOf(placement));
    rows = RowNumbers.open(folder);
  }

  @Override
  public OrdinalFilter filter(RowSet accepted) {
    OrdinalBitSet ordinals = new OrdinalBitSet(rows.length);
    for (int ordinal = 0; ordinal < rows.length; ordinal++) {
      if (accepted.contains(rows[ordinal])) {
        ordinals.add(ordinal);
      }
    }
    return ordinals;
  }

  @Override
  public Searcher<OrdinalFilter> searcher() {
    VectorIndex searched = opened();
    int[] rowOf = rows;
    boolean adaptive = Boolean.parseBoolean(settings.text("adaptive", "true"));
    return (query, k, parameter, filter, out, at) -> {
      SearchRequest request =
          new SearchRequest(k, parameter, Long.MAX_VALUE).withAdaptive(adaptive);
      SearchResult result = searched.search(query, request, filter);
      for (int i = 0; i < k; i++) {
        out[at + i] = i < result.size() ? rowOf[result.ordinal(i)] : -1;
      }
      return result.stats().distances();
    };
  }

  private VectorIndex opened() {
    VectorIndex open = index;
    if (open == null) {
      throw new IllegalStateException("nothing is built or opened yet");
    }
    return open;
  }

  @Override
  public void close() {
    if (index != null) {
      index.close();
      index = null;
    }
  }
}
