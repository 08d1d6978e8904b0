package dev.quiver.lucene;

import dev.quiver.index.BuildListener;
import dev.quiver.index.HnswBuilder;
import dev.quiver.index.HnswGraph;
import dev.quiver.index.HnswParams;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.store.IndexOutput;
import org.jspecify.annotations.Nullable;

/** Builds the graph of one field of a new segment, within the memory budget, and writes it. */
final class GraphBuild {

  private GraphBuild() {}

  /**
   * Builds over {@code stored} and appends to {@code output}.
   *
   * @param base the graph to continue; null to start from nothing
   * @param cancelled asked often, from the building threads
   * @throws OffHeapBudgetException before anything is allocated, if the build doesn't fit
   * @throws MergePolicy.MergeAbortedException if cancelled
   */
  static void write(
      String field,
      StoredVectors stored,
      VectorMerge.@Nullable Base base,
      VectorsConfig config,
      BooleanSupplier cancelled,
      IndexOutput output)
      throws IOException {
    FieldOptions options = stored.options();
    HnswBuilder builder =
        HnswBuilder.over(stored.scoring())
            .params(params(options))
            .threads(config.buildThreads())
            .executor(config.buildExecutor())
            .listener(listener(cancelled));
    if (base != null) {
      builder.extending(base.graph(), base.newOrdinals());
    }
    long bytes = builder.estimateBytes();
    config.budget().reserveForBuild(bytes, purpose(field, stored.size()));
    try (HnswGraph graph = builder.build()) {
      GraphFile.write(graph, output);
    } catch (CancellationException e) {
      MergePolicy.MergeAbortedException aborted =
          new MergePolicy.MergeAbortedException("merge aborted while its graph was built");
      aborted.initCause(e);
      throw aborted;
    } finally {
      config.budget().release(bytes);
    }
  }

  /** Returns what a build of {@code count} vectors needs at its peak, its graph included. */
  static long estimateBytes(int count, FieldOptions options, VectorsConfig config) {
    return HnswBuilder.estimateBytes(count, params(options), config.buildThreads());
  }

  static String purpose(String field, int count) {
    return "graph of " + count + " vectors of \"" + field + "\"";
  }

  private static HnswParams params(FieldOptions options) {
    return HnswParams.DEFAULT.withM(options.m()).withEfConstruction(options.efConstruct());
  }

  private static BuildListener listener(BooleanSupplier cancelled) {
    return new BuildListener() {
      @Override
      public void onProgress(int inserted, int total) {
        // Lucene has no place to show a merge's progress.
      }

      @Override
      public boolean cancelled() {
        return cancelled.getAsBoolean();
      }
    };
  }
}
