package dev.quiver.lucene;

import dev.quiver.index.BuildListener;
import dev.quiver.index.CodedVectors;
import dev.quiver.index.GraphCodes;
import dev.quiver.index.HnswBuilder;
import dev.quiver.index.HnswGraph;
import dev.quiver.index.HnswParams;
import dev.quiver.index.NodeOrder;
import dev.quiver.index.Quantiser;
import dev.quiver.index.VectorScoring;
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
   * Builds over {@code stored}, by codes if the field wants them, and appends graph and codes to
   * {@code output}.
   *
   * @param base the graph to continue; null to start from nothing
   * @param cancelled asked often, from the building threads
   * @return the field's entry with the places of what was written
   * @throws OffHeapBudgetException before anything is allocated, if the build doesn't fit
   * @throws MergePolicy.MergeAbortedException if cancelled
   */
  static FieldEntry write(
      String field,
      StoredVectors stored,
      VectorMerge.@Nullable Base base,
      VectorsConfig config,
      BooleanSupplier cancelled,
      IndexOutput output)
      throws IOException {
    FieldOptions options = stored.options();
    Quantiser quantiser = train(field, stored, config.budget());
    long bytes =
        HnswBuilder.estimateBytes(stored.size(), params(options), config.buildThreads())
            + (quantiser == null
                ? 0
                : quantiser.bytes(stored.size())
                    + GraphCodes.bytesMax(quantiser, stored.size())
                    + NodeOrder.estimateBytes(stored.size()));
    config.budget().reserveForBuild(bytes, purpose(field, stored.size()));
    try {
      BuildListener listener = listener(cancelled);
      if (quantiser == null) {
        try (HnswGraph graph = build(stored.scoring(), options, base, config, listener)) {
          return write(graph, null, stored.entry(), output);
        }
      }
      try (CodedVectors codes = CodedVectors.encode(stored.store(), quantiser, Long.MAX_VALUE)) {
        FieldEntry entry;
        NodeOrder order;
        try (GraphCodes built =
                GraphCodes.of(codes, stored.store(), stored.scoring(), Long.MAX_VALUE);
            HnswGraph graph = build(built.scoring(), options, base, config, listener)) {
          order = NodeOrder.of(graph, listener);
          entry = write(graph, order, stored.entry(), output);
        }
        long offset = output.alignFilePointer(QuiverVectorsFormat.ALIGNMENT_BYTES);
        GraphFile.write(codes, order, output);
        return entry.withCodes(offset, output.getFilePointer() - offset);
      }
    } catch (CancellationException e) {
      MergePolicy.MergeAbortedException aborted =
          new MergePolicy.MergeAbortedException("merge aborted while its graph was built");
      aborted.initCause(e);
      throw aborted;
    } finally {
      config.budget().release(bytes);
    }
  }

  /** Learns which codes there will be, so that what is reserved for the build is what it takes. */
  private static @Nullable Quantiser train(String field, StoredVectors stored, OffHeapBudget budget)
      throws IOException {
    FieldOptions options = stored.options();
    long bytes = options.codes().trainingBytes(options.dimension(), options.distance());
    budget.reserveForBuild(bytes, purpose(field, stored.size()));
    try {
      return options.codes().train(stored.store(), options.distance());
    } finally {
      budget.release(bytes);
    }
  }

  private static HnswGraph build(
      VectorScoring scoring,
      FieldOptions options,
      VectorMerge.@Nullable Base base,
      VectorsConfig config,
      BuildListener listener) {
    HnswBuilder builder =
        HnswBuilder.over(scoring)
            .params(params(options))
            .threads(config.buildThreads())
            .executor(config.buildExecutor())
            .listener(listener);
    if (base != null) {
      builder.extending(base.graph(), base.newOrdinals());
    }
    return builder.build();
  }

  private static FieldEntry write(
      HnswGraph graph, @Nullable NodeOrder order, FieldEntry entry, IndexOutput output)
      throws IOException {
    long offset = output.alignFilePointer(QuiverVectorsFormat.ALIGNMENT_BYTES);
    GraphFile.write(graph, order, output);
    return entry.withGraph(offset, output.getFilePointer() - offset);
  }

  /**
   * Returns the most that a build of {@code count} vectors may need at its peak, graph and codes
   * included, when it isn't known yet which codes there will be.
   */
  static long estimateBytes(int count, FieldOptions options, VectorsConfig config) {
    return HnswBuilder.estimateBytes(count, params(options), config.buildThreads())
        + options.codes().bytesMax(count, options.dimension(), options.distance())
        + NodeOrder.estimateBytes(count);
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
