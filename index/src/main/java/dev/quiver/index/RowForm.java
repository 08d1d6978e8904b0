package dev.quiver.index;

/** What a {@link RowKernel} computes, over which elements. */
record RowForm(Distance distance, ElementType type) {}
