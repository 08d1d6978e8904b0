package dev.quiver.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentReader;

/**
 * The merges that a shard's index deserves when it is at rest. {@link #start} is for one thread at
 * a time (the shard's apply lock); asking is free to all.
 */
final class IndexSettling {
  private final OnDemandWriter writer;
  private final IndexViews views;
  private final GraphMergePolicy mergePolicy;
  private final Supplier<CollectionConfig> config;
  private final Supplier<Declared> declared;
  private final int fullScanThreshold;
  private volatile Stale stale;

  /** What was found of a view's segments. */
  private record Stale(IndexReader reader, Declared declared, Set<String> segments) {}

  /**
   * @param mergePolicy the writer's
   */
  IndexSettling(
      OnDemandWriter writer,
      IndexViews views,
      GraphMergePolicy mergePolicy,
      Supplier<CollectionConfig> config,
      Supplier<Declared> declared,
      int fullScanThreshold) {
    this.writer = writer;
    this.views = views;
    this.mergePolicy = mergePolicy;
    this.config = config;
    this.declared = declared;
    this.fullScanThreshold = fullScanThreshold;
    this.stale = new Stale(views.current().reader(), declared.get(), Set.of());
  }

  /** Whether searches would gain from {@link #start}, as far as the current view shows. */
  boolean wanted() throws IOException {
    List<Integer> documents = new ArrayList<>();
    try (IndexView current = views.view(0)) {
      for (LeafReaderContext leaf : current.reader().leaves()) {
        documents.add(leaf.reader().maxDoc());
      }
    }
    boolean hasGraph = config.get().vectors().values().stream().anyMatch(params -> params.m() > 0);
    return (hasGraph && GraphMergePolicy.wantsSettling(documents, fullScanThreshold))
        || !staleSegments().isEmpty();
  }

  /** Names of segments that gain from being written again, as far as the current view shows. */
  private Set<String> staleSegments() throws IOException {
    try (IndexView current = views.view(0)) {
      Declared now = declared.get();
      Stale known = stale;
      if (known.reader().equals(current.reader()) && known.declared().equals(now)) {
        return known.segments();
      }
      Set<String> names = new HashSet<>();
      for (LeafReaderContext leaf : current.reader().leaves()) {
        if (leaf.reader() instanceof SegmentReader segment && SegmentTidying.isStale(leaf, now)) {
          names.add(segment.getSegmentName());
        }
      }
      stale = new Stale(current.reader(), now, names);
      return names;
    }
  }

  /** Starts the merges; they run in the background. */
  void start() throws IOException {
    IndexWriter current = writer.get();
    mergePolicy.beginSettling(staleSegments());
    try {
      current.maybeMerge();
    } finally {
      mergePolicy.endSettling();
    }
  }
}
