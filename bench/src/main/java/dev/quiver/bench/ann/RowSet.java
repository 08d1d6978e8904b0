package dev.quiver.bench.ann;

import java.util.BitSet;

/** Base rows that a filter accepts. Not changed once made. */
record RowSet(BitSet rows, int cardinality) {
  static RowSet of(BitSet rows) {
    return new RowSet(rows, rows.cardinality());
  }

  boolean contains(int row) {
    return rows.get(row);
  }
}
