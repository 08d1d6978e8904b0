package dev.quiver.engine;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.util.BytesRef;

/** The points of one view by their documents in the whole of it. One thread at a time. */
final class ViewPoints {
  private final IndexReader reader;
  private final List<LeafReaderContext> contexts;
  private final LeafPoints[] leaves;

  ViewPoints(IndexReader reader) {
    this.reader = reader;
    this.contexts = reader.leaves();
    this.leaves = LeafPoints.of(reader);
  }

  IndexReader reader() {
    return reader;
  }

  int leafCount() {
    return leaves.length;
  }

  LeafReaderContext context(int leaf) {
    return contexts.get(leaf);
  }

  LeafPoints leaf(int leaf) {
    return leaves[leaf];
  }

  int leafOf(int doc) {
    return ReaderUtil.subIndex(doc, contexts);
  }

  int docBase(int leaf) {
    return contexts.get(leaf).docBase;
  }

  PointId id(int doc) throws IOException {
    int leaf = leafOf(doc);
    return leaves[leaf].id(doc - docBase(leaf));
  }

  VectorValue vector(int doc, VectorFields fields, String name) throws IOException {
    int leaf = leafOf(doc);
    VectorValue vector = leaves[leaf].vector(doc - docBase(leaf), fields, name);
    if (vector == null) {
      throw new IllegalStateException("point without a vector " + name);
    }
    return vector;
  }

  /** The live document of a point, or -1. */
  int find(PointId id) throws IOException {
    BytesRef term = new BytesRef(PointIds.toBytes(id));
    for (int leaf = 0; leaf < leaves.length; leaf++) {
      int doc = leaves[leaf].find(term);
      if (doc >= 0) {
        return docBase(leaf) + doc;
      }
    }
    return -1;
  }
}
