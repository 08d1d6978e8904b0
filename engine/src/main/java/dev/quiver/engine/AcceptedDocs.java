package dev.quiver.engine;

import dev.quiver.engine.filter.FacetValues;
import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/** The documents of a whole view that match, computed once. */
record AcceptedDocs(@Nullable AcceptSet[] sets, long count) implements FacetValues.Accepted {
  static AcceptedDocs of(IndexReader reader, Matches matches) throws IOException {
    @Nullable AcceptSet[] sets = matches.all();
    long count = 0;
    for (LeafReaderContext context : reader.leaves()) {
      AcceptSet set = sets[context.ord];
      count += set == null ? context.reader().maxDoc() : set.cardinality();
    }
    return new AcceptedDocs(sets, count);
  }

  @Override
  public @Nullable Bits in(LeafReaderContext leaf) {
    AcceptSet set = sets[leaf.ord];
    return set == null ? null : set.docs();
  }
}
