package dev.quiver.bench.ann;

/** What can be measured. */
enum Part {
  SEARCH,
  BUILD,
  MEMORY,
  FILTERED,
  CHURN,
  SCALE,
  ALLOC
}
